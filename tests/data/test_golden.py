"""The golden set: enough queries of every sort, deep enough pools, complete grades, grounds that are sentences."""

import json
from collections import Counter

import pytest

from matcher.domain import Kind, Purpose
from matcher.evaluation import load_golden


@pytest.fixture(scope="module")
def queries():
    return load_golden().queries


def test_queries_cover_purposes_directions_and_sentences(queries):
    sorts = Counter((query.purpose, query.candidate_kind is Kind.PROJECT) for query in queries)
    assert len(queries) >= 40
    assert set(sorts) == {(purpose, direction) for purpose in Purpose for direction in (True, False)}
    sentences = [query.subject for query in queries if isinstance(query.subject, str)]
    assert sum(text.isascii() for text in sentences) >= 3
    assert sum(not text.isascii() for text in sentences) >= 4


def test_pools_are_deep_and_hold_tempting_wrong_ones(queries):
    for query in queries:
        grades = Counter(query.grades.values())
        assert len(query.grades) >= 15, query.id
        assert grades[0] + grades[1] >= 5, query.id
        assert grades[2] + grades[3] >= 1, query.id
        assert set(grades) <= {0, 1, 2, 3}


def test_grounds_are_sentences_of_their_own(queries):
    for query in queries:
        for candidate, grounds in query.grounds.items():
            assert len(grounds) >= 8, (query.id, candidate, grounds)
            assert grounds.endswith(("。", ".")), (query.id, candidate, grounds)


def test_judgments_stand_in_the_order_of_their_queries():
    from matcher.domain.codes import data_folder

    folder = data_folder() / "golden"
    order = [json.loads(line)["id"] for line in (folder / "queries.jsonl").read_text("utf-8").splitlines()]
    judged = [json.loads(line)["query"] for line in (folder / "judgments.jsonl").read_text("utf-8").splitlines()]
    assert list(dict.fromkeys(judged)) == order
