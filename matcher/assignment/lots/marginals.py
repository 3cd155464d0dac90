"""The urn of a call under plain loads: exact probabilities, as even as the cap and the expected total allow.

Probabilities are whole numbers of 1/1024. What is most even in fractions (``evenness``) is rounded by a flow of least
cost: every further 1/1024 of a pair is an arc of its own that costs more than the one before, so that the flow is the
most even one in whole numbers too. A sum of whole plans follows from whole capacities, and ``halving`` draws from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matcher.assignment.lots.evenness import Plain, even_prices
from matcher.assignment.lots.target import cap_too_low
from matcher.assignment.lots.urn import Method, Urn
from matcher.assignment.problem import POINTS, BoolArray, FloatArray, IntArray, Problem
from matcher.assignment.solver.arcs import Arcs, arcs_of

SIZE = 1024
"""Plans in the urn: probabilities are multiples of one in so many."""

MOST_PAIRS, MOST_EXPERTS = 4_000_000, 4_000
"""Larger calls are listed plan by plan: the prices would take minutes and gigabytes."""

AROUND = 2
"""Units that the flow may move a pair from its fraction."""

COST = 2**20
"""Cost of a whole probability at the margin, in the flow's whole numbers."""

ATTEMPTS = 10
"""Times that the expected total is asked for a little higher because rounding fell short of it."""


def has_marginals(problem: Problem) -> bool:
    """Whether exact probabilities can be had: plain loads of a size that the prices can be found for."""
    pairs = problem.n_projects * problem.n_experts
    return problem.is_plain and pairs <= MOST_PAIRS and problem.n_experts <= MOST_EXPERTS


def marginal_urn(problem: Problem, least: int, cap: float) -> Urn:
    """The urn of the most even probabilities.

    Args:
        problem: a call of plain loads in the order of ids.
        least: solver points that the expected total must reach.
        cap: highest probability of a pair that is not pinned.

    Raises:
        ChangeError: no probabilities under the cap reach ``least``, with how far they reach.
    """
    most = int(cap * SIZE + 1e-9)
    heap = _Heap.of(problem, most)
    best = heap.fullest()
    if best is None or heap.points(best) < least * SIZE:
        raise cap_too_low(None if best is None else heap.points(best) / (POINTS * SIZE), least / POINTS)
    units = _even(heap, least) if heap.points(best) > least * SIZE else None
    units = best if units is None else units
    held = units > 0
    return Urn(problem, Method.MARGINALS, SIZE, heap.arcs.project[held], heap.arcs.expert[held], units[held])


