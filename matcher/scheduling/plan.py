"""The result of planning: who meets whom, when and where, how good that is and how good it could be."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


def unhurried() -> float:
    """Seconds left when nobody waits: the work alone is limited, and the same plan comes out again."""
    return math.inf


def share(left: Callable[[], float], part: float) -> Callable[[], float]:
    """Seconds left of a part of the time that is left now; the rest is kept for what comes after."""
    kept = (1 - part) * left()
    return left if math.isinf(kept) else lambda: left() - kept


Status = Literal["optimal", "feasible", "infeasible"]


@dataclass(frozen=True, slots=True)
class Seat:
    """One held meeting: its number, start slot, table id (None at a stand, by video) and the persons who go."""

    meeting: int
    slot: int
    table: str | None = None
    people: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan of an event with its goals and their bounds.

    ``value`` is the score less the weighted shortfall, ``bound`` what no plan can exceed. ``breaks_bound`` holds
    for the meetings that were selected. ``status`` is ``optimal`` when the value reaches its bound and, where all
    meetings are given, the breaks theirs. ``method`` names the rung of the ladder that gave the plan.
    """

    event: str
    seats: tuple[Seat, ...]
    status: Status
    value: int
    bound: int
    score: int
    shortfall: int
    breaks: int
    breaks_bound: int
    seed: int
    method: str
    reasons: tuple[str, ...] = ()
    version: int = 1
    work: Mapping[str, int] = field(default_factory=dict)

    @property
    def gap(self) -> float:
        """How far the value may be from the best, as a share of the bound; 0 is proven."""
        return (self.bound - self.value) / max(1, abs(self.bound))

    @property
    def at(self) -> dict[int, int]:
        """Meeting -> start slot."""
        return {seat.meeting: seat.slot for seat in self.seats}

    @property
    def seat_of(self) -> dict[int, Seat]:
        """Meeting -> its seat."""
        return {seat.meeting: seat for seat in self.seats}

    @property
    def digest(self) -> str:
        """SHA-256 of who meets when and where: the same plan has the same digest on any machine."""
        rows = [[s.meeting, s.slot, s.table, s.people] for s in self.seats]
        return hashlib.sha256(json.dumps(rows, separators=(",", ":")).encode()).hexdigest()

    def rows(self) -> list[tuple[int, int, str | None, tuple[tuple[int, int], ...]]]:
        """(meeting, slot, table, people) as ``check`` reads them."""
        return [(s.meeting, s.slot, s.table, s.people) for s in self.seats]

    def document(self, seconds: float | None = None) -> dict[str, Any]:
        """The plan as the benchmark runner writes it; a table that is a number is written as one."""
        result: dict[str, Any] = {
            "instance": self.event,
            "meetings": [[s.meeting, s.slot, _table(s.table)] for s in self.seats],
            "status": self.status,
            "value": self.value,
            "bound": self.bound,
            "breaks": self.breaks,
            "breaks_bound": self.breaks_bound,
        }
        if seconds is not None:
            result["seconds"] = round(seconds, 3)
        result |= {"score": self.score, "shortfall": self.shortfall, "seed": self.seed, "method": self.method}
        return result | {"reasons": list(self.reasons), "digest": self.digest}


def _table(table: str | None) -> str | int | None:
    return int(table) if table is not None and table.isdecimal() else table
