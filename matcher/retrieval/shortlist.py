"""The best k of a catalogue for one subject: exact up to what the similarity of far texts could still change.

In a small pool every candidate's similarity is computed. In a large one each candidate has a bound that its score
cannot pass: at first the score with a perfect text, then, of those that could still be among the best, the score by
whole text and words, for a best passage is little nearer than the whole. The passages of the most promising are read
first, so that few others can still reach the k-th best score.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from matcher.columns import Columns
from matcher.domain import Kind, Purpose
from matcher.retrieval.calibration import Calibration, sample
from matcher.retrieval.catalogue import Catalogue, Query, Rows
from matcher.rules.context import Context
from matcher.rules.verdicts import Verdict, Verdicts, evaluate
from matcher.scoring import Pool, score, score_lines

Floats = NDArray[np.float32]

SMALL_POOL = 1_000
"""Up to here every passage is read: it costs less than bounding (measured; at 3,000 rows it costs twice as much)."""

_AHEAD = 4_096
"""So many candidates, the best but for their texts, are looked at first."""

_PROMISING = 256
_PASSAGE_GAIN = 0.12
"""How much nearer than its whole text a candidate's best passage is taken to be at most (measured: 99 % are within)."""

_MOST_CONTENDERS = 20_000
"""So many passages are read at most; only where nothing is known of any candidate do more of them come near."""


@dataclass(frozen=True, slots=True, eq=False)
class Shortlist:
    """The best candidates, best first: rows (k,), totals (k,) 0..100, semantic values (k,) 0..1; and all verdicts."""

    rows: Rows
    totals: Floats
    semantic: Floats
    verdicts: Verdicts


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """The candidates that may be seen, as columns, opposite one subject; `usual` is what is usual among the offers."""

    purpose: Purpose
    subject: Columns
    query: Query
    catalogue: Catalogue
    allowed: BitMap
    rows: Rows
    columns: Columns
    context: Context
    usual: Pool

    @classmethod
    def of(
        cls,
        purpose: Purpose,
        subject: Columns,
        query: Query,
        catalogue: Catalogue,
        allowed: BitMap,
        context: Context,
        usual: Pool,
    ) -> "Candidates":
        """The rows of the catalogue that are allowed."""
        rows = np.asarray(allowed.to_array(), np.int64)
        everything = len(rows) == len(catalogue.columns)
        columns = catalogue.columns if everything else catalogue.columns.take(rows)
        return cls(purpose, subject, query, catalogue, allowed, rows, columns, context, usual)

    def sides(self, places: NDArray[np.int64] | None = None) -> tuple[Columns, Columns]:
        """Projects and offers: the subject opposite the candidates at `places` (all if None)."""
        columns = self.columns if places is None else self.columns.take(places)
        return (self.subject, columns) if self.subject.kind is Kind.PROJECT else (columns, self.subject)

    def totals(self, semantic: Floats, places: NDArray[np.int64] | None = None) -> Floats:
        """Scores (n,) of the candidates at `places` (all if None) with these semantic values (n,)."""
        shape = (1, -1) if self.subject.kind is Kind.PROJECT else (-1, 1)
        return score(self.purpose, *self.sides(places), semantic.reshape(shape), self.context, self.usual).total.ravel()

    def lines(self) -> tuple[Floats, Floats]:
        """Of every candidate the score without a text in common, and what a perfect one adds, (n,) each."""
        without, gain = score_lines(self.purpose, *self.sides(), self.context, self.usual)
        return without.ravel(), gain.ravel()

    def similarity(self, places: NDArray[np.int64]) -> Floats:
        """Similarities (n,) of the candidates at `places`."""
        return self.catalogue.similarity(self.query, self.rows[places])

    def rough_similarity(self, places: NDArray[np.int64]) -> Floats:
        """Similarities (n,) of the candidates at `places` as if their best passages were as near as the whole."""
        return self.catalogue.rough_similarity(self.query, self.rows[places])


@dataclass(frozen=True, slots=True, eq=False)
class _Scored:
    """Candidates whose text was compared: places (n,), totals (n,) and semantic values (n,)."""

    places: NDArray[np.int64]
    totals: Floats
    semantic: Floats

    @classmethod
    def of(cls, lines: "_Lines", places: NDArray[np.int64], similarity: Floats) -> "_Scored":
        semantic = lines.calibrate(similarity)
        return cls(places, lines.totals(semantic, places), semantic)

    def joined(self, other: "_Scored") -> "_Scored":
        """Both, which have no place in common."""
        return _Scored(
            np.concatenate([self.places, other.places]),
            np.concatenate([self.totals, other.totals]),
            np.concatenate([self.semantic, other.semantic]),
        )

    def reach(self, k: int) -> float:
        """The k-th best total; 0 where there are fewer."""
        if len(self.totals) < k:
            return 0.0
        return float(np.partition(self.totals, len(self.totals) - k)[len(self.totals) - k])


