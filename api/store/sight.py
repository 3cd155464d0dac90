"""How far a reader may see in the table of records. Only `api.guard` makes one."""

from dataclasses import dataclass

from matcher.domain import Level


@dataclass(frozen=True, slots=True)
class Sight:
    """The reader's own organisation is seen at `own`, all others at `others`; None means not at all."""

    org: str
    own: Level
    others: Level | None
