"""Repair and alternates: only what must change changes, and what is promised holds."""

from collections import Counter
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from matcher.assignment.changes.alternates import alternates
from matcher.assignment.changes.repair import repair
from matcher.assignment.check import check
from matcher.assignment.errors import ChangeError
from matcher.assignment.files.arrays import problem_of
from matcher.assignment.problem import Cap, Problem, Quota
from matcher.assignment.result import Goal
from matcher.assignment.solver.diagnosis import Blocked
from matcher.assignment.solver.solve import solve
from tests.benchmarks.panels_generator import generate

TOTAL = Goal(floor_share=None)


def _call(seed: int = 1) -> Problem:
    return problem_of(generate(12, 160, seed))


def test_one_decline_changes_one_seat_and_keeps_every_rule() -> None:
    problem = _call()
    plan = solve(problem, TOTAL)
    for e in plan.seats[0]:
        repaired = repair(problem, plan.seats, vacated=[(0, e)])
        assert [(swap.project, swap.leaves) for swap in repaired.swaps] == [(0, e)]
        assert repaired.seats[1:] == plan.seats[1:]
        assert check(problem, repaired.seats) == []


def test_an_illness_vacates_every_seat_of_the_expert() -> None:
    problem = _call()
    plan = solve(problem, TOTAL)
    busiest = int(np.argmax(plan.loads))
    repaired = repair(problem, plan.seats, gone=[busiest])
    assert all(busiest not in panel for panel in repaired.seats)
    assert len(repaired.swaps) == plan.loads[busiest]
    assert repaired.moved == ()
    assert check(problem, repaired.seats) == []


def test_five_percent_declines_change_vacated_seats_only() -> None:
    problem = _call(2)
    plan = solve(problem, TOTAL)
    random = np.random.default_rng(0)
    held = [(p, e) for p, panel in enumerate(plan.seats) for e in panel]
    lost = [held[i] for i in sorted(random.choice(len(held), 4, replace=False).tolist())]
    repaired = repair(problem, plan.seats, vacated=lost)
    assert [(swap.project, swap.leaves) for swap in repaired.swaps] == lost
    assert check(problem, repaired.seats) == []


def test_a_chain_moves_as_few_others_as_possible() -> None:
    # e0 and e1 know both projects, e2 only the second: when e0 leaves the first, e1 must come over and e2 step in.
    problem = Problem(
        project_ids=("a", "b"),
        expert_ids=("e0", "e1", "e2"),
        scores=np.array([[0.9, 0.5, 0.4], [0.2, 0.8, 0.1]], dtype=np.float32),
        size=np.array([1, 1]),
        load_max=np.array([1, 1, 1]),
        forbidden=np.array([[False, False, True], [False, False, False]]),
    )
    repaired = repair(problem, ((0,), (1,)), gone=[0])
    assert repaired.seats == ((1,), (2,))
    assert [swap.leaves for swap in repaired.moved] == [1]


def test_repair_names_what_blocks() -> None:
    problem = Problem(("a",), ("e0", "e1"), np.ones((1, 2), np.float32), np.array([2]), np.array([1, 1]))
    with pytest.raises(Blocked) as blocked:
        repair(problem, ((0, 1),), vacated=[(0, 0)])
    assert blocked.value.diagnosis.causes[0].projects == ("a",)


def test_repair_refuses_what_is_not_held_and_what_is_pinned() -> None:
    problem = _call()
    plan = solve(problem, TOTAL)
    stranger = next(e for e in range(problem.n_experts) if e not in plan.seats[0])
    with pytest.raises(ChangeError, match="holds no seat"):
        repair(problem, plan.seats, vacated=[(0, stranger)])
    pinned = replace(problem, forced=((0, plan.seats[0][0]),))
    with pytest.raises(ChangeError, match="pinned"):
        repair(pinned, plan.seats, vacated=[(0, plan.seats[0][0])])


def test_every_seat_has_two_alternates_that_fit_alone_and_together() -> None:
    problem = _call(3)
    plan = solve(problem, TOTAL)
    prepared = alternates(problem, plan.seats)
    assert set(prepared) == {(p, e) for p, panel in enumerate(plan.seats) for e in panel}
    assert all(len(two) == 2 for two in prepared.values())
    for (p, e), two in prepared.items():
        for alternate in two:
            panel = tuple(sorted({*plan.seats[p], alternate.expert} - {e}))
            assert check(problem, (*plan.seats[:p], panel, *plan.seats[p + 1 :])) == []
    joint = {seat: [a.expert for a in two if a.joint] for seat, two in prepared.items()}
    extra = Counter(e for experts in joint.values() for e in experts)
    assert all(plan.loads[e] + count <= problem.load_max[e] for e, count in extra.items())
    for p, panel in enumerate(plan.seats):
        for called in product(*[[e, *joint[p, e]] for e in panel]):
            whole = (*plan.seats[:p], tuple(sorted(called)), *plan.seats[p + 1 :])
            assert [v for v in check(problem, whole) if not v.rule.en.startswith("load")] == []


def test_alternates_are_fewer_where_the_pool_has_no_more() -> None:
    problem = Problem(
        ("a",), ("e0", "e1", "e2"), np.ones((1, 3), np.float32), np.array([2]), np.array([1, 1, 1]),
        quotas=(Quota("finance", np.array([True, False, False]), np.array([1]), np.array([2])),),
        caps=(Cap("unit", np.arange(3), np.arange(3), np.array([1])),),
    )  # fmt: skip
    prepared = alternates(problem, ((0, 1),))
    assert {seat: [a.expert for a in two] for seat, two in prepared.items()} == {(0, 0): [], (0, 1): [2]}
