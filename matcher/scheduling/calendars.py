"""Agendas as iCalendar (RFC 5545): stable UIDs, a raised SEQUENCE on change, CANCELLED for dropped meetings."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta

from icalendar import Calendar
from icalendar import Event as Entry

from matcher.domain.words import Words
from matcher.scheduling.agenda import agenda
from matcher.scheduling.errors import EventError
from matcher.scheduling.problem import Event
from matcher.scheduling.releases import Release


def uid(event: Event, meeting: int) -> str:
    """The UID of a meeting: the same for the same parties of the same event, whatever its time, place or number."""
    parties = [event.parties[p].id for p in event.meetings[meeting].parties]
    text = json.dumps([event.name, parties], ensure_ascii=False)
    return f"{hashlib.sha256(text.encode()).hexdigest()[:32]}@matcher"


def calendar(event: Event, published: Release, party: int, stamp: datetime) -> bytes:
    """The calendar of a party; ``stamp`` (aware) is the time of the release.

    Raises:
        EventError: the event's slots have no times.
    """
    if any(slot.starts_at is None for slot in event.slots):
        raise EventError(
            "slot.starts_at",
            None,
            Words("日历需要时段的时间", "a calendar needs times"),
            Words("给各时段填上起止时间", "give the slots their times"),
        )
    result = Calendar()
    result.add("prodid", "-//Matcher//events//ZH")
    result.add("version", "2.0")
    result.add("method", "PUBLISH")
    for item in agenda(event, published.plan, party):
        entry = _entry(event, published, item.meeting, stamp)
        # UTC needs no VTIMEZONE block and survives a change of clock.
        start = (item.starts_at or stamp).astimezone(UTC)
        entry.add("dtstart", start)
        entry.add("dtend", start + timedelta(minutes=item.minutes))
        entry.add("summary", _clean(", ".join(item.partners)))
        entry.add("location", _clean(item.place))
        if item.persons:
            entry.add("description", _clean(", ".join(item.persons)))
        entry.add("status", "CONFIRMED")
        result.add_component(entry)
    for meeting in published.dropped:
        if party in event.meetings[meeting].parties:
            entry = _entry(event, published, meeting, stamp)
            # RFC 5545 wants a start even for what is cancelled; calendars find the entry by its UID.
            entry.add("dtstart", (event.slots[0].starts_at or stamp).astimezone(UTC))
            entry.add("summary", _clean(event.title(meeting)))
            entry.add("status", "CANCELLED")
            result.add_component(entry)
    return bytes(result.to_ical())


def _entry(event: Event, published: Release, meeting: int, stamp: datetime) -> Entry:
    entry = Entry()
    entry.add("uid", uid(event, meeting))
    entry.add("dtstamp", stamp.astimezone(UTC))
    entry.add("sequence", published.sequences.get(meeting, 0))
    return entry


def _clean(text: str) -> str:
    """Names without control and direction marks, which could turn the text around them in a calendar."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
