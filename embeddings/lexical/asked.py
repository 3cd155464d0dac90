"""One text asked of an index of words: everything that is wanted of it sees one state, and words are counted once."""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyroaring import BitMap

from embeddings.errors import RowError
from embeddings.index.bits import packed_bits
from embeddings.index.exact import best
from embeddings.index.rows import checked_rows
from embeddings.lexical.part import Part, State, numbers_of
from embeddings.lexical.query import Query, Scores, gains_by_word, posting_count, score_all, score_some
from embeddings.lexical.segment import digest
from embeddings.text import words

_ROW_WORK = 150  # words of a row: reading so many rows costs as much as reading 150 times as many entries of words


@lru_cache(maxsize=64)
def _words_of_query(text: str) -> tuple[str, ...]:
    """The words of a text that is asked for; catalogues of several levels are asked for the same text."""
    return tuple(words(text))


class Asked:
    """The BM25n of rows for one text."""

    def __init__(self, text: str, state: State) -> None:
        self._text, self._state = text, state
        self._query = Query.of(_words_of_query(text), state.row_count, state.held)
        self._everything: list[Scores | None] = [None, None]

    def search(self, k: int, allowed: BitMap | None = None) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """At most k rows that share a word with the text and their BM25n in (0, 1], best first, equal ones by row."""
        if k < 1:
            raise RowError(f"k is {k}; ask for at least 1 row.")
        found = [self._search(number, allowed) for number in range(len(self._state.parts))]
        rows = np.concatenate([rows for rows, _ in found])
        best_scores, best_rows = best(self._shares(np.concatenate([scores for _, scores in found])), rows, k)
        return best_rows, best_scores

    def scores(self, rows: ArrayLike) -> NDArray[np.float32]:
        """(n,) float32: BM25n of `rows` (n,), 0 for a row that shares no word with the text or is not held."""
        wanted = checked_rows(rows)
        scores = np.zeros(len(wanted))
        for number, part in enumerate(self._state.parts):
            here, places = part.find(wanted)
            if len(here):
                scores[here] = self._of(number, places)
        return self._shares(scores)

    def shared(self, row: int) -> list[tuple[str, float]]:
        """The words shared with a row and the BM25n each brings, largest first; they add up to its score."""
        for part, norms in zip(self._state.parts, self._state.norms, strict=True):
            if row in part.live:
                place = int(part.segment.places(np.array([row], np.uint32))[0])
                gains = gains_by_word(self._query, part.segment, norms, place)
                brought = {word: gains.get(digest(word), 0.0) / self._query.largest for word in words(self._text)}
                return sorted(
                    ((word, gain) for word, gain in brought.items() if gain), key=lambda pair: (-pair[1], pair[0])
                )
        return []

    def _of(self, number: int, places: NDArray[np.int64]) -> Scores:
        """BM25 at some places of a part: by the words of these rows, or of the whole part once that reads less."""
        part, norms, everything = self._part(number)
        if everything is None and len(places) * _ROW_WORK < posting_count(self._query, part.segment):
            return score_some(self._query, part.segment, norms, places)
        return self._all(number)[places]

    def _all(self, number: int) -> Scores:
        part, norms, everything = self._part(number)
        if everything is None:
            everything = self._everything[number] = score_all(self._query, part.segment, norms)
        return everything

    def _part(self, number: int) -> tuple[Part, NDArray[np.float32], Scores | None]:
        return self._state.parts[number], self._state.norms[number], self._everything[number]

    def _search(self, number: int, allowed: BitMap | None) -> tuple[NDArray[np.int64], Scores]:
        """Rows of a part that share a word with the text, and their BM25."""
        part, norms, everything = self._part(number)
        kept, segment = part.live if allowed is None else allowed & part.live, part.segment
        if everything is None and len(kept) * _ROW_WORK < posting_count(self._query, segment):
            rows = numbers_of(kept)
            scores = score_some(self._query, segment, norms, segment.places(rows))
            met = np.flatnonzero(scores > 0)
            return rows[met].astype(np.int64), scores[met]
        scores = self._all(number)
        met = np.flatnonzero(scores > 0)
        rows = segment.rows[met]
        if len(kept) < len(segment.rows):
            bits = packed_bits(kept, (int(segment.rows[-1]) >> 3) + 1)
            inside = np.flatnonzero(bits[rows >> 3] >> (rows & 7).astype(np.uint8) & 1)
            rows, met = rows[inside], met[inside]
        return rows.astype(np.int64), scores[met]

    def _shares(self, scores: Scores) -> NDArray[np.float32]:
        return (scores / max(self._query.largest, 1e-9)).astype(np.float32)
