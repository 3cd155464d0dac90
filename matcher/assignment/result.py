"""What a solver hands back: the panels, their worth, the proof, and why it stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from matcher.assignment.certificate import Certificate
from matcher.assignment.problem import POINTS, Problem

Seats = tuple[tuple[int, ...], ...]
"""Expert positions per project, ascending."""


class Status(StrEnum):
    """How far the proof goes."""

    OPTIMAL = "optimal"
    WITHIN_GAP = "within gap"


@dataclass(frozen=True)
class Goal:
    """What a plan is for, in this order: the weakest panel, the total, the soft terms.

    Args:
        floor_share: the weakest panel's mean score must reach this share of its proven best; none leaves it free.
        gap: stop improving once the total is proven within this share of the best.
        soft_share: where the call has soft terms, the share of the total that they must leave.
    """

    floor_share: float | None = 0.98
    gap: float = 0.0
    soft_share: float = 0.999


@dataclass(frozen=True)
class Progress:
    """A sign of life: what is being done, how good the plan is, what is proven."""

    stage: str
    step: int
    bound: float | None = None
    total: float | None = None


Listener = Callable[[Progress], None]
"""Called between steps; to cancel, raise from it. The solver then leaves nothing behind."""


@dataclass(frozen=True, eq=False)
class Floor:
    """The lexicographic first stage: the floor kept, the proven best minimum and its proof."""

    mean: float
    bound: float
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class Liking:
    """What one soft term adds to the preference: in the plan, and in the plan before soft terms were looked at."""

    term: str
    preference: float
    before: float


@dataclass(frozen=True)
class Soft:
    """The lexicographic last stage: each soft term before and after, and the total that had to stay.

    ``bound``: no plan of such a total has a larger preference; none where the call is too large to say.
    """

    terms: tuple[Liking, ...]
    least_total: float
    bound: float | None

    @property
    def preference(self) -> float:
        """The sum of the terms; larger is better."""
        return sum(term.preference for term in self.terms)

    @property
    def proven(self) -> bool:
        """No plan of such a total has a larger preference."""
        return self.bound is not None and self.preference >= self.bound - 1e-6 * max(1.0, abs(self.bound))

    @property
    def before(self) -> float:
        """The same in the plan before soft terms were looked at."""
        return sum(term.before for term in self.terms)


@dataclass(frozen=True, eq=False)
class Result:
    """A plan with its proof.

    Attributes:
        problem: the call that was solved.
        seats: expert positions per project.
        bound: no plan (under the floor, where there is one) has a larger total.
        status: ``optimal`` when the total is proven best to the last solver point.
        certificate: the prices that prove ``bound``.
        floor: the fairness stage, where one was asked for.
        soft: the soft terms' stage, where the call has any.
        seconds: wall time of the solve.
    """

    problem: Problem
    seats: Seats
    bound: float
    status: Status
    certificate: Certificate
    floor: Floor | None = None
    soft: Soft | None = None
    seconds: float = 0.0

    @cached_property
    def keys(self) -> npt.NDArray[np.int64]:
        """(n_seats,) keys (project * E + expert) of the seated pairs."""
        pairs = [p * self.problem.n_experts + e for p, panel in enumerate(self.seats) for e in panel]
        return np.array(pairs, dtype=np.int64)

    @cached_property
    def panel_points(self) -> tuple[int, ...]:
        """Integer points per panel."""
        return tuple(
            int(self.problem.points(np.full(len(panel), p), np.array(panel, dtype=np.int64)).sum())
            for p, panel in enumerate(self.seats)
        )

    @property
    def total(self) -> float:
        """Sum of the scores of all seats."""
        return sum(self.panel_points) / POINTS

    @property
    def gap(self) -> float:
        """Proven distance to the best total, as a share of it; 0 when the proof is the solver's own search."""
        if self.status is Status.OPTIMAL or not self.bound:
            return 0.0
        return max(0.0, (self.bound - self.total) / abs(self.bound))

    @property
    def minimum(self) -> float:
        """The mean score of the weakest panel."""
        return min(points / len(panel) for points, panel in zip(self.panel_points, self.seats, strict=True)) / POINTS

    @property
    def loads(self) -> tuple[int, ...]:
        """Seats per expert."""
        return tuple(np.bincount([e for panel in self.seats for e in panel], minlength=self.problem.n_experts).tolist())
