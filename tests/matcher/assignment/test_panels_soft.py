"""Soft terms decide last: between plans of the same total, or of one that is smaller by no more than was allowed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from matcher.assignment import soft
from matcher.assignment.callfile import problem_from
from matcher.assignment.callrows import CallRow
from matcher.assignment.check import verify
from matcher.assignment.diagnosis import Blocked
from matcher.assignment.draw import draw
from matcher.assignment.planfile import plan_document
from matcher.assignment.problem import Problem
from matcher.assignment.result import Goal, Result
from matcher.assignment.solve import solve
from tests.matcher.assignment.panel_calls import every_plan, random_call

CALL = {
    "projects": [{"id": "p1", "size": 1}, {"id": "p2", "size": 1}],
    "experts": [{"id": "e1", "recent": 3}, {"id": "e2"}, {"id": "e3"}],
    "scores": [[0.5, 0.5, 0.4], [0.5, 0.5, 0.5]],
}


def with_taste(seed: int, *, rich: bool) -> Problem:
    problem = random_call(seed, rich=rich)
    taste = np.random.default_rng(seed + 10_000).integers(-5, 6, problem.scores.shape).astype(np.float32)
    return replace(problem, preference=taste)


def agrees_with_brute_force(seed: int, share: float, floor: float | None) -> None:
    problem = with_taste(seed, rich=seed % 3 != 0)
    goal = Goal(floor_share=floor, soft_share=share)
    try:
        plain, result = solve(replace(problem, preference=None), goal), solve(problem, goal)
    except Blocked:
        return
    assert result.soft is not None
    assert verify(result) == []
    points = [[round(float(score) * 1e6) for score in row] for row in problem.scores]
    least = share * sum(plain.panel_points) - 1e-3
    floors = 0.0 if plain.floor is None else plain.floor.mean * 1e6 - 1e-3

    def panel(p: int, members: tuple[int, ...]) -> int:
        return sum(points[p][e] for e in members)

    best = max(
        liking(problem, plan)
        for plan in every_plan(problem)
        if sum(panel(p, members) for p, members in enumerate(plan)) >= least
        and all(panel(p, members) >= floors * len(members) for p, members in enumerate(plan))
    )
    assert result.soft.preference == liking(problem, result.seats) == best
    assert result.soft.before == liking(problem, plain.seats) <= best
    assert result.soft.proven


def liking(problem: Problem, plan: tuple[tuple[int, ...], ...]) -> float:
    assert problem.preference is not None
    return float(sum(problem.preference[p, e] for p, members in enumerate(plan) for e in members))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(("share", "floor"), [(1.0, None), (0.9, None), (1.0, 0.98), (0.95, 0.98)])
def test_the_liked_plan_equals_brute_force(seed: int, share: float, floor: float | None) -> None:
    agrees_with_brute_force(seed, share, floor)


@pytest.mark.slow
def test_300_liked_plans_equal_brute_force() -> None:
    for seed in range(2000, 2300):
        agrees_with_brute_force(seed, (1.0, 0.97)[seed % 2], (None, 0.98)[seed // 2 % 2])


def test_large_calls_take_turns_and_keep_what_they_must(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = random_call(5, projects=12, experts=20, rich=True)
    problem = replace(problem, preference=np.random.default_rng(1).random(problem.scores.shape).astype(np.float32))
    whole = solve(problem, Goal(floor_share=None, soft_share=0.97))
    monkeypatch.setattr(soft, "SEARCH_ARCS", 60)
    turns = solve(problem, Goal(floor_share=None, soft_share=0.97))
    assert whole.soft is not None and turns.soft is not None
    assert verify(turns) == []
    assert (whole.soft.proven, turns.soft.proven) == (True, False)
    assert turns.soft.before < turns.soft.preference <= whole.soft.preference + 1e-6
    assert turns.total >= turns.soft.least_total


def solved(**call: object) -> tuple[Result, dict[str, object]]:
    result = solve(problem_from(CallRow.model_validate(CALL | call)), Goal(floor_share=None, soft_share=1.0))
    return result, plan_document(result)


def test_a_call_file_rotates_and_avoids_pairs_drawn_lately() -> None:
    result, document = solved()
    assert result.seats == ((1,), (2,)), "e1 sat three times lately, and e2 and e3 are as good"
    assert document["soft"] == {
        "preference": 0.0,
        "before": document["soft"]["before"],
        "least_total": 1.0,
        "proven": True,
    }
    result, _ = solved(lately=[["p1", "e2"]], soft={"rotation": 1, "lately": 5})
    assert result.seats == ((0,), (2,)), "rather e1 again than e2 with the same project"
    result, document = solved(experts=[{"id": "e1"}, {"id": "e2"}, {"id": "e3"}])
    assert result.soft is None and "soft" not in document


def test_a_draw_is_free_of_soft_terms() -> None:
    problem = problem_from(CallRow.model_validate(CALL))
    drawn, plain = draw(problem, "3"), draw(replace(problem, preference=None), "3")
    assert (drawn.seats, drawn.record) == (plain.seats, plain.record)


def test_a_pair_of_the_past_must_name_the_call(tmp_path: Path) -> None:
    from matcher.assignment.errors import ProblemError

    with pytest.raises(ProblemError, match="lately"):
        problem_from(CallRow.model_validate(CALL | {"lately": [["p1", "e9"]]}))
