"""The rows that a caller may find, per level: made here and nowhere else."""

from collections.abc import Mapping
from typing import NewType

from pyroaring import BitMap

from api.guard.caller import Caller
from matcher.domain import Kind, Level

VisibleIds = NewType("VisibleIds", Mapping[Level, BitMap])
"""Level -> rows of one kind that are found at that level. No row is in two levels."""


def shared_level(caller: Caller, kind: Kind) -> Level | None:
    """The level at which the caller finds records of other organisations; None: not at all."""
    return caller.level(kind, _NOBODY)


def own_level(caller: Caller, kind: Kind) -> Level | None:
    """The level at which the caller finds the own organisation's records; level 3 is never indexed."""
    level = caller.level(kind, caller.org)
    return None if level is None else min(level, Level.CONSENTED)


def visible_ids(caller: Caller, kind: Kind, everybody: BitMap, own_among_everybody: BitMap, own: BitMap) -> VisibleIds:
    """What the caller may find of a kind.

    everybody: live rows of the catalogue that all share at `shared_level`; own_among_everybody: those of them that are
    the caller's own, which are found in the own catalogue instead; own: live rows of that own catalogue.
    """
    rows: dict[Level, BitMap] = {}
    others, mine = shared_level(caller, kind), own_level(caller, kind)
    if others is not None:
        rows[others] = everybody - own_among_everybody
    if mine is not None and own:
        rows[mine] = own
    return VisibleIds(rows)


_NOBODY = ""
"""No organisation has this id."""
