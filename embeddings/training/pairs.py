"""Step 4a: the public texts as pairs that mean the same, and as labelled texts.

The names of the tasks are those of docs/models.md. A task draws `size` pairs (left, right) with row i of both meaning
the same, or texts with the number of their label among a few label names.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Progress
from embeddings.training.bags import Bags, Ints, bags_of, joined
from embeddings.training.corpus import SUMMARY_PARTS, Corpus

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Pairs:
    """A batch: texts `left` and `right`; row i of left belongs to row `answer[i]` of right."""

    left: Bags
    right: Bags
    answer: Ints
    symmetric: bool


Draw = Callable[[Rng, int], Pairs]


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of pair, drawn with a chance proportional to `weight`."""

    name: str
    weight: float
    draw: Draw
    size: int = 1024


def tokenise(corpus: Corpus, tokenizer: Any, progress: Progress | None = None) -> dict[str, Bags | Ints]:
    """Every text the tasks need as bags, and the label numbers."""
    papers, records = list(corpus.papers()), list(corpus.chinese_papers())
    fields = corpus.disciplines()
    names = sorted(fields)
    titles = corpus.titles_with_category()
    categories = sorted({category for _, category in titles})
    entries = list(corpus.dictionary())
    halves = [_halves(record.abstract) for record in records]
    texts: dict[str, Sequence[str]] = {
        "title": [paper.title for paper in papers],
        "abstract": [paper.abstract for paper in papers],
        **{part: [paper.summary.get(part, "") for paper in papers] for part in SUMMARY_PARTS},
        "zh_title": [record.title or "" for record in records],
        "zh_keywords": ["、".join(record.keywords) for record in records],
        "zh_abstract": [record.abstract for record in records],
        "zh_first": [first for first, _ in halves],
        "zh_second": [second for _, second in halves],
        "field_zh": [name.replace("/", "、") for name in names],
        "field_en": [fields[name] for name in names],
        "category_title": [title for title, _ in titles],
        "category": categories,
        "word": [entry.simplified for entry in entries],
        "gloss": ["; ".join(entry.glosses[:3]) for entry in entries],
    }
    bags: dict[str, Bags | Ints] = {}
    for done, (key, values) in enumerate(texts.items(), 1):
        bags[key] = bags_of(tokenizer, values)
        if progress:
            progress(done, len(texts))
    position = {name: number for number, name in enumerate(names)}
    bags["field_of"] = np.array([position.get(record.discipline or "", -1) for record in records])
    bags["category_of"] = np.array([categories.index(category) for _, category in titles])
    return bags


def _halves(text: str) -> tuple[str, str]:
    """The text cut at the sentence end nearest its middle."""
    ends = [i + 1 for i, character in enumerate(text[:-1]) if character in "。；.;！？,，"]
    middle = min(ends, key=lambda end: abs(end - len(text) / 2), default=len(text) // 2)
    return text[:middle], text[middle:]


def write_bags(path: Path, bags: dict[str, Bags | Ints]) -> None:
    """Writes the result of `tokenise` as one file."""
    arrays: dict[str, NDArray[Any]] = {}
    for key, value in bags.items():
        if isinstance(value, Bags):
            arrays[f"{key}.tokens"], arrays[f"{key}.ends"] = value.tokens, value.ends
        else:
            arrays[key] = value
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, **arrays)  # type: ignore[arg-type]  # numpy's stub mistakes **arrays for its own options
    partial.replace(path)


def read_bags(path: Path) -> dict[str, Bags | Ints]:
    """What `write_bags` wrote."""
    with np.load(path, allow_pickle=False) as arrays:
        plain: dict[str, Bags | Ints] = {key: arrays[key] for key in arrays.files if "." not in key}
        keys = [key.removesuffix(".ends") for key in arrays.files if key.endswith(".ends")]
        return plain | {key: Bags(arrays[f"{key}.tokens"], arrays[f"{key}.ends"]) for key in keys}


