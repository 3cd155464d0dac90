"""Solved panels against brute force, the independent checker, and themselves."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from matcher.assignment.check import bound_of, check, verify
from matcher.assignment.problem import Cap, Problem, Quota
from matcher.assignment.result import Goal, Result, Status
from matcher.assignment.solver.diagnosis import Blocked
from matcher.assignment.solver.solve import solve
from tests.matcher.assignment.panel_calls import best_by_hand, random_call

TOTAL = Goal(floor_share=None)


def _solved(problem: Problem, goal: Goal) -> Result | None:
    try:
        return solve(problem, goal)
    except Blocked:
        return None


def _agrees_with_brute_force(seed: int, rich: bool) -> None:
    problem = random_call(seed, rich=rich)
    by_hand = best_by_hand(problem)
    result = _solved(problem, TOTAL)
    if by_hand is None:
        assert result is None
        return
    assert result is not None
    assert verify(result) == []
    assert result.total == pytest.approx(by_hand[0], abs=1e-9)
    assert result.status is Status.OPTIMAL


def _fair_plan_keeps_its_floor(seed: int) -> None:
    problem = random_call(seed)
    by_hand = best_by_hand(problem)
    result = _solved(problem, Goal(floor_share=1.0))
    if by_hand is None or result is None:
        assert by_hand is None
        assert result is None
        return
    assert result.floor is not None
    assert verify(result) == []
    assert bound_of(problem, result.floor.certificate) >= by_hand[1] - 1e-9
    assert result.minimum >= min(result.floor.mean, by_hand[1]) - 2e-3
    assert result.minimum == pytest.approx(by_hand[1], rel=5e-3, abs=1e-6)


@pytest.mark.parametrize("seed", range(25))
def test_total_equals_brute_force_under_every_rule(seed: int) -> None:
    _agrees_with_brute_force(seed, rich=True)


@pytest.mark.parametrize("seed", range(15))
def test_total_equals_brute_force_under_plain_loads(seed: int) -> None:
    _agrees_with_brute_force(seed, rich=False)


@pytest.mark.parametrize("seed", range(15))
def test_weakest_panel_equals_brute_force(seed: int) -> None:
    _fair_plan_keeps_its_floor(seed)


@pytest.mark.slow
def test_500_calls_equal_brute_force() -> None:
    for seed in range(1000, 1500):
        _agrees_with_brute_force(seed, rich=seed % 4 != 0)


@pytest.mark.slow
def test_10000_random_calls_have_no_violation() -> None:
    for seed in range(10_000):
        random = np.random.default_rng(seed)
        problem = random_call(seed, int(random.integers(2, 9)), int(random.integers(5, 16)), rich=seed % 4 != 0)
        result = _solved(problem, TOTAL)
        assert result is None or verify(result) == []


def test_shuffled_input_gives_the_same_panels() -> None:
    problem = random_call(11, projects=6, experts=14)
    known = solve(problem)
    named = {problem.project_ids[p]: {problem.expert_ids[e] for e in panel} for p, panel in enumerate(known.seats)}
    for seed in range(5):
        shuffled = shuffle(problem, seed)
        result = solve(shuffled)
        assert verify(result) == []
        assert {
            shuffled.project_ids[p]: {shuffled.expert_ids[e] for e in panel} for p, panel in enumerate(result.seats)
        } == named
        assert result.bound == known.bound


def test_twenty_shuffled_runs_on_one_or_two_threads_give_the_same_bytes() -> None:
    """Each run is a process of its own: the order of the call and the threads of the libraries may change nothing."""
    script = (
        "import sys, json; from dataclasses import replace; from matcher.assignment.solver.solve import solve; "
        "from matcher.assignment.files.planfile import plan_document; "
        "from tests.matcher.assignment.panel_calls import random_call; "
        "from tests.matcher.assignment.test_panels_solve import by_id, shuffle; "
        "problem = random_call(11, projects=8, experts=20); "
        "print(*(by_id(plan_document(solve(shuffle(problem, seed)))) for seed in map(int, sys.argv[1:])), sep='\\n')"
    )
    said = set()
    for threads, seeds in (("1", range(10)), ("2", range(10, 20))):
        environment = {**os.environ, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        command = [sys.executable, "-c", script, *map(str, seeds)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        lines = done.stdout.splitlines()
        assert len(lines) == 10
        said |= set(lines)
    assert len(said) == 1


def by_id(document: dict[str, Any]) -> str:
    """Panels in the order of their ids, with all figures, as one line of JSON."""
    panels = sorted((panel["project"], sorted(m["expert"] for m in panel["members"])) for panel in document["panels"])
    figures = {name: document[name] for name in ("total", "bound", "gap", "status", "weakest_mean")}
    return json.dumps([panels, figures])


def shuffle(problem: Problem, seed: int) -> Problem:
    random = np.random.default_rng(seed)
    rows, columns = random.permutation(problem.n_projects), random.permutation(problem.n_experts)
    place_of_row, place = np.argsort(rows), np.argsort(columns)
    grid = np.ix_(rows, columns)
    caps = []
    for cap in problem.caps:
        members = random.permutation(len(cap.expert))
        rename = random.permutation(cap.n_groups)
        caps.append(Cap(cap.name, place[cap.expert[members]], rename[cap.group[members]], cap.most[rows]))
    return replace(
        problem,
        project_ids=tuple(problem.project_ids[p] for p in rows),
        expert_ids=tuple(problem.expert_ids[e] for e in columns),
        scores=problem.scores[grid],
        size=problem.size[rows],
        load_max=problem.load_max[columns],
        load_min=None if problem.load_min is None else problem.load_min[columns],
        forbidden=None if problem.forbidden is None else problem.forbidden[grid],
        forced=tuple((int(place_of_row[p]), int(place[e])) for p, e in problem.forced),
        quotas=tuple(Quota(q.name, q.members[columns], q.least[rows], q.most[rows]) for q in problem.quotas),
        caps=tuple(reversed(caps)),
        apart=tuple((int(place[b]), int(place[a])) for a, b in problem.apart),
        lead=None if problem.lead is None else problem.lead[columns],
    )


def test_pinned_seats_stay() -> None:
    problem = random_call(11, projects=6, experts=14)
    free = solve(problem, TOTAL)
    stranger = next(
        e
        for e in range(14)
        if e not in free.seats[0] and not (problem.forbidden is not None and problem.forbidden[0, e])
    )
    pinned = solve(replace(problem, forced=((0, stranger),)), TOTAL)
    assert stranger in pinned.seats[0]
    assert verify(pinned) == []


def test_progress_can_cancel() -> None:
    class StoppedError(Exception):
        pass

    def stop(_: object) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        solve(random_call(1, projects=5, experts=12), progress=stop)


def test_checker_sees_each_broken_rule() -> None:
    problem = replace(random_call(2, projects=2, experts=6), size=np.array([2, 2]), load_min=None, lead=None, apart=())
    problem = replace(
        problem,
        forbidden=np.eye(2, 6, dtype=bool),
        load_max=np.ones(6, dtype=np.int64),
        quotas=(Quota("industry", np.arange(6) == 5, np.array([1, 0]), np.array([2, 2])),),
        caps=(Cap("unit", np.arange(6), np.array([0, 0, 1, 1, 2, 2]), np.array([1, 1])),),
    )
    broken = check(problem, [[0, 1], [2, 3, 3]])
    assert [str(violation) for violation in broken] == [
        "p0：不得安排的专家为 e0，应为：无利益冲突 / p0: forbidden pair is e0, allowed no conflict",
        "p0：产业专家为 0，应为：1 至 2 / p0: industry is 0, allowed 1 to 2",
        "p0：单位上限（0）为 2，应为：至多 1 / p0: unit 0 is 2, allowed at most 1",
        "p1：每组人数为 3，应为：2 / p1: size is 3, allowed 2",
        "p1：e3 的席位为 2，应为：1 / p1: seats of e3 is 2, allowed 1",
        "p1：单位上限（1）为 2，应为：至多 1 / p1: unit 1 is 2, allowed at most 1",
        "整体：e3 的工作量为 2，应为：0 至 1 / call: load of e3 is 2, allowed 0 to 1",
    ]


def test_checker_refuses_a_bound_that_its_prices_do_not_prove() -> None:
    result = solve(random_call(11, projects=6, experts=14), TOTAL)
    assert verify(result) == []
    claimed = replace(result, bound=result.bound - 0.5)
    assert [violation.rule.en for violation in verify(claimed)] == ["bound"]
