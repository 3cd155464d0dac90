"""Which way a search goes: the cheapest that finds at least 99 of the 100 it should.

    exact    every kept row
    lists    the kept rows of the clusters nearest to the query, exactly
    codes    the same clusters by 8-bit codes inside FAISS, then the best of them exactly

Looking into clusters goes in two steps. The first looks at a few kept rows of the nearest clusters; their scores give
a floor. The second looks into every cluster that may still hold rows above the floor, so that a filter which leaves
out all that is near looks further instead of finding less. How many (`first`) and how far (`reach`) is measured when a
generation is made, for each share of rows kept, on the user's own data. Costs are counted, not timed: same data and
seed, same plans.
"""

from dataclasses import dataclass
from typing import Literal

Name = Literal["exact", "lists", "codes"]

SHARES = (1.0, 0.5, 0.05, 0.005)
"""Shares of rows kept for which a generation is calibrated; below the last one every plan is exact."""
GOAL = 0.99

# Microseconds on one core for 384 numbers a vector, measured on an AVX-512 machine; only their ratios matter.
_CALL, _ROW, _CENTROID, _CODE, _SORT = 20.0, 0.115, 0.045, 0.035, 0.015
WIDE = 0.15
"""From this share on, the members of near clusters are looked up; below, the kept rows are sorted into clusters."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Measured for one share of rows kept: rows of the first look, reach of the second, median rows of both, recall."""

    share: float
    first: int
    reach: float
    need: int
    recall: float


@dataclass(frozen=True, slots=True)
class Plan:
    """How one search inside a generation goes: about `need` of `kept` rows looked at, and the recall measured."""

    name: Name
    kept: int
    need: int
    first: int
    reach: float
    recall: float
    cost_us: float


@dataclass(frozen=True, slots=True)
class Planner:
    """Chooses the plan of a generation of `count` vectors of `dim` numbers in `lists` clusters."""

    count: int
    dim: int
    lists: int
    calibrations: tuple[Calibration, ...]

    def plan(self, kept: int, k: int) -> Plan:
        """The cheapest plan for `kept` rows that reached the goal when it was measured; exact where none is cheaper."""
        size = self.dim / 384
        exact = Plan("exact", kept, kept, 0, 0.0, 1.0, _CALL + kept * _ROW * size)
        found = self._calibrated(kept / max(1, self.count))
        if found is None or found.recall < GOAL:
            return exact
        return min(exact, self._by_clusters(found, kept, max(1.0, k / 20)), key=lambda plan: plan.cost_us)

    def _calibrated(self, share: float) -> Calibration | None:
        """The calibrations on both sides of a share as one: the larger needs, the smaller recalls."""
        above = [each for each in self.calibrations if each.share >= share]
        below = [each for each in self.calibrations if each.share <= share]
        if not above or not below:
            return None
        one, other = min(above, key=lambda each: each.share), max(below, key=lambda each: each.share)
        return Calibration(
            share,
            max(one.first, other.first),
            max(one.reach, other.reach),
            max(one.need, other.need),
            min(one.recall, other.recall),
        )

    def _by_clusters(self, found: Calibration, kept: int, deeper: float) -> Plan:
        size = self.dim / 384
        first, need = (min(kept, round(rows * deeper)) for rows in (found.first, found.need))
        near = 4 * _CALL + self.lists * _CENTROID * size
        if found.share < WIDE:
            return Plan("lists", kept, need, first, found.reach, found.recall, near + kept * _SORT + need * _ROW * size)
        cost = near + 2 * _CALL + need / found.share * _CODE * size
        return Plan("codes", kept, need, first, found.reach, found.recall, cost)
