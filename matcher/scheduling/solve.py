"""The plan of an event: the ladder from counts over flow, chains and linear programs to few breaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from matcher.domain.words import Words
from matcher.scheduling.chains import Board
from matcher.scheduling.check import check
from matcher.scheduling.compact import Compacted, Effort, compact, keeps_limits, timetable_exactly
from matcher.scheduling.core import BoolArray, Core, compile_event
from matcher.scheduling.counts import findings
from matcher.scheduling.flow import flow_applies, select_by_flow, selection_value
from matcher.scheduling.linear import plan_by_columns
from matcher.scheduling.maxsat import fewest_breaks
from matcher.scheduling.places import assign_people, assign_tables
from matcher.scheduling.plan import Plan, Seat, share
from matcher.scheduling.problem import Event

Tell = Callable[[str, float], None]
_CONTRADICTION = Words(
    "没有计划能满足全部规则（已由搜索证明）；`matcher events check` 给出最小的矛盾",
    "no plan keeps all rules (proven by search); `matcher events check` names the smallest contradiction",
)
_OUT_OF_WORK = Words(
    "在工作量限度内没有找到计划，也未证明不存在",
    "no plan was found within the work limit, and none is proven impossible",
)


def solve(event: Event, seed: int = 0, effort: Effort | None = None, tell: Tell | None = None) -> Plan:
    """The best plan of an event with its bound: same event, seed and effort, same plan.

    Parameters: ``effort`` limits the work; ``tell(stage, value)`` is called while it runs. Where the rules that
    must hold contradict each other the plan is empty, ``infeasible``, and its reasons name rules and people.
    """
    core = compile_event(event)
    effort = effort or Effort()
    found = findings(event)
    notes = tuple(f.words.both for f in found if not f.blocks)
    blocks = tuple(f.words.both for f in found if f.blocks)
    if blocks:
        return _no_plan(event, seed, "counts", infeasible=True, reasons=blocks)
    if not event.meetings:
        return replace(finish(core, Compacted({}, 0, 0), selection_value(core, []), seed, "counts"), reasons=notes)
    plan = _timetable(core, seed, effort, tell) if event.is_timetable else _selection(core, seed, effort, tell)
    return replace(plan, reasons=plan.reasons + notes)


def _timetable(core: Core, seed: int, effort: Effort, tell: Tell | None) -> Plan:
    meetings = list(range(len(core.event.meetings)))
    answer = timetable_exactly(core, meetings, effort.timetable_conflicts, share(effort.left, 0.6))
    if answer.infeasible:
        return _no_plan(core.event, seed, "maxsat", infeasible=True)
    bound = selection_value(core, [u for m in meetings for u in core.units_of[m][:1]])
    if answer.placement is not None:
        done = Compacted(dict(answer.placement.values()), answer.breaks, answer.bound, answer.conflicts)
        return finish(core, done, bound, seed, "maxsat")
    placed, left = _insert([u for m in meetings for u in core.units_of[m][:1]], core)
    if left or not keeps_limits(core, placed):
        any_plan = fewest_breaks(core, meetings, effort.exact_conflicts, minimise=False)
        placed = dict(any_plan.placement.values()) if any_plan.placement is not None else {}
    if len(placed) < len(meetings):
        return _no_plan(core.event, seed, "chains", infeasible=False)
    done = compact(core, placed, seed, replace(effort, exact_columns=0), tell)
    if not keeps_limits(core, done.placed):
        return _no_plan(core.event, seed, "chains", infeasible=False)
    return finish(core, replace(done, bound=max(done.bound, answer.bound)), bound, seed, "chains")


def _selection(core: Core, seed: int, effort: Effort, tell: Tell | None) -> Plan:
    chosen = _select(core, effort, tell)
    if chosen.placed is None:
        return _no_plan(core.event, seed, chosen.method, chosen.infeasible)
    compacted = compact(core, chosen.placed, seed, effort, tell)
    if not keeps_limits(core, compacted.placed):
        return _no_plan(core.event, seed, chosen.method, infeasible=False)
    return finish(core, compacted, chosen.bound, seed, chosen.method)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Which units in which slots, with the bound of the value and how it came about."""

    placed: dict[int, int] | None
    bound: int
    method: str
    infeasible: bool = False


