"""The day itself: what must change is changed, what stands stands. An instant answer by chains, then the least change.

A plan of the same event is repaired after a change of the event (somebody absent or late, a table or a slot lost, a
meeting cancelled). Meetings that have begun or are pinned never move. Cancelling counts 5,000, moving 50, a new
meeting its score / 1000: so first the fewest cancellations, then the fewest moves, then the best refills.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from matcher.domain.words import Words
from matcher.scheduling.chains import Board
from matcher.scheduling.compact import Compacted
from matcher.scheduling.core import BoolArray, compile_event
from matcher.scheduling.errors import ChangeError
from matcher.scheduling.linear import FloatArray, Program, build, solve_priced
from matcher.scheduling.plan import Plan, Seat
from matcher.scheduling.problem import Event, Party
from matcher.scheduling.solve import finish

CANCEL, MOVE, NEW = 5_000.0, 50.0, 0.001
MOST_WAITING = 1_000
"""Waiting wishes looked at for vacated places; a change on the day vacates a few dozen at most."""


@dataclass(frozen=True, slots=True)
class Change:
    """What happened. Slots before ``now`` are over or running.

    ``absent``: party -> slots it misses (late: the first ones; dropped out: all). ``lost_tables``: table id -> slots.
    ``lost_slots``: slots without any meeting. ``cancelled``: meetings called off. ``pinned``: meetings that stay.
    ``added``: meetings that the plan must try to place (a wish that came in on the day).
    """

    cause: str = ""
    now: int = 0
    absent: Mapping[int, frozenset[int]] = field(default_factory=dict)
    lost_tables: Mapping[str, frozenset[int]] = field(default_factory=dict)
    lost_slots: frozenset[int] = frozenset()
    cancelled: frozenset[int] = frozenset()
    pinned: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Delta:
    """The difference between two plans: what is cancelled, moved (old slot, new slot), added, and who must be told."""

    cause: str
    cancelled: tuple[int, ...]
    moved: tuple[tuple[int, int, int], ...]
    added: tuple[tuple[int, int], ...]
    reseated: tuple[tuple[int, str | None, str | None], ...]
    told: tuple[int, ...]
    is_least: bool = False

    @property
    def changes(self) -> int:
        """Meetings that existing appointments lose or move."""
        return len(self.cancelled) + len(self.moved)


@dataclass(frozen=True, slots=True)
class Repair:
    """A repaired plan and its difference from the plan before."""

    plan: Plan
    delta: Delta


def changed_event(event: Event, plan: Plan, change: Change) -> Event:
    """The event as it is after a change: the base for checking the repaired plan and for the next change.

    What is over stays as it was: only slots from ``change.now`` on are lost. Called off meetings are banned, no
    meeting must be held any more, fixed ones stay fixed while they can stand, and breaks have no limit on the day.
    """
    event = _with_losses(event, change)
    old = {m: t for m, t in plan.at.items() if m not in change.cancelled}
    meetings = tuple(
        replace(m, required=False, banned="cancelled" if number in change.cancelled else m.banned)
        if m.required or number in change.cancelled
        else m
        for number, m in enumerate(event.meetings)
    )
    fixed = tuple((m, t) for m, t in event.fixed if old.get(m) == t and _can_stay(event, change, m, t))
    return replace(event, meetings=meetings, fixed=fixed)


def _with_losses(event: Event, change: Change) -> Event:
    ahead = frozenset(range(change.now, len(event.slots)))
    parties = tuple(
        _without(party, (change.absent.get(number, frozenset()) | change.lost_slots) & ahead)
        for number, party in enumerate(event.parties)
    )
    tables = tuple(
        replace(table, closed=table.closed | (change.lost_tables.get(table.id, frozenset()) & ahead))
        for table in event.tables
    )
    return replace(event, parties=parties, tables=tables, breaks=replace(event.breaks, spread=None))


def _can_stay(event: Event, change: Change, meeting: int, slot: int) -> bool:
    span = range(slot, slot + event.meetings[meeting].length)
    free = all(event.parties[p].present(t) > 0 for p in event.meetings[meeting].parties for t in span)
    return slot < change.now or free


def _without(party: Party, slots: frozenset[int]) -> Party:
    if not slots and party.max_breaks is None:
        return party
    people = tuple(replace(person, unavailable=person.unavailable | slots) for person in party.representatives)
    return replace(party, representatives=people, max_breaks=None)


def validate_change(event: Event, plan: Plan, change: Change) -> None:
    """Refuse a change that names what is not there, or cancels what has begun or is pinned.

    Raises:
        ChangeError: with field, value, rule and remedy.
    """
    at = plan.at
    if not 0 <= change.now <= len(event.slots):
        raise ChangeError(
            "change.now",
            change.now,
            Words("须为时段编号", "it is a slot number"),
            Words(f"填 0 至 {len(event.slots)}", f"use 0 to {len(event.slots)}"),
        )
    for party in change.absent:
        if not 0 <= party < len(event.parties):
            raise ChangeError(
                "change.absent",
                party,
                Words("没有这个参加方", "there is no such party"),
                Words("填写活动的参加方", "name a party of the event"),
            )
    unknown = sorted(set(change.lost_tables) - {table.id for table in event.tables})
    if unknown:
        raise ChangeError(
            "change.lost_tables",
            unknown[0],
            Words("没有这张桌", "there is no such table"),
            Words("填写活动的桌号", "name a table of the event"),
        )
    for meeting in sorted(change.cancelled):
        if meeting not in at:
            raise ChangeError(
                "change.cancelled",
                meeting,
                Words("该会面不在计划中", "it is not in the plan"),
                Words("无需处理", "nothing is to be done"),
            )
        if at[meeting] < change.now:
            rule = Words(
                f"该会面在第 {at[meeting]} 号时段已开始，现在是第 {change.now} 号时段",
                f"it began in slot {at[meeting]}, now is slot {change.now}",
            )
            raise ChangeError(
                "change.cancelled", meeting, rule, Words("改为记录会面结果", "record its outcome instead")
            )
        if meeting in change.pinned:
            raise ChangeError(
                "change.cancelled",
                meeting,
                Words("该会面已固定", "it is pinned"),
                Words("先取消固定", "unpin it first"),
            )


def _small_event(event: Event, plan: Plan, change: Change) -> tuple[Event, list[int]]:
    """The event reduced to what the change can touch: planned meetings and waiting wishes; with their numbers."""
    planned = sorted(set(plan.at) - change.cancelled)
    numbers = planned + _waiting(event, plan, change)
    small = {m: position for position, m in enumerate(numbers)}
    reduced = replace(
        event,
        meetings=tuple(event.meetings[m] for m in numbers),
        fixed=tuple((small[m], t) for m, t in event.fixed if m in small),
        before=tuple((small[q], small[p]) for q, p in event.before if q in small and p in small),
    )
    seats = tuple(Seat(small[s.meeting], s.slot, s.table, s.people) for s in plan.seats if s.meeting in small)
    return changed_event(reduced, replace(plan, seats=seats), replace(change, cancelled=frozenset())), numbers


def _waiting(event: Event, plan: Plan, change: Change) -> list[int]:
    """Wishes that a place vacated by the change could serve, best score first."""
    future = {m: event.meetings[m].parties for m, t in plan.at.items() if t >= change.now}
    late = set(change.absent)
    hit = {m for m, parties in future.items() if m in change.cancelled or late.intersection(parties)}
    if change.lost_slots or change.lost_tables:
        hit = set(future)
    touched = {p for m in hit for p in future[m]}
    room = [len(event.slots) if party.cap is None else party.cap for party in event.parties]
    for m in plan.at:
        if m not in hit:
            for p in event.meetings[m].parties:
                room[p] -= 1
    at = plan.at
    waiting = [
        m
        for m, meeting in enumerate(event.meetings)
        if (meeting.parties[0] in touched or meeting.parties[1] in touched)
        and meeting.banned is None
        and m not in at
        and all(room[p] > 0 for p in meeting.parties)
    ]
    return sorted(waiting, key=lambda m: (-event.meetings[m].score, m))[:MOST_WAITING]


class _Task:
    """The changed small event in arrays, the meetings that stand and those that lost their slot."""

    def __init__(self, event: Event, plan: Plan, change: Change) -> None:
        validate_change(event, plan, change)
        self.event, self.numbers = _small_event(event, plan, change)
        self.change, self.before = change, plan
        seats = plan.seat_of
        planned = len(set(seats) - change.cancelled)
        self.seat = {m: s for m, number in enumerate(self.numbers[:planned]) for s in (seats[number],)}
        self.old = {m: s.slot for m, s in self.seat.items()}
        self.core = compile_event(self.event)
        self.standing = {m for m, t in self.old.items() if t < change.now or self.numbers[m] in change.pinned}
        self.allowed = self._allowed()
        self.unit_of = {m: self._unit(m, t) for m, t in self.old.items() if self.core.units_of[m]}
        self.displaced = self._displaced()
        self.refills = [u for u, m in enumerate(self.core.meeting.tolist()) if m >= planned]

    def _unit(self, meeting: int, slot: int) -> int:
        units = self.core.units_of[meeting]
        same = [u for u in units if set(self.core.people[u]) <= set(self.seat[meeting].people)] or list(units)
        return next((u for u in same if self.core.start[u, slot]), same[0])

    def _allowed(self) -> BoolArray:
        """Future slots for all; what has begun or is pinned has only its own slot."""
        allowed = self.core.start.copy()
        allowed[:, : self.change.now] = False
        for meeting in self.standing:
            for unit in self.core.units_of[meeting]:
                allowed[unit] = False
                allowed[unit, self.old[meeting]] = True
        return allowed

    def _displaced(self) -> list[int]:
        """Meetings that cannot stay where they are; of too many in a lost place, those of least worth."""
        over: dict[tuple[int, int], int] = {}
        gone: list[int] = []
        order = sorted(self.old, key=lambda m: (m not in self.standing, -self.event.meetings[m].score, m))
        for meeting in order:
            unit = self.unit_of.get(meeting)
            if unit is None or not self.allowed[unit, self.old[meeting]]:
                gone.append(meeting)
                continue
            cells = [(r, t) for r in self.core.uses[unit] for t in self.core.covered(unit, self.old[meeting])]
            if any(over.get(c, 0) >= self.core.slot_cap[c] for c in cells):
                gone.append(meeting)
                continue
            for cell in cells:
                over[cell] = over.get(cell, 0) + 1
        return sorted(gone)


def repair_at_once(event: Event, plan: Plan, change: Change) -> Repair:
    """An answer in milliseconds: displaced meetings go where chains find room, waiting wishes fill what is left."""
    task = _Task(event, plan, change)
    core = task.core
    refills = task.refills
    board = Board(core, sorted({*task.unit_of.values(), *refills}))
    for unit in board.units:
        board.allowed[unit] = task.allowed[unit].tolist()
    for meeting, slot in task.old.items():
        if meeting not in task.displaced:
            board.place(task.unit_of[meeting], slot)
    for meeting in sorted(task.displaced, key=lambda m: (-task.event.meetings[m].score, m)):
        if meeting in task.unit_of:
            board.insert(task.unit_of[meeting], range(change.now, core.slots))
    placed = {u for u in board.units if board.slot_of[u] >= 0}
    held = [0] * core.parties
    for unit in placed:
        for party in board.parties_of[unit]:
            held[party] += 1
    done = {int(core.meeting[u]) for u in placed}
    for unit in refills:
        free = [t for t in range(change.now, core.slots) if board.fits(unit, t)]
        room = all(held[p] < core.total_cap[p] for p in board.parties_of[unit])
        if free and room and int(core.meeting[unit]) not in done:
            board.place(unit, free[0])
            placed.add(unit)
            done.add(int(core.meeting[unit]))
            for party in board.parties_of[unit]:
                held[party] += 1
    return _repaired(event, task, {u: board.slot_of[u] for u in placed}, "chains", is_least=False)


def repair(event: Event, plan: Plan, change: Change, nodes: int = 500) -> Repair:
    """The plan with provably fewest cancellations, then fewest moves, then the best refills.

    Raises:
        ChangeError: the change names what is not there, or cancels what has begun or is pinned.
    """
    task = _Task(event, plan, change)
    core = task.core
    wanted = np.zeros(len(core.meeting), dtype=bool)
    wanted[[u for m in task.old for u in core.units_of[m]]] = True
    wanted[task.refills] = True
    program = build(replace(core, kept=np.zeros_like(core.kept)), task.allowed & wanted[:, None])
    program = replace(program, worth=_worth(task, program))
    answer = solve_priced(program, _likely(task, program), nodes)
    if answer.columns is None:
        return repair_at_once(event, plan, change)
    proven = answer.bound - answer.value < MOVE - 1
    return _repaired(event, task, dict(answer.columns), "least change", is_least=proven)


def _likely(task: _Task, program: Program) -> BoolArray:
    """The columns to begin with: everybody's own slot, and every slot of those that cannot stay."""
    meeting = task.core.meeting[program.unit]
    own = np.full(len(task.event.meetings), -1, dtype=np.int64)
    for number, slot in task.old.items():
        own[number] = slot
    likely: BoolArray = (own[meeting] == program.slot) | np.isin(meeting, task.displaced)
    return likely


