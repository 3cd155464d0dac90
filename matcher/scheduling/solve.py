"""The plan of an event: the ladder from counts over flow, chains and linear programs to few breaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from matcher.scheduling.chains import Board
from matcher.scheduling.check import check
from matcher.scheduling.compact import Compacted, Effort, compact, timetable_exactly
from matcher.scheduling.core import Core, compile_event
from matcher.scheduling.flow import flow_applies, select_by_flow, selection_value
from matcher.scheduling.linear import plan_by_columns
from matcher.scheduling.places import assign_people, assign_tables
from matcher.scheduling.plan import Plan, Seat
from matcher.scheduling.problem import Event

Tell = Callable[[str, float], None]


def solve(
    event: Event, seed: int = 0, effort: Effort | None = None, seconds: float | None = None, tell: Tell | None = None
) -> Plan:
    """The best plan of an event with its bound: same event, seed and effort, same plan.

    Parameters: ``effort`` limits the work; ``seconds`` bounds the integer programs by the clock too (leave it out
    where the same plan must come out again); ``tell(stage, value)`` is called while it runs.
    """
    core = compile_event(event)
    effort = effort or Effort()
    if event.is_timetable:
        return _timetable(core, seed, effort, tell)
    placed, bound, method, infeasible = _select(core, effort, seconds, tell)
    if placed is None:
        return _no_plan(event, seed, method, infeasible)
    compacted = compact(core, placed, seed, effort, tell)
    return finish(core, compacted, bound, seed, method)


def _timetable(core: Core, seed: int, effort: Effort, tell: Tell | None) -> Plan:
    meetings = list(range(len(core.event.meetings)))
    answer = timetable_exactly(core, meetings, effort.timetable_conflicts)
    if answer.infeasible:
        return _no_plan(core.event, seed, "maxsat", infeasible=True)
    bound = selection_value(core, [u for m in meetings for u in core.units_of[m][:1]])
    if answer.placement is not None:
        done = Compacted(dict(answer.placement.values()), answer.breaks, answer.bound, answer.conflicts)
        return finish(core, done, bound, seed, "maxsat")
    placed, left = _insert([u for m in meetings for u in core.units_of[m][:1]], core)
    if left:
        return _no_plan(core.event, seed, "chains", infeasible=False)
    done = compact(core, placed, seed, replace(effort, exact_columns=0), tell)
    return finish(core, replace(done, bound=max(done.bound, answer.bound)), bound, seed, "chains")


def _select(
    core: Core, effort: Effort, seconds: float | None, tell: Tell | None
) -> tuple[dict[int, int] | None, int, str, bool]:
    """Which meetings in which slots: (placed, bound, method, proven infeasible)."""
    if flow_applies(core):
        selection = select_by_flow(core)
        if tell is not None:
            tell("bound", selection.value)
        placed, left = _insert(list(selection.units), core)
        if not left:
            return placed, selection.value, "flow", False
    answer, relaxation = plan_by_columns(core, effort.nodes, seconds, tell)
    if answer.columns is None:
        return None, 0, "columns", answer.infeasible
    bound = int(np.floor(min(answer.bound, relaxation.value) + 1e-6))
    return dict(answer.columns), bound, "columns", False


def _insert(units: list[int], core: Core) -> tuple[dict[int, int], list[int]]:
    """Slots for units by least load and chains: the placed ones and those that found none."""
    board = Board(core, units)
    freedom = core.start[units].sum(axis=1)
    left = []
    load = [0] * core.slots
    for _, unit in sorted(zip(freedom.tolist(), units, strict=True)):
        if not board.insert(unit, sorted(range(core.slots), key=lambda t: (load[t], t))):
            left.append(unit)
            continue
        load[board.slot_of[unit]] += 1
    return {u: t for u, t in board.slot_of.items() if t >= 0}, left


def finish(
    core: Core, done: Compacted, bound: int, seed: int, method: str, stays: Mapping[int, Seat] | None = None
) -> Plan:
    """The plan of placed units: tables, persons, checked goals. ``stays``: seats that keep table and persons."""
    event = core.event
    tables, people = assign_tables(core, done.placed, stays), assign_people(core, done.placed, stays)
    seats = sorted(
        (Seat(int(core.meeting[u]), t, tables.get(u), people[u]) for u, t in done.placed.items()),
        key=lambda seat: seat.meeting,
    )
    checked = check(event, [(s.meeting, s.slot, s.table, s.people) for s in seats])
    if not checked.holds:
        raise AssertionError(f"the plan breaks its own rules: {checked.broken[:3]}")
    value = selection_value(core, sorted(done.placed))
    proven = value >= bound and (not event.is_timetable or done.breaks <= done.bound)
    return Plan(
        event=event.name,
        seats=tuple(seats),
        status="optimal" if proven else "feasible",
        value=value,
        bound=bound,
        score=checked.score,
        shortfall=checked.shortfall,
        breaks=checked.breaks,
        breaks_bound=min(done.bound, checked.breaks),
        seed=seed,
        method=method,
        work={"conflicts": done.conflicts},
    )


def _no_plan(event: Event, seed: int, method: str, infeasible: bool) -> Plan:
    return Plan(
        event=event.name,
        seats=(),
        status="infeasible" if infeasible else "feasible",
        value=0,
        bound=0,
        score=0,
        shortfall=0,
        breaks=0,
        breaks_bound=0,
        seed=seed,
        method=method,
    )