def shortlist(pool: Candidates, k: int, *, ineligible: bool = False) -> Shortlist:
    """The k best candidates that are not INELIGIBLE (or all, on request); equal scores by id."""
    verdicts = evaluate(pool.purpose, *pool.sides(), pool.context)
    kept = np.arange(len(pool.rows)) if ineligible else np.flatnonzero(verdicts.verdict.ravel() != Verdict.INELIGIBLE)
    if len(pool.rows) <= SMALL_POOL:
        similarity = pool.similarity(np.arange(len(pool.rows)))
        semantic = Calibration.of(similarity[sample(pool.rows)])(similarity[kept])
        found = _Scored(kept, pool.totals(semantic, kept), semantic)
    else:
        found = _by_bounds(pool, kept, k)
    best = _best(pool, found.places, found.totals, k)
    places, semantic = found.places[best], found.semantic[best]
    totals = pool.totals(semantic, places)
    order = _best(pool, places, totals, k)
    return Shortlist(pool.rows[places[order]], totals[order], semantic[order], verdicts)


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    """Scores as straight lines over the semantic value: without text, and what a perfect text adds, (n,) each."""

    without: Floats
    gain: Floats
    calibrate: Calibration

    @classmethod
    def of(cls, pool: Candidates, calibrate: Calibration) -> "_Lines":
        return cls(*pool.lines(), calibrate)

    def totals(self, semantic: Floats | np.float32, places: NDArray[np.int64]) -> Floats:
        """Scores (n,) of places with these semantic values."""
        found: Floats = self.without[places] + self.gain[places] * semantic
        return found

    def most(self, similarity: Floats, places: NDArray[np.int64]) -> Floats:
        """Scores (n,) of places if their texts are this similar."""
        return self.totals(self.calibrate(similarity), places)


class _Bounds:
    """How high the totals of the kept places (n,) may still be, and those places that were compared in full."""

    def __init__(self, pool: Candidates, kept: NDArray[np.int64]) -> None:
        self._pool, self._kept = pool, kept
        self._lines = _Lines.of(pool, Calibration.of(pool.similarity(sample(pool.rows))))
        self._bounds = self._lines.totals(np.float32(1), kept)
        self._tight = np.zeros(len(kept), np.bool_)
        self.found = _Scored.of(self._lines, kept[:0], np.empty(0, np.float32))

    def highest(self, count: int, among: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
        """Those of the highest bounds."""
        if among is None:
            return _highest(self._bounds, count)
        return among[_highest(self._bounds[among], count)]

    def reaching(self, k: int) -> NDArray[np.int64]:
        """Those that could still be among the k best."""
        return np.flatnonzero(self._bounds >= self.found.reach(k))

    def tighten(self, some: NDArray[np.int64]) -> None:
        """Takes their whole texts and words for their bounds in place of a perfect text."""
        new = some[~self._tight[some]]
        places = self._kept[new]
        rough = self._pool.rough_similarity(places) + np.float32(_PASSAGE_GAIN / 2)
        self._bounds[new] = self._lines.most(rough, places)
        self._tight[new] = True

    def compare(self, some: NDArray[np.int64]) -> None:
        """Reads their passages; they are found and bounded no more."""
        places = self._kept[some]
        self.found = self.found.joined(_Scored.of(self._lines, places, self._pool.similarity(places)))
        self._bounds[some] = -1


def _by_bounds(pool: Candidates, kept: NDArray[np.int64], k: int) -> _Scored:
    """Candidates among which the k best are."""
    bounds, promising = _Bounds(pool, kept), max(_PROMISING, 4 * k)
    ahead = bounds.highest(_AHEAD)
    bounds.tighten(ahead)
    bounds.compare(bounds.highest(promising, ahead))
    bounds.tighten(bounds.reaching(k))
    bounds.compare(bounds.highest(promising, bounds.reaching(k)))
    bounds.compare(bounds.highest(_MOST_CONTENDERS, bounds.reaching(k)))
    return bounds.found


def _highest(values: Floats, count: int) -> NDArray[np.int64]:
    """The positions of the highest values, ascending; all if there are no more."""
    if len(values) <= count:
        return np.arange(len(values))
    return np.sort(np.argpartition(values, len(values) - count)[len(values) - count :])


def _best(pool: Candidates, places: NDArray[np.int64], totals: Floats, k: int) -> NDArray[np.int64]:
    """Positions of the k highest totals; equal ones in the order of their ids."""
    if not len(places):
        return np.empty(0, np.int64)
    cut = np.partition(totals, max(0, len(totals) - k))[max(0, len(totals) - k)]
    chosen = np.flatnonzero(totals >= cut)
    ids = pool.catalogue.ids_of(pool.rows[places[chosen]])
    order = sorted(range(len(chosen)), key=lambda i: (-float(totals[chosen[i]]), ids[i]))
    return chosen[order[:k]]
