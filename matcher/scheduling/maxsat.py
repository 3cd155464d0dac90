"""Times for given meetings with the fewest breaks, exactly: core-guided MaxSAT (RC2) over CaDiCaL.

Model after Bofill, Coll, Garcia, Giraldez-Cru, Pesant, Suy, Villaret, JAIR 74 (2022) 263-301: a party with k
meetings uses exactly k slots and no slot seats more parties than its tables (both implied, both what makes the
proof short), and one unary counter of breaks per party carries the soft literals.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pysat.card import CardEnc, EncType, ITotalizer
from pysat.examples.rc2 import RC2
from pysat.formula import WCNF

from matcher.scheduling.core import Core
from matcher.scheduling.plan import unhurried

Placement = dict[int, tuple[int, int]]
"""Meeting -> (unit, start slot)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the search proved: a placement or none, its breaks, a lower bound, and the conflicts it took.

    ``infeasible`` is a proof; a missing placement without it means that the work limit came first.
    """

    placement: Placement | None
    breaks: int
    bound: int
    infeasible: bool
    conflicts: int


STRETCH = 5_000
"""Conflicts between two looks at the clock, where there is one: each stop makes the search a little longer."""


class _OutOfWorkError(Exception):
    """The conflict limit came before the answer."""


class _Search(RC2):  # type: ignore[misc] # the library has no types
    """RC2 that stops after a number of conflicts, so that the same input always stops at the same place."""

    conflicts_left: int
    left: Callable[[], float]

    def _call_oracle(self, assumptions: Sequence[int] = (), expect_interrupt: bool = False) -> bool:
        status = None
        while status is None:
            spent = self.oracle.accum_stats()["conflicts"]
            if spent >= self.conflicts_left or self.left() <= 0:
                raise _OutOfWorkError
            stretch = STRETCH if math.isfinite(self.left()) else self.conflicts_left
            self.oracle.conf_budget(min(stretch, self.conflicts_left - spent))
            status = self.oracle.solve_limited(assumptions=assumptions, expect_interrupt=expect_interrupt)
        return bool(status)


def fewest_breaks(
    core: Core,
    meetings: Iterable[int],
    conflicts: int,
    starts: Mapping[int, Sequence[int]] | None = None,
    least: int = 0,
    left: Callable[[], float] = unhurried,
    minimise: bool = True,
) -> Answer:
    """The placement of the meetings with the fewest breaks, or the proof that there is none.

    Parameters: ``conflicts`` limits the work; ``starts`` narrows the start slots per meeting; ``least`` is the
    number of breaks that every party has at least (for the spread rule, see ``compact``); ``left`` tells the
    seconds that remain, where somebody waits; without ``minimise`` any placement that keeps the rules will do.
    """
    model = _Model(core, list(meetings), starts or {}, least)
    if not minimise:
        model.formula.soft, model.formula.wght = [], []
    if model.impossible:
        return Answer(None, 0, 0, infeasible=True, conflicts=0)
    with _Search(model.formula, solver="cadical153") as search:
        search.conflicts_left = conflicts
        search.left = left
        try:
            found = search.compute()
        except _OutOfWorkError:
            spent = int(search.oracle.accum_stats()["conflicts"])
            return Answer(None, 0, int(search.cost) + model.offset, infeasible=False, conflicts=spent)
        spent = int(search.oracle.accum_stats()["conflicts"])
        if found is None:
            return Answer(None, 0, 0, infeasible=True, conflicts=spent)
        cost = int(search.cost) + model.offset
        true = {literal for literal in found if literal > 0}
        placement = {int(core.meeting[u]): (u, t) for (u, t), x in model.columns.items() if x in true}
        return Answer(placement, cost, cost, infeasible=False, conflicts=spent)


class _Model:
    """The clauses of one timetable."""

    def __init__(self, core: Core, meetings: list[int], starts: Mapping[int, Sequence[int]], least: int) -> None:
        self.core = core
        self.event = core.event
        self.meetings = meetings
        self.least = least
        self.formula = WCNF()
        self.top = 0
        self.offset = 0
        self.impossible = False
        self.columns: dict[tuple[int, int], int] = {}
        self.cells: dict[tuple[int, int], list[int]] = {}
        """(resource, slot) -> the columns that occupy it."""
        self.prefixes: dict[int, list[int]] = {}
        self._add_columns(starts)
        self._limit_resources()
        self._order()
        self._count_breaks()

    def new(self) -> int:
        self.top += 1
        return self.top

    def add(self, clause: list[int]) -> None:
        self.formula.append(clause)

    def _add_columns(self, starts: Mapping[int, Sequence[int]]) -> None:
        core = self.core
        for meeting in self.meetings:
            column: list[int] = []
            for unit in core.units_of[meeting]:
                may = core.start[unit]
                for t in starts.get(meeting, range(core.slots)):
                    if may[t]:
                        x = self.columns[unit, t] = self.new()
                        column.append(x)
                        for slot in core.covered(unit, t):
                            for resource in core.uses[unit]:
                                self.cells.setdefault((resource, slot), []).append(x)
            if not column:
                self.impossible = True
            self.add(column)
            self.at_most(column, 1)

    def at_most(self, literals: list[int], bound: int) -> None:
        """No more than ``bound`` of the literals: pairs for small ones, else a cardinality network."""
        if len(literals) <= bound:
            return
        if bound == 0:
            for literal in literals:
                self.add([-literal])
        elif bound == 1 and len(literals) <= 24:
            for position, first in enumerate(literals):
                for second in literals[position + 1 :]:
                    self.add([-first, -second])
        else:
            self.extend(CardEnc.atmost(literals, bound, top_id=self.top, encoding=EncType.cardnetwrk))

    def extend(self, encoding: Any) -> None:
        self.top = max(self.top, encoding.nv)
        self.formula.extend(encoding.clauses)

    def either(self, literals: list[int]) -> int:
        """A literal that is true exactly when one of the literals is."""
        if len(literals) == 1:
            return literals[0]
        result = self.new()
        for literal in literals:
            self.add([-literal, result])
        self.add([-result, *literals])
        return result

    def _limit_resources(self) -> None:
        core = self.core
        self.used: dict[tuple[int, int], int] = {}
        tables = core.names.index("tables", core.parties) if "tables" in core.names[core.parties :] else -1
        for (resource, slot), columns in self.cells.items():
            if resource == tables:
                continue
            self.at_most(columns, int(core.slot_cap[resource, slot]))
            if resource < core.parties:
                self.used[resource, slot] = self.either(columns)
        self._limit_totals()
        self._use_as_many_slots_as_meetings()
        if tables >= 0:
            self._limit_tables(tables)

    def _limit_totals(self) -> None:
        """Persons with a cap of their own: the selection does not settle who of a party goes."""
        core = self.core
        for resource in range(core.parties, len(core.names)):
            columns = [x for (unit, _), x in self.columns.items() if resource in core.uses[unit]]
            self.at_most(columns, int(core.total_cap[resource]))

    def _use_as_many_slots_as_meetings(self) -> None:
        core = self.core
        degree = [0] * core.parties
        for meeting in self.meetings:
            for party in self.event.meetings[meeting].parties:
                degree[party] += self.event.meetings[meeting].length
        for party in range(core.parties):
            slots = [self.used[party, t] for t in range(core.slots) if (party, t) in self.used]
            if not degree[party] or (core.slot_cap[party] > 1).any():
                continue
            if degree[party] > len(slots):
                self.impossible = True
                return
            self.extend(CardEnc.equals(slots, degree[party], top_id=self.top, encoding=EncType.cardnetwrk))

    def _limit_tables(self, tables: int) -> None:
        """The table limit counted over parties that cover the meetings: a busy party is one table."""
        core = self.core
        seated = [m for m in self.meetings if any(tables in core.uses[u] for u in core.units_of[m])]
        cover = _cover({m: self.event.meetings[m].parties for m in seated})
        groups: dict[tuple[int, int], list[int]] = {}
        for (unit, start), x in self.columns.items():
            if tables in core.uses[unit]:
                for slot in core.covered(unit, start):
                    groups.setdefault((cover[int(core.meeting[unit])], slot), []).append(x)
        for slot in range(core.slots):
            busy: list[int] = []
            for (party, t), columns in groups.items():
                if t == slot:
                    many = core.slot_cap[party, slot] > 1
                    whole = self.used.get((party, slot)) if columns == self.cells[party, slot] else None
                    busy += columns if many else [whole or self.either(columns)]
            self.at_most(busy, int(core.slot_cap[tables, slot]))
        if len(seated) == len(self.meetings):
            self._limit_busy_parties(tables)

    def _limit_busy_parties(self, tables: int) -> None:
        """Implied: with two parties at each table, no slot keeps more than twice its tables busy."""
        most = max((len(self.event.meetings[m].parties) for m in self.meetings), default=2)
        if most > 2 or (self.core.slot_cap[: self.core.parties] > 1).any():
            return
        for slot in range(self.core.slots):
            busy = [self.used[p, slot] for p in range(self.core.parties) if (p, slot) in self.used]
            self.at_most(busy, 2 * int(self.core.slot_cap[tables, slot]))

    def _prefix(self, meeting: int) -> list[int]:
        """Literals "started at or before slot t" of a meeting, one per slot."""
        if meeting not in self.prefixes:
            chain: list[int] = []
            for t in range(self.core.slots):
                here = [self.columns[u, t] for u in self.core.units_of[meeting] if (u, t) in self.columns]
                chain.append(self.new())
                for x in here:
                    self.add([-x, chain[t]])
                before = chain[t - 1 : t] if t else []
                self.add([-chain[t], *before, *here])
                for earlier in before:
                    self.add([-earlier, chain[t]])
            self.prefixes[meeting] = chain
        return self.prefixes[meeting]

    def _order(self) -> None:
        here = set(self.meetings)
        for first, second in self.event.before:
            if first in here and second in here:
                early, late = self._prefix(first), self._prefix(second)
                length = self.event.meetings[first].length
                for t in range(self.core.slots):
                    self.add([-late[t], early[t - length]] if t >= length else [-late[t]])
        if self.event.max_run is not None:
            self._limit_runs(self.event.max_run)

    def _limit_runs(self, longest: int) -> None:
        for party in range(self.core.parties):
            for day in self.event.days:
                for position in range(len(day) - longest):
                    window = [(party, t) for t in day[position : position + longest + 1]]
                    if all(cell in self.used for cell in window):
                        self.add([-self.used[cell] for cell in window])

    def _count_breaks(self) -> None:
        spread = self.event.breaks.spread
        breaks = [self._breaks(party) for party in range(self.core.parties)]
        self.offset = self.least * self.core.parties
        for party, literals in enumerate(breaks):
            limits = [n for n in (self.event.parties[party].max_breaks,) if n is not None]
            limits += [spread + self.least] if spread is not None else []
            self._soften(literals, min(limits, default=len(literals)))

    def _soften(self, literals: list[int], most: int) -> None:
        if len(literals) < self.least:
            self.impossible = True
            return
        if self.least:
            self.extend(CardEnc.atleast(literals, self.least, top_id=self.top, encoding=EncType.cardnetwrk))
        bound = min(most, len(literals))
        if not literals:
            return
        if bound == len(literals) == 1:
            self.formula.append([-literals[0]], weight=1)
            return
        counter = ITotalizer(literals, ubound=min(bound + 1, len(literals)), top_id=self.top)
        self.top = max(self.top, counter.top_id)
        self.formula.extend(counter.cnf.clauses)
        for position, output in enumerate(counter.rhs[: min(bound + 1, len(literals))]):
            if position >= most:
                self.add([-output])
            elif position >= self.least:
                self.formula.append([-output], weight=1)
        counter.delete()

    def _breaks(self, party: int) -> list[int]:
        """One literal per slot of a party at which it returns from a break."""
        literals: list[int] = []
        strict = self.event.breaks.count == "strict"
        for day in self.event.days:
            counted = [t for t in day if strict or self.core.slot_cap[party, t] > 0]
            busy = [self.used.get((party, t), 0) for t in counted]
            literals += self._returns(busy)
        return literals

    def _returns(self, busy: list[int]) -> list[int]:
        """Return literals of one day; ``busy`` holds a literal per slot, 0 where no meeting can be."""
        literals: list[int] = []
        seen = 0
        for position, here in enumerate(busy):
            if position >= 2 and here and seen:
                back = self.new()
                self._define_return(back, here, busy[position - 1], seen)
                literals.append(back)
            if position >= 1 and busy[position - 1]:
                seen = self._seen(seen, busy[position - 1])
        return literals

    def _define_return(self, back: int, here: int, last: int, seen: int) -> None:
        between = [last] if last else []
        self.add([-here, *between, -seen, back])
        if self.least:
            self.add([-back, here])
            self.add([-back, seen])
            for literal in between:
                self.add([-back, -literal])

    def _seen(self, seen: int, here: int) -> int:
        """A literal "met before or here"."""
        if not seen:
            return here
        result = self.new()
        self.add([-seen, result])
        self.add([-here, result])
        if self.least:
            self.add([-result, seen, here])
        return result


def _cover(parties_of: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """For each meeting one of its parties, few different ones: again and again the party with most meetings left."""
    left: dict[int, set[int]] = {}
    for meeting, parties in parties_of.items():
        for party in parties:
            left.setdefault(party, set()).add(meeting)
    cover: dict[int, int] = {}
    while len(cover) < len(parties_of):
        party = max(left, key=lambda p: (len(left[p]), -p))
        for meeting in sorted(left.pop(party)):
            cover[meeting] = party
            for other in parties_of[meeting]:
                if other != party:
                    left[other].discard(meeting)
    return cover
