"""Why given meetings cannot all be held: the smallest set of contradicting rules, and the cheapest way out.

Each rule gets an assumption; CaDiCaL names a contradictory set, which is thinned rule by rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from pysat.card import CardEnc, EncType
from pysat.solvers import Solver

from matcher.domain.words import Words
from matcher.scheduling.check import place_kind
from matcher.scheduling.problem import Event

COST = {"before": 1, "allowed": 2, "fixed": 3, "tables": 4, "absence": 5, "one place": 6, "must": 7}
"""Which rule an organizer gives up first: an order costs a word, a meeting that must be held costs the meeting."""


@dataclass(frozen=True, order=True, slots=True)
class Rule:
    """One rule that can be named: its kind and the meeting, party, order or slot it is about."""

    kind: str
    subject: int


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Rules that cannot all hold, whom they concern, and the rules whose single removal makes a plan possible.

    ``is_smallest``: every rule in it is needed. ``relaxations`` are sorted, cheapest first.
    """

    rules: tuple[Rule, ...]
    sentences: tuple[Words, ...]
    parties: tuple[int, ...]
    relaxations: tuple[Rule, ...]
    is_smallest: bool


def contradiction(event: Event, conflicts: int = 20_000) -> Contradiction | None:
    """The smallest contradiction among the meetings that must be held; None if they can all be held.

    ``conflicts`` limits the work of each single question; where it strikes, the answer is not the smallest.
    """
    clauses = _Clauses(event)
    with Solver(name="cadical153", bootstrap_with=clauses.hard) as solver:
        guards = clauses.guards

        def holds(rules: Iterable[Rule]) -> bool | None:
            solver.conf_budget(conflicts)
            answer: bool | None = solver.solve_limited(assumptions=[guards[r] for r in rules])
            return answer

        if holds(guards) is not False:
            return None
        rule_of = {literal: rule for rule, literal in guards.items()}
        core = sorted({rule_of[x] for x in solver.get_core() or ()}, key=lambda r: (-COST[r.kind], r.subject))
        smallest = True
        for rule in sorted(core, key=lambda r: (-COST[r.kind], r.subject)):
            rest = [r for r in core if r != rule]
            answer = holds(rest)
            smallest = smallest and answer is not None
            if answer is False:
                core = rest
        ways = [rule for rule in core if holds(r for r in guards if r != rule)]
    rules = tuple(sorted(core))
    ways.sort(key=lambda r: (COST[r.kind], r.subject))
    parties = tuple(sorted({p for rule in rules for p in _concerned(event, rule)}))
    return Contradiction(rules, tuple(describe(event, r) for r in rules), parties, tuple(ways), smallest)


def describe(event: Event, rule: Rule) -> Words:
    """A rule as a sentence."""
    if rule.kind == "tables":
        tables = _tables(event, rule.subject)
        return Words(f"第 {rule.subject} 号时段有 {tables} 张桌", f"slot {rule.subject} has {tables} tables")
    if rule.kind == "before":
        first, second = (event.title(meeting) for meeting in event.before[rule.subject])
        return Words(f"{first} 先于 {second}", f"{first} comes before {second}")
    about_party = rule.kind in {"absence", "one place"}
    name = event.parties[rule.subject].label if about_party else event.title(rule.subject)
    slots = ", ".join(str(t) for t in sorted({t for m, t in event.fixed if m == rule.subject}))
    return {
        "absence": Words(f"{name} 在部分时段不在场", f"{name} is absent in some slots"),
        "one place": Words(f"{name} 同一时段只能在一处", f"{name} is in one place at a time"),
        "fixed": Words(f"{name} 固定在第 {slots} 号时段", f"{name} is fixed in slot {slots}"),
        "must": Words(f"{name} 必须举行", f"{name} must be held"),
        "allowed": Words(f"{name} 只能在部分时段举行", f"{name} is limited to some slots"),
    }[rule.kind]


def _concerned(event: Event, rule: Rule) -> tuple[int, ...]:
    if rule.kind == "tables":
        return ()
    if rule.kind in {"absence", "one place"}:
        return (rule.subject,)
    meetings = event.before[rule.subject] if rule.kind == "before" else (rule.subject,)
    return tuple(p for m in meetings for p in event.meetings[m].parties)


def _tables(event: Event, slot: int) -> int:
    return sum(table.capacity for table in event.tables if slot not in table.closed)


