"""A record as a caller sees it."""

from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import BaseModel, Field

from api.guard.caller import Caller
from api.kit.answers import tag_of
from api.store.records import Stored
from matcher.domain import Level
from matcher.domain.access import redact


class SeenBase(BaseModel):
    """A record as the caller sees it; what lies above the caller's level is absent."""

    level: Level = Field(description="0 public, 1 platform, 2 after consent, 3 secret: how far the caller sees")
    own: bool = Field(description="whether the record belongs to the caller's organisation")
    etag: str = Field(description="names exactly this content; send it as If-Match to replace or delete")
    version: int | None = Field(default=None, description="own records: number of this version, from 1")
    created: str | None = Field(default=None, description="own records: when it was first written")
    updated: str | None = Field(default=None, description="own records: when it was last written")


@dataclass(frozen=True, slots=True)
class Seen:
    """One record's visible content and what may be said about it."""

    content: bytes
    tag: str
    level: Level
    stored: Stored
    own: bool

    def as_json(self) -> dict[str, Any]:
        """The object of the answer. Version and times of others' records would tell of hidden changes, so they stay."""
        shown: dict[str, Any] = {
            "record": orjson.Fragment(self.content),
            "level": int(self.level),
            "own": self.own,
            "etag": self.tag,
        }
        if self.own:
            shown |= {"version": self.stored.version, "created": self.stored.created, "updated": self.stored.updated}
        return shown


def see(stored: Stored | None, caller: Caller) -> Seen | None:
    """The record as the caller sees it; None where there is none or none for this caller."""
    if stored is None or stored.deleted:
        return None
    level = caller.level(stored.kind, stored.org)
    if level is None:
        return None
    if level is Level.SECRET:
        content = stored.body.encode()
    else:
        content = redact(stored.record(), level).model_dump_json(exclude_none=True).encode()
    return Seen(content, tag_of(content), level, stored, stored.org == caller.org)
