"""The index of words of one kind and level: a table, the changes since, and the rows removed since."""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyroaring import BitMap

from embeddings.errors import RowError, SnapshotError
from embeddings.index.bits import packed_bits
from embeddings.index.exact import best
from embeddings.index.rows import checked_rows
from embeddings.lexical.query import (
    K1,
    B,
    Norms,
    Query,
    Scores,
    gains_by_word,
    posting_count,
    score_all,
    score_some,
    word_places,
)
from embeddings.lexical.segment import Segment, digest
from embeddings.text import ANALYSIS, words

_HEAD, _FORMAT = "lexical.json", 1
_LONGEST_DELTA = 5_000
_ROW_WORK = 150  # words of a row: reading so many rows costs as much as reading 150 times as many entries of words


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A table, which of its rows still count, how many removed rows have each word, and what lengths add to BM25."""

    segment: Segment
    live: BitMap
    removed: NDArray[np.int32]

    @classmethod
    def of(cls, segment: Segment) -> Self:
        return cls(segment, BitMap(segment.rows), np.zeros(len(segment.words), np.int32))

    def without(self, rows: BitMap) -> Self:
        gone = rows & self.live
        if not gone:
            return self
        places = self.segment.places(_numbers(gone))
        entries = self.segment.row_words[self.segment.entries(places)]
        removed = self.removed + np.bincount(entries, minlength=len(self.removed)).astype(np.int32)
        return type(self)(self.segment, self.live - gone, removed)

    def places(self) -> NDArray[np.int64]:
        """The places of the rows that count."""
        return self.segment.places(_numbers(self.live))

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
        return (K1 * (1 - B + B * self.segment.lengths / mean_length)).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """What a search sees: two parts that share no row, and the norms of their rows."""

    parts: tuple[_Part, _Part]
    norms: tuple[Norms, Norms]
    row_count: int

    @classmethod
    def of(cls, base: _Part, delta: _Part) -> Self:
        row_count = len(base.live) + len(delta.live)
        mean = max(1.0, (base.word_count() + delta.word_count()) / max(1, row_count))
        return cls((base, delta), (base.norms(mean), delta.norms(mean)), row_count)

    def query(self, text: str) -> Query:
        base, delta = self.parts
        return Query.of(_words_of_query(text), self.row_count, lambda digests: base.held(digests) + delta.held(digests))


@lru_cache(maxsize=64)
def _words_of_query(text: str) -> tuple[str, ...]:
    """The words of a text that is asked for; one list asks for the same text several times."""
    return tuple(words(text))


class LexicalIndex:
    """BM25n over the words of texts; safe to search while it is changed."""

    def __init__(self) -> None:
        self._state = _State.of(_nothing(), _nothing())
        self._put: dict[int, NDArray[np.int32]] = {}
        self._vocabulary = _Vocabulary()
        self._removed = BitMap()
        self._change = threading.Lock()

    def __len__(self) -> int:
        return self._state.row_count

    @property
    def rows(self) -> BitMap:
        """The committed rows."""
        base, delta = self._state.parts
        return base.live | delta.live

    @property
    def needs_merge(self) -> bool:
        """Whether the changes have grown so long that a merge pays."""
        base, delta = self._state.parts
        return len(delta.live) > max(_LONGEST_DELTA, len(base.segment.rows) // 10)

    def put(self, rows: ArrayLike, texts: Sequence[str]) -> None:
        """Adds or replaces the texts of rows, seen after `commit`. Raises RowError if they do not fit."""
        numbers = checked_rows(rows)
        if len(numbers) != len(texts):
            raise RowError(f"{len(numbers)} rows with {len(texts)} texts; give one text for each row.")
        with self._change:
            place_of = self._vocabulary.__getitem__
            new = {
                int(row): np.fromiter(map(place_of, words(text)), np.int32)
                for row, text in zip(numbers, texts, strict=True)
            }
            self._put |= new
            self._removed -= BitMap(new)

    def remove(self, rows: ArrayLike | BitMap) -> None:
        """Forgets rows, seen after `commit`; those that it does not hold are no error."""
        gone = rows if isinstance(rows, BitMap) else BitMap(checked_rows(rows).astype(np.uint32))
        with self._change:
            for row in gone & BitMap(self._put):
                del self._put[row]
            self._removed |= gone

    def commit(self) -> None:
        """Makes all changes since the last commit seen at once."""
        with self._change:
            new = dict(sorted(self._put.items()))
            gone = self._removed | BitMap(new)
            if gone:
                base, delta = (part.without(gone) for part in self._state.parts)
                fresh = _Part.of(Segment.of_texts(new, self._vocabulary))
                self._state = _State.of(base, _Part.of(_joined(delta, fresh)))
            self._put, self._removed, self._vocabulary = {}, BitMap(), _Vocabulary()

    def merge(self) -> None:
        """Makes one table of all that is committed; searches go on meanwhile."""
        with self._change:
            self._state = _State.of(_Part.of(_joined(*self._state.parts)), _nothing())

    def search(self, text: str, k: int, allowed: BitMap | None = None) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """At most k rows that share a word with the text and their BM25n in (0, 1], best first, equal ones by row."""
        if k < 1:
            raise RowError(f"k is {k}; ask for at least 1 row.")
        state = self._state
        query = state.query(text)
        found = [_search(query, part, norms, allowed) for part, norms in zip(state.parts, state.norms, strict=True)]
        rows = np.concatenate([rows for rows, _ in found])
        scores = np.concatenate([scores for _, scores in found]) / max(query.largest, 1e-9)
        best_scores, best_rows = best(scores.astype(np.float32), rows, k)
        return best_rows, best_scores

    def scores(self, text: str, rows: ArrayLike) -> NDArray[np.float32]:
        """(n,) float32: BM25n of `rows` (n,), 0 for a row that shares no word with the text or is not held."""
        state, wanted = self._state, checked_rows(rows)
        query = state.query(text)
        scores = np.zeros(len(wanted))
        for part, norms in zip(state.parts, state.norms, strict=True):
            here = np.flatnonzero(np.isin(wanted, _numbers(part.live & BitMap(wanted.astype(np.uint32)))))
            if len(here):
                places = part.segment.places(wanted[here].astype(np.uint32))
                scores[here] = score_some(query, part.segment, norms, places)
        return (scores / max(query.largest, 1e-9)).astype(np.float32)

    def shared(self, text: str, row: int) -> list[tuple[str, float]]:
        """The words that a text shares with a row and the BM25n each brings, largest first; their sum is the score."""
        state = self._state
        query = state.query(text)
        for part, norms in zip(state.parts, state.norms, strict=True):
            if row in part.live:
                gains = gains_by_word(
                    query, part.segment, norms, int(part.segment.places(np.array([row], np.uint32))[0])
                )
                brought = {word: gains.get(digest(word), 0.0) / query.largest for word in words(text)}
                return sorted(
                    ((word, gain) for word, gain in brought.items() if gain), key=lambda pair: (-pair[1], pair[0])
                )
        return []

    def save(self, folder: Path) -> None:
        """Writes what is committed into a folder; publish it with `embeddings.snapshot`."""
        folder.mkdir(parents=True, exist_ok=True)
        state = self._state
        (folder / _HEAD).write_text(json.dumps({"format": _FORMAT, "analysis": ANALYSIS}), "utf-8")
        for name, part in zip(("base", "delta"), state.parts, strict=True):
            part.segment.save(folder, name)
            np.save(folder / f"{name}.live.npy", _numbers(part.live))

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The index in a folder, memory-mapped. Raises SnapshotError if it is broken or has other word rules."""
        try:
            head = json.loads((folder / _HEAD).read_text("utf-8"))
            if (head["format"], head["analysis"]) != (_FORMAT, ANALYSIS):
                raise SnapshotError(
                    f"{folder}: made with the word rules {head['analysis']}, now {ANALYSIS}; rebuild it."
                )
            parts = []
            for name in ("base", "delta"):
                part = _Part.of(Segment.open(folder, name))
                parts.append(part.without(part.live - BitMap(np.load(folder / f"{name}.live.npy"))))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SnapshotError(f"{folder}: this index cannot be read ({error}); rebuild it from the store.") from error
        index = cls()
        index._state = _State.of(parts[0], parts[1])
        return index


