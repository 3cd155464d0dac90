"""The words of a query with their weights, and what each row of a table gets for them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.lexical.segment import Segment, digest

K1, B = 1.2, 0.75
_FREQUENT = 0.15  # words in more rows than this cost 9/10 of the work and change no figure (mean nDCG@10 .642, .643)
_FEW = 1000  # below so many rows a word is cheap and kept

Scores = NDArray[np.float64]
Norms = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """`words` (q,) uint64 ascending, their inverse document frequencies, and the most that BM25 can reach with them."""

    words: NDArray[np.uint64]
    weights: NDArray[np.float64]
    largest: float

    @classmethod
    def of(
        cls, words: Iterable[str], row_count: int, held: Callable[[NDArray[np.uint64]], NDArray[np.int64]]
    ) -> "Query":
        """The query in an index of `row_count` rows, where `held` says how many of them have each word.

        A word that stands in more than 15 % of the rows is left out, unless the rest would then weigh less than half.
        """
        digests = np.unique(np.fromiter(map(digest, set(words)), np.uint64))
        frequency = held(digests)
        weights = np.log1p((row_count - frequency + 0.5) / (frequency + 0.5))
        rare = frequency <= max(_FEW, _FREQUENT * row_count)
        if weights[rare].sum() >= weights.sum() / 2:
            digests, weights = digests[rare], weights[rare]
        return cls(digests, weights, (K1 + 1) * float(weights.sum()))

    def places_in(self, segment: Segment) -> tuple[NDArray[np.int64], Norms]:
        """Where its words stand in a table, those that do, and their weights."""
        places, found = word_places(segment, self.words)
        return places, self.weights[found].astype(np.float32)


def word_places(segment: Segment, digests: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The places of those words that the table has, and which they are."""
    places = np.searchsorted(segment.words, digests)
    found = places < len(segment.words)
    found[found] = segment.words[places[found]] == digests[found]
    return places[found], found


def posting_count(query: Query, segment: Segment) -> int:
    """How many entries the words of the query have in the table."""
    places, _ = query.places_in(segment)
    return int((segment.word_starts[places + 1] - segment.word_starts[places]).sum())


def score_all(query: Query, segment: Segment, norms: Norms) -> Scores:
    """(n,) float64: BM25 of every row, by the lists of the query's words; `norms` (n,) is what a row's length adds."""
    places, weights = query.places_in(segment)
    starts, ends = segment.word_starts[places], segment.word_starts[places + 1]
    lists = [slice(start, end) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)] or [slice(0)]
    rows = np.concatenate([segment.word_places[each] for each in lists])
    counts = np.concatenate([segment.word_counts[each] for each in lists])
    gains = _gains(np.repeat(weights, ends - starts), counts, norms[rows])
    return np.bincount(rows, gains, minlength=len(segment.rows)).astype(np.float64, copy=False)


def score_some(query: Query, segment: Segment, norms: Norms, places: NDArray[np.int64]) -> Scores:
    """(m,) float64: BM25 of the rows at `places` (m,), by their own words; the same bits as `score_all` gives."""
    weight_of = np.zeros(len(segment.words), np.float32)
    words, weights = query.places_in(segment)
    weight_of[words] = weights
    sizes, entries = segment.sizes(places), segment.entries(places)
    owner = np.repeat(np.arange(len(places)), sizes)
    entry_weights = weight_of[segment.row_words[entries]]
    met = np.flatnonzero(entry_weights)
    owner = owner[met]
    gains = _gains(entry_weights[met], segment.row_counts[entries[met]], norms[places][owner])
    return np.bincount(owner, gains, minlength=len(places)).astype(np.float64, copy=False)


def gains_by_word(query: Query, segment: Segment, norms: Norms, place: int) -> dict[int, float]:
    """What each word of the query, by its digest, brings to the BM25 of one row."""
    entries = slice(int(segment.row_starts[place]), int(segment.row_starts[place + 1]))
    held = segment.words[segment.row_words[entries]]
    _, in_query, in_row = np.intersect1d(query.words, held, assume_unique=True, return_indices=True)
    gains = _gains(
        query.weights[in_query].astype(np.float32),
        segment.row_counts[entries][in_row],
        np.full(len(in_row), norms[place]),
    )
    return dict(zip(query.words[in_query].tolist(), gains.tolist(), strict=True))


def _gains(weights: Norms, counts: NDArray[np.uint8], norms: Norms) -> Norms:
    times = counts.astype(np.float32)
    norms += times  # always a copy: taken by places
    times *= weights
    times *= np.float32(K1 + 1)
    times /= norms
    return times
