"""Candidate pairs (project, expert): the sparse list that the solvers work on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matcher.assignment.problem import BoolArray, IntArray, Problem
from matcher.assignment.result import Seats

BLOCK = 4_000_000
"""Pairs looked at in one stroke: 16 MB of float32, so that a block stays near the cache."""


@dataclass(frozen=True, eq=False)
class Arcs:
    """Pairs sorted by project, then expert; ``points`` is what each adds to the total, in solver points."""

    project: IntArray
    expert: IntArray
    points: IntArray

    def __len__(self) -> int:
        return len(self.project)

    def take(self, chosen: BoolArray | IntArray) -> Arcs:
        """A part of the pairs, in the same order."""
        return Arcs(self.project[chosen], self.expert[chosen], self.points[chosen])


def arcs_of(problem: Problem, keys: IntArray) -> Arcs:
    """The pairs with these keys (project * E + expert), each once, forced pairs included."""
    if problem.forced:
        forced = np.array([p * problem.n_experts + e for p, e in problem.forced], dtype=np.int64)
        keys = np.concatenate([keys, forced])
    keys = np.unique(keys)
    project, expert = np.divmod(keys, problem.n_experts)
    return Arcs(project, expert, problem.points(project, expert))


def all_arcs(problem: Problem) -> Arcs:
    """Every pair that may be."""
    return arcs_of(problem, np.flatnonzero(problem.allowed(slice(None)).ravel()))


def merged(problem: Problem, arcs: Arcs, keys: IntArray) -> Arcs:
    """The pairs and some more."""
    return arcs_of(problem, np.concatenate([keys_of(problem, arcs), keys]))


def keys_of(problem: Problem, arcs: Arcs) -> IntArray:
    """(n,) int64 keys of pairs."""
    return arcs.project * problem.n_experts + arcs.expert


def is_forced(problem: Problem, arcs: Arcs) -> BoolArray:
    """(n,) bool: pairs that must be."""
    forced = np.array([p * problem.n_experts + e for p, e in problem.forced], dtype=np.int64)
    return np.isin(keys_of(problem, arcs), forced)


def blocks(problem: Problem, pairs: int = BLOCK) -> Iterator[slice]:
    """Slices of projects that together cover the matrix, about ``pairs`` pairs each."""
    rows = max(1, pairs // problem.n_experts)
    for start in range(0, problem.n_projects, rows):
        yield slice(start, min(start + rows, problem.n_projects))


def first_arcs(problem: Problem, width: int, worth: npt.NDArray[np.float32] | None = None) -> Arcs:
    """A first choice of pairs: each project's best experts, its best of every quota, and what least loads ask for.

    Args:
        problem: the call.
        width: experts per project; each quota that asks for seats adds a share of it.
        worth: (E,) float32 price per expert, subtracted before the choice.
    """
    keys: list[IntArray] = []
    quotas = [quota for quota in problem.all_quotas if quota.least.any()]
    for rows in blocks(problem):
        value = np.where(problem.allowed(rows), problem.scores[rows], -np.inf)
        if worth is not None:
            value -= worth
        keys.append(_best(value, width) + rows.start * problem.n_experts)
        for quota in quotas:
            among = np.flatnonzero(quota.members)
            need = int(quota.least[rows].max(initial=0))
            best = _best(value[:, among], width // 4 + 2 * need)
            row, column = np.divmod(best, len(among)) if len(among) else (best, best)
            keys.append((row + rows.start) * problem.n_experts + among[column])
    keys.append(_least_load_pairs(problem))
    found = np.concatenate(keys)
    if problem.forbidden is not None:
        found = found[~problem.forbidden.ravel()[found]]
    return arcs_of(problem, found)


def _best(value: npt.NDArray[np.float32], width: int) -> IntArray:
    rows, columns = value.shape
    if width >= columns:
        return np.arange(rows * columns, dtype=np.int64)
    top = np.argpartition(value, columns - width, axis=1)[:, columns - width :]
    return np.asarray(top + np.arange(rows)[:, None] * columns, dtype=np.int64).ravel()


def _least_load_pairs(problem: Problem) -> IntArray:
    """The best few projects of each expert who must have seats."""
    if problem.load_min is None:
        return np.empty(0, dtype=np.int64)
    bound = np.flatnonzero(problem.load_min)
    width = min(4 * int(problem.load_min.max(initial=0)), problem.n_projects)
    columns = max(1, BLOCK // problem.n_projects)
    keys = [np.empty(0, dtype=np.int64)]
    for start in range(0, len(bound), columns):
        expert = bound[start : start + columns]
        value = problem.scores[:, expert].T
        project = np.argpartition(value, problem.n_projects - width, axis=1)[:, problem.n_projects - width :]
        keys.append((project * problem.n_experts + expert[:, None]).ravel())
    return np.concatenate(keys)


def seats_of(problem: Problem, arcs: Arcs, x: BoolArray) -> Seats:
    """Chosen pairs as panels."""
    panels: list[list[int]] = [[] for _ in range(problem.n_projects)]
    for p, e in zip(arcs.project[x].tolist(), arcs.expert[x].tolist(), strict=True):
        panels[p].append(e)
    return tuple(tuple(panel) for panel in panels)