def _search(query: Query, part: _Part, norms: Norms, allowed: BitMap | None) -> tuple[NDArray[np.int64], Scores]:
    """Rows of a part that share a word with the query, and their BM25; by rows or by words, whichever reads less."""
    kept = part.live if allowed is None else allowed & part.live
    segment = part.segment
    if len(kept) * _ROW_WORK < posting_count(query, segment):
        rows = _numbers(kept)
        scores = score_some(query, segment, norms, segment.places(rows))
        met = np.flatnonzero(scores > 0)
        return rows[met].astype(np.int64), scores[met]
    scores = score_all(query, segment, norms)
    met = np.flatnonzero(scores > 0)
    rows = segment.rows[met]
    if len(kept) < len(segment.rows):
        bits = packed_bits(kept, (int(segment.rows[-1]) >> 3) + 1)
        inside = np.flatnonzero(bits[rows >> 3] >> (rows & 7).astype(np.uint8) & 1)
        rows, met = rows[inside], met[inside]
    return rows.astype(np.int64), scores[met]


class _Vocabulary(dict[str, int]):
    """Words in the order in which they came, each with its place."""

    def __missing__(self, word: str) -> int:
        self[word] = place = len(self)
        return place


def _nothing() -> _Part:
    return _Part.of(Segment.of_texts({}, ()))


def _joined(*parts: _Part) -> Segment:
    whole = [part for part in parts if part.live]
    if len(whole) == 1 and len(whole[0].live) == len(whole[0].segment.rows):
        return whole[0].segment
    return Segment.joined([(part.segment, part.places()) for part in parts])


def _numbers(rows: BitMap) -> NDArray[np.uint32]:
    return np.asarray(rows.to_array(), np.uint32)
