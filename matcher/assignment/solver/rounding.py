"""From fractional seats to whole ones: what the relaxation seats nearly whole stays, the rest is searched exactly.

The relaxation of panels is nearly integral (9 of 10 panels of a call of 10,000 x 20,000 come out whole), so the open
seats are a small program, although each of them is searched together with all others.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from matcher.assignment.problem import BoolArray
from matcher.assignment.solver.arcs import is_forced
from matcher.assignment.solver.groups import Task, part
from matcher.assignment.solver.integer import search
from matcher.assignment.solver.rows import rows_of

SURE, LIKELY = 0.99, 0.9
"""Shares of a seat from which a panel counts as seated; the second where too much would stay open."""

FREE_ARCS = 10_000
"""Up to so many pairs the open panels are seated anew; of more the sure seats are held: 4 s against 52 s at 35,000."""

GAP = 1e-5
"""Relative gap at which the search for the open seats stops."""


def whole_seats(task: Task, share: npt.NDArray[np.float64], thorough: bool = True) -> BoolArray | None:
    """(n,) bool seats over the pairs of the task; none when these pairs hold no plan that was found.

    Args:
        task: what is to be seated.
        share: (n,) how much of each seat the relaxation gives, 0 to 1.
        thorough: where the open projects find no seats, take in more and more of the others.
    """
    sure = _keeping_rules(task, share >= SURE)
    projects = ~_is_whole(task, sure)
    if _pairs_of(task, projects) > FREE_ARCS:
        sure = _keeping_rules(task, share >= LIKELY)
        projects = ~_is_whole(task, sure)
    while True:
        seated = _seated(task, sure, projects)
        if seated is not None or projects.all() or not thorough:
            return seated
        projects = _with_neighbours(task, sure, projects)


def _seated(task: Task, sure: BoolArray, projects: BoolArray) -> BoolArray | None:
    """The open projects seated beside all others: freely where they are few, else around their sure seats first."""
    if not projects.any():
        load = np.bincount(task.arcs.expert[sure], minlength=task.problem.n_experts)
        return sure if (load >= task.problem.least_load).all() else None
    sub, theirs = part(task, sure, np.flatnonzero(projects))
    for held in (None,) if len(theirs) <= FREE_ARCS else (sure[theirs], None):
        chosen = search(sub.problem, sub.arcs, sub.floors, gap=GAP, held=held)
        if chosen is not None:
            seated = sure.copy()
            seated[theirs] = chosen.x
            return seated
    return None


def _pairs_of(task: Task, projects: BoolArray) -> int:
    return int(projects[task.arcs.project].sum())


def _keeping_rules(task: Task, sure: BoolArray) -> BoolArray:
    """Sure seats less those that together exceed a load, a quota or a cap."""
    rows = rows_of(task.problem, task.arcs)
    exceeded = rows.matrix @ sure > rows.upper + 0.5
    return np.asarray(sure & ~(rows.matrix.T @ exceeded > 0), dtype=bool)


def _is_whole(task: Task, sure: BoolArray) -> BoolArray:
    """(P,) bool: the sure seats fill the panel, meet its quotas and reach its floor."""
    problem, arcs = task.problem, task.arcs
    project, expert = arcs.project[sure], arcs.expert[sure]
    whole = np.bincount(project, minlength=problem.n_projects) == problem.size
    for quota in problem.all_quotas:
        whole &= np.bincount(project[quota.members[expert]], minlength=problem.n_projects) >= quota.least
    whole[arcs.project[is_forced(problem, arcs) & ~sure]] = False
    if task.floors is not None:
        points = np.bincount(project, weights=arcs.points[sure], minlength=problem.n_projects)
        whole &= points >= task.floors - 0.5
    return np.asarray(whole, dtype=bool)


def _with_neighbours(task: Task, sure: BoolArray, wanted: BoolArray) -> BoolArray:
    """The projects and those that hold experts whom they could have; all projects where that adds none."""
    arcs = task.arcs
    sought = np.zeros(task.problem.n_experts, dtype=bool)
    sought[arcs.expert[wanted[arcs.project]]] = True
    wider = wanted.copy()
    wider[arcs.project[sure & sought[arcs.expert]]] = True
    return np.ones_like(wanted) if wider.sum() == wanted.sum() else wider
