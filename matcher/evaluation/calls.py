"""Calls for panels on the golden set: the experts of a project by the score that its panel is made with."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder
from matcher.domain import Expert, Kind, Level, Project, Purpose, Record
from matcher.evaluation.comparison import Evaluation, compare
from matcher.evaluation.golden import JUDGED_ON, Golden, GoldenQuery
from matcher.evaluation.rankers import EngineRanker, Ranker
from matcher.evaluation.run import fill
from matcher.evaluation.significance import SAMPLES
from matcher.expertise.scores import call_scores
from matcher.matchmaker import Matchmaker
from matcher.retrieval.catalogue import Catalogue
from matcher.retrieval.need import read_need
from matcher.rules.verdicts import Verdict, evaluate

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class _TableRanker:
    """Orders by a table of scores: query ids by expert ids, nobody who fails a hard condition."""

    name: str
    queries: tuple[str, ...]
    experts: tuple[str, ...]
    scores: Scores
    verdicts: NDArray[np.int8]

    def rank(self, query: GoldenQuery, k: int) -> list[str]:
        """By score, then id."""
        line = self.queries.index(query.id)
        kept = np.flatnonzero(self.verdicts[line] != Verdict.INELIGIBLE)
        order = sorted(kept.tolist(), key=lambda place: (-float(self.scores[line, place]), self.experts[place]))
        return [self.experts[place] for place in order[:k]]


def evaluate_calls(golden: Golden, encoder: Encoder, seed: int = 0, samples: int = SAMPLES) -> Evaluation:
    """What calls use, beside the score of all pairs by whole texts that they used before, and the ranking itself."""
    maker = Matchmaker.of(JUDGED_ON)
    queries = [one for one in golden.queries if one.candidate_kind is Kind.EXPERT]
    asked = [_project(query) for query in queries]
    pool = sorted((one for one in golden.records[Kind.EXPERT] if isinstance(one, Expert)), key=lambda one: one.id)
    others = [one for one in golden.records[Kind.PROJECT] if isinstance(one, Project)]
    made = call_scores([*asked, *others], pool, encoder, maker.context)
    verdicts = evaluate(Purpose.EXPERT, made.projects, made.experts, maker.context).verdict[: len(asked)]
    catalogues = fill(golden, encoder, Level.CONSENTED)
    subjects = Catalogue(Kind.PROJECT, Level.CONSENTED, encoder)
    subjects.put(asked)
    whole = maker.matrix(Purpose.EXPERT, subjects, catalogues[Kind.EXPERT])
    columns = [whole.candidate_ids.index(one.id) for one in pool]
    ids, experts = tuple(query.id for query in queries), tuple(one.id for one in pool)
    rankers: list[Ranker] = [
        _TableRanker("call", ids, experts, made.scores[: len(asked)], verdicts),
        _TableRanker("whole texts", ids, experts, whole.scores[:, columns], verdicts),
        EngineRanker(maker, catalogues),
    ]
    return compare(queries, rankers, seed, samples)


def _project(query: GoldenQuery) -> Project:
    """The project of a query, by the query's id: a typed need has none, and two queries may ask for one project."""
    subject: Record = (
        read_need(query.subject, Kind.PROJECT, query.purpose) if isinstance(query.subject, str) else query.subject
    )
    assert isinstance(subject, Project)
    return subject.model_copy(update={"id": query.id})