@dataclass(frozen=True, eq=False)
class _Heap:
    """Units of seats: the pairs, and (n,) the most units of each; pinned seats have all theirs."""

    problem: Problem
    arcs: Arcs
    high: IntArray
    pinned: BoolArray

    @classmethod
    def of(cls, problem: Problem, most: int) -> _Heap:
        arcs = arcs_of(problem, np.flatnonzero(problem.allowed(slice(None)).ravel()))
        pinned = np.zeros((problem.n_projects, problem.n_experts), dtype=bool)
        for p, e in problem.forced:
            pinned[p, e] = True
        held = pinned[arcs.project, arcs.expert]
        return cls(problem, arcs, np.where(held, SIZE, most), held)

    def points(self, units: IntArray) -> int:
        return int((self.arcs.points * units).sum())

    def fullest(self) -> IntArray | None:
        """(n,) units of the largest expected total under the cap; none when the cap leaves panels unfilled."""
        low = np.where(self.pinned, SIZE, 0)
        every = np.arange(len(self.arcs))
        return self._flow(low, every, self.high - low, -self.arcs.points)

    def nearest(self, fraction: FloatArray, worth: float) -> IntArray | None:
        """(n,) the most even units near (n,) fractions of them, for a worth of the score; none when none fit."""
        base = np.floor(fraction).astype(np.int64)
        low = np.where(self.pinned, SIZE, np.clip(base - AROUND + 1, 0, self.high))
        high = np.where(self.pinned, SIZE, np.clip(base + AROUND, 0, self.high))
        count = high - low
        pair = np.repeat(np.arange(len(low)), count)
        unit = low[pair] + np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
        cost = np.rint(COST * ((unit + 0.5) / SIZE - worth * self.arcs.points[pair] / POINTS)).astype(np.int64)
        return self._flow(low, pair, np.ones(len(pair), dtype=np.int64), cost)

    def _flow(self, low: IntArray, pair: IntArray, room: IntArray, cost: IntArray) -> IntArray | None:
        """(n,) units: ``low`` and the cheapest further ones along arcs of pairs; none when panels or loads fail."""
        from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

        problem, arcs = self.problem, self.arcs
        projects, experts = problem.n_projects, problem.n_experts
        supply = problem.size * SIZE - _summed(arcs.project, low, projects)
        held = _summed(arcs.expert, low, experts)
        least, most = np.maximum(problem.least_load * SIZE - held, 0), problem.load_max * SIZE - held
        if supply.min() < 0 or most.min() < 0:
            return None
        reward = 2 * (int(np.abs(cost).max(initial=0)) + 1) * (min(projects, experts) + 1)
        flow = SimpleMinCostFlow()
        sink = projects + experts
        used = flow.add_arcs_with_capacity_and_unit_cost(arcs.project[pair], arcs.expert[pair] + projects, room, cost)
        places = np.arange(projects, sink)
        flow.add_arcs_with_capacity_and_unit_cost(
            places, np.full(experts, sink), most - least, np.zeros(experts, dtype=np.int64)
        )
        asked = flow.add_arcs_with_capacity_and_unit_cost(
            places, np.full(experts, sink), least, np.full(experts, -reward)
        )
        flow.set_nodes_supplies(np.arange(projects), supply)
        flow.set_node_supply(sink, -int(supply.sum()))
        if flow.solve() != flow.OPTIMAL or not np.array_equal(flow.flows(asked), least):
            return None
        return low + _summed(pair, np.asarray(flow.flows(used)), len(low))


def _even(heap: _Heap, least: int) -> IntArray | None:
    """(n,) the most even units with the expected total; none where the prices are not found."""
    problem, arcs, free = heap.problem, heap.arcs, ~heap.pinned
    shape = problem.n_projects, problem.n_experts
    scores, allowed = np.zeros(shape), np.zeros(shape, dtype=bool)
    scores[arcs.project, arcs.expert] = arcs.points / POINTS
    allowed[arcs.project[free], arcs.expert[free]] = True
    pinned = _summed(arcs.expert, heap.pinned.astype(np.int64), problem.n_experts)
    call = Plain(
        scores,
        allowed,
        (problem.size - _summed(arcs.project, heap.pinned.astype(np.int64), problem.n_projects)).astype(np.float64),
        np.maximum(problem.least_load - pinned, 0).astype(np.float64),
        (problem.load_max - pinned).astype(np.float64),
    )
    cap = int(heap.high[free].max(initial=0)) / SIZE
    asked = (least - int(arcs.points[heap.pinned].sum())) / POINTS
    short = 0.0
    for _ in range(ATTEMPTS):
        found = even_prices(call, cap, asked + short)
        if found is None:
            return None
        unclipped, worth = found
        fraction = SIZE * np.clip(unclipped[arcs.project, arcs.expert], -1.0, cap)
        units = heap.nearest(fraction, worth)
        if units is None:
            return None
        missing = least - heap.points(units) / SIZE
        if missing <= 0:
            return units
        short = max(2 * short, 1.5 * missing / POINTS)
    return None


def _summed(place: IntArray, count: IntArray, length: int) -> IntArray:
    """(length,) int64 sums; exact, as the counts stay far below 2**53."""
    return np.bincount(place, weights=count, minlength=length).astype(np.int64)
