"""The rules of a call as linear rows over candidate pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from matcher.assignment.problem import IntArray, Problem
from matcher.assignment.solver.arcs import Arcs

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Rows:
    """lower <= matrix @ x <= upper, and what each row stands for.

    Rows come in the order sizes (P), loads (E), quotas (``quota`` tells which, ``quota_project`` where), caps
    (``cap``, ``cap_project``, ``cap_group``).
    """

    matrix: csr_array
    lower: Floats
    upper: Floats
    quota: IntArray
    quota_project: IntArray
    cap: IntArray
    cap_project: IntArray
    cap_group: IntArray


def rows_of(problem: Problem, arcs: Arcs) -> Rows:
    """Every rule that the pairs could break."""
    build = _Builder(len(arcs))
    build.add(arcs.project, np.arange(len(arcs)), problem.size, problem.size)
    build.add(arcs.expert, np.arange(len(arcs)), problem.least_load, problem.load_max)
    quota, quota_project = _quota_rows(problem, arcs, build)
    cap, cap_project, cap_group = _cap_rows(problem, arcs, build)
    return Rows(
        build.matrix(), np.concatenate(build.lower), np.concatenate(build.upper), quota, quota_project, cap,
        cap_project, cap_group,
    )  # fmt: skip


class _Builder:
    """Collects blocks of rows."""

    def __init__(self, n_arcs: int) -> None:
        self.n_arcs = n_arcs
        self.count = 0
        self.row: list[IntArray] = []
        self.column: list[IntArray] = []
        self.lower: list[Floats] = []
        self.upper: list[Floats] = []

    def add(self, row: IntArray, column: IntArray, lower: IntArray, upper: IntArray) -> None:
        """Rows numbered from zero, each summing its columns."""
        self.row.append(row + self.count)
        self.column.append(column)
        self.lower.append(lower.astype(np.float64))
        self.upper.append(upper.astype(np.float64))
        self.count += len(lower)

    def matrix(self) -> csr_array:
        """All blocks as one matrix."""
        row, column = np.concatenate(self.row), np.concatenate(self.column)
        return csr_array((np.ones(len(row)), (row, column)), shape=(self.count, self.n_arcs))


def _quota_rows(problem: Problem, arcs: Arcs, build: _Builder) -> tuple[IntArray, IntArray]:
    which, where = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for number, quota in enumerate(problem.all_quotas):
        binds = np.flatnonzero((quota.least > 0) | (quota.most < problem.size))
        place = np.full(problem.n_projects, -1)
        place[binds] = np.arange(len(binds))
        column = np.flatnonzero(quota.members[arcs.expert] & (place[arcs.project] >= 0))
        build.add(place[arcs.project[column]], column, quota.least[binds], quota.most[binds])
        which.append(np.full(len(binds), number))
        where.append(binds)
    return np.concatenate(which), np.concatenate(where)


def _cap_rows(problem: Problem, arcs: Arcs, build: _Builder) -> tuple[IntArray, IntArray, IntArray]:
    which, where, groups = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for number, cap in enumerate(problem.all_caps):
        column, group = memberships(problem, arcs, number)
        key, row, count = np.unique(
            arcs.project[column] * cap.n_groups + group, return_inverse=True, return_counts=True
        )
        project, group_of_row = np.divmod(key, max(cap.n_groups, 1))
        binds = count > cap.most[project]
        place = np.cumsum(binds) - 1
        kept = binds[row]
        most = cap.most[project[binds]]
        build.add(place[row[kept]], column[kept], np.zeros_like(most), most)
        which.append(np.full(len(most), number))
        where.append(project[binds])
        groups.append(group_of_row[binds])
    return np.concatenate(which), np.concatenate(where), np.concatenate(groups)


def memberships(problem: Problem, arcs: Arcs, number: int) -> tuple[IntArray, IntArray]:
    """The memberships of the pairs under one cap: (m,) position of the pair, (m,) its group."""
    cap = problem.all_caps[number]
    order = np.argsort(cap.expert, kind="stable")
    start = np.searchsorted(cap.expert[order], np.arange(problem.n_experts + 1))
    count = np.diff(start)[arcs.expert]
    column = np.repeat(np.arange(len(arcs)), count)
    offset = np.arange(len(column)) - np.repeat(np.cumsum(count) - count, count)
    return column, cap.group[order][start[arcs.expert][column] + offset]
