"""What an event must satisfy to have a meaning at all. Contradictions between rules are found by ``counts``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from matcher.domain.words import Words
from matcher.scheduling.errors import EventError

if TYPE_CHECKING:
    from matcher.scheduling.problem import Event, Meeting


def validate_event(event: Event) -> None:
    """Refuse an event without meaning.

    Raises:
        EventError: the first broken rule, with field, value and remedy.
    """
    if not event.slots:
        raise EventError(
            "event.slots",
            (),
            Words("会面需要时段", "meetings need a time"),
            Words("至少加一个时段", "add at least one slot"),
        )
    _validate_clock(event)
    _unique("party.id", (party.id for party in event.parties))
    _unique("table.id", (table.id for table in event.tables))
    if event.video_places is not None and event.video_places < 0:
        raise EventError(
            "event.video_places",
            event.video_places,
            Words("位数为整数", "places are counted"),
            Words("填 0 或以上", "use 0 or more"),
        )
    if event.max_run is not None and event.max_run < 1:
        raise EventError(
            "event.max_run",
            event.max_run,
            Words("连续会面至少一场", "a run holds at least one meeting"),
            Words("填 1 或以上，或不填", "use 1 or more, or none"),
        )
    for party in event.parties:
        for person in party.representatives:
            _slots_known(event, f"party {party.id}.unavailable", person.unavailable)
    for number, meeting in enumerate(event.meetings):
        _validate_meeting(event, number, meeting)
    _validate_links(event)


def _validate_clock(event: Event) -> None:
    last_day = event.slots[0].day
    for slot in event.slots:
        if slot.day < last_day:
            raise EventError(
                "slot.day",
                slot.day,
                Words("时段须按日期先后排列", "slots stand in the order of their days"),
                Words("把时段排序", "sort the slots"),
            )
        last_day = slot.day
    timed = [(t, slot) for t, slot in enumerate(event.slots) if slot.starts_at is not None]
    for (t, slot), (u, later) in pairwise(timed):
        if slot.starts_at is None or later.starts_at is None:
            continue
        # Aware differences of one zone ignore a change of clock, so both go to elapsed seconds first.
        elapsed = later.starts_at.timestamp() - slot.starts_at.timestamp()
        if elapsed < timedelta(minutes=slot.minutes).total_seconds():
            raise EventError(
                f"slot {u}.starts_at",
                later.starts_at.isoformat(),
                Words(
                    f"与第 {t} 号时段（自 {slot.starts_at.isoformat()} 起 {slot.minutes} 分钟）重叠",
                    f"it overlaps slot {t}, which lasts {slot.minutes} minutes from {slot.starts_at.isoformat()}",
                ),
                Words("缩短前一时段或推后后一时段", "shorten the earlier slot or move the later one"),
            )


def _validate_meeting(event: Event, number: int, meeting: Meeting) -> None:
    field = f"meeting {number}.parties"
    if len(meeting.parties) < 2:
        raise EventError(
            field,
            meeting.parties,
            Words("会面须有两方", "a meeting needs two sides"),
            Words("写两个参加方", "name two parties"),
        )
    for party in meeting.parties:
        if not 0 <= party < len(event.parties):
            raise EventError(
                field,
                party,
                Words("没有这个参加方", "no such party"),
                Words(f"填 0 至 {len(event.parties) - 1}", f"use 0 to {len(event.parties) - 1}"),
            )
    if len(set(meeting.parties)) < len(meeting.parties):
        raise EventError(
            field,
            meeting.parties,
            Words("不能与自己会面", "nobody meets themselves"),
            Words("写不同的参加方", "name different parties"),
        )
    if meeting.length < 1:
        raise EventError(
            f"meeting {number}.length",
            meeting.length,
            Words("会面至少占一个时段", "a meeting fills a slot"),
            Words("填 1 或以上", "use 1 or more"),
        )
    _slots_known(event, f"meeting {number}.allowed", meeting.allowed or ())


def _validate_links(event: Event) -> None:
    for meeting, slot in event.fixed:
        _meeting_known(event, "event.fixed", meeting)
        _slots_known(event, "event.fixed", (slot,))
    for pair in event.before:
        for meeting in pair:
            _meeting_known(event, "event.before", meeting)


def _meeting_known(event: Event, field: str, meeting: int) -> None:
    if not 0 <= meeting < len(event.meetings):
        raise EventError(
            field,
            meeting,
            Words("没有这场会面", "no such meeting"),
            Words(f"填 0 至 {len(event.meetings) - 1}", f"use 0 to {len(event.meetings) - 1}"),
        )


def _slots_known(event: Event, field: str, slots: Iterable[int]) -> None:
    for slot in slots:
        if not 0 <= slot < len(event.slots):
            raise EventError(
                field,
                slot,
                Words("没有这个时段", "no such slot"),
                Words(f"填 0 至 {len(event.slots) - 1}", f"use 0 to {len(event.slots) - 1}"),
            )


def _unique(field: str, ids: Iterable[str]) -> None:
    counts = Counter(ids)
    twice = [value for value, count in counts.items() if count > 1]
    if twice:
        raise EventError(
            field,
            twice[0],
            Words("一个编号只能指一个对象", "an id names one thing only"),
            Words("各用各的编号", "give each its own id"),
        )