class Tasks:
    """The tasks over the bags that `tokenise` made; `without` names tasks to leave out."""

    def __init__(self, bags: dict[str, Bags | Ints], without: Sequence[str] = ()) -> None:
        self._all = bags
        tasks = [
            Task("ax_te", 1.0, self._pairs("title", "abstract")),
            Task("ax_tz", 1.0, self._title_summary),
            Task("ax_ze", 1.0, self._summary_abstract),
            Task("ax_zz", 1.0, self._summary_summary),
            Task("ax_mix", 1.0, self._mixed),
            Task("c_ta", 1.0, self._pairs("zh_title", "zh_abstract")),
            Task("c_ka", 0.5, self._pairs("zh_keywords", "zh_abstract")),
            Task("c_hh", 1.5, self._pairs("zh_first", "zh_second")),
            Task("c_d", 0.6, self._disciplines),
            Task("tc", 0.3, self._categories),
            Task("ce", 0.7, self._pairs("word", "gloss"), size=2048),
        ]
        self.tasks = [task for task in tasks if task.name not in without]

    def bags(self, key: str) -> Bags:
        """The texts called `key`."""
        value = self._all[key]
        assert isinstance(value, Bags)
        return value

    def labels(self, key: str) -> Ints:
        """The label numbers called `key`."""
        value = self._all[key]
        assert not isinstance(value, Bags)
        return value

    def pick(self, rng: Rng) -> Task:
        """A task by its weight."""
        weights = np.array([task.weight for task in self.tasks])
        return self.tasks[int(rng.choice(len(self.tasks), p=weights / weights.sum()))]

    def _pairs(self, left: str, right: str) -> Draw:
        one, other = self.bags(left), self.bags(right)
        usable = np.flatnonzero((one.lengths > 0) & (other.lengths > 0))

        def draw(rng: Rng, size: int) -> Pairs:
            chosen = rng.choice(usable, min(size, len(usable)), replace=False)
            return _same(one.take(chosen), other.take(chosen))

        return draw

    def _with_summary(self, rng: Rng, size: int) -> Ints:
        usable = np.flatnonzero(self.bags("tldr").lengths > 0)
        return rng.choice(usable, min(size, len(usable)), replace=False)

    def _one_part(self, rng: Rng, chosen: Ints) -> Bags:
        """One summary part of each paper, at random."""
        return _one_of([self.bags(part).take(chosen) for part in SUMMARY_PARTS], rng)

    def _title_summary(self, rng: Rng, size: int) -> Pairs:
        chosen = self._with_summary(rng, size)
        return _same(self.bags("title").take(chosen), self._one_part(rng, chosen))

    def _summary_abstract(self, rng: Rng, size: int) -> Pairs:
        chosen = self._with_summary(rng, size)
        why_and_how = _beside(self.bags("motivation").take(chosen), self.bags("method").take(chosen))
        left = _one_of([self.bags("tldr").take(chosen), why_and_how], rng)
        return _same(left, self.bags("abstract").take(chosen))

    def _summary_summary(self, rng: Rng, size: int) -> Pairs:
        chosen = self._with_summary(rng, size)
        parts = [self.bags(part).take(chosen) for part in SUMMARY_PARTS]
        first = rng.integers(0, len(parts), len(chosen))
        other = (first + rng.integers(1, len(parts), len(chosen))) % len(parts)
        return _same(_chosen(parts, first), _chosen(parts, other))

    def _mixed(self, rng: Rng, size: int) -> Pairs:
        """Both languages among the documents of one batch, so that language is no cue."""
        chosen = self._with_summary(rng, size)
        queries = _one_of([self.bags("title").take(chosen), self.bags("tldr").take(chosen)], rng)
        return _same(queries, _one_of([self.bags("abstract").take(chosen), self._one_part(rng, chosen)], rng))

    def _disciplines(self, rng: Rng, size: int) -> Pairs:
        fields = self.labels("field_of")
        usable = np.flatnonzero(fields >= 0)
        chosen = rng.choice(usable, min(size, len(usable)), replace=False)
        names = self.bags(str(rng.choice(["field_zh", "field_en"])))
        return Pairs(self.bags("zh_abstract").take(chosen), names, fields[chosen], symmetric=False)

    def _categories(self, rng: Rng, size: int) -> Pairs:
        labels = self.labels("category_of")
        chosen = rng.choice(len(labels), min(size, len(labels)), replace=False)
        return Pairs(self.bags("category_title").take(chosen), self.bags("category"), labels[chosen], symmetric=False)


def _same(left: Bags, right: Bags) -> Pairs:
    return Pairs(left, right, np.arange(len(left)), symmetric=True)


def _one_of(choices: Sequence[Bags], rng: Rng) -> Bags:
    return _chosen(choices, rng.integers(0, len(choices), len(choices[0])))


def _chosen(choices: Sequence[Bags], which: Ints) -> Bags:
    """Text i of the choice number `which[i]`; the first that is not empty if that one is."""
    lengths = np.stack([choice.lengths for choice in choices])
    rows = np.arange(len(which))
    which = np.where(lengths[which, rows] > 0, which, (lengths > 0).argmax(axis=0))
    return joined(choices).take(which * len(rows) + rows)


def _beside(first: Bags, second: Bags) -> Bags:
    """The tokens of both texts together."""
    count = len(first)
    both = joined([first, second]).take(np.arange(2 * count).reshape(2, count).T.ravel())
    return Bags(both.tokens, both.ends[::2])
