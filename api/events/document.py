"""What an organizer says about an event. Parties and tables have ids, slots count from 0 in the order given.

Everything a planner's `Event` knows can be said; times carry their zone, so that agendas and calendars follow.
"""

from collections import Counter
from itertools import combinations
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from matcher.domain import Kind
from matcher.domain.record import Line, RecordId, broken

PartyKind = Literal["project", "fund", "bank", "insurer", "center", "expert"]
RECORD_KIND: dict[str, Kind] = {
    "project": Kind.PROJECT,
    "fund": Kind.FUND,
    "bank": Kind.LOAN,
    "insurer": Kind.INSURANCE,
    "center": Kind.CENTER,
    "expert": Kind.EXPERT,
}
"""The kind of record that stands behind a party."""

SlotNumber = Annotated[int, Field(ge=0, le=9_999)]
Meetings = Annotated[int, Field(ge=0, le=10_000)]
LARGEST_EVENT = 5_000
"""Parties of one event at most; the planner is measured up to 1,300."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise broken("zone", "a time zone of the IANA list", "write Asia/Shanghai", found=name) from None
    return name


class SlotRow(_Part):
    """One time at which meetings are held; a pause is the time between two slots."""

    starts_at: AwareDatetime = Field(description="with its offset: 2026-05-01T09:00:00+08:00")
    minutes: Annotated[int, Field(ge=1, le=1440)]


class TableRow(_Part):
    """A place for `capacity` meetings at once."""

    id: RecordId
    capacity: Annotated[int, Field(ge=1, le=1000)] = 1
    zone: str = ""
    equipment: tuple[Line, ...] = ()
    closed: tuple[SlotNumber, ...] = Field((), description="slots in which it cannot be used")


class PersonRow(_Part):
    """A representative. Without `person` the name tells people apart."""

    name: Line
    person: RecordId | None = Field(None, description="an id, where two people share a name")
    unavailable: tuple[SlotNumber, ...] = ()
    arrives: AwareDatetime | None = None
    leaves: AwareDatetime | None = None
    languages: tuple[Line, ...] = Field((), description="none: any language")
    cap: Meetings | None = None


class PartyRow(_Part):
    """Who takes part. `org` lets an organisation of the platform speak for the party."""

    id: RecordId
    kind: PartyKind
    name: Line | None = None
    org: RecordId | None = None
    record_id: RecordId | None = Field(None, description="the project, fund, product, center or expert behind it")
    cap: Meetings | None = Field(None, description="meetings at most")
    promised: Meetings = Field(0, description="meetings at least, as far as capacity allows")
    representatives: Annotated[tuple[PersonRow, ...], Field(max_length=50)] = ()
    stand: Line | None = Field(None, description="own table of a stand")
    remote: bool = False
    max_breaks: Meetings | None = None


class MeetingRow(_Part):
    """A meeting that the organizer sets: two parties or a group of three, double length, must or must not."""

    parties: Annotated[tuple[RecordId, ...], Field(min_length=2, max_length=5)]
    score: Annotated[int, Field(ge=0, le=10_000)] = 500
    length: Annotated[int, Field(ge=1, le=20)] = 1
    allowed: tuple[SlotNumber, ...] | None = None
    equipment: tuple[Line, ...] = ()
    must: bool = False


class OrderRow(_Part):
    """If both are held, `first` comes before `then`."""

    first: Annotated[tuple[RecordId, ...], Field(min_length=2, max_length=5)]
    then: Annotated[tuple[RecordId, ...], Field(min_length=2, max_length=5)]


class ProgrammeRow(_Part):
    """Another part of the day that keeps parties from meetings."""

    name: Line
    starts_at: AwareDatetime
    minutes: Annotated[int, Field(ge=1, le=1440)]
    parties: tuple[RecordId, ...] = Field((), description="none: all")


class BreakRow(_Part):
    """How waiting is counted, and by how much it may differ between two parties."""

    count: Literal["strict", "available"] = "available"
    spread: Meetings | None = None


class EventDocument(_Part):
    """A matchmaking event: times, places, parties and rules."""

    name: Line
    zone: Annotated[str, AfterValidator(_zone)] = "Asia/Shanghai"
    consent: Literal["open", "one_sided", "mutual"] = Field(
        "mutual", description="whose yes a meeting needs; a refusal always stands"
    )
    published: Literal["partners", "participants"] = Field(
        "partners", description="whom a participant sees: who asked, was proposed or is met; or everybody's id and kind"
    )
    wishes_close: AwareDatetime | None = None
    slots: Annotated[tuple[SlotRow, ...], Field(min_length=1, max_length=1000)]
    tables: Annotated[tuple[TableRow, ...], Field(max_length=5000)] = ()
    parties: Annotated[tuple[PartyRow, ...], Field(max_length=LARGEST_EVENT)] = ()
    meetings: Annotated[tuple[MeetingRow, ...], Field(max_length=200_000)] = ()
    do_not_meet: tuple[tuple[RecordId, RecordId], ...] = ()
    before: tuple[OrderRow, ...] = ()
    programme: tuple[ProgrammeRow, ...] = ()
    video_places: Meetings | None = None
    max_run: Annotated[int, Field(ge=1, le=1000)] | None = None
    breaks: BreakRow = BreakRow()
    fairness: Literal["sum", "max_min"] = "max_min"

    @model_validator(mode="after")
    def _whole(self) -> "EventDocument":
        _once("party.id", [party.id for party in self.parties])
        _once("table.id", [table.id for table in self.tables])
        _once("meetings.parties", [key(meeting.parties) for meeting in self.meetings])
        self._known_parties()
        self._known_slots()
        self._one_party_a_person()
        self._must_against_must_not()
        return self

    def _known_parties(self) -> None:
        known = {party.id for party in self.parties}
        named = [one for meeting in self.meetings for one in meeting.parties]
        named += [one for pair in self.do_not_meet for one in pair]
        named += [one for order in self.before for one in (*order.first, *order.then)]
        named += [one for part in self.programme for one in part.parties]
        for one in named:
            if one not in known:
                raise broken("unknown_party", f"{one} is no party of the event", "add it, or correct the id")
        for group in (*(meeting.parties for meeting in self.meetings), *self.do_not_meet):
            if len(set(group)) < len(group):
                raise broken("itself", f"{group[0]} cannot meet itself", "name another party")

    def _known_slots(self) -> None:
        named = [t for table in self.tables for t in table.closed]
        named += [t for party in self.parties for person in party.representatives for t in person.unavailable]
        named += [t for meeting in self.meetings for t in meeting.allowed or ()]
        for t in named:
            if t >= len(self.slots):
                raise broken("unknown_slot", f"there is no slot {t}", f"use 0 to {len(self.slots) - 1}")

    def _one_party_a_person(self) -> None:
        party_of: dict[str, str] = {}
        for party in self.parties:
            for person in party.representatives:
                who = person.person or person.name
                if party_of.setdefault(who, party.id) != party.id:
                    raise broken(
                        "person_at_two_parties",
                        f"{who} is at {party_of[who]} and at {party.id}; a person is at one party",
                        "take one out, or give two people of one name a `person` id each",
                    )

    def _must_against_must_not(self) -> None:
        banned = {key(pair) for pair in self.do_not_meet}
        for meeting in self.meetings:
            for pair in combinations(sorted(meeting.parties), 2):
                if meeting.must and pair in banned:
                    raise broken(
                        "must_and_banned",
                        f"{pair[0]} and {pair[1]} must meet and may not meet",
                        "drop one of the two rules",
                    )


def key(parties: tuple[str, ...]) -> tuple[str, ...]:
    """What names a meeting: its parties, whatever their order."""
    return tuple(sorted(parties))


def _once(field: str, values: list[Any]) -> None:
    twice = [value for value, count in Counter(values).items() if count > 1]
    if twice:
        raise broken("twice", f"{field}: {twice[0]} is named twice", "keep one, or give each its own")
