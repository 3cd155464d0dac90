"""Encoders on plain text: eight tasks of search and labels over papers, words and plain baselines beside them.

The papers are those of `data/text` (400 Chinese, 200 English), which no model of ours was trained on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder, FloatRows, Progress
from embeddings.fusion import word_weight
from embeddings.tfidf import fit_tfidf
from embeddings.training.corpus import json_lines
from embeddings.training.evaluate import Search, bm25_normalised, figures_by_query, paper_tasks
from matcher.domain.codes import data_folder
from matcher.evaluation.significance import SAMPLES, Interval, macro_intervals

WORDS = "BM25"
PLAIN = "TF-IDF + SVD"


@dataclass(frozen=True, slots=True)
class TextLine:
    """One ranker. tasks: its figure in each (nDCG@10; accuracy at 1 for the labels of a text). ahead: of the words."""

    ranker: str
    tasks: dict[str, float]
    mean: Interval
    ahead: Interval


def sample_tasks(folder: Path | None = None) -> dict[str, Search]:
    """The tasks of the papers in `folder`, those that come with it if None."""
    root = folder or data_folder() / "text"
    lines = (root / "disciplines.tsv").read_text("utf-8").splitlines()
    english = dict(line.split("\t") for line in lines)
    return paper_tasks([*json_lines(root / "csl.jsonl.gz")], [*json_lines(root / "arxiv.jsonl.gz")], english)


def compare_text(
    encoders: Sequence[Encoder],
    tasks: Mapping[str, Search],
    seed: int = 0,
    samples: int = SAMPLES,
    progress: Progress | None = None,
) -> list[TextLine]:
    """Words, TF-IDF + SVD, and each encoder alone and with words; intervals are paired and drawn task by task."""
    names = [WORDS, PLAIN, *(name for each in encoders for name in (each.name, f"{each.name} + {WORDS}"))]
    rows = [_Rows(encoder) for encoder in encoders]
    groups: list[NDArray[np.float64]] = []
    for done, task in enumerate(tasks.values(), 1):
        words = bm25_normalised(task.queries, task.documents)
        scores = [words, _plain_cosines(task, seed)]
        for each in rows:
            cosines = each.of(task.queries, task.query_role) @ each.of(task.documents, task.document_role).T
            scores += [cosines, cosines + word_weight(each.encoder.name) * words]
        groups.append(np.stack([figures_by_query(each, task) for each in scores], axis=1))
        if progress:
            progress(done, len(tasks))
    means = macro_intervals(groups, seed, samples)
    ahead = macro_intervals([values - values[:, :1] for values in groups], seed, samples)
    return [
        TextLine(
            name,
            {task: round(float(values[:, k].mean()), 4) for task, values in zip(tasks, groups, strict=True)},
            means[k],
            ahead[k],
        )
        for k, name in enumerate(names)
    ]


class _Rows:
    """What an encoder makes of texts; a list of texts that several tasks share is encoded once in each role."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self._known: dict[tuple[int, str], FloatRows] = {}

    def of(self, texts: Sequence[str], role: str) -> FloatRows:
        key = (id(texts), role)
        if key not in self._known:
            encode = self.encoder.encode_query if role == "query" else self.encoder.encode_document
            self._known[key] = encode(texts)
        return self._known[key]


def _plain_cosines(task: Search, seed: int) -> FloatRows:
    """TF-IDF + SVD fitted on the documents of the task."""
    with TemporaryDirectory() as folder:
        plain = fit_tfidf([*task.documents], Path(folder) / "tfidf", seed=seed)
        found: FloatRows = plain.encode_query(task.queries) @ plain.encode_document(task.documents).T
    return found
