"""Who could take a seat: the experts who keep every rule of a panel when one member is replaced."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from matcher.assignment.problem import BoolArray, IntArray, Problem
from matcher.assignment.result import Seats


def loads_of(problem: Problem, seats: Seats) -> IntArray:
    """(E,) seats per expert."""
    held = np.array([e for panel in seats for e in panel], dtype=np.int64)
    return np.bincount(held, minlength=problem.n_experts)


def fitting(problem: Problem, p: int, rest: Sequence[int], load: IntArray) -> BoolArray:
    """(E,) bool: who may fill the last seat of a panel beside ``rest``, with load to spare.

    Args:
        problem: the call.
        p: the project.
        rest: the other members, one fewer than the panel's size.
        load: (E,) seats that experts hold already; whoever would exceed load_max is out.
    """
    members = list(rest)
    fits: BoolArray = problem.allowed([p])[0] & (load < problem.load_max)
    fits[members] = False
    for quota in problem.all_quotas:
        count = int(quota.members[members].sum())
        if count < quota.least[p]:
            fits &= quota.members if count == quota.least[p] - 1 else False
        if count >= quota.most[p]:
            fits &= ~quota.members
    for number in range(len(problem.all_caps)):
        fits &= within_cap(problem, number, p, members)
    return fits


def within_cap(problem: Problem, number: int, p: int, members: Sequence[int]) -> BoolArray:
    """(E,) bool: who may join the members without exceeding a cap."""
    cap = problem.all_caps[number]
    count = np.bincount(cap.group[np.isin(cap.expert, members)], minlength=cap.n_groups)
    fits = np.ones(problem.n_experts, dtype=bool)
    fits[cap.expert[count[cap.group] >= cap.most[p]]] = False
    return fits
