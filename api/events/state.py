"""What the store keeps of an event beside its description: meetings, draft, releases, pins and what happened.

A meeting's number is its place in a list that only grows once a plan is released, so numbers mean the same in drafts,
releases, changes and outcomes.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from api.events.document import EventDocument

Seats = tuple[tuple[int, int, str | None, tuple[tuple[int, int], ...]], ...]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KeptMeeting(_Part):
    """A meeting that may be held, by party ids."""

    parties: tuple[str, ...]
    score: int = 0
    wishes: tuple[int, int] | None = None
    length: int = 1
    allowed: tuple[int, ...] | None = None
    equipment: tuple[str, ...] = ()
    must: bool = False
    banned: str | None = None


class KeptPlan(_Part):
    """A plan and the meetings it chose from, with shadow prices per party and per slot's tables."""

    meetings: tuple[KeptMeeting, ...]
    seats: Seats
    status: str
    value: int
    bound: int
    score: int
    shortfall: int
    breaks: int
    breaks_bound: int
    seed: int
    method: str
    reasons: tuple[str, ...] = ()
    version: int = 1
    party_prices: tuple[float, ...] = ()
    table_prices: tuple[float, ...] = ()


class KeptRelease(_Part):
    """What stands published, and how often each meeting changed."""

    number: int
    name: str
    at: str
    plan: KeptPlan
    sequences: Mapping[int, int]


class Told(_Part):
    """A line of the history of releases: whom to tell what."""

    number: int
    name: str
    at: str
    version: int
    told: Mapping[str, tuple[str, ...]]


class Pin(_Part):
    """A meeting that stays in its slot, by its parties."""

    parties: tuple[str, ...]
    slot: int


class Losses(_Part):
    """What was lost since the first release: party -> slots, table -> slots, meetings called off, people replaced.

    `began`: a change was applied, so the plan is changed by changes alone.
    """

    absent: Mapping[str, tuple[int, ...]] = {}
    tables: Mapping[str, tuple[int, ...]] = {}
    cancelled: tuple[int, ...] = ()
    replaced: Mapping[str, Mapping[int, str]] = {}
    began: bool = False


class State(_Part):
    """An event's whole document."""

    event: EventDocument
    draft: KeptPlan | None = None
    release: KeptRelease | None = None
    releases: tuple[Told, ...] = ()
    pins: tuple[Pin, ...] = ()
    losses: Losses = Losses()

    @property
    def stage(self) -> str:
        """planning, draft or released; a draft beside a release is a draft."""
        return "draft" if self.draft else "released" if self.release else "planning"

    def body(self) -> dict[str, Any]:
        """As the store keeps it."""
        return self.model_dump(mode="json")
