"""An event compiled to arrays: units, the resources they occupy, and where each unit may start.

A *unit* is one way to hold a meeting; a meeting has one, or one per choice of representatives where these
differ (own language, own cap). A *resource* is whatever cannot be used without limit in a slot: each party
(its representatives present), single representatives where they differ, tables, equipment, video places.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from matcher.scheduling.problem import SHORTFALL_WEIGHT, Event, Meeting, Party

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
UNLIMITED = 1 << 30


@dataclass(frozen=True)
class Core:
    """The arrays of an event. n parties, r resources (parties first), u units, s slots.

    ``slot_cap`` (r, s) int64; ``total_cap`` (r,) int64; ``uses`` per unit the resources it occupies;
    ``needs`` per resource the equipment of which it counts the tables (any of these; empty: all tables), else None;
    ``meeting`` (u,) int64; ``start`` (u, s) bool: may the unit start there; ``covers[length]`` (s, s) bool
    from start to slots; ``kept`` (n,): promised; ``people`` per unit (party, person) where that was a choice.
    """

    event: Event
    slot_cap: IntArray
    total_cap: IntArray
    names: tuple[str, ...]
    needs: tuple[frozenset[frozenset[str]] | None, ...]
    meeting: IntArray
    uses: tuple[tuple[int, ...], ...]
    people: tuple[tuple[tuple[int, int], ...], ...]
    start: BoolArray
    length: IntArray
    kept: IntArray

    @property
    def slots(self) -> int:
        """Number of slots."""
        return len(self.event.slots)

    @property
    def parties(self) -> int:
        """Number of parties; their resources come first."""
        return len(self.event.parties)

    @cached_property
    def score(self) -> IntArray:
        """(u,) int64: the worth of each unit's meeting."""
        return np.array([meeting.score for meeting in self.event.meetings], dtype=np.int64)[self.meeting]

    @cached_property
    def units_of(self) -> tuple[tuple[int, ...], ...]:
        """The units of each meeting."""
        units: list[list[int]] = [[] for _ in self.event.meetings]
        for unit, meeting in enumerate(self.meeting.tolist()):
            units[meeting].append(unit)
        return tuple(map(tuple, units))

    @cached_property
    def day_of(self) -> tuple[int, ...]:
        """The day number, 0 first, of each slot."""
        return tuple(day for day, slots in enumerate(self.event.days) for _ in slots)

    @cached_property
    def is_plain(self) -> bool:
        """Single slots, single units and no order or run rules: chains of swaps can handle it."""
        event = self.event
        single = len(self.meeting) <= len(event.meetings) and bool((self.length == 1).all())
        return single and not event.before and event.max_run is None

    def covered(self, unit: int, start: int) -> range:
        """The slots that a unit fills from a start."""
        return range(start, start + int(self.length[unit]))

    def floor_weights(self, party: int) -> list[int]:
        """Worth of the first, second, … promised meeting of a party.

        ``sum``: all alike. ``max_min``: each level is worth three of the next, so that nobody's second meeting
        is bought with somebody's first: an exchange along a path changes at most two parties for the worse.
        """
        levels = int(self.kept[party])
        if self.event.fairness == "sum":
            return [SHORTFALL_WEIGHT] * levels
        return [SHORTFALL_WEIGHT * 3 ** min(4, levels - 1 - level) for level in range(levels)]


def compile_event(event: Event) -> Core:
    """The arrays of an event; meetings that are banned have no unit, meetings without a slot one that never starts."""
    slots = len(event.slots)
    builder = _Builder(event)
    present = np.array([[p.present(t) for t in range(slots)] for p in event.parties], dtype=np.int64)
    present = present.reshape(len(event.parties), slots)
    meetings: list[int] = []
    uses: list[tuple[int, ...]] = []
    people: list[tuple[tuple[int, int], ...]] = []
    for number, meeting in enumerate(event.meetings):
        if meeting.banned is not None:
            continue
        places = builder.places(meeting)
        for option in builder.options(meeting):
            meetings.append(number)
            people.append(option)
            persons = tuple(builder.person(party, person) for party, person in option)
            uses.append(meeting.parties + persons + places)
    cap = [UNLIMITED if p.cap is None else p.cap for p in event.parties]
    slot_cap = np.vstack([present, *builder.slot_caps]) if builder.slot_caps else present
    start = _starts(event, meetings, uses, slot_cap)
    return Core(
        event=event,
        slot_cap=slot_cap,
        total_cap=np.array(cap + builder.total_caps, dtype=np.int64),
        names=tuple(p.label for p in event.parties) + tuple(builder.names),
        needs=(None,) * len(event.parties) + tuple(builder.needs),
        meeting=np.array(meetings, dtype=np.int64),
        uses=tuple(uses),
        people=tuple(people),
        start=start,
        length=np.array([event.meetings[m].length for m in meetings], dtype=np.int64),
        kept=np.array([p.promised for p in event.parties], dtype=np.int64),
    )


