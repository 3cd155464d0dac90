"""Which books there are: one for each kind and level that somebody may search."""

import hashlib
from dataclasses import dataclass

from api.guard.caller import PUBLISHED_KINDS
from matcher.domain import KINDS, Kind, Level


@dataclass(frozen=True, slots=True)
class Title:
    """Which book: kind, level and, for an own book, the organisation."""

    kind: Kind
    level: Level
    org: str | None = None

    @property
    def folder(self) -> str:
        """The name of its folder; organisations are hashed, for their ids may be unfit for paths."""
        name = f"{self.kind}-{int(self.level)}"
        return name if self.org is None else f"{name}-{hashlib.blake2b(self.org.encode(), digest_size=10).hexdigest()}"


def shared_titles() -> list[Title]:
    """The books that stand always: every kind at level 1, published kinds at level 0 too."""
    levels = ((kind, level) for kind in KINDS for level in (Level.PUBLIC, Level.PLATFORM))
    return [Title(kind, level) for kind, level in levels if level or kind in PUBLISHED_KINDS]


def levels_of(kind: Kind) -> list[Level]:
    """The levels at which records of a kind stand in books, own ones included."""
    return [*(title.level for title in shared_titles() if title.kind is kind), Level.CONSENTED]
