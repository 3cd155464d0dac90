"""Experts made of papers: whose discipline is that of a paper that none of them wrote.

An expert is three to six papers of one discipline, or of two: then both are theirs. A project is a paper held out; the
experts of its discipline are the right ones. Papers of `data/text` carry a discipline (Chinese, CSL) or a category
(English, arXiv); across languages a project is the English name of a discipline and the experts are Chinese.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.training.corpus import json_lines
from matcher.domain.codes import data_folder

LEAST = 5
"""Papers that a discipline needs to be in: fewer leave no expert beside the project."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A text and its discipline."""

    text: str
    field: str


@dataclass(frozen=True, slots=True)
class PaperCall:
    """Projects, and experts as their papers; an expert's fields are those of the papers."""

    projects: tuple[Paper, ...]
    experts: tuple[tuple[Paper, ...], ...]

    @property
    def right(self) -> NDArray[np.bool_]:
        """(P, E): whose fields have the project's."""
        fields = [{paper.field for paper in papers} for papers in self.experts]
        return np.array([[project.field in each for each in fields] for project in self.projects])


def paper_calls(folder: Path | None = None, seed: int = 0) -> dict[str, PaperCall]:
    """Experts of one field and of two, in Chinese, English and across, from the papers that come with it if None."""
    english = _english(folder)
    chinese, foreign = _papers(folder)
    calls = {}
    for fields in (1, 2):
        kind = ("one field", "two fields")[fields - 1]
        calls[f"zh, {kind}"] = call = _call(chinese, seed, fields)
        calls[f"en, {kind}"] = _call(foreign, seed, fields)
        names = {project.field: Paper(english[project.field], project.field) for project in call.projects}
        calls[f"en to zh, {kind}"] = PaperCall(tuple(names.values()), call.experts)
    return calls


def thin_calls(folder: Path | None = None, seed: int = 0) -> dict[str, PaperCall]:
    """Experts of one field, among them some with one paper or two."""
    chinese, foreign = _papers(folder)
    return {"zh": _call(chinese, seed, 1, fewest=1), "en": _call(foreign, seed, 1, fewest=1)}


def _root(folder: Path | None) -> Path:
    return folder or data_folder() / "text"


def _english(folder: Path | None) -> dict[str, str]:
    lines = (_root(folder) / "disciplines.tsv").read_text("utf-8").splitlines()
    return dict(line.split("\t") for line in lines)


def _papers(folder: Path | None) -> tuple[list[Paper], list[Paper]]:
    """Chinese and English papers; those without a category stay away."""
    chinese = [Paper(_text(row), row["discipline"]) for row in json_lines(_root(folder) / "csl.jsonl.gz")]
    foreign = json_lines(_root(folder) / "arxiv.jsonl.gz")
    return chinese, [Paper(_text(row), row["category"]) for row in foreign if row["category"]]


def _text(row: dict[str, str]) -> str:
    return f"{row['title']}\n{row['abstract']}"


def _call(papers: Sequence[Paper], seed: int, fields: int, fewest: int = 3) -> PaperCall:
    """A quarter of each discipline is held out; the rest is dealt to experts of up to six papers per field."""
    random = np.random.default_rng(seed)
    by_field: dict[str, list[Paper]] = {}
    for place in random.permutation(len(papers)):
        by_field.setdefault(papers[place].field, []).append(papers[place])
    projects: list[Paper] = []
    experts: list[tuple[Paper, ...]] = []
    for _, mine in sorted(by_field.items()):
        if len(mine) < LEAST:
            continue
        held = max(1, len(mine) // 4)
        projects += mine[:held]
        left = mine[held:]
        while len(left) >= fewest:
            count = int(random.integers(fewest, 7))
            experts.append(tuple(left[:count]))
            left = left[count:]
    order = [experts[place] for place in random.permutation(len(experts))]
    parts = (order[start : start + fields] for start in range(0, len(order), fields))
    return PaperCall(tuple(projects), tuple(tuple(paper for one in part for paper in one) for part in parts))
