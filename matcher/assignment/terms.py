"""Soft terms: what decides last, between plans whose totals differ by no more than the goal allows.

Each term adds one number to the preference of a plan; the preference is their sum, larger is better.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Taste:
    """What each pair is worth beside its score: rotation, pairs drawn lately, closeness.

    ``worth`` is (P, E) float32, finite.
    """

    name: str
    worth: npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Spread:
    """Panels drawn from many groups: every seat of a panel beyond the first of its group takes ``weight`` off.

    Seats are counted and not groups, because somebody whose region is unknown then neither helps nor harms; where
    everybody is of exactly one group, it comes to the same as counting the groups.

    Membership is a list of pairs as in ``Cap``: expert ``expert[i]`` is of group ``group[i]``, each pair once. Somebody
    of two groups counts in both.
    """

    name: str
    expert: IntArray
    group: IntArray
    weight: float = 1.0

    @cached_property
    def n_groups(self) -> int:
        """Number of groups."""
        return int(self.group.max(initial=-1)) + 1

    def repeats(self, project: IntArray, expert: IntArray) -> int:
        """Seats beyond the first of a group, over all panels; ``project`` and ``expert`` are (n,) seats."""
        seat, group = self.memberships(expert)
        held = np.unique(project[seat] * self.n_groups + group)
        return len(seat) - len(held)

    def memberships(self, expert: IntArray) -> tuple[IntArray, IntArray]:
        """The memberships of (n,) experts: (m,) position among the n, (m,) its group."""
        order = np.argsort(self.expert, kind="stable")
        first, last = (np.searchsorted(self.expert[order], expert, side) for side in ("left", "right"))
        count = last - first
        seat = np.repeat(np.arange(len(expert)), count)
        within = np.arange(len(seat)) - np.repeat(np.cumsum(count) - count, count)
        return seat, self.group[order][first[seat] + within]


SoftTerm = Taste | Spread


def worth_of(term: SoftTerm, project: IntArray, expert: IntArray) -> float:
    """What a term adds to the preference of the plan with these (n,) seats."""
    if isinstance(term, Taste):
        return float(term.worth[project, expert].astype(np.float64).sum())
    return -term.weight * term.repeats(project, expert)