def _worth(task: _Task, program: Program) -> FloatArray:
    """Keeping a meeting is worth a cancellation, keeping it in its slot a move more; any is worth its score / 1000."""
    worth = np.zeros(len(program.upper))
    meeting = task.core.meeting[program.unit]
    old_slot = np.full(len(task.event.meetings), -1, dtype=np.int64)
    for number, slot in task.old.items():
        old_slot[number] = slot
    known = old_slot[meeting] >= 0
    worth[: program.columns] = np.where(known, CANCEL, 0.0) + NEW * task.core.score[program.unit]
    # What has begun or is pinned gives way only when nothing else can.
    worth[: program.columns] += np.where(np.isin(meeting, sorted(task.standing)), CANCEL, 0.0)
    worth[: program.columns] += np.where(known & (old_slot[meeting] == program.slot), MOVE, 0.0)
    return worth


def _repaired(event: Event, task: _Task, placed: dict[int, int], method: str, *, is_least: bool) -> Repair:
    core = task.core
    stays = {
        u: task.seat[m]
        for u, t in placed.items()
        for m in (int(core.meeting[u]),)
        if m in task.seat
        if task.old[m] == t
    }
    small = finish(core, Compacted(placed, 0, 0), task.before.bound, task.before.seed, method, stays)
    seats = sorted(
        (Seat(task.numbers[s.meeting], s.slot, s.table, s.people) for s in small.seats), key=lambda s: s.meeting
    )
    plan = replace(small, event=task.before.event, seats=tuple(seats), version=task.before.version + 1)
    return Repair(plan, difference(event, task.before, plan, task.change.cause, is_least=is_least))


def difference(event: Event, before: Plan, after: Plan, cause: str = "", *, is_least: bool = False) -> Delta:
    """What changed from one plan to the next, and the parties that must be told; nobody else is."""
    old, new = {s.meeting: s for s in before.seats}, {s.meeting: s for s in after.seats}
    both = sorted(old.keys() & new.keys())
    cancelled = tuple(sorted(old.keys() - new.keys()))
    moved = tuple((m, old[m].slot, new[m].slot) for m in both if old[m].slot != new[m].slot)
    added = tuple((m, new[m].slot) for m in sorted(new.keys() - old.keys()))
    reseated = tuple(
        (m, old[m].table, new[m].table) for m in both if old[m].slot == new[m].slot and old[m].table != new[m].table
    )
    touched = [*cancelled, *(m for m, *_ in moved), *(m for m, *_ in added), *(m for m, *_ in reseated)]
    told = tuple(sorted({p for m in touched for p in event.meetings[m].parties}))
    return Delta(cause, cancelled, moved, added, reseated, told, is_least)