def _starts(event: Event, meetings: list[int], uses: list[tuple[int, ...]], slot_cap: IntArray) -> BoolArray:
    slots = len(event.slots)
    start = np.ones((len(meetings), slots), dtype=bool)
    free = slot_cap > 0
    width = max((len(u) for u in uses), default=0)
    for position in range(width):
        rows = np.array([unit for unit, used in enumerate(uses) if len(used) > position], dtype=np.int64)
        start[rows] &= free[np.array([uses[unit][position] for unit in rows.tolist()], dtype=np.int64)]
    day = np.array([slot.day for slot in event.slots])
    fixed: dict[int, set[int]] = {}
    for number, slot in event.fixed:
        fixed.setdefault(number, set()).add(slot)
    for unit, number in enumerate(meetings):
        meeting = event.meetings[number]
        if meeting.length > 1:
            start[unit] = _long_starts(start[unit], meeting.length, day)
        if meeting.allowed is not None:
            start[unit] &= np.isin(np.arange(slots), list(meeting.allowed))
        if number in fixed:
            pins = fixed[number]
            start[unit] &= np.isin(np.arange(slots), list(pins)) & (len(pins) == 1)
    return start


def _long_starts(single: BoolArray, length: int, day: IntArray) -> BoolArray:
    slots = len(single)
    fits = np.zeros(slots, dtype=bool)
    for t in range(slots - length + 1):
        fits[t] = single[t : t + length].all() and day[t] == day[t + length - 1]
    return fits


class _Builder:
    """Collects the resources beyond the parties while the units are made."""

    def __init__(self, event: Event) -> None:
        self.event = event
        self.slots = len(event.slots)
        self.slot_caps: list[IntArray] = []
        self.total_caps: list[int] = []
        self.names: list[str] = []
        self.needs: list[frozenset[frozenset[str]] | None] = []
        self._known: dict[tuple[object, ...], int] = {}
        self._differ = {number for number, party in enumerate(event.parties) if _persons_differ(party)}
        self._choosy = self._differ | {
            number for number, p in enumerate(event.parties) if any(who.languages for who in p.representatives)
        }
        needs = {m.equipment for m in event.meetings if m.equipment}
        self._unions = sorted(
            {frozenset(group) for size in range(1, min(len(needs), 4) + 1) for group in combinations(needs, size)},
            key=lambda group: sorted(map(sorted, group)),
        )

    def places(self, meeting: Meeting) -> tuple[int, ...]:
        """The place resources of a meeting: video, or a stand (no resource), or a table with its equipment."""
        a, b = (self.event.parties[p] for p in meeting.sides)
        if a.remote and b.remote:
            return ()
        if a.remote or b.remote:
            limit = self.event.video_places
            return () if limit is None else (self._pool(("video",), "video places", lambda: [limit] * self.slots),)
        if a.stand or b.stand:
            return ()
        tables = (self._pool(("tables",), "tables", lambda: self._open_tables(frozenset())),)
        # Hall's condition for tables with equipment: every union of needs is a pool of its own.
        return tables + tuple(self._equipped(group) for group in self._unions if meeting.equipment in group)

    def options(self, meeting: Meeting) -> list[tuple[tuple[int, int], ...]]:
        """The choices of persons, for parties whose persons differ in language or cap, that can talk together."""
        event = self.event
        if not self._choosy.intersection(meeting.parties):
            return [()]
        choosing = [p for p in meeting.parties if p in self._differ]
        choices = [[(p, n) for n in range(len(event.parties[p].representatives))] for p in choosing]
        return [option for option in product(*choices) if self._can_talk(meeting, dict(option))]

    def person(self, party: int, person: int) -> int:
        """The resource of one representative."""
        who = self.event.parties[party].representatives[person]
        name = who.name or f"{self.event.parties[party].label}, person {person + 1}"
        total = UNLIMITED if who.cap is None else who.cap
        return self._pool(
            ("person", party, person), name, lambda: [int(t not in who.unavailable) for t in range(self.slots)], total
        )

    def _can_talk(self, meeting: Meeting, chosen: dict[int, int]) -> bool:
        spoken = [
            self.event.parties[p].representatives[chosen.get(p, 0)].languages
            for p in meeting.parties
            if self.event.parties[p].representatives[chosen.get(p, 0)].languages
        ]
        return not spoken or bool(frozenset.intersection(*spoken))

    def _equipped(self, group: frozenset[frozenset[str]]) -> int:
        name = "tables with " + " or ".join(sorted(" + ".join(sorted(need)) for need in group))
        return self._pool(("need", group), name, lambda: self._open_tables(group))

    def _open_tables(self, needs: frozenset[frozenset[str]]) -> list[int]:
        fitting = [t for t in self.event.tables if not needs or any(need <= t.equipment for need in needs)]
        return [sum(t.capacity for t in fitting if slot not in t.closed) for slot in range(self.slots)]

    def _pool(self, key: tuple[object, ...], name: str, cap: Callable[[], list[int]], total: int = UNLIMITED) -> int:
        if key not in self._known:
            self._known[key] = len(self.event.parties) + len(self.names)
            self.slot_caps.append(np.array([cap()], dtype=np.int64))
            self.total_caps.append(total)
            self.names.append(name)
            self.needs.append(_counted_tables(key))
        return self._known[key]


def _persons_differ(party: Party) -> bool:
    people = party.representatives
    differ = len({(person.languages, person.cap) for person in people}) > 1
    return differ or any(person.cap is not None for person in people)


def _counted_tables(key: tuple[object, ...]) -> frozenset[frozenset[str]] | None:
    """The needs of a pool of tables, from its key; None for persons and video places."""
    group = key[1] if key[0] == "need" else frozenset()
    return group if key[0] in {"tables", "need"} and isinstance(group, frozenset) else None
