"""Encoders judged on plain text: the same queries for all, words as the floor, intervals drawn task by task."""

import json
from collections.abc import Sequence

import numpy as np
from typer.testing import CliRunner

from embeddings.encoder import FloatRows, Progress
from embeddings.training.evaluate import Search, bm25_normalised, figure
from matcher.cli.evaluate import app
from matcher.evaluation.significance import intervals, macro_intervals
from matcher.evaluation.text import compare_text, sample_tasks

TEXTS = ["固态电池电解质涂布", "影像诊断软件标注", "减速器精密加工", "neural networks for proteins"]


class Knowing:
    """Gives each known text its own direction, and a query the direction of its answer."""

    name, dim, fingerprint = "knowing", 4, "k"

    def encode_document(self, texts: Sequence[str], progress: Progress | None = None) -> FloatRows:
        return np.eye(4, dtype=np.float32)[[TEXTS.index(text) for text in texts]]

    def encode_query(self, texts: Sequence[str], progress: Progress | None = None) -> FloatRows:
        return np.eye(4, dtype=np.float32)[[int(text[-1]) for text in texts]]


def test_an_encoder_that_knows_is_ahead_of_words_that_do_not() -> None:
    tasks = {
        "one": Search(["问0", "问2", "问3"], TEXTS, [{0}, {2}, {3}]),
        "other": Search(["固态电池1", "问1"], TEXTS, [{1}, {1}]),
    }
    lines = {line.ranker: line for line in compare_text([Knowing()], tasks, samples=200)}
    assert list(lines) == ["BM25", "TF-IDF + SVD", "knowing", "knowing + BM25"]
    assert lines["knowing"].tasks == {"one": 1.0, "other": 1.0}
    words = {name: figure(bm25_normalised(task.queries, task.documents), task) for name, task in tasks.items()}
    assert lines["BM25"].tasks == {name: round(value, 4) for name, value in words.items()}
    assert lines["BM25"].ahead.mean == lines["BM25"].ahead.low == lines["BM25"].ahead.high == 0
    np.testing.assert_allclose(lines["knowing"].ahead.mean, 1 - sum(words.values()) / 2)


def test_intervals_of_one_group_are_the_plain_ones_and_groups_weigh_alike() -> None:
    values = np.random.default_rng(3).random((30, 2))
    for one, other in zip(macro_intervals([values], 5, 400), intervals(values, 5, 400), strict=True):
        np.testing.assert_allclose((one.mean, one.low, one.high), (other.mean, other.low, other.high))
    small = np.ones((2, 2))
    means = [each.mean for each in macro_intervals([values, small], 5, 400)]
    np.testing.assert_allclose(means, (values.mean(axis=0) + 1) / 2)


def test_the_papers_that_come_with_it_give_eight_tasks() -> None:
    tasks = sample_tasks()
    assert len(tasks) == 8
    assert (len(tasks["zh_title"].queries), len(tasks["en_title"].queries)) == (400, 200)
    for task in tasks.values():
        assert len(task.wanted) == len(task.queries)
        assert all(wanted and max(wanted) < len(task.documents) for wanted in task.wanted)


def test_the_command_prints_every_ranker_as_json() -> None:
    done = CliRunner().invoke(app, ["text", "--json", "--samples", "100"])
    assert done.exit_code == 0, done.output
    lines = {line["ranker"]: line for line in json.loads(done.stdout)}
    assert list(lines) == ["BM25", "TF-IDF + SVD", "builtin:static", "builtin:static + BM25"]
    assert lines["builtin:static"]["ahead"]["low"] > 0.2