class _Clauses:
    """The rules as clauses, each with the literal that switches its rule on."""

    def __init__(self, event: Event) -> None:
        self.event = event
        self.hard: list[list[int]] = []
        self.guards: dict[Rule, int] = {}
        self.top = 0
        self.x: dict[tuple[int, int], int] = {}
        self.at: dict[int, list[tuple[int, int]]] = {}
        for meeting in sorted(event.required):
            self._meeting(meeting)
        for party in range(len(event.parties)):
            self._party(party)
        for number in range(len(event.before)):
            self._order(number)
        for slot in range(len(event.slots)):
            self._slot(slot)

    def _new(self) -> int:
        self.top += 1
        return self.top

    def _guard(self, kind: str, subject: int) -> int:
        rule = Rule(kind, subject)
        if rule not in self.guards:
            self.guards[rule] = self._new()
        return -self.guards[rule]

    def _meeting(self, meeting: int) -> None:
        event, known = self.event, self.event.meetings[meeting]
        for t in range(len(event.slots)):
            last = t + known.length - 1
            if last < len(event.slots) and event.slots[last].day == event.slots[t].day:
                x = self.x[meeting, t] = self._new()
                for slot in range(t, last + 1):
                    self.at.setdefault(slot, []).append((meeting, x))
        row = {t: self.x[meeting, t] for t in range(len(event.slots)) if (meeting, t) in self.x}
        self.hard.append([self._guard("must", meeting), *([] if known.banned else row.values())])
        pins = {t for m, t in event.fixed if m == meeting}
        for t, x in row.items():
            if any(t != pin for pin in pins):
                self.hard.append([self._guard("fixed", meeting), -x])
            if known.allowed is not None and t not in known.allowed:
                self.hard.append([self._guard("allowed", meeting), -x])
            for party in known.parties:
                if any(not event.parties[party].present(u) for u in range(t, t + known.length)):
                    self.hard.append([self._guard("absence", party), -x])

    def _party(self, party: int) -> None:
        event = self.event
        people = len(event.parties[party].representatives)
        for t in range(len(event.slots)):
            here = self._covering(t, lambda m: party in event.meetings[m].parties)
            present = event.parties[party].present(t) or people
            self._at_most(here, present, lambda: self._guard("one place", party))

    def _slot(self, slot: int) -> None:
        here = self._covering(slot, lambda m: place_kind(self.event, m) == "table")
        self._at_most(here, _tables(self.event, slot), lambda: self._guard("tables", slot))

    def _covering(self, slot: int, wanted: Callable[[int], bool]) -> list[int]:
        return [x for m, x in self.at.get(slot, ()) if wanted(m)]

    def _at_most(self, literals: list[int], bound: int, guard: Callable[[], int]) -> None:
        if len(literals) > bound:
            encoding = CardEnc.atmost(literals, bound, top_id=self.top, encoding=EncType.seqcounter)
            self.top = max(self.top, encoding.nv)
            off = guard()
            self.hard += [[*clause, off] for clause in encoding.clauses]

    def _order(self, number: int) -> None:
        first, second = self.event.before[number]
        length = self.event.meetings[first].length
        early = {t: x for (m, t), x in self.x.items() if m == first}
        late = {t: x for (m, t), x in self.x.items() if m == second}
        for t, x in late.items():
            for u, y in early.items():
                if u + length > t:
                    self.hard.append([self._guard("before", number), -x, -y])


def relaxed(event: Event, rule: Rule) -> Event:
    """The event without one rule: what the organizer gets when they give it up."""
    if rule.kind == "before":
        return replace(event, before=tuple(p for n, p in enumerate(event.before) if n != rule.subject))
    if rule.kind == "fixed":
        return replace(event, fixed=tuple(f for f in event.fixed if f[0] != rule.subject))
    if rule.kind in {"must", "allowed"}:
        known = event.meetings[rule.subject]
        change = (
            replace(known, required=False, banned="given up") if rule.kind == "must" else replace(known, allowed=None)
        )
        meetings = tuple(change if n == rule.subject else m for n, m in enumerate(event.meetings))
        fixed = tuple(f for f in event.fixed if rule.kind == "allowed" or f[0] != rule.subject)
        return replace(event, meetings=meetings, fixed=fixed)
    return event
