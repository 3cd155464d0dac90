"""Rankers side by side: known rankers give known figures, and the engine's ranking is the matchmaker's."""

from io import StringIO

import orjson
import pytest
from rich.console import Console

from matcher.domain import Kind, Level
from matcher.evaluation import EngineRanker, MeaningRanker, RandomRanker, WordsRanker, compare
from matcher.evaluation.comparison import group_of
from matcher.evaluation.golden import JUDGED_ON
from matcher.evaluation.report import show, to_json
from matcher.evaluation.run import fill
from matcher.matchmaker import Matchmaker
from tests.matcher.toy import ToyEncoder


class Oracle:
    """Knows the grades."""

    name = "oracle"

    def rank(self, query, k):
        return sorted(query.grades, key=lambda one: (-query.grades[one], one))[:k]


class Contrary(Oracle):
    name = "contrary"

    def rank(self, query, k):
        return sorted(query.grades, key=lambda one: (query.grades[one], one))[:k]


@pytest.fixture(scope="module")
def catalogues(golden):
    return fill(golden, ToyEncoder(), Level.CONSENTED)


def test_the_oracle_is_perfect_and_ahead(golden):
    found = compare(golden.queries, [Oracle(), Contrary()], samples=200)
    oracle, contrary = found.lines
    assert oracle.metrics["nDCG@10"].mean == pytest.approx(1)
    assert oracle.metrics["MRR"].mean == pytest.approx(1)
    assert oracle.judged == 1
    assert oracle.ahead is None
    assert contrary.ahead["nDCG@10"].low > 0
    assert contrary.ahead["nDCG@10"].mean == pytest.approx(1 - contrary.metrics["nDCG@10"].mean)


def test_groups_part_the_queries_by_purpose_and_direction(golden):
    found = compare(golden.queries, [Oracle()], samples=100)
    assert set(found.groups) == {group_of(query) for query in golden.queries}
    assert set(found.groups) == {
        f"{purpose}: {side} asks"
        for purpose in ("investment", "loan", "insurance", "expert")
        for side in ("project", f"{purpose} side")
    }


def test_progress_is_told_per_ranker(golden):
    seen = []
    compare(golden.queries, [Oracle(), Contrary()], samples=100, progress=lambda *done: seen.append(done))
    assert seen == [(1, 2), (2, 2)]


def test_engine_ranker_is_the_matchmaker(golden, catalogues):
    matchmaker = Matchmaker.of(JUDGED_ON)
    for query in golden.queries[::9]:
        found = matchmaker.rank(query.purpose, query.subject, catalogues[query.candidate_kind], 10)
        ranked = EngineRanker(matchmaker, catalogues).rank(query, 10)
        assert ranked == [match.id for match in found.items]


@pytest.mark.parametrize("make", [WordsRanker, lambda catalogues: MeaningRanker("dense", catalogues)])
def test_plain_rankers_order_everything_once_and_find_a_text_by_itself(golden, catalogues, make):
    query = next(query for query in golden.queries if query.candidate_kind is Kind.LOAN)
    ranking = make(catalogues).rank(query, 1000)
    assert sorted(ranking) == sorted(one.id for one in golden.records[Kind.LOAN])


def test_random_ranker_depends_on_seed_and_query_alone(golden):
    ids = {kind: [one.id for one in rows] for kind, rows in golden.records.items()}
    turned = {kind: rows[::-1] for kind, rows in ids.items()}
    first, second = golden.queries[:2]
    assert RandomRanker(ids, 1).rank(first, 20) == RandomRanker(turned, 1).rank(first, 20)
    assert RandomRanker(ids, 1).rank(first, 20) != RandomRanker(ids, 2).rank(first, 20)
    assert RandomRanker(ids, 1).rank(first, 20) != RandomRanker(ids, 1).rank(second, 20)


def test_the_same_seed_gives_the_same_bytes(golden, catalogues):
    def once():
        ids = {kind: [one.id for one in rows] for kind, rows in golden.records.items()}
        rankers = [EngineRanker(Matchmaker.of(JUDGED_ON), catalogues), RandomRanker(ids, 5)]
        return orjson.dumps(compare(golden.queries[::6], rankers, seed=5, samples=200))

    assert once() == once()


def test_the_json_names_rankers_and_what_they_were_made_with(report):
    told = orjson.loads(to_json(report))
    assert [line["ranker"] for line in told["evaluation"]["lines"]] == [
        "engine",
        "lexical only",
        "dense only",
        "TF-IDF + SVD",
        "random",
    ]
    assert (told["made_with"]["encoder"], told["made_with"]["as of"]) == ("toy", "2026-11-01")


def test_the_table_shows_every_group_and_the_exposure(report):
    console = Console(record=True, width=200, file=StringIO())
    show(report, console)
    text = console.export_text()
    assert "53 queries, 1506 judgments" in text
    assert text.count("\n│ engine ") == 1 + len(report.evaluation.groups)
    assert text.count("│ investment │") == 2


def test_even_without_meaning_the_engine_beats_chance(report):
    """The toy encoder knows nothing; conditions, structure and words alone must be far ahead of a random order."""
    lines = {line.ranker: line for line in report.evaluation.lines}
    assert lines["random"].ahead["nDCG@10"].low > 0.3


def test_exposure_covers_the_four_purposes_both_ways(golden, report):
    assert [(one.purpose, one.subject_kind, one.candidate_kind) for one in report.exposure] == [
        (purpose, *sides)
        for purpose, offer in (
            ("investment", "fund"),
            ("loan", "loan"),
            ("insurance", "insurance"),
            ("expert", "expert"),
        )
        for sides in (("project", offer), (offer, "project"))
    ]
    assert report.exposure[0].lists == len(golden.records[Kind.PROJECT])
