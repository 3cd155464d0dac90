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
    def of(cls, pool: Candidates, places: NDArray[np.int64], calibrate: Calibration) -> "_Scored":
        semantic = calibrate(pool.similarity(places))
        return cls(places, pool.totals(semantic, places), semantic)

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
    return Shortlist(pool.rows[found.places[best]], found.totals[best], found.semantic[best], verdicts)


def _by_threshold(pool: Candidates, kept: NDArray[np.int64], k: int) -> _Scored:
    """Candidates among which the k best are."""
    sample = np.unique(np.linspace(0, len(pool.rows) - 1, _SAMPLE).astype(np.int64))
    calibrate = Calibration.of(pool.similarity(sample))
    near = pool.catalogue.nearest(pool.query, max(_NEAREST, 4 * k), pool.among(kept))
    found = _Scored.of(pool, np.searchsorted(pool.rows, near.rows), calibrate)
    if len(found.places) <= k:
        return found
    contenders = _within_reach(pool, kept, found.places, calibrate, near, found.reach(k))
    whole_text = pool.catalogue.vectors.scores(pool.query.vector, pool.rows[contenders])
    promising = np.argsort(-pool.totals(calibrate(whole_text), contenders), kind="stable")[:_NEAREST]
    found = found.joined(_Scored.of(pool, contenders[promising], calibrate))
    most = calibrate(whole_text + np.float32(_PASSAGE_GAIN / 2 + near.words))
    rest = np.setdiff1d(contenders[pool.totals(most, contenders) >= found.reach(k)], found.places)
    most = calibrate(pool.catalogue.meaning(pool.query, pool.rows[rest]) + np.float32(near.words))
    rest = rest[pool.totals(most, rest) >= found.reach(k)]
    return found.joined(_Scored.of(pool, rest, calibrate))


def _within_reach(
    pool: Candidates,
    kept: NDArray[np.int64],
    done: NDArray[np.int64],
    calibrate: Calibration,
    near: Near,
    reach: float,
) -> NDArray[np.int64]:
    """The others whose score reaches if their text adds the most that it can."""
    most = calibrate(np.full(len(kept), near.meaning + near.words, np.float32))
    bounds = pool.totals(most, kept)
    bounds[np.searchsorted(kept, done)] = -1
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
