"""Rankers side by side on the same queries: metrics with intervals, and what the first one gains on each other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from matcher.evaluation.golden import GoldenQuery
from matcher.evaluation.metrics import METRICS
from matcher.evaluation.rankers import Ranker
from matcher.evaluation.significance import SAMPLES, Interval, intervals

DEPTH = 50
"""How much of a ranking is read: beyond that nobody looks."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Line:
    """A ranker's figures. metrics: by name. ahead: what the first ranker gains over this one, None for itself.

    judged: share of the first ten places that hold a judged candidate; the rest count as grade 0.
    """

    ranker: str
    metrics: dict[str, Interval]
    ahead: dict[str, Interval] | None
    judged: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The comparison. groups: the same for the queries of one purpose and direction. values: ranker, metric, query."""

    queries: int
    judgments: int
    lines: tuple[Line, ...]
    groups: dict[str, tuple[Line, ...]]
    values: dict[str, dict[str, dict[str, float]]]
    rankings: dict[str, dict[str, list[str]]]


def compare(
    queries: Sequence[GoldenQuery],
    rankers: Sequence[Ranker],
    seed: int = 0,
    samples: int = SAMPLES,
    progress: Progress | None = None,
) -> Evaluation:
    """Ranks every query by every ranker and measures; the first ranker is the one that the others are held against."""
    rankings: dict[str, dict[str, list[str]]] = {}
    for done, ranker in enumerate(rankers):
        rankings[ranker.name] = {query.id: ranker.rank(query, DEPTH) for query in queries}
        if progress:
            progress(done + 1, len(rankers))
    groups: dict[str, list[GoldenQuery]] = {}
    for query in queries:
        groups.setdefault(group_of(query), []).append(query)
    return Evaluation(
        queries=len(queries),
        judgments=sum(len(query.grades) for query in queries),
        lines=_lines(queries, rankings, seed, samples),
        groups={name: _lines(members, rankings, seed, samples) for name, members in groups.items()},
        values={
            name: {
                metric: {query.id: round(measure(found[query.id], query.grades), 6) for query in queries}
                for metric, measure in METRICS.items()
            }
            for name, found in rankings.items()
        },
        rankings=rankings,
    )


def group_of(query: GoldenQuery) -> str:
    """Purpose and direction: `loan, project asks`."""
    asking = "project asks" if query.candidate_kind.value != "project" else f"{query.purpose} side asks"
    return f"{query.purpose}: {asking}"


def _lines(
    queries: Sequence[GoldenQuery], rankings: dict[str, dict[str, list[str]]], seed: int, samples: int
) -> tuple[Line, ...]:
    """The rankers' figures on some of the queries; one resampling serves all columns."""
    measured = {
        name: np.array(
            [[measure(found[query.id], query.grades) for measure in METRICS.values()] for query in queries], np.float64
        )
        for name, found in rankings.items()
    }
    first = next(iter(measured.values()))
    lines = []
    for name, values in measured.items():
        found = intervals(np.hstack([values, first - values]), seed, samples)
        own, ahead = found[: len(METRICS)], found[len(METRICS) :]
        lines.append(
            Line(
                name,
                dict(zip(METRICS, own, strict=True)),
                None if values is first else dict(zip(METRICS, ahead, strict=True)),
                _judged(queries, rankings[name]),
            )
        )
    return tuple(lines)


def _judged(queries: Sequence[GoldenQuery], found: dict[str, list[str]]) -> float:
    places = [one in query.grades for query in queries for one in found[query.id][:10]]
    return sum(places) / max(1, len(places))
