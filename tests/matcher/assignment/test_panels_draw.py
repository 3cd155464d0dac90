"""The regulated draw keeps its promises and can be replayed."""

from dataclasses import replace

import numpy as np
import pytest

from matcher.assignment.arrays import problem_of
from matcher.assignment.check import check, total_of
from matcher.assignment.draw import DrawRules, draw, pool_hash, replay
from matcher.assignment.errors import ChangeError
from matcher.assignment.problem import Problem
from tests.benchmarks.panels_generator import generate
from tests.matcher.assignment.test_panels_solve import shuffle

RULES = DrawRules(epsilon=0.5, cap=0.5, plans=4)


def _call() -> Problem:
    problem = problem_of(generate(5, 90, 4))
    return replace(problem, load_max=problem.load_max + 2)


def test_draw_keeps_rules_cap_and_quality() -> None:
    problem = _call()
    drawn = draw(problem, "2026-11-23 排列五 40817", RULES)
    assert check(problem, drawn.seats) == []
    assert drawn.record.highest_probability <= RULES.cap
    assert min(drawn.record.totals) >= 0.5 * drawn.record.best_total
    assert total_of(problem, drawn.seats) == pytest.approx(drawn.record.totals[drawn.record.number])


def test_replay_confirms_the_record_and_finds_a_change() -> None:
    problem = _call()
    drawn = draw(problem, "seed", RULES)
    assert replay(problem, drawn.record, drawn.seats) == []
    swapped = (drawn.seats[1], drawn.seats[0], *drawn.seats[2:])
    assert replay(problem, drawn.record, swapped) == ["the panels differ from those drawn"]
    other = replace(problem, load_max=problem.load_max + 1)
    assert replay(other, drawn.record, drawn.seats)[0].startswith("the call is not the one of the record")
    forged = replace(drawn.record, number=(drawn.record.number + 1) % RULES.plans)
    assert len(replay(problem, forged, drawn.seats)) == 1


def test_another_seed_draws_other_panels() -> None:
    problem = _call()
    drawn = {draw(problem, seed, RULES).seats for seed in ("a", "b", "c")}
    assert len(drawn) == 3


def test_pool_hash_ignores_the_order_of_the_input() -> None:
    problem = _call()
    assert pool_hash(shuffle(problem, 1)) == pool_hash(problem)
    scores = problem.scores.copy()
    scores[0, 0] += np.float32(0.001)
    assert pool_hash(replace(problem, scores=scores)) != pool_hash(problem)


def test_rules_of_a_draw_are_checked() -> None:
    with pytest.raises(ChangeError, match="cap x plans"):
        DrawRules(cap=0.1, plans=5)
    with pytest.raises(ChangeError, match="epsilon"):
        DrawRules(epsilon=0)
