"""What cannot work, by counting alone and in milliseconds: each finding names the people, the rule and the remedy."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from matcher.domain.words import Words
from matcher.scheduling.check import place_kind
from matcher.scheduling.problem import Event


@dataclass(frozen=True, slots=True)
class Finding:
    """One contradiction or shortage. ``blocks``: no plan can keep the rules; else a promise is out of reach."""

    rule: str
    blocks: bool
    parties: tuple[int, ...]
    meetings: tuple[int, ...]
    reason: Words
    remedy: Words

    @property
    def words(self) -> Words:
        """Reason and remedy."""
        return Words.joined([self.reason, self.remedy])


def findings(event: Event) -> tuple[Finding, ...]:
    """All findings of an event, those that block a plan first."""
    found = [*_musts(event), *_cycles(event), *_loads(event), *_slots_at_once(event), *_promises(event)]
    return tuple(sorted(found, key=lambda f: (not f.blocks, f.rule, f.parties, f.meetings)))


def starts(event: Event, meeting: int) -> list[int]:
    """The slots in which a meeting could start when only its own parties and limits are asked."""
    known = event.meetings[meeting]
    pins = {t for m, t in event.fixed if m == meeting}
    return [
        t
        for t in range(len(event.slots))
        if (known.allowed is None or t in known.allowed) and (not pins or pins == {t}) and _fits(event, meeting, t)
    ]


def _fits(event: Event, meeting: int, start: int) -> bool:
    known = event.meetings[meeting]
    span = range(start, start + known.length)
    if span[-1] >= len(event.slots) or event.slots[span[-1]].day != event.slots[start].day:
        return False
    return all(event.parties[p].present(t) for p in known.parties for t in span)


def _musts(event: Event) -> Iterator[Finding]:
    """Meetings that must be held and cannot."""
    for meeting in sorted(event.required):
        known, title = event.meetings[meeting], event.title(meeting)
        pins = sorted({t for m, t in event.fixed if m == meeting})
        if known.banned is not None:
            reason = Words(
                f"{title} 必须会面又不可会面（{known.banned}）", f"{title} must meet and may not meet ({known.banned})"
            )
            yield Finding(
                "must and banned",
                True,
                known.parties,
                (meeting,),
                reason,
                Words("取消其中一条", "drop one of the two rules"),
            )
        elif len(pins) > 1:
            reason = Words(f"{title} 固定在第 {pins} 号时段", f"{title} is fixed in slots {pins}")
            yield Finding(
                "fixed twice", True, known.parties, (meeting,), reason, Words("保留其中一个", "keep one of them")
            )
        elif not starts(event, meeting):
            why = _why_no_slot(event, meeting)
            zh, en = (f"在第 {pins[0]} 号时段", f" in slot {pins[0]}") if pins else ("", "")
            reason = Words(f"{title} 必须{zh}举行，但 {why.zh}", f"{title} must be held{en}, but {why.en}")
            yield Finding(
                "no slot",
                True,
                known.parties,
                (meeting,),
                reason,
                Words("更改在场时段或该规则", "change the availability or the rule"),
            )


def _why_no_slot(event: Event, meeting: int) -> Words:
    known = event.meetings[meeting]
    pins = {t for m, t in event.fixed if m == meeting}
    for party in known.parties:
        away = [t for t in pins if not event.parties[party].present(t)]
        if away:
            return Words(f"{event.parties[party].label} 届时不在场", f"{event.parties[party].label} is absent then")
    if pins and known.allowed is not None and not pins <= known.allowed:
        return Words(f"只允许第 {sorted(known.allowed)} 号时段", f"only slots {sorted(known.allowed)} are allowed")
    never = [p for p in known.parties if not any(event.parties[p].present(t) for t in range(len(event.slots)))]
    if never:
        return Words(f"{event.parties[never[0]].label} 始终不在场", f"{event.parties[never[0]].label} is never present")
    return Words("没有各方都合适的时段", "no slot suits all of them")


def _cycles(event: Event) -> Iterator[Finding]:
    """Orders in a circle among meetings that must all be held."""
    after: Mapping[int, list[int]] = defaultdict(list)
    for first, second in event.before:
        if first in event.required and second in event.required:
            after[first].append(second)
    circle = find_circle(after)
    if circle:
        parties = tuple(sorted({p for m in circle for p in event.meetings[m].parties}))
        round_trip = " → ".join(event.title(m) for m in [*circle, circle[0]])
        reason = Words(f"先后次序成环：{round_trip}", f"the order is a circle: {round_trip}")
        yield Finding(
            "circle", True, parties, tuple(circle), reason, Words("取消其中一个次序", "drop one of these orders")
        )


def find_circle(after: Mapping[int, Sequence[int]]) -> list[int]:
    """One circle of a graph, from its smallest member; empty if there is none."""
    state: dict[int, int] = {}
    for root in sorted(after):
        path: list[int] = []
        stack = [(root, iter(after.get(root, ())))] if root not in state else []
        if stack:
            state[root] = 1
            path.append(root)
        while stack:
            node, following = stack[-1]
            step = next(following, None)
            if step is None:
                state[node] = 2
                stack.pop()
                path.pop()
            elif state.get(step) == 1:
                circle = path[path.index(step) :]
                turn = circle.index(min(circle))
                return circle[turn:] + circle[:turn]
            elif step not in state:
                state[step] = 1
                path.append(step)
                stack.append((step, iter(after.get(step, ()))))
    return []


def _loads(event: Event) -> Iterator[Finding]:
    """Parties with more musts than their cap or their presence allows."""
    musts: dict[int, list[int]] = defaultdict(list)
    for meeting in sorted(event.required):
        for party in event.meetings[meeting].parties:
            musts[party].append(meeting)
    for number, meetings in sorted(musts.items()):
        who = event.parties[number]
        room = sum(who.present(t) for t in range(len(event.slots)))
        asked = sum(event.meetings[m].length for m in meetings)
        if asked > room:
            reason = Words(
                f"{who.label} 必须参加 {asked} 个时段的会面，在场 {room} 个时段",
                f"{who.label} must sit {asked} slots and is present in {room}",
            )
            yield Finding(
                "presence",
                True,
                (number,),
                tuple(meetings),
                reason,
                Words("减少会面或增加在场时段", "drop a meeting or add presence"),
            )
        if who.cap is not None and len(meetings) > who.cap:
            reason = Words(
                f"{who.label} 必须参加 {len(meetings)} 场会面，上限为 {who.cap}",
                f"{who.label} must hold {len(meetings)} meetings, its cap is {who.cap}",
            )
            yield Finding(
                "cap",
                True,
                (number,),
                tuple(meetings),
                reason,
                Words("提高上限或减少会面", "raise the cap or drop a meeting"),
            )
        yield from _narrow(event, number, meetings)


def _narrow(event: Event, number: int, meetings: Sequence[int]) -> Iterator[Finding]:
    """Hall's condition on the narrowest musts of a party: they share too few slots."""
    party = event.parties[number]
    options = sorted(((frozenset(starts(event, m)), m) for m in meetings), key=lambda item: (len(item[0]), item[1]))
    for slots in sorted({s for s, _ in options if s}, key=lambda s: (len(s), sorted(s))):
        inside = tuple(m for s, m in options if s and s <= slots)
        room = sum(party.present(t) for t in slots)
        if len(inside) > room:
            reason = Words(
                f"{party.label} 必须在第 {sorted(slots)} 号时段举行 {len(inside)} 场会面，那里只能举行 {room} 场",
                f"{party.label} must hold {len(inside)} meetings in slots {sorted(slots)}, {room} can be held there",
            )
            yield Finding(
                "too few slots",
                True,
                (number,),
                inside,
                reason,
                Words("放宽其中一场的时段", "widen the slots of one of them"),
            )
            return


