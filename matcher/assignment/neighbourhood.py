"""Plans too large for one exact search: groups of similar projects are seated in turns, each group exactly.

First every group is seated under the prices of the relaxation, which speak for the groups that come later; then
groups give up their seats and are seated anew for the true scores (large neighbourhood search).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from matcher.assignment.arcs import Arcs
from matcher.assignment.certificate import Certificate
from matcher.assignment.integer import search
from matcher.assignment.part import of_projects
from matcher.assignment.problem import POINTS, BoolArray, IntArray, Problem
from matcher.assignment.result import Listener, Progress

GROUP_ARCS = 6_000
"""Pairs in one exact search: the relaxation is nearly integral, so a group this large takes a second or two."""

FIRST_ARCS = 2_000
"""Pairs in one search of the first plan."""

PASSES = 4
"""Most times that every project is seated anew."""

STALL = 1e-6
"""A pass that adds less than this share of the total is the last."""


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be seated: the call, its candidate pairs, the relaxation's prices, and floors where they hold."""

    problem: Problem
    arcs: Arcs
    prices: Certificate
    floors: IntArray | None = None


def seat_in_groups(task: Task, target: float, seed: int, progress: Listener) -> BoolArray | None:
    """(n,) bool seats over the pairs, none when a group could not be seated.

    Args:
        task: what is to be seated.
        target: stop once the total (score units) reaches it.
        seed: decides which projects meet in a group.
        progress: told after each group.
    """
    arcs = task.arcs
    random = np.random.default_rng(seed)
    x = _seat_under_prices(task, random, progress)
    if x is None:
        return None
    for step in range(PASSES):
        before = int(arcs.points[x].sum())
        for group in groups(task, random, GROUP_ARCS):
            if arcs.points[x].sum() >= target * POINTS:
                return x
            x = _seat_anew(task, x, group)
            progress(Progress("improve", step, total=float(arcs.points[x].sum()) / POINTS))
        if int(arcs.points[x].sum()) - before < STALL * before:
            break
    return x


def part(task: Task, x: BoolArray, group: IntArray) -> tuple[Task, IntArray]:
    """The task of some projects alone, under the loads that all other seats leave; and the pairs that are theirs."""
    problem, arcs = task.problem, task.arcs
    inside = np.zeros(problem.n_projects, dtype=bool)
    inside[group] = True
    theirs = np.flatnonzero(inside[arcs.project])
    used = np.bincount(arcs.expert[x & ~inside[arcs.project]], minlength=problem.n_experts)
    members = np.flatnonzero(inside)
    mine = Arcs(np.searchsorted(members, arcs.project[theirs]), arcs.expert[theirs], arcs.points[theirs])
    floors = None if task.floors is None else task.floors[members]
    return Task(of_projects(problem, members, used), mine, task.prices, floors), theirs


def _seat_anew(task: Task, x: BoolArray, group: IntArray) -> BoolArray:
    sub, theirs = part(task, x, group)
    chosen = search(sub.problem, sub.arcs, sub.floors, gap=1e-5, nodes=20)
    if chosen is None or sub.arcs.points[chosen.x].sum() <= sub.arcs.points[x[theirs]].sum():
        return x
    better = x.copy()
    better[theirs] = chosen.x
    return better


def _seat_under_prices(task: Task, random: np.random.Generator, progress: Listener) -> BoolArray | None:
    """A first plan: each group is seated for its scores less the experts' prices, which speak for later groups.

    A group that finds no seats is joined by the ones before it. Least loads bind the last group, which knows what
    the others left.
    """
    charge = np.rint(task.prices.expert * POINTS).astype(np.int64)
    x = np.zeros(len(task.arcs), dtype=bool)
    turns = list(groups(task, random, FIRST_ARCS))
    free = replace(task, problem=replace(task.problem, load_min=None))
    for step, group in enumerate(turns):
        reach = step
        joined = group
        while True:
            sub, theirs = part(task if step == len(turns) - 1 else free, x, joined)
            chosen = search(sub.problem, sub.arcs, sub.floors, charge, gap=1e-4, nodes=20)
            if chosen is not None:
                x[theirs] = chosen.x
                break
            if not reach:
                return None
            reach = max(0, reach - max(1, step - reach))
            joined = np.concatenate(turns[reach : step + 1])
        progress(Progress("seat", step))
    return x


def groups(task: Task, random: np.random.Generator, size: int) -> Iterator[IntArray]:
    """All projects in groups of about ``size`` pairs that compete for the same experts, drawn differently each time."""
    problem, arcs = task.problem, task.arcs
    count = len(arcs)
    share = csr_array((np.ones(count), (arcs.project, arcs.expert)), shape=(problem.n_projects, problem.n_experts))
    place = random.random(problem.n_projects)
    for _ in range(8):
        # Averaging over shared experts draws competitors together on a line (power iteration).
        demand = share.T @ place / np.maximum(share.sum(axis=0), 1)
        place = share @ demand / np.maximum(share.sum(axis=1), 1)
        place = (place - place.mean()) / max(float(place.std()), 1e-12)
    order = np.argsort(place, kind="stable")
    per_group = max(1, round(problem.n_projects * size / max(count, 1)))
    pieces = max(1, -(-problem.n_projects // per_group))
    yield from np.array_split(order, pieces)
