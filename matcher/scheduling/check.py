"""Whether a plan keeps every rule of its event, and what it is worth: by its own code, standard library only.

Nothing here is used by the solver and nothing of the solver is used here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from matcher.domain.words import Words
from matcher.scheduling.problem import Event


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule that a plan breaks: the rule's name, the meetings concerned and a sentence."""

    rule: str
    meetings: tuple[int, ...]
    reason: Words


class Held(NamedTuple):
    """One row of a plan; ``is_seated`` tells whether the plan names tables at all."""

    meeting: int
    slot: int
    is_seated: bool
    table: str | None
    people: dict[int, int]


@dataclass(frozen=True, slots=True)
class Checked:
    """The verdict on a plan: broken rules and the goals recomputed."""

    broken: tuple[Broken, ...]
    score: int
    shortfall: int
    breaks: int
    breaks_by_party: tuple[int, ...]

    @property
    def holds(self) -> bool:
        """No rule is broken."""
        return not self.broken


def check(event: Event, rows: Iterable[Sequence[Any]]) -> Checked:
    """Verify (meeting, slot[, table id[, ((party, person), …)]]) rows against every rule of the event.

    A table that is given must be the right kind of place: a table id for a table meeting, None for stands and
    video. Rows without a table are checked against the number of open tables only; so are persons.
    """
    plan = [_read(row) for row in rows]
    broken = list(_numbers(event, plan))
    plan = [row for row in plan if 0 <= row.meeting < len(event.meetings) and 0 <= row.slot < len(event.slots)]
    at = {row.meeting: row.slot for row in plan}
    met = _met(event, plan)
    broken += _meetings(event, plan)
    broken += _parties(event, met)
    broken += _places(event, plan)
    broken += _tables(event, plan)
    broken += _people(event, plan)
    broken += _order(event, at)
    breaks = [sum(_day_breaks(event, p, day, met[p]) for day in event.days) for p in range(len(event.parties))]
    broken += _waiting(event, breaks)
    held = Counter(party for meeting in at for party in event.meetings[meeting].parties)
    return Checked(
        broken=tuple(broken),
        score=sum(event.meetings[meeting].score for meeting in at),
        shortfall=sum(max(0, party.promised - held[p]) for p, party in enumerate(event.parties)),
        breaks=sum(breaks),
        breaks_by_party=tuple(breaks),
    )


def _read(row: Sequence[Any]) -> Held:
    people = {int(party): int(person) for party, person in (row[3] if len(row) > 3 else ())}
    table = row[2] if len(row) > 2 else None
    return Held(int(row[0]), int(row[1]), len(row) > 2, None if table is None else str(table), people)


def _numbers(event: Event, plan: Sequence[Held]) -> Iterator[Broken]:
    for row in plan:
        if not 0 <= row.meeting < len(event.meetings):
            yield Broken(
                "unknown meeting",
                (row.meeting,),
                Words(f"没有会面 {row.meeting}", f"there is no meeting {row.meeting}"),
            )
        elif not 0 <= row.slot < len(event.slots):
            yield Broken("unknown slot", (row.meeting,), Words(f"没有时段 {row.slot}", f"there is no slot {row.slot}"))


def _met(event: Event, plan: Sequence[Held]) -> list[dict[int, list[int]]]:
    """Per party: slot -> the meetings it sits in."""
    met: list[dict[int, list[int]]] = [defaultdict(list) for _ in event.parties]
    for row in plan:
        meeting, slot = row.meeting, row.slot
        for party in event.meetings[meeting].parties:
            for t in range(slot, min(slot + event.meetings[meeting].length, len(event.slots))):
                met[party][t].append(meeting)
    return met


def _meetings(event: Event, plan: Sequence[Held]) -> Iterator[Broken]:
    times = Counter(row.meeting for row in plan)
    for meeting, count in times.items():
        if count > 1:
            yield Broken(
                "once",
                (meeting,),
                Words(f"{event.title(meeting)} 排了 {count} 次", f"{event.title(meeting)} is placed {count} times"),
            )
    at = {row.meeting: row.slot for row in plan}
    for meeting, slot in at.items():
        known = event.meetings[meeting]
        if known.banned is not None:
            yield Broken(
                "banned",
                (meeting,),
                Words(
                    f"{event.title(meeting)} 不可会面：{known.banned}",
                    f"{event.title(meeting)} may not meet: {known.banned}",
                ),
            )
        if known.allowed is not None and slot not in known.allowed:
            yield Broken(
                "allowed",
                (meeting,),
                Words(
                    f"{event.title(meeting)} 不可在第 {slot} 号时段开始",
                    f"{event.title(meeting)} may not start in slot {slot}",
                ),
            )
        last = slot + known.length - 1
        if last >= len(event.slots) or event.slots[last].day != event.slots[slot].day:
            yield Broken(
                "length",
                (meeting,),
                Words(
                    f"{event.title(meeting)} 从第 {slot} 号时段起排不下",
                    f"{event.title(meeting)} does not fit behind slot {slot}",
                ),
            )
    for meeting, slot in event.fixed:
        if at.get(meeting) != slot:
            yield Broken(
                "fixed",
                (meeting,),
                Words(
                    f"{event.title(meeting)} 固定在第 {slot} 号时段", f"{event.title(meeting)} is fixed in slot {slot}"
                ),
            )
    for meeting, known in enumerate(event.meetings):
        if known.required and meeting not in at:
            yield Broken(
                "required",
                (meeting,),
                Words(f"{event.title(meeting)} 必须举行", f"{event.title(meeting)} must be held"),
            )


