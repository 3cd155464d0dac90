"""Metrics against values computed by hand, and their properties."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.evaluation.metrics import METRICS, ndcg_at_10, recall_at_20, reciprocal_rank

IDS = [f"c{number}" for number in range(30)]
graded = st.dictionaries(st.sampled_from(IDS), st.integers(0, 3), min_size=1)
rankings = st.permutations(IDS)


def test_ndcg_by_hand():
    grades = {"a": 3, "b": 2, "c": 1, "d": 0}
    got = 3 / 1 + 0 / math.log2(3) + 7 / 2
    best = 7 / 1 + 3 / math.log2(3) + 1 / 2
    assert ndcg_at_10(["b", "d", "a"], grades) == pytest.approx(got / best)


def test_ndcg_reads_ten_places_only():
    grades = {"late": 3}
    assert ndcg_at_10([*IDS[:9], "late"], grades) == pytest.approx(1 / math.log2(11))
    assert ndcg_at_10([*IDS[:10], "late"], grades) == 0


def test_ndcg_of_nothing_good_is_zero():
    assert ndcg_at_10(["a"], {"a": 0}) == 0
    assert ndcg_at_10([], {"a": 3}) == 0


def test_recall_counts_grades_two_and_three_among_twenty():
    grades = {"c0": 3, "c1": 2, "c2": 1, "c25": 2, "c19": 3}
    assert recall_at_20(IDS, grades) == 3 / 4
    assert recall_at_20(IDS, {"c0": 1}) == 0


def test_reciprocal_rank_is_one_over_the_first_good_place():
    assert reciprocal_rank(["x", "y", "z"], {"x": 1, "z": 2, "y": 0}) == 1 / 3
    assert reciprocal_rank(["x"], {"z": 2}) == 0


@given(rankings, graded)
def test_metrics_lie_between_0_and_1(ranking, grades):
    for measure in METRICS.values():
        assert 0 <= measure(ranking, grades) <= 1 + 1e-12


@given(graded)
def test_the_ideal_order_is_worth_one(grades):
    ideal = sorted(grades, key=lambda one: -grades[one])
    if any(grades.values()):
        assert ndcg_at_10(ideal, grades) == pytest.approx(1)


@given(rankings, graded, st.integers(0, 28))
def test_moving_a_better_candidate_up_never_hurts(ranking, grades, place):
    swapped = list(ranking)
    swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
    better_below = grades.get(ranking[place + 1], 0) > grades.get(ranking[place], 0)
    if better_below:
        for measure in METRICS.values():
            assert measure(swapped, grades) >= measure(ranking, grades) - 1e-12


@given(rankings, graded, st.data())
def test_the_order_of_equal_candidates_does_not_matter(ranking, grades, data):
    level = data.draw(st.integers(0, 3))
    places = [place for place, one in enumerate(ranking) if grades.get(one, 0) == level]
    shuffled = data.draw(st.permutations([ranking[place] for place in places]))
    other = list(ranking)
    for place, one in zip(places, shuffled, strict=True):
        other[place] = one
    assert ndcg_at_10(other, grades) == pytest.approx(ndcg_at_10(ranking, grades))
