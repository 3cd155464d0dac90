"""The most even probabilities of a draw under plain loads, in fractions: the least sum of their squares.

Of all probabilities x (P, E) that fill the panels, keep the loads, stay at most at the cap and have the expected total
that is asked for, one has the least sum of squares: nobody's seat is surer than it must be. Its dual is a smooth convex
function of few prices, x = clip(worth * score + project - expert, 0, cap), which Newton's method minimises.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]

STEPS = 150
CLOSE, NEAR = 1e-9, 1e-4
"""Seats by which a sum may miss when the search ends, and by which it may where the steps get no closer."""

SHORTEST, DESCENT, ROUNDING = 1e-10, 1e-4, 1e-12
"""The shortest part of a step; the share of the promised descent that is enough; what rounding may hide of it."""

DAMP = 1e-2
"""Most that is added to the curvature where prices are free; less near the end, so that the last steps are Newton's."""

BARRED = -1e12
"""Price of a pair that may not be: below anything that prices reach."""

QUANTUM = 2.0**-20
"""Prices are rounded to it: far above what is left of the method's error, so that every machine rounds alike."""


@dataclass(frozen=True, eq=False)
class Plain:
    """Plain loads in seats: which pairs may be, their scores, seats per project, least and most seats per expert."""

    scores: Matrix
    allowed: npt.NDArray[np.bool_]
    size: Floats
    least: Floats
    most: Floats


def even_prices(call: Plain, cap: float, total: float) -> tuple[Matrix, float] | None:
    """(P, E) probabilities before they are clipped to 0..``cap``, and the worth of a score; none if not found.

    Args:
        call: the plain loads.
        cap: highest probability of a pair.
        total: the expected total that must be reached; some plan under the cap has more.
    """
    dual = _Dual(call, cap, total)
    here = dual.look(np.zeros(dual.count))
    for _ in range(STEPS):
        if here.missing < CLOSE:
            break
        following = _searched(dual, here, dual.newton(here))
        if following is None:
            break
        here = following
    if here.missing > NEAR:
        return None
    rounded = np.rint(here.at / QUANTUM) * QUANTUM
    return dual.unclipped(rounded), float(rounded[-1])


@dataclass(frozen=True, eq=False)
class _Look:
    """The dual at some prices: value, gradient, prices that stay at zero, (P, E) the pairs between 0 and the cap."""

    at: Floats
    value: float
    gradient: Floats
    held: npt.NDArray[np.bool_]
    active: npt.NDArray[np.bool_]

    @property
    def missing(self) -> float:
        """The largest sum, in seats or score units, that is not yet as it must be."""
        return float(np.abs(np.where(self.held, 0.0, self.gradient)).max())


def _searched(dual: _Dual, here: _Look, step: Floats) -> _Look | None:
    """The point along a step that lowers the dual enough (Armijo), prices kept in their bounds; none if none does."""
    size = 1.0
    while size > SHORTEST:
        tried = here.at + size * step
        there = dual.look(np.where(dual.bounded, np.maximum(tried, 0.0), tried))
        enough = DESCENT * float(here.gradient @ (there.at - here.at)) + ROUNDING * abs(here.value)
        if there.value <= here.value + enough:
            return there
        size /= 2
    return None


class _Dual:
    """The dual function of the prices: one per project, per expert's most and least load, and the worth of a score."""

    def __init__(self, call: Plain, cap: float, total: float) -> None:
        self.call, self.cap, self.total = call, cap, total
        self.projects, self.experts = call.scores.shape
        self.low = np.flatnonzero(call.least)
        self.count = self.projects + self.experts + len(self.low) + 1
        self.bounded = np.arange(self.count) >= self.projects

    def unclipped(self, at: Floats) -> Matrix:
        project, most, least = np.split(at[:-1], [self.projects, self.projects + self.experts])
        expert = -most
        expert[self.low] += least
        value: Matrix = at[-1] * self.call.scores + project[:, None] + expert
        value[~self.call.allowed] = BARRED
        return value

    def look(self, at: Floats) -> _Look:
        """The dual at some prices."""
        call = self.call
        reduced = self.unclipped(at)
        x = np.clip(reduced, 0.0, self.cap)
        rows, columns, total = x.sum(axis=1), x.sum(axis=0), float((x * call.scores).sum())
        gradient = np.concatenate(
            [rows - call.size, call.most - columns, columns[self.low] - call.least[self.low], [total - self.total]]
        )
        worth = float((x * (reduced - x / 2)).sum())
        limits = np.concatenate([-call.size, call.most, -call.least[self.low], [-self.total]])
        held = self.bounded & (at <= 0) & (gradient > 0)
        return _Look(at, worth + float(limits @ at), gradient, held, (reduced > 0) & (reduced < self.cap))

    def newton(self, here: _Look) -> Floats:
        """Newton's step; the prices of projects are eliminated, as no two of them meet in a pair."""
        gradient, damp = here.gradient, min(DAMP, here.missing)
        a = here.active.astype(np.float64)
        weighted = a * self.call.scores
        rows, columns = a.sum(axis=1) + damp, a.sum(axis=0)
        side = np.hstack([-a, a[:, self.low], weighted.sum(axis=1)[:, None]])
        other = gradient[self.projects :]
        expert = np.diag(columns)
        corner = np.block([[expert, -expert[:, self.low]], [-expert[self.low], expert[np.ix_(self.low, self.low)]]])
        edge = np.concatenate([-weighted.sum(axis=0), weighted.sum(axis=0)[self.low]])
        square = float((weighted * self.call.scores).sum())
        full = np.block([[corner, edge[:, None]], [edge[None, :], np.array([[square]])]])
        full[np.diag_indices_from(full)] += damp
        full -= side.T @ (side / rows[:, None])
        right = -other + side.T @ (gradient[: self.projects] / rows)
        free = np.flatnonzero(~here.held[self.projects :])
        step = np.zeros(len(other))
        step[free] = np.linalg.solve(full[np.ix_(free, free)], right[free])
        project = (-gradient[: self.projects] - side @ step) / rows
        return np.concatenate([project, step])
