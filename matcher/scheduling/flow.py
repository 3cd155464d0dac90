"""Which meetings, before when: the exact best selection under caps and promises, as a flow of least cost (bound A).

Availability counts only as each party's number of slots, tables only as their total, so the worth of this
selection is an upper bound of every plan, and equal to it when all selected meetings find a slot.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from ortools.graph.python import min_cost_flow

from matcher.scheduling.core import UNLIMITED, Core, IntArray


@dataclass(frozen=True, slots=True)
class Selection:
    """Units chosen without times, and their value: scores less the weighted shortfall. It bounds every plan."""

    units: tuple[int, ...]
    value: int


def flow_applies(core: Core) -> bool:
    """Two sides that only meet each other, single slots and single units."""
    if any(len(m.parties) > 2 for m in core.event.meetings) or (core.length > 1).any():
        return False
    return len(core.meeting) <= len(core.event.meetings) and all(map(_is_single, core.units_of)) and bool(sides(core))


def _is_single(units: tuple[int, ...]) -> bool:
    return len(units) <= 1


def sides(core: Core) -> list[int]:
    """Side 0 or 1 per party so that every meeting joins both; empty if there is no such split."""
    neighbours: list[list[int]] = [[] for _ in range(core.parties)]
    for a, b, *_ in (core.uses[u] for u in range(len(core.meeting))):
        neighbours[a].append(b)
        neighbours[b].append(a)
    side = [-1] * core.parties
    for root in range(core.parties):
        if side[root] >= 0:
            continue
        side[root] = 0
        stack = [root]
        while stack:
            party = stack.pop()
            for other in neighbours[party]:
                if side[other] < 0:
                    side[other] = 1 - side[party]
                    stack.append(other)
                elif side[other] == side[party]:
                    return []
    return side


def select_by_flow(core: Core) -> Selection:
    """The selection of greatest value; ties are settled by the order of the units.

    Required meetings are taken out of the caps and promises first; they are part of the selection.
    """
    side = sides(core)
    required = [u for m in sorted(core.event.required) for u in core.units_of[m]]
    taken = np.zeros(core.parties, dtype=np.int64)
    for unit in required:
        for party in core.uses[unit][:2]:
            taken[party] += 1
    room = np.minimum(core.total_cap[: core.parties], core.slot_cap[: core.parties].sum(axis=1)) - taken
    network = _Network(core, room.clip(min=0), taken, side, set(required))
    chosen = sorted([*required, *network.solve()])
    return Selection(tuple(chosen), selection_value(core, chosen))


def selection_value(core: Core, units: list[int]) -> int:
    """Scores less the weighted shortfall of a selection."""
    held = np.zeros(core.parties, dtype=np.int64)
    for unit in units:
        for party in core.event.meetings[int(core.meeting[unit])].parties:
            held[party] += 1
    missing = sum(sum(core.floor_weights(p)[int(held[p]) :]) for p in range(core.parties) if held[p] < core.kept[p])
    return int(core.score[units].sum()) - missing


class _Network:
    """Source -> first side -> second side -> sink, with a dearer arc for each promised meeting."""

    def __init__(self, core: Core, room: IntArray, taken: IntArray, side: list[int], required: set[int]) -> None:
        self.core = core
        free = np.asarray(core.start.any(axis=1))
        self.units = np.array([u for u in range(len(core.meeting)) if free[u] and u not in required], dtype=np.int64)
        self.source, self.sink = core.parties, core.parties + 1
        self.flow = min_cost_flow.SimpleMinCostFlow()
        pairs = np.array([core.uses[u][:2] for u in self.units.tolist()], dtype=np.int64).reshape(-1, 2)
        flip = np.array([side[a] for a in pairs[:, 0].tolist()], dtype=bool)
        pairs[flip] = pairs[flip][:, ::-1]
        self.arcs = self.flow.add_arcs_with_capacity_and_unit_cost(
            pairs[:, 0], pairs[:, 1], np.ones(len(pairs), dtype=np.int64), -core.score[self.units]
        )
        for party in range(core.parties):
            for capacity, worth in self._steps(party, int(room[party]), int(taken[party])):
                tail, head = (self.source, party) if side[party] == 0 else (party, self.sink)
                self.flow.add_arc_with_capacity_and_unit_cost(tail, head, capacity, -worth)
        total = min(self._seats() - len(required), int(room.sum()))
        self.flow.add_arc_with_capacity_and_unit_cost(self.source, self.sink, total, 0)
        self.flow.set_node_supply(self.source, total)
        self.flow.set_node_supply(self.sink, -total)

    def _steps(self, party: int, room: int, taken: int) -> Iterator[tuple[int, int]]:
        """(meetings, worth of each) of a party: promised ones first."""
        levels = self.core.floor_weights(party)[taken : taken + room]
        changes = [i for i, (a, b) in enumerate(pairwise(levels), 1) if a != b]
        for first, last in pairwise([0, *changes, len(levels)]) if levels else []:
            yield last - first, levels[first]
        if room > len(levels):
            yield room - len(levels), 0

    def _seats(self) -> int:
        """All tables of all slots, if every meeting sits at one."""
        core = self.core
        pools = {pool for used in core.uses for pool in used[2:3]}
        if len(pools) == 1 and all(len(used) > 2 for used in core.uses):
            return int(core.slot_cap[pools.pop()].sum())
        return UNLIMITED

    def solve(self) -> list[int]:
        """The units of the best flow."""
        status = self.flow.solve()
        if status != self.flow.OPTIMAL:
            return []
        flows = np.asarray(self.flow.flows(self.arcs))
        return [int(unit) for unit in self.units[flows > 0]]
