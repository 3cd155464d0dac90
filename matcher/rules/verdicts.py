"""Verdicts of many pairs at once, block by block so that every step works in the processor's cache."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from matcher.columns import Columns
from matcher.columns.pairs import Block
from matcher.domain import Purpose
from matcher.rules.condition import Condition
from matcher.rules.context import Context
from matcher.rules.kleene import FALSE, NOT_ASKED, TRUE, UNKNOWN, Kleene
from matcher.rules.purposes import conditions

BLOCK = 1 << 16
"""Pairs per block: 64 kB of states per condition, so those of a purpose stay in the second-level cache."""


class Verdict(IntEnum):
    """What conditions say of a pair; the values are those of Kleene logic."""

    INELIGIBLE = 0
    NEED_INFO = 1
    ELIGIBLE = 2


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What the conditions of a purpose say of m projects x n offers.

    verdict: (m, n) int8 of `Verdict`. asked, known: (m, n) uint8, how many conditions apply and how many of them are
    decided. excluded: condition -> pairs in which it is FALSE; excluded_alone: pairs that only it excludes.
    open: condition -> NEED_INFO pairs in which it is UNKNOWN, which its answer can decide; open_alone: pairs in which
    nothing else is.
    """

    verdict: Kleene
    asked: NDArray[np.uint8]
    known: NDArray[np.uint8]
    excluded: dict[str, int]
    excluded_alone: dict[str, int]
    open: dict[str, int]
    open_alone: dict[str, int]

    @property
    def counts(self) -> dict[str, int]:
        """Pairs per verdict: eligible, need_info, ineligible."""
        names = {"eligible": TRUE, "need_info": UNKNOWN, "ineligible": FALSE}
        return {name: int(np.count_nonzero(self.verdict == state)) for name, state in names.items()}


def evaluate(purpose: Purpose, projects: Columns, offers: Columns, context: Context) -> Verdicts:
    """Verdicts of all projects with all offers under the hard conditions of the purpose.

    A FALSE excludes; without one an UNKNOWN makes NEED_INFO; else ELIGIBLE. Where a side is past its `valid_until`,
    all that it states is UNKNOWN (DOMAIN 4.1).
    """
    hard = [condition for condition in conditions(purpose) if condition.is_hard]
    shape = (len(projects), len(offers))
    verdict = np.empty(shape, np.int8)
    asked, known = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    tally = _Tally()
    bound = bind(hard, projects, offers, context) if verdict.size else []
    for i, j in blocks(*shape):
        states = [(name, block(i, j)) for name, block in bound]
        verdict[i, j], asked[i, j], known[i, j] = tally.add(states, verdict[i, j].shape)
    return Verdicts(
        verdict, asked, known, dict(tally.excluded), dict(tally.alone), dict(tally.open), dict(tally.open_alone)
    )


def bind(chosen: Sequence[Condition], projects: Columns, offers: Columns, context: Context) -> list[tuple[str, Block]]:
    """The conditions that some offer asks, each with its states block by block, stale sides already UNKNOWN."""
    stale = _stale(projects, offers, context)
    found = []
    for condition in chosen:
        block = condition.test.bind(projects, offers, context)
        if block is not None:
            keeps = condition.name in ("offer_current", "project_current")
            found.append((condition.name, block if stale is None or keeps else _staled(block, stale)))
    return found


def blocks(m: int, n: int) -> Iterator[tuple[slice, slice]]:
    """Slices that cover m x n pairs in blocks of about BLOCK pairs, whole rows where they fit."""
    width = max(1, min(n, BLOCK))
    height = BLOCK // width
    for i in range(0, m, height):
        for j in range(0, n, width):
            yield slice(i, min(i + height, m)), slice(j, min(j + width, n))


class _Tally:
    """Counts over the blocks."""

    def __init__(self) -> None:
        self.excluded: Counter[str] = Counter()
        self.alone: Counter[str] = Counter()
        self.open: Counter[str] = Counter()
        self.open_alone: Counter[str] = Counter()

    def add(
        self, states: list[tuple[str, Kleene]], shape: tuple[int, ...]
    ) -> tuple[Kleene, NDArray[np.uint8], NDArray[np.uint8]]:
        """Verdict, number of conditions asked and number known of one block."""
        least = np.full(shape, TRUE, np.int8)
        fails, opens, asked = (np.zeros(shape, np.uint8) for _ in range(3))
        for _, state in states:
            np.minimum(least, state, out=least)
            fails += state == FALSE
            opens += state == UNKNOWN
            asked += state != NOT_ASKED
        needing = least == UNKNOWN
        for name, state in states:
            self._count(self.excluded, self.alone, name, (state == FALSE), fails)
            self._count(self.open, self.open_alone, name, (state == UNKNOWN) & needing, opens)
        return least, asked, asked - opens

    @staticmethod
    def _count(
        total: Counter[str], alone: Counter[str], name: str, hit: NDArray[np.bool_], all_hits: NDArray[np.uint8]
    ) -> None:
        repeat = all_hits.size // max(1, hit.size)
        found = int(np.count_nonzero(hit)) * repeat
        if found:
            total[name] += found
            alone[name] += int(np.count_nonzero(hit & (all_hits == 1)))


def _stale(projects: Columns, offers: Columns, context: Context) -> Block | None:
    """Whether a side of the pair is past its validity; None where none is."""
    p, o = projects["valid_until"] < context.day, offers["valid_until"] < context.day
    if not p.any() and not o.any():
        return None
    return lambda i, j: p[i, None] | o[None, j]


def _staled(block: Block, stale: Block) -> Block:
    def states(i: slice, j: slice) -> Kleene:
        state = block(i, j)
        return np.where(stale(i, j) & (state != NOT_ASKED), UNKNOWN, state)

    return states