def _parties(event: Event, met: Sequence[dict[int, list[int]]]) -> Iterator[Broken]:
    for number, party in enumerate(event.parties):
        held = {meeting for meetings in met[number].values() for meeting in meetings}
        if party.cap is not None and len(held) > party.cap:
            reason = Words(
                f"{party.label} 有 {len(held)} 场会面，上限为 {party.cap}",
                f"{party.label} has {len(held)} meetings, its cap is {party.cap}",
            )
            yield Broken("cap", tuple(sorted(held)), reason)
        for slot, meetings in met[number].items():
            present = sum(slot not in person.unavailable for person in party.representatives)
            if present == 0:
                yield Broken(
                    "availability",
                    tuple(meetings),
                    Words(f"{party.label} 在第 {slot} 号时段不在场", f"{party.label} is absent in slot {slot}"),
                )
            elif len(meetings) > present:
                reason = Words(
                    f"{party.label} 在第 {slot} 号时段有 {len(meetings)} 场会面，到场 {present} 人",
                    f"{party.label} is in {len(meetings)} meetings in slot {slot}, {present} present",
                )
                yield Broken("two places", tuple(meetings), reason)
        if event.max_run is not None:
            yield from _runs(event, number, met[number], event.max_run)


def _runs(event: Event, party: int, met: dict[int, list[int]], longest: int) -> Iterator[Broken]:
    for day in event.days:
        run: list[int] = []
        for slot in day:
            run = [*run, slot] if met.get(slot) else []
            if len(run) == longest + 1:
                reason = Words(
                    f"{event.parties[party].label} 自第 {run[0]} 号时段起连续 {len(run)} 场无休息",
                    f"{event.parties[party].label} meets {len(run)} times without a rest from slot {run[0]}",
                )
                yield Broken("max run", tuple(m for t in run for m in met[t]), reason)


def place_kind(event: Event, meeting: int) -> str:
    """Where a meeting is held by its sides: ``none`` (both remote), ``video``, ``stand`` or ``table``."""
    first, second = event.meetings[meeting].parties[:2]
    a, b = event.parties[first], event.parties[second]
    if a.remote and b.remote:
        return "none"
    if a.remote or b.remote:
        return "video"
    return "stand" if a.stand or b.stand else "table"


def _places(event: Event, plan: Sequence[Held]) -> Iterator[Broken]:
    busy: dict[tuple[str, int], list[int]] = defaultdict(list)
    for row in plan:
        meeting, slot = row.meeting, row.slot
        for t in range(slot, slot + event.meetings[meeting].length):
            busy[place_kind(event, meeting), t].append(meeting)
    for (kind, slot), meetings in busy.items():
        if kind == "table":
            places = sum(table.capacity for table in event.tables if slot not in table.closed)
        elif kind == "video" and event.video_places is not None:
            places = event.video_places
        else:
            continue
        if len(meetings) > places:
            reason = Words(
                f"第 {slot} 号时段有 {len(meetings)} 场会面，{kind} 位只有 {places} 个",
                f"slot {slot} has {len(meetings)} meetings for {places} {kind} places",
            )
            yield Broken(f"{kind} places", tuple(meetings), reason)


