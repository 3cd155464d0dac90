"""The last goal: of the plans that are as good, the one that the soft terms like best.

Soft terms (rotation, pairs drawn lately, spread over regions) may take a settable share of the total, and nothing of
the weakest panel's floor or of any rule.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from matcher.assignment.problem import POINTS, BoolArray, IntArray, Problem
from matcher.assignment.result import Liking, Listener, Progress, Result, Soft, Status
from matcher.assignment.solver.arcs import Arcs, arcs_of, keys_of, seats_of
from matcher.assignment.solver.groups import Task, groups, part
from matcher.assignment.solver.integer import search_preferred
from matcher.assignment.solver.pricing import near_pairs
from matcher.assignment.solver.softlinear import FIRST_COLUMNS, Relaxed, relaxed
from matcher.assignment.terms import worth_of

SEARCH_ARCS = 6_000
"""Most pairs in one exact search; of more, those nearest to the relaxation are searched."""

PER_SEAT = 3
"""Pairs per seat that such a search has at least."""

NODES = 100
"""Branches of such a search."""

MOST_SEATS = 4_000
"""Above so many seats the relaxation takes minutes: groups of projects take turns."""

MOST_ARCS = 600_000
"""Of more pairs that could be in such a plan the nearest to the best are looked at."""

HALVINGS = 20
"""Times that the reach is halved to find so few."""


def prefer(plan: Result, floors: IntArray | None, share: float, seed: int, progress: Listener) -> Result:
    """The plan with the largest preference whose total is at least ``share`` of this plan's.

    Args:
        plan: a plan of a call with soft terms.
        floors: (P,) least panel points, where floors hold.
        share: 1.0 keeps the total to the last solver point.
        seed: decides which projects meet in a group when the call is too large for one search.
        progress: told after each search.
    """
    problem = plan.problem
    mine = plan.keys
    least = math.ceil(share * sum(plan.panel_points) - 1e-6)
    slack = max(0.0, plan.bound - least / POINTS) + 1 / POINTS
    near, whole = _nearest(plan, slack, MOST_ARCS)
    arcs = arcs_of(problem, np.concatenate([mine, near]))
    x = np.isin(keys_of(problem, arcs), mine)
    bound: float | None = None
    if len(arcs) <= SEARCH_ARCS:
        chosen = search_preferred(problem, arcs, least, floors)
        if chosen is not None:
            x, bound = chosen.x, liked(problem, arcs.take(chosen.x)) if chosen.proven else None
    elif problem.n_seats <= MOST_SEATS:
        first = x | np.isin(keys_of(problem, arcs), _nearest(plan, slack, FIRST_COLUMNS)[0])
        relaxation = relaxed(problem, arcs, first, least, floors)
        progress(Progress("soft terms", 0))
        x, bound = _near(relaxation, Task(problem, arcs, floors), x, least), relaxation.bound
    else:
        x = _in_turns(Task(problem, arcs, floors), x, least, seed, progress)
    seats = seats_of(problem, arcs, x)
    kept = int(arcs.points[x].sum())
    status = plan.status if kept == sum(plan.panel_points) else Status.WITHIN_GAP
    before, after = np.divmod(mine, problem.n_experts), (arcs.project[x], arcs.expert[x])
    terms = tuple(Liking(term.name, worth_of(term, *after), worth_of(term, *before)) for term in problem.soft)
    soft = Soft(terms, least / POINTS, bound if whole else None)
    return replace(plan, seats=seats, status=status, soft=soft)


def _nearest(plan: Result, slack: float, most: int) -> tuple[IntArray, bool]:
    """Keys of the pairs that a plan within the slack could hold, and whether these are all; else nearer, fewer ones."""
    for halvings in range(HALVINGS):
        keys = near_pairs(plan.problem, plan.certificate, slack / 2**halvings, most)
        if keys is not None:
            return keys, not halvings
    return plan.keys, False  # so many pairs are equal that none is nearer than the others


def _near(relaxation: Relaxed, task: Task, x: BoolArray, least: int) -> BoolArray:
    """The most liked plan over the pairs that cost least of the relaxation's bound, or the one that was."""
    count = max(SEARCH_ARCS, PER_SEAT * task.problem.n_seats)
    kept = np.sort(np.argsort(np.where(x, -1.0, relaxation.cost), kind="stable")[:count])
    arcs = task.arcs.take(kept)
    chosen = search_preferred(task.problem, arcs, least, task.floors, NODES)
    if chosen is None or liked(task.problem, arcs.take(chosen.x)) <= liked(task.problem, task.arcs.take(x)):
        return x
    better = np.zeros_like(x)
    better[kept] = chosen.x
    return better


def _in_turns(task: Task, x: BoolArray, least: int, seed: int, progress: Listener) -> BoolArray:
    """Groups of projects are seated anew one after the other, each for its share of what the total may give up."""
    points = task.arcs.points
    room, served = int(points[x].sum()) - least, 0
    for step, group in enumerate(groups(task, np.random.default_rng(seed), SEARCH_ARCS)):
        sub, theirs = part(task, x, group)
        served += sub.problem.n_seats
        spare = int(points[x].sum()) - least - room * (task.problem.n_seats - served) // task.problem.n_seats
        needed = int(points[theirs][x[theirs]].sum()) - spare
        chosen = search_preferred(sub.problem, sub.arcs, needed, sub.floors, nodes=20)
        now = sub.arcs.take(x[theirs])
        if chosen is not None and liked(sub.problem, sub.arcs.take(chosen.x)) > liked(sub.problem, now) + 1e-9:
            x = x.copy()
            x[theirs] = chosen.x
        progress(Progress("soft terms", step, total=float(points[x].sum()) / POINTS))
    return x


def liked(problem: Problem, seats: Arcs) -> float:
    """The preference of a plan."""
    return sum(worth_of(term, seats.project, seats.expert) for term in problem.soft)
