"""Two alternates for every seat, prepared beforehand and reserved so that they can all be called together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matcher.assignment.changes.fitting import fitting, loads_of, within_cap
from matcher.assignment.problem import BoolArray, IntArray, Problem
from matcher.assignment.result import Seats

PER_SEAT = 2


@dataclass(frozen=True, slots=True)
class Alternate:
    """Who may replace a member. ``joint``: also when any other seats of the call are replaced by their alternates."""

    expert: int
    joint: bool


Alternates = dict[tuple[int, int], tuple[Alternate, ...]]
"""By (project, member): the alternates, first to be asked first. Fewer than two where the pool has no more."""


def alternates(problem: Problem, seats: Seats) -> Alternates:
    """The best alternates for every seat, each keeping every rule on its own, and jointly where the pool allows.

    Jointly means: whichever seats of the call decline, and whichever of their alternates step in, all rules still
    hold. For that an alternate is of every kind that the member counts for under a quota, shares no capped group with
    another alternate of the panel beyond the cap, and its load is reserved. Seats are served in turns, all first
    alternates before the second ones, so that a scarce kind is spread.
    """
    load = loads_of(problem, seats)
    reserved = np.zeros(problem.n_experts, dtype=np.int64)
    found: dict[tuple[int, int], list[Alternate]] = {(p, e): [] for p, panel in enumerate(seats) for e in panel}
    for _ in range(PER_SEAT):
        for (p, e), chosen in found.items():
            panel = seats[p]
            standby = [a.expert for member in panel for a in found[p, member]]
            alone = fitting(problem, p, [m for m in panel if m != e], load)
            alone[[e, *(a.expert for a in chosen)]] = False
            joint = alone & _same_kind(problem, p, e) & (load + reserved < problem.load_max)
            joint[standby] = False
            others = [m for m in panel if m != e] + [a for a in standby if a not in {c.expert for c in chosen}]
            for number in range(len(problem.all_caps)):
                joint &= within_cap(problem, number, p, others)
            pick = joint if joint.any() else alone
            best = _best(problem, p, pick)
            if best is not None:
                chosen.append(Alternate(best, bool(joint.any())))
                reserved[best] += int(joint.any())
    return {seat: tuple(chosen) for seat, chosen in found.items()}


def _same_kind(problem: Problem, p: int, e: int) -> BoolArray:
    """(E,) bool: who counts under the panel's quotas as the member does, as far as the quotas ask."""
    same = np.ones(problem.n_experts, dtype=bool)
    for quota in problem.all_quotas:
        if quota.least[p] > 0 and quota.members[e]:
            same &= quota.members
        if quota.most[p] < problem.size[p] and not quota.members[e]:
            same &= ~quota.members
    return same


def _best(problem: Problem, p: int, pick: BoolArray) -> int | None:
    among: IntArray = np.flatnonzero(pick)
    if not len(among):
        return None
    return int(among[np.argmax(problem.points(np.full(len(among), p), among))])