def _tables(event: Event, plan: Sequence[Held]) -> Iterator[Broken]:
    """Table numbers, where the plan names them."""
    if not any(row.is_seated for row in plan):
        return
    known = {table.id: table for table in event.tables}
    sits: dict[tuple[str, int], list[int]] = defaultdict(list)
    for row in plan:
        meeting, slot = row.meeting, row.slot
        name = row.table
        kind = place_kind(event, meeting)
        if (name is None) == (kind == "table"):
            yield Broken(
                "place",
                (meeting,),
                Words(
                    f"{event.title(meeting)} 需要 {kind} 位，计划写的是 {name}",
                    f"{event.title(meeting)} needs a {kind} place, the plan says {name}",
                ),
            )
        if name is None:
            continue
        table = known.get(name)
        if table is None:
            yield Broken("table", (meeting,), Words(f"没有桌 {name}", f"there is no table {name}"))
            continue
        if not event.meetings[meeting].equipment <= table.equipment:
            missing = ", ".join(sorted(event.meetings[meeting].equipment - table.equipment))
            yield Broken("equipment", (meeting,), Words(f"桌 {name} 没有 {missing}", f"table {name} has no {missing}"))
        for t in range(slot, slot + event.meetings[meeting].length):
            sits[table.id, t].append(meeting)
    for (name, slot), meetings in sits.items():
        room = 0 if slot in known[name].closed else known[name].capacity
        if len(meetings) > room:
            yield Broken(
                "table",
                tuple(meetings),
                Words(
                    f"桌 {name} 在第 {slot} 号时段有 {len(meetings)} 场会面",
                    f"table {name} holds {len(meetings)} meetings in slot {slot}",
                ),
            )


def _people(event: Event, plan: Sequence[Held]) -> Iterator[Broken]:
    """Who of each party goes, where the plan names persons: present, once a slot, within the cap, one language."""
    places: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    loads: Counter[tuple[int, int]] = Counter()
    for row in plan:
        meeting, slot = row.meeting, row.slot
        spoken = []
        for party, person in row.people.items():
            who = event.parties[party].representatives[person]
            loads[party, person] += 1
            if who.languages:
                spoken.append(who.languages)
            for t in range(slot, slot + event.meetings[meeting].length):
                places[party, person, t].append(meeting)
                if t in who.unavailable:
                    yield Broken(
                        "person away",
                        (meeting,),
                        Words(
                            f"{who.name or person} 在第 {t} 号时段不在场", f"{who.name or person} is absent in slot {t}"
                        ),
                    )
        if len(spoken) > 1 and not frozenset.intersection(*spoken):
            yield Broken(
                "language",
                (meeting,),
                Words(f"{event.title(meeting)} 没有共同语言", f"{event.title(meeting)} have no language in common"),
            )
    for (party, person, slot), meetings in places.items():
        if len(meetings) > 1:
            reason = Words(
                f"{event.parties[party].label} 的第 {person} 号代表在第 {slot} 号时段出现两次",
                f"person {person} of {event.parties[party].label} is twice in slot {slot}",
            )
            yield Broken("person in two places", tuple(meetings), reason)
    for (party, person), load in loads.items():
        cap = event.parties[party].representatives[person].cap
        if cap is not None and load > cap:
            yield Broken(
                "person cap",
                (),
                Words(
                    f"{event.parties[party].label} 的第 {person} 号代表有 {load} 场，上限 {cap}",
                    f"person {person} of {event.parties[party].label} has {load} of {cap}",
                ),
            )


def _order(event: Event, at: dict[int, int]) -> Iterator[Broken]:
    for first, second in event.before:
        if first in at and second in at and at[first] + event.meetings[first].length > at[second]:
            reason = Words(
                f"{event.title(first)} 须先于 {event.title(second)}",
                f"{event.title(first)} must come before {event.title(second)}",
            )
            yield Broken("before", (first, second), reason)


def _day_breaks(event: Event, party: int, day: Sequence[int], met: dict[int, list[int]]) -> int:
    busy = [slot for slot in day if met.get(slot)]
    people = event.parties[party].representatives
    breaks = 0
    for last, following in pairwise(busy):
        idle = [slot for slot in day if last < slot < following]
        if event.breaks.count == "available":
            idle = [slot for slot in idle if any(slot not in person.unavailable for person in people)]
        breaks += bool(idle)
    return breaks


def _waiting(event: Event, breaks: Sequence[int]) -> Iterator[Broken]:
    spread = event.breaks.spread
    if spread is not None and breaks and max(breaks) - min(breaks) > spread:
        reason = Words(
            f"各方空档数相差 {max(breaks) - min(breaks)}，至多 {spread}",
            f"breaks differ by {max(breaks) - min(breaks)} between parties, {spread} allowed",
        )
        yield Broken("spread", (), reason)
    for number, party in enumerate(event.parties):
        if party.max_breaks is not None and breaks[number] > party.max_breaks:
            yield Broken(
                "breaks",
                (),
                Words(
                    f"{party.label} 有 {breaks[number]} 个空档，至多 {party.max_breaks}",
                    f"{party.label} waits {breaks[number]} times, {party.max_breaks} allowed",
                ),
            )
