"""An event as the planner sees it: slots, tables, parties and the meetings that may be held.

Everything is addressed by position: slot 3 is ``event.slots[3]``, party 7 is ``event.parties[7]``,
meeting 12 is ``event.meetings[12]``. Ids and names are for people and ride along.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal

from matcher.domain.words import Words
from matcher.scheduling.errors import EventError
from matcher.scheduling.validation import validate_event

SHORTFALL_WEIGHT = 10_000
"""Worth of one promised meeting: more than the ten best meetings together (scores are 0..1000)."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One time at which meetings can be held. Slots of one day follow each other; breaks are missing slots."""

    day: int = 0
    starts_at: datetime | None = None
    minutes: int = 0

    def __post_init__(self) -> None:
        if self.starts_at is not None and self.starts_at.tzinfo is None:
            raise EventError(
                "slot.starts_at",
                self.starts_at,
                Words("时间须带时区", "a time needs its zone"),
                Words("写上时区，如 +08:00", "give an aware time"),
            )
        if self.starts_at is not None and self.minutes < 1:
            raise EventError(
                "slot.minutes",
                self.minutes,
                Words("时段至少一分钟", "a slot lasts at least a minute"),
                Words("填写时长", "give its length"),
            )


@dataclass(frozen=True, slots=True)
class Table:
    """A place where ``capacity`` meetings can sit at once; closed in some slots, with some equipment."""

    id: str
    capacity: int = 1
    zone: str = ""
    equipment: frozenset[str] = frozenset()
    closed: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if self.capacity < 1:
            raise EventError(
                f"table {self.id}.capacity",
                self.capacity,
                Words("一张桌至少容一场会面", "a table seats a meeting"),
                Words("不用的桌删去", "leave it out"),
            )


@dataclass(frozen=True, slots=True)
class Representative:
    """One person of a party. ``unavailable`` holds slots; no ``languages`` means any language."""

    name: str = ""
    unavailable: frozenset[int] = frozenset()
    languages: frozenset[str] = frozenset()
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """Who takes part: a project, fund, bank, insurer, center or expert with one or several representatives."""

    id: str
    name: str = ""
    kind: str = ""
    cap: int | None = None
    promised: int = 0
    representatives: tuple[Representative, ...] = (Representative(),)
    stand: str | None = None
    remote: bool = False
    max_breaks: int | None = None

    def __post_init__(self) -> None:
        if not self.representatives:
            raise EventError(
                f"party {self.id}.representatives",
                (),
                Words("至少有一人到场", "somebody must come"),
                Words("至少写一名代表", "name at least one person"),
            )
        if self.cap is not None and self.cap < 0:
            raise EventError(
                f"party {self.id}.cap",
                self.cap,
                Words("上限是会面的场数", "a cap counts meetings"),
                Words("填 0 或以上", "use 0 or more"),
            )
        if self.promised < 0:
            raise EventError(
                f"party {self.id}.promised",
                self.promised,
                Words("承诺是会面的场数", "a promise counts meetings"),
                Words("填 0 或以上", "use 0 or more"),
            )

    def present(self, slot: int) -> int:
        """How many representatives are present in a slot."""
        return sum(slot not in person.unavailable for person in self.representatives)

    @property
    def label(self) -> str:
        """The name for people: name, else kind and id."""
        return self.name or f"{self.kind or 'party'} {self.id}"


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting that may be held: two sides, perhaps further parties, its worth and its own limits.

    ``score`` 0..1000 and more for groups; ``wishes`` the two sides' own percentiles 0..1000;
    ``length`` in slots; ``allowed`` start slots (None: all); ``equipment`` what its table must offer.
    """

    parties: tuple[int, ...]
    score: int = 0
    wishes: tuple[int, int] | None = None
    length: int = 1
    allowed: frozenset[int] | None = None
    banned: str | None = None
    required: bool = False
    equipment: frozenset[str] = frozenset()

    @property
    def sides(self) -> tuple[int, int]:
        """The two parties whose places decide where the meeting is held."""
        return self.parties[0], self.parties[1]


@dataclass(frozen=True, slots=True)
class BreakRule:
    """How waiting is counted: any idle run between two meetings of a day, or only one with a present person.

    ``spread`` is the allowed difference of breaks between any two parties (None: no rule).
    """

    count: Literal["strict", "available"] = "available"
    spread: int | None = None


@dataclass(frozen=True)
class Event:
    """The whole task. The constructor refuses what has no meaning and says what to do about it.

    ``fixed`` (meeting, slot): must be held there. ``before`` (q, p): if both are held, q starts earlier.
    ``max_run``: longest run of slots with a meeting, per party and day. ``video_places`` per slot (None: no limit).
    """

    name: str
    slots: tuple[Slot, ...]
    tables: tuple[Table, ...]
    parties: tuple[Party, ...]
    meetings: tuple[Meeting, ...]
    video_places: int | None = None
    fixed: tuple[tuple[int, int], ...] = ()
    before: tuple[tuple[int, int], ...] = ()
    max_run: int | None = None
    breaks: BreakRule = field(default_factory=BreakRule)
    fairness: Literal["sum", "max_min"] = "sum"

    def __post_init__(self) -> None:
        validate_event(self)

    @cached_property
    def days(self) -> tuple[tuple[int, ...], ...]:
        """Slot numbers of each day, in order."""
        numbers = sorted({slot.day for slot in self.slots})
        return tuple(tuple(t for t, slot in enumerate(self.slots) if slot.day == day) for day in numbers)

    @cached_property
    def required(self) -> frozenset[int]:
        """Meetings that must be held: required ones and those with a fixed slot."""
        return frozenset(m for m, meeting in enumerate(self.meetings) if meeting.required) | {m for m, _ in self.fixed}

    @property
    def is_timetable(self) -> bool:
        """Every meeting is given; only their times are asked."""
        return all(meeting.required for meeting in self.meetings)

    def title(self, meeting: int) -> str:
        """The names of the parties of a meeting."""
        return " × ".join(self.parties[p].label for p in self.meetings[meeting].parties)