def _slots_at_once(event: Event) -> Iterator[Finding]:
    """Meetings fixed in the same slot: more than a party's people or than the places."""
    here: dict[int, list[int]] = defaultdict(list)
    for meeting, slot in sorted(set(event.fixed)):
        here[slot].append(meeting)
    for slot, meetings in sorted(here.items()):
        loads = Counter(p for m in meetings for p in event.meetings[m].parties)
        for number, load in sorted(loads.items()):
            present = event.parties[number].present(slot)
            if load > present > 0:
                those = tuple(m for m in meetings if number in event.meetings[m].parties)
                reason = Words(
                    f"{event.parties[number].label} 在第 {slot} 号时段固定了 {load} 场会面，能到 {present} 人",
                    f"{event.parties[number].label} is fixed in {load} meetings in slot {slot}, {present} can go",
                )
                yield Finding(
                    "fixed together", True, (number,), those, reason, Words("移动其中一场", "move one of them")
                )
        tables = sum(table.capacity for table in event.tables if slot not in table.closed)
        seated = tuple(m for m in meetings if place_kind(event, m) == "table")
        if len(seated) > tables:
            reason = Words(
                f"第 {slot} 号时段固定了 {len(seated)} 场会面，只有 {tables} 张桌",
                f"{len(seated)} meetings are fixed in slot {slot} with {tables} tables",
            )
            yield Finding(
                "tables", True, (), seated, reason, Words("移动部分会面或增开桌位", "move some or open tables")
            )
    yield from _all_tables(event)


def _all_tables(event: Event) -> Iterator[Finding]:
    seated = [m for m in sorted(event.required) if place_kind(event, m) == "table"]
    room = sum(t.capacity for slot in range(len(event.slots)) for t in event.tables if slot not in t.closed)
    asked = sum(event.meetings[m].length for m in seated)
    if asked > room:
        reason = Words(
            f"{len(seated)} 场会面必须用桌，全部时段共 {room} 个桌位",
            f"{len(seated)} meetings must be held at tables, all slots together seat {room}",
        )
        yield Finding(
            "tables", True, (), tuple(seated), reason, Words("增开桌位或增加时段", "open tables or add slots")
        )


def _promises(event: Event) -> Iterator[Finding]:
    """Promised meetings that nothing can give."""
    partners: Counter[int] = Counter(p for m in event.meetings if m.banned is None for p in m.parties)
    for number, party in enumerate(event.parties):
        present = sum(party.present(t) for t in range(len(event.slots)))
        limits = {
            Words("个在场时段", "slots of presence"): present,
            Words("个可能的会面", "possible meetings"): partners[number],
            Words("场会面的上限", "meetings by its cap"): party.cap if party.cap is not None else present,
        }
        what, most = min(limits.items(), key=lambda item: item[1])
        if party.promised > most:
            reason = Words(
                f"{party.label} 承诺 {party.promised} 场会面，只有 {most} {what.zh}",
                f"{party.label} is promised {party.promised} meetings and has {most} {what.en}",
            )
            yield Finding(
                "promise",
                False,
                (number,),
                (),
                reason,
                Words("减少承诺，或增加对象或时间", "promise fewer, or find partners or time"),
            )
