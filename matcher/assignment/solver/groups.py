"""Tasks, parts of tasks, and groups of projects that compete for the same experts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from matcher.assignment.problem import BoolArray, IntArray, Problem
from matcher.assignment.solver.arcs import Arcs
from matcher.assignment.solver.part import of_projects


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be seated: the call, its candidate pairs, and floors where they hold."""

    problem: Problem
    arcs: Arcs
    floors: IntArray | None = None


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
    return Task(of_projects(problem, members, used), mine, floors), theirs


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
