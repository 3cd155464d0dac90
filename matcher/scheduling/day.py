"""An event and its plan prepared once, so that a change on the day is answered within milliseconds.

Nothing is planned anew: what the change touches leaves the board, finds a slot by a chain or is cancelled, and waiting
wishes take the places that became free. ``replan.repair`` then gives the proven fewest changes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from matcher.scheduling.chains import Board
from matcher.scheduling.check import place_kind
from matcher.scheduling.core import compile_event
from matcher.scheduling.flow import selection_value
from matcher.scheduling.plan import Plan, Seat
from matcher.scheduling.problem import Event
from matcher.scheduling.replan import Change, Repair, difference, repair_at_once, validate_change


class Day:
    """The board of a plan, its free tables and its waiting wishes. Answers leave it as it is."""

    def __init__(self, event: Event, plan: Plan) -> None:
        self.event, self.plan = event, plan
        self.core = core = compile_event(event)
        self.is_simple = not any(core.people)
        self.unit_of = {seat.meeting: core.units_of[seat.meeting][0] for seat in plan.seats}
        self.board = Board(core, sorted(self.unit_of.values()))
        for seat in plan.seats:
            self.board.place(self.unit_of[seat.meeting], seat.slot)
        self.seats = plan.seat_of
        self.taken: Counter[tuple[str, int]] = Counter()
        for seat in plan.seats:
            self._take(self.taken, seat, 1)
        bits = np.array([1 << t for t in range(core.slots)], dtype=object if core.slots > 62 else np.int64)
        self.starts: list[int] = (core.start.astype(bits.dtype) @ bits).tolist()
        self.wishes: dict[int, list[int]] = defaultdict(list)
        planned = set(self.unit_of.values())
        for unit in np.lexsort((core.meeting, -core.score)).tolist():
            if unit not in planned and self.starts[unit]:
                for party in core.uses[unit][:2]:
                    self.wishes[party].append(unit)

    def at_once(self, change: Change) -> Repair:
        """The plan after a change, with few changes but not proven fewest.

        It keeps every rule of ``changed_event``; ``check`` it when it is applied. Parties whose persons differ in
        language or cap, and tables that must be dealt out anew, take the longer way of ``repair_at_once``.

        Raises:
            ChangeError: the change names what is not there, or cancels what has begun or is pinned.
        """
        validate_change(self.event, self.plan, change)
        seats = _Answer(self, change).seats() if self.is_simple else None
        if seats is None:
            return repair_at_once(self.event, self.plan, change)
        plan = self._planned(seats)
        return Repair(plan, difference(self.event, self.plan, plan, change.cause))

    def _planned(self, found: tuple[dict[int, Seat], int]) -> Plan:
        seats, breaks = found
        event, before = self.event, self.plan
        held = Counter(p for m in seats for p in event.meetings[m].parties)
        value = selection_value(self.core, sorted(self.core.units_of[m][0] for m in seats))
        return replace(
            before,
            seats=tuple(seats[m] for m in sorted(seats)),
            status="optimal" if value >= before.bound else "feasible",
            value=value,
            score=sum(event.meetings[m].score for m in seats),
            shortfall=sum(max(0, party.promised - held[p]) for p, party in enumerate(event.parties)),
            breaks=breaks,
            breaks_bound=0,
            method="chains",
            version=before.version + 1,
            work={},
        )

    def _take(self, taken: Counter[tuple[str, int]], seat: Seat, by: int) -> None:
        if seat.table is not None:
            for t in range(seat.slot, seat.slot + self.event.meetings[seat.meeting].length):
                taken[seat.table, t] += by


class _Answer:
    """One answer in the making, on a copy of the board."""

    def __init__(self, day: Day, change: Change) -> None:
        self.day, self.event, self.core, self.change = day, day.event, day.core, change
        self.board = day.board.copy()
        self.ahead = [t for t in range(change.now, self.core.slots) if t not in change.lost_slots]
        self.pinned = {day.unit_of[m] for m in change.pinned if m in day.unit_of}
        self.stays = self.pinned | {u for u, slot in self.board.slot_of.items() if slot < change.now}
        self.vacated: set[int] = set()

    def seats(self) -> tuple[dict[int, Seat], int] | None:
        """Meeting -> seat, and the breaks; None where the tables or persons must be dealt out anew."""
        gone = [self.day.unit_of[m] for m in self.change.cancelled]
        displaced = self._lose() - set(gone)
        for unit in (*gone, *displaced):
            self._remove(unit)
        self._lay_out()
        displaced |= self._thin_out()
        for unit in sorted(displaced - self.stays, key=lambda u: (-int(self.core.score[u]), u)):
            self.board.insert(unit, self.ahead)
        self._refill()
        seats = self._seat()
        return None if seats is None else (seats, sum(map(self.board.breaks, range(self.core.parties))))

    def _remove(self, unit: int) -> None:
        self.vacated.update(self.board.parties_of[unit])
        self.board.remove(unit)

    def _lose(self) -> set[int]:
        """Take presence and tables away; gives the units that cannot stay."""
        board, now = self.board, self.change.now
        displaced: set[int] = set()
        everybody = range(self.core.parties) if self.change.lost_slots else sorted(self.change.absent)
        for party in everybody:
            slots = {t for t in self.change.absent.get(party, ()) if now <= t < self.core.slots}
            slots |= {t for t in self.change.lost_slots if t >= now}
            displaced |= {u for t in slots for u in board.at[party][t]}
            for unit in {u for row in board.at[party] for u in row}:
                board.allowed[unit] = [may and t not in slots for t, may in enumerate(board.allowed[unit])]
            for t in slots:
                board.cap[party][t] = 0
        for unit in self.pinned:
            slot = board.slot_of[unit]
            board.allowed[unit] = [may and t == slot for t, may in enumerate(board.allowed[unit])]
        for resource, need in enumerate(self.core.needs):
            if need is not None and self.change.lost_tables:
                board.cap[resource] = [self._places(need, t) for t in range(self.core.slots)]
        return displaced

    def _places(self, need: frozenset[frozenset[str]], slot: int) -> int:
        fitting = (t for t in self.event.tables if not need or any(n <= t.equipment for n in need))
        return sum(t.capacity for t in fitting if self._is_open(t.id, t.closed, slot))

    def _is_open(self, table: str, closed: frozenset[int], slot: int) -> bool:
        lost = self.change.lost_tables.get(table, frozenset())
        return slot not in closed and not (slot >= self.change.now and slot in lost)

    def _lay_out(self) -> None:
        """Waiting is counted by presence, so who is absent counts anew."""
        for party in range(self.core.parties) if self.change.lost_slots else sorted(self.change.absent):
            self.board.lay_out(party)

    def _thin_out(self) -> set[int]:
        """Out of slots with too few places: the least worth that a chain can move, else the least worth at all."""
        board, out = self.board, set()
        pools = [r for r, need in enumerate(self.core.needs) if need is not None] if self.change.lost_tables else []
        for pool, t in ((pool, t) for pool in pools for t in self.ahead):
            moves: dict[int, int] | None = {}
            while board.load[pool][t] > board.cap[pool][t]:
                sitting = self._sitting(pool, t)
                moves = None if moves is None else self._shortest(sitting, pool, t)
                if moves is not None:
                    board.apply(moves)
                else:
                    self._remove(sitting[0])
                    out.add(sitting[0])
        return out

    def _sitting(self, pool: int, slot: int) -> list[int]:
        """Units at the places of a pool in a slot, the least worth first; what has begun or is pinned comes last."""
        board = self.board
        here = [u for u, start in board.slot_of.items() if start >= 0 and start <= slot < start + board.length[u]]
        seated = [u for u in here if pool in board.pools_of[u]]
        return sorted(seated, key=lambda u: (u in self.stays, int(self.core.score[u]), u))

    def _shortest(self, units: Iterable[int], pool: int, source: int) -> dict[int, int] | None:
        """The shortest chain that leaves one meeting fewer at the places of a pool in a slot."""
        board = self.board
        best: dict[int, int] | None = None
        for unit in units:
            for target in self.ahead:
                moves = board.chain(unit, source, target) if target != source else None
                if moves is not None and (best is None or len(moves) < len(best)):
                    come = sum(to == target for u, to in moves.items() if pool in board.pools_of[u])
                    go = sum(to == source for u, to in moves.items() if pool in board.pools_of[u])
                    best = moves if come > go else best
                    if best is not None and len(best) == 1:
                        return best
        return best

    def _refill(self) -> None:
        """Waiting wishes of those who lost a meeting, best first, where both sides and a place are free."""
        board, core = self.board, self.core
        held = [0] * core.parties
        for unit, slot in board.slot_of.items():
            if slot >= 0:
                for party in board.parties_of[unit]:
                    held[party] += 1
        room = {p: int(core.total_cap[p]) - held[p] for p in range(core.parties)}
        free = [
            sum(1 << t for t in self.ahead if board.count[p][t] < board.cap[p][t]) if room[p] > 0 else 0
            for p in range(core.parties)
        ]
        found = set()
        for party in self.vacated:
            if free[party]:
                for unit in self.day.wishes[party]:
                    a, b = core.uses[unit][:2]
                    if free[a] & free[b] & self.day.starts[unit]:
                        found.add(unit)
        done = set()
        for unit in sorted(found, key=lambda u: (-int(core.score[u]), u)):
            board.admit(unit)
            slot = next((t for t in self.ahead if board.fits(unit, t)), -1)
            if slot >= 0 and all(room[p] > 0 for p in board.parties_of[unit]) and int(core.meeting[unit]) not in done:
                board.place(unit, slot)
                done.add(int(core.meeting[unit]))
                for p in board.parties_of[unit]:
                    room[p] -= 1

    def _seat(self) -> dict[int, Seat] | None:
        """Tables and persons: who stays keeps them, the others get the first that is free."""
        day, taken = self.day, self.day.taken.copy()
        lost = {(table, t) for table, slots in self.change.lost_tables.items() for t in slots if t >= self.change.now}
        seats: dict[int, Seat] = {}
        new: list[tuple[int, int, Seat | None]] = []
        for meeting, old in day.seats.items():
            if self.board.slot_of[day.unit_of[meeting]] != old.slot:
                day._take(taken, old, -1)
        for unit, slot in self.board.slot_of.items():
            if slot >= 0:
                meeting = int(self.core.meeting[unit])
                old_seat = day.seats.get(meeting)
                stays = old_seat is not None and old_seat.slot == slot
                span = range(slot, slot + self.board.length[unit])
                if stays and old_seat is not None and not any((old_seat.table, t) in lost for t in span):
                    seats[meeting] = old_seat
                else:
                    if stays and old_seat is not None:
                        day._take(taken, old_seat, -1)
                    new.append((slot, unit, old_seat))
        for slot, unit, old_seat in sorted(new, key=lambda item: item[:2]):
            seat = self._one(unit, slot, old_seat, taken, seats)
            if seat is None:
                return None
            seats[seat.meeting] = seat
            day._take(taken, seat, 1)
        return seats

    def _one(
        self, unit: int, slot: int, old: Seat | None, taken: Counter[tuple[str, int]], seats: dict[int, Seat]
    ) -> Seat | None:
        meeting = int(self.core.meeting[unit])
        known, table = self.event.meetings[meeting], None
        span = range(slot, slot + known.length)
        if place_kind(self.event, meeting) == "table":
            fitting = [t for t in self.event.tables if known.equipment <= t.equipment]
            fitting.sort(key=lambda t: old is None or t.id != old.table)
            table = next(
                (
                    t.id
                    for t in fitting
                    if all(self._is_open(t.id, t.closed, s) and taken[t.id, s] < t.capacity for s in span)
                ),
                None,
            )
            if table is None:
                return None
        people = []
        for party in known.parties:
            persons = self.event.parties[party].representatives
            if len(persons) > 1:
                busy = {n for t in span for u in self.board.at[party][t] for n in self._goes(u, party, seats)}
                there = (n for n, who in enumerate(persons) if n not in busy and not who.unavailable.intersection(span))
                person = next(there, None)
                if person is None:
                    return None
                people.append((party, person))
        return Seat(meeting, slot, table, tuple(people))

    def _goes(self, unit: int, party: int, seats: dict[int, Seat]) -> Iterator[int]:
        seat = seats.get(int(self.core.meeting[unit]))
        return (n for p, n in (seat.people if seat is not None else ()) if p == party)
