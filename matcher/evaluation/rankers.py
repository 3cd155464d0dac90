"""What is compared: the whole engine, and plainer ways to order the same candidates."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from matcher.domain import Kind
from matcher.evaluation.golden import GoldenQuery
from matcher.matchmaker import Matchmaker
from matcher.retrieval.catalogue import Catalogue

Catalogues = Mapping[Kind, Catalogue]


class Ranker(Protocol):
    """Orders the candidates of a query."""

    @property
    def name(self) -> str:
        """How the report calls it."""

    def rank(self, query: GoldenQuery, k: int) -> list[str]:
        """At most k candidate ids, best first; ties by id."""


class EngineRanker:
    """Matcher itself: conditions exclude, named parts score."""

    name = "engine"

    def __init__(self, matchmaker: Matchmaker, catalogues: Catalogues) -> None:
        self._matchmaker, self._catalogues = matchmaker, catalogues

    def rank(self, query: GoldenQuery, k: int) -> list[str]:
        """Those whom no hard condition excludes, by score."""
        catalogue = self._catalogues[query.candidate_kind]
        if isinstance(query.subject, str):
            found = self._matchmaker.rank(query.purpose, query.subject, catalogue, k)
            return [match.id for match in found.items]
        (ranked,) = self._matchmaker.top(query.purpose, [query.subject], catalogue, k)
        return [line.candidate_id for line in ranked]


class WordsRanker:
    """Words alone: BM25 over the whole texts."""

    name = "lexical only"

    def __init__(self, catalogues: Catalogues) -> None:
        self._catalogues = catalogues

    def rank(self, query: GoldenQuery, k: int) -> list[str]:
        """By shared words; candidates without any come last."""
        catalogue = self._catalogues[query.candidate_kind]
        asked = catalogue.query(query.subject)
        rows = np.array(catalogue.live, np.int64)
        return _best(catalogue, rows, asked.words.scores(rows), k)


class MeaningRanker:
    """Meaning alone: the cosine of the whole texts under the catalogues' encoder."""

    def __init__(self, name: str, catalogues: Catalogues) -> None:
        self.name, self._catalogues = name, catalogues

    def rank(self, query: GoldenQuery, k: int) -> list[str]:
        """By cosine."""
        catalogue = self._catalogues[query.candidate_kind]
        asked = catalogue.query(query.subject)
        rows = np.array(catalogue.live, np.int64)
        return _best(catalogue, rows, catalogue.vectors.scores(asked.vector, rows), k)


class RandomRanker:
    """No knowledge: the floor."""

    name = "random"

    def __init__(self, ids: Mapping[Kind, Sequence[str]], seed: int) -> None:
        self._ids, self._seed = ids, seed

    def rank(self, query: GoldenQuery, k: int) -> list[str]:
        """An order that depends on the seed and the query's id alone."""
        ids = sorted(self._ids[query.candidate_kind])
        shuffled = np.random.default_rng([self._seed, *query.id.encode()]).permutation(len(ids))
        return [ids[place] for place in shuffled[:k]]


def _best(catalogue: Catalogue, rows: np.ndarray, scores: np.ndarray, k: int) -> list[str]:
    ids = catalogue.ids_of(rows)
    order = sorted(range(len(ids)), key=lambda place: (-float(scores[place]), ids[place]))
    return [ids[place] for place in order[:k]]
