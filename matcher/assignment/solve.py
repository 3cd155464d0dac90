"""The ladder of solvers: flow for plain loads, generated columns and exact search for composition and fairness."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from matcher.assignment.aim import Aim
from matcher.assignment.arcs import Arcs, all_arcs, arcs_of, first_arcs, keys_of, merged
from matcher.assignment.diagnosis import Blocked, diagnose
from matcher.assignment.fairness import best_weakest, floors_at, settled_by_one
from matcher.assignment.flow import solve_flow
from matcher.assignment.generation import Master, candidates, generate
from matcher.assignment.integer import search
from matcher.assignment.neighbourhood import Task, seat_in_groups
from matcher.assignment.order import in_given_order, in_id_order
from matcher.assignment.pricing import near_pairs
from matcher.assignment.problem import POINTS, BoolArray, IntArray, Problem
from matcher.assignment.result import Goal, Listener, Result, Seats, Status
from matcher.assignment.soft import prefer

SEARCH_ARCS = 6_000
"""Most pairs that go to the exact search at once; beyond, groups of projects take turns."""

EXACT_ARCS, WIDE_EXACT_ARCS = 12_000, 30_000
"""Most pairs that the closing search looks at; the second where the gap is above ``GOOD``. With 26,000 pairs it took
11 s to prove the last .001 %."""

GOOD = 2e-4
"""A gap that is good enough to stop at in a large call."""

COARSE = 2e-5
"""Relative gap of the first search; the closing search goes to the goal's own."""

ALL_PAIRS = 200_000
"""Up to this many pairs the last attempt takes all of them."""

BISECTIONS = 8
"""Steps between a floor that no plan reaches and one that a known plan has."""

FLOOR_PRECISION = 2e-3
"""The floor is settled when the share between reached and not reached is this small."""


def solve(problem: Problem, goal: Goal | None = None, seed: int = 0, progress: Listener = lambda _: None) -> Result:
    """The best panels for a call, with a proven bound; the same call and seed give the same panels.

    Args:
        problem: the call.
        goal: weakest panel first, then the total (``Goal``).
        seed: decides which projects meet in a group when a call is too large for one search.
        progress: called between steps; what it raises cancels the solve.

    Raises:
        Blocked: the rules leave no plan; its diagnosis names projects and rules.
    """
    started = time.perf_counter()
    goal = goal or Goal()
    ordered = in_id_order(problem)
    result = _largest_total(ordered.problem, goal, seed, progress)
    if goal.floor_share is not None:
        result = _raise_weakest(result, goal, goal.floor_share, seed, progress)
    if problem.soft:
        floors = None if result.floor is None else floors_at(ordered.problem, result.floor.mean)
        result = prefer(result, floors, goal.soft_share, seed, progress)
    return in_given_order(ordered, problem, result, time.perf_counter() - started)


def _largest_total(problem: Problem, goal: Goal, seed: int, progress: Listener) -> Result:
    result = _by_flow(problem, progress) if problem.is_plain else _by_columns(problem, None, goal, seed, progress)
    if result is None:
        diagnosis = diagnose(problem)
        if diagnosis is None:
            raise AssertionError("a call that can be seated is seated")
        raise Blocked(diagnosis)
    return result


def _raise_weakest(plan: Result, goal: Goal, share: float, seed: int, progress: Listener) -> Result:
    """The largest total among the plans whose weakest panel reaches its share of the proven best."""
    problem = plan.problem
    floor = settled_by_one(problem, plan, share)
    if floor is not None:
        return replace(plan, floor=floor)
    floor = best_weakest(problem, share, progress)
    fairer = _above(problem, floor.mean, goal, seed, progress)
    if fairer is not None:
        return replace(fairer, floor=floor)
    # Whole experts may not reach what fractions reach: halve the way down to the plan that is known.
    best, low, high = plan, plan.minimum, floor.mean
    for _ in range(BISECTIONS):
        mean = (low + high) / 2
        fairer = _above(problem, mean, goal, seed, progress)
        if fairer is None:
            high = mean
        else:
            best, low = fairer, fairer.minimum
        if high - low <= FLOOR_PRECISION * abs(high):
            break
    return replace(best, floor=replace(floor, mean=min(low, best.minimum)))