def _select(core: Core, effort: Effort, tell: Tell | None) -> _Chosen:
    ceiling, first, allowed = 1 << 60, None, None
    if flow_applies(core):
        selection = select_by_flow(core)
        ceiling = selection.value
        if tell is not None:
            tell("bound", ceiling)
        first, left = _insert(list(selection.units), core)
        if not left:
            return _Chosen(first, ceiling, "flow")
        if core.start.sum() > effort.most_columns:
            allowed = _promising(core, set(selection.units))
    answer, relaxation = plan_by_columns(core, effort.nodes, share(effort.left, 0.5), tell, allowed)
    if answer.columns is not None:
        bound = int(np.floor(min(answer.bound, relaxation.value) + 1e-6))
        return _Chosen(dict(answer.columns), bound if allowed is None else ceiling, "columns")
    if answer.infeasible and allowed is None:
        return _Chosen(None, 0, "columns", infeasible=True)
    if np.isfinite(relaxation.value) and allowed is None:
        ceiling = min(ceiling, int(np.floor(relaxation.value + 1e-6)))
    return _by_chains(core, first or {}, min(ceiling, int(core.score.clip(min=0).sum())))


def _promising(core: Core, selected: set[int]) -> BoolArray:
    """Columns of the flow's units and, for each party, of its best ones up to three times its cap."""
    keep = set(selected)
    taken = [0] * core.parties
    for unit in np.lexsort((np.arange(len(core.meeting)), -core.score)).tolist():
        parties = core.uses[unit][:2]
        if any(taken[p] < 3 * min(int(core.total_cap[p]), core.slots) for p in parties):
            keep.add(unit)
            for party in parties:
                taken[party] += 1
    chosen = np.zeros(len(core.meeting), dtype=bool)
    chosen[sorted(keep)] = True
    return core.start & chosen[:, None]


def _by_chains(core: Core, placed: dict[int, int], bound: int) -> _Chosen:
    """A plan when no program ended: what stands, then every further meeting that chains can place, best first."""
    order = [int(u) for u in np.lexsort((np.arange(len(core.meeting)), -core.score))]
    board = Board(core, order)
    for unit, slot in placed.items():
        board.place(unit, slot)
    held = [sum(row) for row in board.count]
    done = {int(core.meeting[u]) for u in placed}
    required = core.event.required
    for unit in sorted(order, key=lambda u: int(core.meeting[u]) not in required):
        meeting = int(core.meeting[unit])
        if meeting in done or any(held[p] >= core.total_cap[p] for p in board.parties_of[unit]):
            continue
        if board.insert(unit, range(core.slots)):
            done.add(meeting)
            for party in board.parties_of[unit]:
                held[party] += 1
    if not required <= done:
        return _Chosen(None, 0, "chains")
    return _Chosen({u: t for u, t in board.slot_of.items() if t >= 0}, bound, "chains")


def _insert(units: list[int], core: Core) -> tuple[dict[int, int], list[int]]:
    """Slots for units by least load and chains: the placed ones and those that found none."""
    board = Board(core, units)
    freedom = core.start[units].sum(axis=1)
    left = []
    load = [0] * core.slots
    required = core.event.required
    free = {unit: (int(core.meeting[unit]) not in required, int(n)) for unit, n in zip(units, freedom, strict=True)}
    for unit in sorted(units, key=lambda u: (free[u], u)):
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


def _no_plan(event: Event, seed: int, method: str, infeasible: bool, reasons: tuple[str, ...] = ()) -> Plan:
    if infeasible and not reasons:
        reasons = (_CONTRADICTION.both,)
    elif not reasons:
        reasons = (_OUT_OF_WORK.both,)
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
        reasons=reasons,
    )
