"""The best k of a catalogue for one subject: exact up to what the similarity of far texts could still change.

In a small pool every candidate's similarity is computed. In a large one the nearest by meaning and by words are scored
first; whoever is none of them has at most the similarity at which those lists end, so its score has a bound, and only
candidates whose bound reaches the k-th best score are compared as well (the threshold algorithm of Fagin, Lotem and
Naor, 2001, with the structured parts as one list that is always read whole).
"""

from array import array
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from matcher.columns import Columns
from matcher.domain import Kind, Purpose
from matcher.retrieval.calibration import Calibration
from matcher.retrieval.catalogue import Catalogue, Near, Query, Rows
from matcher.rules.context import Context
from matcher.rules.verdicts import Verdict, Verdicts, evaluate
from matcher.scoring import Pool, score

Floats = NDArray[np.float32]

SMALL_POOL = 5_000
"""Up to here every similarity is computed: it costs less than a search."""

_NEAREST = 128
_SAMPLE = 500
_PASSAGE_GAIN = 0.12
"""How much nearer than its whole text a candidate's best passage is taken to be at most (measured: 99 % are within)."""

_MOST_CONTENDERS = 20_000


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
        """Of every candidate the score without and with a perfect text: a score is a straight line between the two."""
        count = len(self.rows)
        return self.totals(np.zeros(count, np.float32)), self.totals(np.ones(count, np.float32))

    def among(self, places: NDArray[np.int64]) -> BitMap:
        """The rows of the candidates at `places`; made from a plain array, which is seven times faster."""
        if len(places) == len(self.rows):
            return self.allowed
        return BitMap(array("I", self.rows[places].astype(np.uint32).tobytes()))

    def similarity(self, places: NDArray[np.int64]) -> Floats:
        """Similarities (n,) of the candidates at `places`."""
        return self.catalogue.similarity(self.query, self.rows[places])


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
        """The k-th best total."""
        return float(np.partition(self.totals, len(self.totals) - k)[len(self.totals) - k])


def shortlist(pool: Candidates, k: int, *, ineligible: bool = False) -> Shortlist:
    """The k best candidates that are not INELIGIBLE (or all, on request); equal scores by id."""
    verdicts = evaluate(pool.purpose, *pool.sides(), pool.context)
    kept = np.arange(len(pool.rows)) if ineligible else np.flatnonzero(verdicts.verdict.ravel() != Verdict.INELIGIBLE)
    if len(pool.rows) <= SMALL_POOL:
        similarity = pool.similarity(np.arange(len(pool.rows)))
        semantic = Calibration.of(similarity)(similarity)[kept]
        found = _Scored(kept, pool.totals(semantic, kept), semantic)
    else:
        found = _by_threshold(pool, kept, k)
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
        without, perfect = pool.lines()
        return cls(without, perfect - without, calibrate)

    def totals(self, semantic: Floats | np.float32, places: NDArray[np.int64]) -> Floats:
        """Scores (n,) of places with these semantic values."""
        found: Floats = self.without[places] + self.gain[places] * semantic
        return found

    def most(self, similarity: Floats, places: NDArray[np.int64]) -> Floats:
        """Scores (n,) of places if their texts are this similar."""
        return self.totals(self.calibrate(similarity), places)


def _by_threshold(pool: Candidates, kept: NDArray[np.int64], k: int) -> _Scored:
    """Candidates among which the k best are."""
    sample = np.unique(np.linspace(0, len(pool.rows) - 1, _SAMPLE).astype(np.int64))
    lines = _Lines.of(pool, Calibration.of(pool.similarity(sample)))
    near = pool.catalogue.nearest(pool.query, max(_NEAREST, 4 * k), pool.among(kept))
    first = np.searchsorted(pool.rows, near.rows)
    found = _Scored.of(lines, first, pool.similarity(first))
    if len(first) <= k:
        return found
    others = np.setdiff1d(_within_reach(lines, kept, near, found.reach(k)), first, assume_unique=True)
    whole_text = pool.catalogue.vectors.scores(pool.query.vector, pool.rows[others])
    promising = np.argsort(-lines.most(whole_text, others), kind="stable")[:_NEAREST]
    found = found.joined(_Scored.of(lines, others[promising], pool.similarity(others[promising])))
    whole_text[promising] = -1
    rest = others[lines.most(whole_text + np.float32(_PASSAGE_GAIN / 2 + near.words), others) >= found.reach(k)]
    rest = np.setdiff1d(rest, found.places, assume_unique=True)
    meaning = pool.catalogue.meaning(pool.query, pool.rows[rest])
    rest = rest[lines.most(meaning + np.float32(near.words), rest) >= found.reach(k)]
    return found.joined(_Scored.of(lines, rest, pool.similarity(rest)))


def _within_reach(lines: _Lines, kept: NDArray[np.int64], near: Near, reach: float) -> NDArray[np.int64]:
    """Who of the kept reaches if the text adds the most that a far text can."""
    semantic = lines.calibrate(np.array([near.meaning + near.words], np.float32))[0]
    bounds = lines.totals(semantic, kept)
    contenders = np.flatnonzero(bounds >= reach)
    if len(contenders) > _MOST_CONTENDERS:
        contenders = np.sort(np.argsort(-bounds, kind="stable")[:_MOST_CONTENDERS])
    return kept[contenders]


def _best(pool: Candidates, places: NDArray[np.int64], totals: Floats, k: int) -> NDArray[np.int64]:
    """Positions of the k highest totals; equal ones in the order of their ids."""
    if not len(places):
        return np.empty(0, np.int64)
    cut = np.partition(totals, max(0, len(totals) - k))[max(0, len(totals) - k)]
    chosen = np.flatnonzero(totals >= cut)
    ids = pool.catalogue.ids_of(pool.rows[places[chosen]])
    order = sorted(range(len(chosen)), key=lambda i: (-float(totals[chosen[i]]), ids[i]))
    return chosen[order[:k]]
