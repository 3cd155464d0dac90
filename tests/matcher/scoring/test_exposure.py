"""Places of a list: cap, reserved places, managers, and the counts that are reported."""

import numpy as np
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from matcher.scoring.exposure import Exposure, Policy, place, report

POLICY = Policy()


def _exposure(counts, lists):
    return Exposure(np.array(counts, np.int64), lists)


def test_the_policy_of_the_rulebook_is_that_of_the_domain():
    assert Policy.of_rulebook() == Policy(0.25, 2, 10, 3, 40.0)


def test_without_history_the_best_scores_win_and_ties_go_by_id():
    found = place(np.array([50, 90, 70, 90], np.float32), None, _exposure([0, 0, 0, 0], 0), 3, POLICY)
    assert found.order.tolist() == [1, 3, 2]
    assert found.capped.tolist() == []


def test_an_item_in_a_quarter_of_the_lists_is_held_back():
    found = place(np.array([90, 80, 70], np.float32), None, _exposure([5, 1, 1], 19), 3, POLICY)
    assert found.order.tolist() == [1, 2]
    assert found.capped.tolist() == [0]


def test_cold_items_get_two_of_ten_places_if_they_score_the_floor():
    scores = np.array([90 - i for i in range(10)] + [60, 39, 55, 41], np.float32)
    found = place(scores, None, _exposure([3] * 10 + [0, 0, 1, 0], 100), 10, POLICY)
    assert found.order.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 10, 12]
    assert found.cold.tolist() == [10, 12]


def test_reserved_places_go_to_anybody_where_nobody_is_cold():
    found = place(np.array([90, 80, 30], np.float32), None, _exposure([2, 2, 1], 100), 2, POLICY)
    assert found.order.tolist() == [0, 1]


def test_three_of_ten_are_of_one_manager():
    scores = np.arange(100, 66, -1).astype(np.float32)
    houses = np.array([0] * 12 + [1] * 12 + [-1] * 10, np.int64)
    found = place(scores, houses, _exposure([0] * 34, 0), 20, POLICY)
    for start in (0, 10):
        ten = houses[found.order[start : start + 10]]
        assert max(np.bincount(ten[ten >= 0])) <= 3
    assert found.order[:10].tolist() == [0, 1, 2, 12, 13, 14, 24, 25, 26, 27]


def test_one_manager_alone_fills_the_list():
    found = place(np.array([9, 8, 7, 6, 5], np.float32), np.zeros(5, np.int64), _exposure([0] * 5, 0), 5, POLICY)
    assert found.order.tolist() == [0, 1, 2, 3, 4]


@budget(max_examples=80, deadline=None)
@given(st.data())
def test_rules_hold_for_any_pool(data):
    n = data.draw(st.integers(1, 40))
    scores = np.array(data.draw(st.lists(st.integers(0, 100), min_size=n, max_size=n)), np.float32)
    counts = np.array(data.draw(st.lists(st.integers(0, 30), min_size=n, max_size=n)), np.int64)
    houses = np.array(data.draw(st.lists(st.integers(-1, 4), min_size=n, max_size=n)), np.int64)
    lists, k = data.draw(st.integers(0, 80)), data.draw(st.integers(1, 20))
    found = place(scores, houses, Exposure(counts, lists), k, POLICY)
    again = place(scores, houses, Exposure(counts, lists), k, POLICY)
    assert found.order.tolist() == again.order.tolist()
    assert len(set(found.order.tolist())) == len(found.order) == min(k, n - len(found.capped))
    most = max(1, (lists + 1) // 4)
    assert all(counts[item] + 1 <= most for item in found.order)
    assert sorted([*found.capped.tolist(), *np.flatnonzero(counts < most).tolist()]) == list(range(n))
    assert all(scores[item] >= 40 for item in found.cold)


def test_report_of_equal_and_of_concentrated_exposure():
    assert report(_exposure([4, 4, 4, 4], 16)) == report(_exposure([1, 1, 1, 1], 4))
    assert report(_exposure([4, 4, 4, 4], 16)).gini == 0
    found = report(_exposure([0, 0, 0, 10], 10))
    assert (found.coverage, found.gini, found.largest) == (0.25, 0.75, 1.0)
    assert report(_exposure([], 0)).coverage == 0


def test_a_list_counts_once_for_each_item():
    after = _exposure([1, 0, 0], 4).with_list(np.array([0, 2]))
    assert (after.counts.tolist(), after.lists) == ([2, 0, 1], 5)
