"""The one facade: rank one subject, rank many, or score all pairs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from embeddings.encoder import Progress
from matcher.columns import Columns
from matcher.domain import KINDS, Kind, Purpose, Record, offer_kind, other_side
from matcher.matches import Counts, MatchList, Model, SentencePair
from matcher.retrieval.calibration import Calibration
from matcher.retrieval.catalogue import Catalogue, Query
from matcher.retrieval.fairness import DEPTH, FairPlaces
from matcher.retrieval.need import read_need
from matcher.retrieval.shortlist import Candidates, Shortlist, shortlist
from matcher.rules.context import Context
from matcher.rules.verdicts import Verdict, evaluate
from matcher.scoring import Pool, score
from matcher.scoring.explain import Request, explain
from matcher.scoring.exposure import Policy
from matcher.scoring.questions import list_questions, open_conditions

MOST_RESULTS = 1000
"""No list is longer: nobody reads it, and explaining it would hold up everybody else."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """One line of a ranking without explanations."""

    subject_id: str
    candidate_id: str
    rank: int
    score: float
    verdict: str


@dataclass(frozen=True, slots=True, eq=False)
class ScoreMatrix:
    """All pairs: scores (m, n) float32 0..100 and verdicts (m, n) int8 of `Verdict`, subjects by candidates."""

    subject_ids: tuple[str, ...]
    candidate_ids: tuple[str, ...]
    scores: NDArray[np.float32]
    verdicts: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Matchmaker:
    """Matches under the circumstances of `context`: the day, the rates, the rulebook."""

    context: Context

    @classmethod
    def of(cls, today: date) -> "Matchmaker":
        """Matches as of a day, under the rulebook that comes with Matcher."""
        return cls(Context(today))

    def rank(
        self,
        purpose: Purpose,
        subject: Record | str,
        catalogue: Catalogue,
        k: int = 20,
        *,
        allowed: BitMap | None = None,
        usual: Pool | None = None,
        ineligible: bool = False,
    ) -> MatchList:
        """The k best candidates of a catalogue for a record, or for a typed need, each explained.

        subject: as its reader may see it. allowed: rows that may be found, None for all. usual: statistics of the
        offers that make lists of both directions compare; of the catalogue's own offers if None. ineligible: also list
        who fails a hard condition. Raises ValueError where the two kinds are never matched for this purpose, or k is
        not within 1 to MOST_RESULTS.
        """
        record = _as_record(subject, purpose, catalogue.kind)
        candidates = self._candidates(purpose, record, subject, catalogue, allowed, usual)
        found = shortlist(candidates, _checked(k), ineligible=ineligible)
        shown = catalogue.records(catalogue.ids_of(found.rows))
        decides = open_conditions(purpose, *candidates.sides(), found.verdicts, self.context)
        request = Request(
            purpose,
            record,
            shown,
            found.semantic,
            catalogue.columns.take(found.rows),
            [evidence(candidates.query, catalogue, row, one) for row, one in zip(found.rows, shown, strict=True)],
            decides,
        )
        items = tuple(explain(request, self.context, candidates.usual))
        questions = list_questions(purpose, record, candidates.columns, items, decides, self.context)
        counts, encoder = found.verdicts.counts, catalogue.encoder
        return MatchList(
            purpose=str(purpose),
            subject_id=record.id,
            subject_kind=str(candidates.subject.kind),
            candidate_kind=str(catalogue.kind),
            items=items,
            excluded=found.verdicts.excluded,
            excluded_alone=found.verdicts.excluded_alone,
            counts=Counts(visible=len(candidates.rows), **counts),
            model=Model(encoder.name, encoder.fingerprint),
            weights_version=self.context.rules.weights_version,
            data_version=catalogue.version,
            k=k,
            questions=questions,
        )

    def top(
        self,
        purpose: Purpose,
        subjects: Sequence[Record],
        catalogue: Catalogue,
        k: int = 20,
        *,
        allowed: BitMap | None = None,
        usual: Pool | None = None,
        ineligible: bool = False,
    ) -> Iterator[list[Ranked]]:
        """For each subject in turn the k best candidates without explanations: as `rank`, at a tenth of the cost."""
        _checked(k)
        for subject in subjects:
            candidates = self._candidates(purpose, subject, subject, catalogue, allowed, usual)
            found = shortlist(candidates, k, ineligible=ineligible)
            yield _lines(subject, candidates, found, np.arange(len(found.rows)))

    def shared(
        self, purpose: Purpose, subjects: Sequence[Record], catalogue: Catalogue, k: int, policy: Policy
    ) -> Iterator[list[Ranked]]:
        """As `top`, with the attention shared over all these lists as the policy says (DOMAIN 4.6).

        A cap on the lists that one candidate stands in, places for the little shown, at most 3 of 10 of one manager.
        """
        _checked(DEPTH * k)
        places = FairPlaces(policy)
        for subject in subjects:
            candidates = self._candidates(purpose, subject, subject, catalogue, None, None)
            found = shortlist(candidates, DEPTH * k)
            yield _lines(subject, candidates, found, places.choose(found, catalogue, k))

    def matrix(
        self, purpose: Purpose, subjects: Catalogue, catalogue: Catalogue, progress: Progress | None = None
    ) -> ScoreMatrix:
        """Scores and verdicts of all pairs of two catalogues, for the allocators.

        Texts are compared by meaning alone (cosine of the whole texts), which is what one matrix product can do.
        """
        _check_sides(purpose, subjects.kind, catalogue.kind)
        left, right = np.array(subjects.live, np.int64), np.array(catalogue.live, np.int64)
        there = catalogue.vectors.vectors(right)
        candidates = catalogue.columns.take(right)
        usual = self.usual(purpose, subjects if catalogue.kind is Kind.PROJECT else catalogue)
        scores = np.empty((len(left), len(right)), np.float32)
        verdicts = np.empty((len(left), len(right)), np.int8)
        step = max(1, 4_000_000 // max(1, len(right)))
        for start in range(0, len(left), step):
            rows = left[start : start + step]
            cosines = subjects.vectors.vectors(rows) @ there.T
            semantic = np.stack([Calibration.of(line)(line) for line in cosines])
            block = subjects.columns.take(rows)
            swap = subjects.kind is not Kind.PROJECT
            sides = (candidates, block) if swap else (block, candidates)
            found = evaluate(purpose, *sides, self.context).verdict
            totals = score(purpose, *sides, semantic.T if swap else semantic, self.context, usual).total
            scores[start : start + step] = totals.T if swap else totals
            verdicts[start : start + step] = found.T if swap else found
            if progress:
                progress(min(start + step, len(left)), len(left))
        return ScoreMatrix(tuple(subjects.ids_of(left)), tuple(catalogue.ids_of(right)), scores, verdicts)

    def usual(self, purpose: Purpose, offers: Catalogue) -> Pool:
        """What is usual among the offers of a catalogue: prices and track records are judged by it."""
        live = np.array(offers.live, np.int64)
        columns = offers.columns if len(live) == len(offers.columns) else offers.columns.take(live)
        return Pool.of(purpose, columns, self.context)

    def _candidates(
        self,
        purpose: Purpose,
        record: Record,
        asked: Record | str,
        catalogue: Catalogue,
        allowed: BitMap | None,
        usual: Pool | None,
    ) -> Candidates:
        kind = kind_of(record)
        _check_sides(purpose, kind, catalogue.kind)
        rows = catalogue.live if allowed is None else catalogue.live & allowed
        subject = Columns.of(kind, [record])
        if usual is None:
            usual = (
                Pool.of(purpose, subject, self.context) if kind is not Kind.PROJECT else self.usual(purpose, catalogue)
            )
        query = catalogue.query(asked)
        return Candidates.of(purpose, subject, query, catalogue, rows, self.context, usual)


def evidence(query: Query, catalogue: Catalogue, row: np.integer, candidate: Record) -> tuple[SentencePair, ...]:
    """The pair of passages that carries the similarity of one candidate."""
    found = catalogue.best_passages(query, int(row), candidate)
    return () if found is None else (SentencePair(*found),)


def _lines(subject: Record, candidates: Candidates, found: Shortlist, chosen: NDArray[np.int64]) -> list[Ranked]:
    """The chosen positions of a shortlist as lines of a ranking."""
    rows, totals = found.rows[chosen], found.totals[chosen]
    verdicts = found.verdicts.verdict.ravel()[np.searchsorted(candidates.rows, rows)]
    ids = candidates.catalogue.ids_of(rows)
    return [
        Ranked(subject.id, one, rank, round(float(total), 2), Verdict(int(verdict)).name)
        for rank, (one, total, verdict) in enumerate(zip(ids, totals, verdicts, strict=True), 1)
    ]


def kind_of(record: Record) -> Kind:
    """The kind of a record."""
    return next(kind for kind, model in KINDS.items() if isinstance(record, model))


def _as_record(subject: Record | str, purpose: Purpose, candidates: Kind) -> Record:
    """A typed need stands for the kind on the other side of the candidates."""
    if not isinstance(subject, str):
        return subject
    kind = Kind.PROJECT if candidates is offer_kind(purpose) else offer_kind(purpose)
    return read_need(subject, kind, purpose)


def _check_sides(purpose: Purpose, subject: Kind, candidates: Kind) -> None:
    wanted = other_side(purpose, subject)
    if candidates is not wanted:
        raise ValueError(f"purpose {purpose} matches {subject} with {wanted}, not with {candidates}")


def _checked(k: int) -> int:
    if not 1 <= k <= MOST_RESULTS:
        raise ValueError(f"k is {k}; ask for 1 to {MOST_RESULTS} candidates")
    return k
