"""A part of a score: how it is computed for many pairs, and how it is said for one."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.columns import Columns
from matcher.columns.pairs import Block
from matcher.rules.condition import Text
from matcher.rules.context import Context
from matcher.scoring.pool import Pool

NO_VALUE = np.float32(-1)
"""What a block holds where a part is unknown: cheaper to test than NaN."""

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Setting:
    """What parts are computed from.

    semantic: (m, n) float32 in 0..1, NaN where unknown; None where no text was compared.
    """

    projects: Columns
    offers: Columns
    semantic: Values | None
    context: Context
    pool: Pool


@dataclass(frozen=True, slots=True)
class Part:
    """One named part.

    bind: gives the values block by block, NO_VALUE where unknown; None where they are unknown everywhere.
    project, offer: the fields that it reads, for people. says: the reason, with {p}, {o} … as in conditions.
    """

    name: str
    bind: Callable[[Setting], Block | None]
    project: tuple[str, ...]
    offer: tuple[str, ...]
    label: Text
    says: Text


def of_offers(values: Values) -> Block | None:
    """A part that depends on the offer alone, from (n,) float32 with NaN or NO_VALUE where unknown."""
    known = np.fmax(values, NO_VALUE).astype(np.float32)
    return None if (known < 0).all() else lambda i, j: known[None, j]


def mean_of(blocks: list[Block]) -> Block | None:
    """The mean of what is known of several blocks."""
    if not blocks:
        return None
    if len(blocks) == 1:
        return blocks[0]

    def block(i: slice, j: slice) -> Values:
        values = [found(i, j) for found in blocks]
        total = sum((np.maximum(value, 0) for value in values), np.float32(0))
        count = sum(((value >= 0).astype(np.float32) for value in values), np.float32(0))
        return np.where(count > 0, total / np.maximum(count, 1), NO_VALUE)

    return block


def compact(codes: NDArray[np.integer], size: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """The different codes among (n,) codes in 0..size - 1, and which of them each is: without sorting."""
    present = np.flatnonzero(np.bincount(codes, minlength=size))
    place = np.zeros(size, np.int32)
    place[present] = np.arange(len(present))
    return present, place[codes]
