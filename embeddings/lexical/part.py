"""Tables of words with the rows that still count, and the state of an index that one search sees."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from embeddings.lexical.query import K1, B, Norms, word_places
from embeddings.lexical.segment import Segment


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A table, which of its rows still count, how many removed rows have each word, and what lengths add to BM25."""

    segment: Segment
    live: BitMap
    removed: NDArray[np.int32]

    @classmethod
    def of(cls, segment: Segment) -> Self:
        """All rows of a table."""
        return cls(segment, BitMap(segment.rows), np.zeros(len(segment.words), np.int32))

    def without(self, rows: BitMap) -> Self:
        """The part in which these rows count no more."""
        gone = rows & self.live
        if not gone:
            return self
        places = self.segment.places(numbers_of(gone))
        entries = self.segment.row_words[self.segment.entries(places)]
        removed = self.removed + np.bincount(entries, minlength=len(self.removed)).astype(np.int32)
        return type(self)(self.segment, self.live - gone, removed)

    def places(self) -> NDArray[np.int64]:
        """The places of the rows that count."""
        return self.segment.places(numbers_of(self.live))

    def find(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which of these rows (m,) count here, as positions among them, and their places."""
        held = self.segment.rows
        if not len(held):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        places = np.minimum(self.segment.places(rows), len(held) - 1)
        found = held[places] == rows
        if len(self.live) < len(held):
            found &= np.isin(rows, numbers_of(self.live & BitMap(rows.astype(np.uint32))))
        here = np.flatnonzero(found)
        return here, places[here]

    def word_count(self) -> int:
        """Words in all rows that count."""
        if len(self.live) == len(self.segment.rows):
            return int(self.segment.lengths.sum())
        return int(self.segment.lengths[self.places()].sum())

    def held(self, digests: NDArray[np.uint64]) -> NDArray[np.int64]:
        """How many rows that count have each word."""
        held = np.zeros(len(digests), np.int64)
        places, found = word_places(self.segment, digests)
        starts = self.segment.word_starts
        held[found] = starts[places + 1] - starts[places] - self.removed[places]
        return held

    def norms(self, mean_length: float) -> Norms:
        """(n,) float32: what the length of each row adds to the denominator of BM25."""
        return (K1 * (1 - B + B * self.segment.lengths / mean_length)).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """What a search sees: two parts that share no row, and the norms of their rows."""

    parts: tuple[Part, Part]
    norms: tuple[Norms, Norms]
    row_count: int

    @classmethod
    def of(cls, base: Part, delta: Part) -> Self:
        """The state of two parts."""
        row_count = len(base.live) + len(delta.live)
        mean = max(1.0, (base.word_count() + delta.word_count()) / max(1, row_count))
        return cls((base, delta), (base.norms(mean), delta.norms(mean)), row_count)

    def held(self, digests: NDArray[np.uint64]) -> NDArray[np.int64]:
        """How many rows have each word."""
        base, delta = self.parts
        return base.held(digests) + delta.held(digests)


def numbers_of(rows: BitMap) -> NDArray[np.uint32]:
    """The rows ascending."""
    return np.asarray(rows.to_array(), np.uint32)
