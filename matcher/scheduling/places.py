"""Table numbers and persons for placed meetings: the host keeps its table over a day, a person keeps its table too."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from matcher.scheduling.check import place_kind
from matcher.scheduling.core import Core
from matcher.scheduling.plan import Seat
from matcher.scheduling.problem import Representative

People = tuple[tuple[int, int], ...]


def assign_tables(core: Core, placed: dict[int, int], stays: Mapping[int, Seat] | None = None) -> dict[int, str]:
    """Unit -> table id, for units (unit -> start) that sit at a table. Few changes of table per host and day.

    ``stays``: seats that keep their table wherever that is still possible.
    """
    seated = [u for u in sorted(placed) if place_kind(core.event, int(core.meeting[u])) == "table"]
    tables: dict[int, str] = {}
    for day in core.event.days:
        here = [u for u in seated if placed[u] in day]
        booking = _Booking(core)
        kept = {u for u in here if stays and u in stays and booking.named_table(u, placed[u], stays[u].table)}
        homes = _by_host(core, [u for u in here if u not in kept])
        left = [u for host in homes for u in booking.keep_home(homes[host], placed)]
        if all(booking.any_table(u, placed[u]) for u in sorted(left, key=lambda u: (placed[u], u))):
            tables |= booking.table_of
        else:
            tables |= _match_slot_by_slot(core, here, placed)
    return tables


def _by_host(core: Core, units: list[int]) -> dict[int, list[int]]:
    """Meetings of the day per host, the busiest first; the host is the side with more meetings that day."""
    sides = {u: core.event.meetings[int(core.meeting[u])].sides for u in units}
    load = Counter(party for pair in sides.values() for party in pair)
    homes: dict[int, list[int]] = defaultdict(list)
    for unit, pair in sides.items():
        homes[max(pair, key=lambda p: (load[p], -p))].append(unit)
    return dict(sorted(homes.items(), key=lambda item: (-len(item[1]), item[0])))


class _Booking:
    """Free places of every table and slot."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.tables = core.event.tables
        self.free = [[0 if t in table.closed else table.capacity for t in range(core.slots)] for table in self.tables]
        self.table_of: dict[int, str] = {}

    def keep_home(self, units: list[int], placed: dict[int, int]) -> list[int]:
        """Book one table for all meetings of a host if there is one; gives back the meetings left without."""
        slots = [(u, t) for u in units for t in self.core.covered(u, placed[u])]
        clash = len({t for _, t in slots}) < len(slots)
        for number in range(len(self.tables)):
            fits = all(self._fits(u, number) and self.free[number][t] for u, t in slots)
            if fits and not clash:
                for unit in units:
                    self._book(unit, placed[unit], number)
                return []
        return units

    def named_table(self, unit: int, start: int, name: str | None) -> bool:
        """Book a given table if it is free."""
        for number, table in enumerate(self.tables):
            free = self.free[number]
            if table.id == name and all(free[t] for t in self.core.covered(unit, start)):
                self._book(unit, start, number)
                return True
        return False

    def any_table(self, unit: int, start: int) -> bool:
        """Book the first table that is free for one meeting."""
        for number in range(len(self.tables)):
            if self._fits(unit, number) and all(self.free[number][t] for t in self.core.covered(unit, start)):
                self._book(unit, start, number)
                return True
        return False

    def _fits(self, unit: int, number: int) -> bool:
        return self.core.event.meetings[int(self.core.meeting[unit])].equipment <= self.tables[number].equipment

    def _book(self, unit: int, start: int, number: int) -> None:
        self.table_of[unit] = self.tables[number].id
        for t in self.core.covered(unit, start):
            self.free[number][t] -= 1


def _match_slot_by_slot(core: Core, units: list[int], placed: dict[int, int]) -> dict[int, str]:
    """Tables by augmenting paths, in the order of time: finds a seat whenever single-slot meetings have one."""
    seats = [(table, place) for table in core.event.tables for place in range(table.capacity)]
    until: dict[int, int] = {}
    result: dict[int, str] = {}
    for start in sorted({placed[u] for u in units}):
        new = [u for u in units if placed[u] == start]
        taken: dict[int, int] = {}

        def seat(unit: int, tried: set[int], start: int = start, taken: dict[int, int] = taken) -> bool:
            need = core.event.meetings[int(core.meeting[unit])].equipment
            for number, (table, _) in enumerate(seats):
                blocked = number in tried or until.get(number, -1) >= start or not need <= table.equipment
                if blocked or any(t in table.closed for t in core.covered(unit, start)):
                    continue
                tried.add(number)
                if number not in taken or seat(taken[number], tried):
                    taken[number] = unit
                    return True
            return False

        for unit in sorted(new, key=lambda u: (-int(core.length[u]), u)):
            seat(unit, set())
        for number, unit in taken.items():
            until[number] = start + int(core.length[unit]) - 1
            result[unit] = seats[number][0].id
    return result


def assign_people(core: Core, placed: dict[int, int], stays: Mapping[int, Seat] | None = None) -> dict[int, People]:
    """Unit -> (party, person) for parties with several representatives: chosen ones, else the first one free.

    ``stays``: seats whose persons go again if they can.
    """
    event = core.event
    busy: set[tuple[int, int, int]] = set()
    people: dict[int, dict[int, int]] = {u: dict(core.people[u]) for u in placed}
    for unit, seat in (stays or {}).items():
        slots = core.covered(unit, placed[unit])
        people[unit] |= {p: n for p, n in seat.people if _is_there(event.parties[p].representatives[n], slots)}
    for unit, chosen in people.items():
        busy |= {(p, n, t) for p, n in chosen.items() for t in core.covered(unit, placed[unit])}
    for unit in sorted(placed, key=lambda u: (placed[u], -int(core.length[u]), u)):
        for party in event.meetings[int(core.meeting[unit])].parties:
            persons = event.parties[party].representatives
            if len(persons) > 1 and party not in people[unit]:
                slots = core.covered(unit, placed[unit])
                free = _first_free(range(len(persons)), party, slots, busy, [p.unavailable for p in persons])
                if free is not None:
                    people[unit][party] = free
                    busy |= {(party, free, t) for t in slots}
    return {unit: tuple(sorted(chosen.items())) for unit, chosen in people.items()}


def _is_there(person: Representative, slots: range) -> bool:
    return not person.unavailable.intersection(slots)


def _first_free(
    persons: Iterable[int], party: int, slots: range, busy: set[tuple[int, int, int]], away: list[frozenset[int]]
) -> int | None:
    for person in persons:
        if all((party, person, t) not in busy and t not in away[person] for t in slots):
            return person
    return None
