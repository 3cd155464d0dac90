"""The last goal: of the plans that are as good, the one that the soft terms like best.

Soft terms (rotation, pairs drawn lately, closeness) are a number for each pair, ``Problem.preference``. They may take a
settable share of the total, and nothing of the weakest panel's floor or of any rule.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from matcher.assignment.arcs import arcs_of, keys_of
from matcher.assignment.groups import Task, groups, part
from matcher.assignment.integer import search_preferred
from matcher.assignment.pricing import near_pairs
from matcher.assignment.problem import POINTS, BoolArray, FloatArray, IntArray
from matcher.assignment.result import Listener, Progress, Result, Soft, Status

SEARCH_ARCS = 6_000
"""Most pairs in one exact search; beyond, groups of projects take turns."""

MOST_ARCS = 200_000
"""Of more pairs that could be in such a plan the nearest to the best are looked at."""

HALVINGS = 20
"""Times that the reach is halved to find so few."""


def prefer(plan: Result, floors: IntArray | None, share: float, seed: int, progress: Listener) -> Result:
    """The plan with the largest preference whose total is at least ``share`` of this plan's.

    Args:
        plan: a plan of a call with a preference.
        floors: (P,) least panel points, where floors hold.
        share: 1.0 keeps the total to the last solver point.
        seed: decides which projects meet in a group when the call is too large for one search.
        progress: told after each search.
    """
    problem = plan.problem
    preference = problem.preference
    if preference is None:
        return plan
    mine = _keys(plan)
    least = math.ceil(share * sum(plan.panel_points) - 1e-6)
    slack = max(0.0, plan.bound - least / POINTS) + 1 / POINTS
    arcs = arcs_of(problem, np.concatenate([mine, _nearest(plan, slack)]))
    x = np.isin(keys_of(problem, arcs), mine)
    liked = preference[arcs.project, arcs.expert].astype(np.float64)
    if len(arcs) <= SEARCH_ARCS:
        chosen = search_preferred(problem, arcs, liked, least, floors)
        proven = chosen is not None and chosen.proven
        x = x if chosen is None else chosen.x
    else:
        x, proven = _in_turns(Task(problem, arcs, floors), x, liked, least, seed, progress), False
    seats = tuple(tuple(arcs.expert[x & (arcs.project == p)].tolist()) for p in range(problem.n_projects))
    kept = int(arcs.points[x].sum())
    status = plan.status if kept == sum(plan.panel_points) else Status.WITHIN_GAP
    soft = Soft(float(liked[x].sum()), float(preference.ravel()[mine].sum()), least / POINTS, proven)
    return replace(plan, seats=seats, status=status, soft=soft)


def _keys(plan: Result) -> IntArray:
    pairs = [p * plan.problem.n_experts + e for p, panel in enumerate(plan.seats) for e in panel]
    return np.array(pairs, dtype=np.int64)


def _nearest(plan: Result, slack: float) -> IntArray:
    """Keys of the pairs that a plan within the slack could hold; fewer, nearer ones where they are too many."""
    for _ in range(HALVINGS):
        keys = near_pairs(plan.problem, plan.certificate, slack, MOST_ARCS)
        if keys is not None:
            return keys
        slack /= 2
    return _keys(plan)  # so many pairs are equal that none is nearer than the others


def _in_turns(task: Task, x: BoolArray, liked: FloatArray, least: int, seed: int, progress: Listener) -> BoolArray:
    """Groups of projects are seated anew one after the other, each as much for the soft terms as the total allows."""
    points = task.arcs.points
    for step, group in enumerate(groups(task, np.random.default_rng(seed), SEARCH_ARCS)):
        sub, theirs = part(task, x, group)
        spare = int(points[x].sum()) - least
        needed = int(points[theirs][x[theirs]].sum()) - spare
        chosen = search_preferred(sub.problem, sub.arcs, liked[theirs], needed, sub.floors, nodes=20)
        if chosen is not None and liked[theirs][chosen.x].sum() > liked[theirs][x[theirs]].sum() + 1e-9:
            x = x.copy()
            x[theirs] = chosen.x
        progress(Progress("soft terms", step, total=float(points[x].sum()) / POINTS))
    return x