def _above(problem: Problem, mean: float, goal: Goal, seed: int, progress: Listener) -> Result | None:
    return _by_columns(problem, floors_at(problem, mean), goal, seed, progress)


def _by_flow(problem: Problem, progress: Listener) -> Result | None:
    flow = solve_flow(problem, progress)
    if flow is None:
        return None
    seats = seats_of(problem, flow.arcs, flow.x)
    return Result(problem, seats, flow.bound, _status(flow.bound, flow.arcs, flow.x), flow.certificate)


def _by_columns(problem: Problem, floors: IntArray | None, goal: Goal, seed: int, progress: Listener) -> Result | None:
    master = generate(problem, Aim(floors), progress)
    plan = None if master is None else _integral(problem, master, floors, goal, seed, progress)
    if master is None or plan is None:
        return None
    arcs, x, proven = plan
    status = Status.OPTIMAL if proven else _status(master.bound, arcs, x)
    return Result(problem, seats_of(problem, arcs, x), master.bound, status, master.certificate)


def _integral(
    problem: Problem, master: Master, floors: IntArray | None, goal: Goal, seed: int, progress: Listener
) -> tuple[Arcs, BoolArray, bool] | None:
    """Whole seats near the relaxation: pairs, chosen ones, and whether they are proven best."""
    for arcs in _choices(problem, master):
        if len(arcs) <= SEARCH_ARCS:
            chosen = search(problem, arcs, floors, gap=max(goal.gap, COARSE))
            x = None if chosen is None else chosen.x
        else:
            task = Task(problem, arcs, master.certificate, floors)
            x = seat_in_groups(task, master.bound * (1 - goal.gap), seed, progress)
        if x is not None:
            return _exact(problem, master, arcs, x, floors, goal)
    return None


def _choices(problem: Problem, master: Master) -> Iterator[Arcs]:
    """Pairs to seat from, few first; whole seats may need pairs that no fraction used."""
    yield candidates(problem, master, 4)
    yield candidates(problem, master, 16)
    if problem.n_projects * problem.n_experts <= ALL_PAIRS:
        yield all_arcs(problem)
    else:
        yield merged(problem, master.arcs, keys_of(problem, first_arcs(problem, 120)))


def _exact(
    problem: Problem, master: Master, arcs: Arcs, x: BoolArray, floors: IntArray | None, goal: Goal
) -> tuple[Arcs, BoolArray, bool]:
    """Close the gap: pairs whose price keeps them out of any better plan are left aside, the rest is searched."""
    total = float(arcs.points[x].sum()) / POINTS
    slack = master.bound - total
    if slack * POINTS < 0.5 or slack <= goal.gap * abs(master.bound):
        return arcs, x, False
    most = EXACT_ARCS if slack <= GOOD * abs(master.bound) else WIDE_EXACT_ARCS
    keys = near_pairs(problem, master.certificate, slack, most)
    if keys is None:
        return arcs, x, False
    near = arcs_of(problem, keys)
    chosen = search(problem, near, floors)
    if chosen is None or near.points[chosen.x].sum() < arcs.points[x].sum():
        return arcs, x, False
    return near, chosen.x, chosen.proven


def seats_of(problem: Problem, arcs: Arcs, x: BoolArray) -> Seats:
    """Chosen pairs as panels."""
    panels: list[list[int]] = [[] for _ in range(problem.n_projects)]
    for p, e in zip(arcs.project[x].tolist(), arcs.expert[x].tolist(), strict=True):
        panels[p].append(e)
    return tuple(tuple(panel) for panel in panels)


def _status(bound: float, arcs: Arcs, x: BoolArray) -> Status:
    reached = bound * POINTS - float(arcs.points[x].sum()) < 0.5
    return Status.OPTIMAL if reached else Status.WITHIN_GAP
