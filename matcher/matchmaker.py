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
from matcher.matches import Match, MatchList, Model, Question, SentencePair
from matcher.retrieval.calibration import Calibration
from matcher.retrieval.catalogue import Catalogue, Query
from matcher.retrieval.fairness import FairPlaces
from matcher.retrieval.need import read_need
from matcher.retrieval.shortlist import Candidates
from matcher.retrieval.together import Part, Together, joined_questions
from matcher.rules.context import Context
from matcher.rules.verdicts import evaluate
from matcher.scoring import Pool, score
from matcher.scoring.explain import Request, explain
from matcher.scoring.exposure import Policy
from matcher.scoring.questions import list_questions, open_conditions

Among = Catalogue | Sequence[tuple[Catalogue, BitMap]]
"""Where candidates are looked for: all of a catalogue, or the rows that may be found of one or more of one kind."""

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
        among: Among,
        k: int = 20,
        *,
        usual: Pool | None = None,
        ineligible: bool = False,
        policy: Policy | None = None,
    ) -> MatchList:
        """The k best candidates for a record, or for a typed need, each explained.

        subject: as its reader may see it. usual: statistics of the offers that make lists of both directions compare;
        of the first catalogue's own offers if None. ineligible: also list who fails a hard condition. policy: who gets
        the places (DOMAIN 4.6); by score alone if None. Raises ValueError where the two kinds are never matched for
        this purpose, or k is not within 1 to MOST_RESULTS.
        """
        sources = _sources(among)
        record = _as_record(subject, purpose, sources[0][0].kind)
        pools = self._candidates(purpose, record, subject, sources, usual)
        found = Together.of(pools, _checked(k), ineligible=ineligible, places=_places(policy))
        explained = [self._explained(purpose, record, part) for part in found.parts]
        items = {item.id: item for part, _ in explained for item in part}
        encoder = sources[0][0].encoder
        return MatchList(
            purpose=str(purpose),
            subject_id=record.id,
            subject_kind=str(kind_of(record)),
            candidate_kind=str(sources[0][0].kind),
            items=tuple(items[one] for one in found.order),
            excluded=found.excluded,
            excluded_alone=found.excluded_alone,
            counts=found.counts,
            model=Model(encoder.name, encoder.fingerprint),
            weights_version=self.context.rules.weights_version,
            data_version="-".join(catalogue.version for catalogue, _ in sources),
            k=k,
            questions=joined_questions([questions for _, questions in explained]),
        )

    def top(
        self,
        purpose: Purpose,
        subjects: Sequence[Record],
        among: Among,
        k: int = 20,
        *,
        usual: Pool | None = None,
        ineligible: bool = False,
        policy: Policy | None = None,
    ) -> Iterator[list[Ranked]]:
        """For each subject in turn the k best candidates without explanations: as `rank`, at a tenth of the cost.

        policy: the attention is shared over all these lists (DOMAIN 4.6): a cap on the lists that one candidate stands
        in, places for the little shown, at most 3 of 10 of one manager.
        """
        _checked(k)
        places, sources = _places(policy), _sources(among)
        for subject in subjects:
            pools = self._candidates(purpose, subject, subject, sources, usual)
            yield _lines(subject, Together.of(pools, k, ineligible=ineligible, places=places))

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
        sources: Sequence[tuple[Catalogue, BitMap]],
        usual: Pool | None,
    ) -> list[Candidates]:
        kind = kind_of(record)
        for catalogue, _ in sources:
            _check_sides(purpose, kind, catalogue.kind)
        subject = Columns.of(kind, [record])
        if usual is None:
            usual = (
                self.usual(purpose, sources[0][0]) if kind is Kind.PROJECT else Pool.of(purpose, subject, self.context)
            )
        return [
            Candidates.of(
                purpose, subject, catalogue.query(asked), catalogue, catalogue.live & allowed, self.context, usual
            )
            for catalogue, allowed in sources
        ]

    def _explained(self, purpose: Purpose, record: Record, part: Part) -> tuple[list[Match], tuple[Question, ...]]:
        """The candidates of a part that got a place, and what its whole list would ask the subject's owner."""
        pool, best, catalogue = part.pool, part.best, part.pool.catalogue
        shown = catalogue.records(part.ids)
        decides = open_conditions(purpose, *pool.sides(), best.verdicts, self.context)
        request = Request(
            purpose,
            record,
            shown,
            best.semantic,
            catalogue.columns.take(best.rows),
            [evidence(pool.query, catalogue, row, one) for row, one in zip(best.rows, shown, strict=True)],
            decides,
        )
        items = explain(request, self.context, pool.usual)
        return items, list_questions(purpose, record, pool.columns, items, decides, self.context)


def _places(policy: Policy | None) -> FairPlaces | None:
    return None if policy is None else FairPlaces(policy)


def _sources(among: Among) -> Sequence[tuple[Catalogue, BitMap]]:
    sources = [(among, among.live)] if isinstance(among, Catalogue) else among
    if not sources:
        raise ValueError("there is no catalogue to rank; give at least one, if need be without rows")
    return sources


def evidence(query: Query, catalogue: Catalogue, row: np.integer, candidate: Record) -> tuple[SentencePair, ...]:
    """The pair of passages that carries the similarity of one candidate."""
    found = catalogue.best_passages(query, int(row), candidate)
    return () if found is None else (SentencePair(*found),)


def _lines(subject: Record, found: Together) -> list[Ranked]:
    """A list without explanations."""
    told = {
        one: (round(float(total), 2), verdict)
        for part in found.parts
        for one, total, verdict in zip(part.ids, part.best.totals, part.verdicts, strict=True)
    }
    return [Ranked(subject.id, one, rank, *told[one]) for rank, one in enumerate(found.order, 1)]


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
