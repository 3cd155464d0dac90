"""Step 6a: what e5 makes of the training text, stored once: the head is trained on rows, not on texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from embeddings.e5 import E5
from embeddings.encoder import FloatRows, Progress
from embeddings.text import is_chinese
from embeddings.training.corpus import SUMMARY_PARTS, Corpus

_SHARD = 1000
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many arXiv records and dictionary entries are encoded; CSL always whole."""

    papers: int = 1800
    entries: int = 5000
    seed: int = 0


def head_texts(corpus: Corpus, sizes: Sizes = Sizes()) -> dict[str, tuple[str, list[str]]]:
    """Role and texts under each key; texts that belong together stand in the same place of their lists."""
    rng = np.random.default_rng(sizes.seed)
    papers = _sample(list(corpus.papers()), sizes.papers, rng)
    entries = _sample(list(corpus.dictionary()), sizes.entries, rng)
    records = list(corpus.chinese_papers())
    fields = corpus.disciplines()
    names = sorted(fields)
    return {
        "zh_abstract": ("document", [record.abstract for record in records]),
        "zh_title": ("query", [record.title or "" for record in records]),
        "zh_keywords": ("query", ["、".join(record.keywords) for record in records]),
        "title": ("query", [paper.title for paper in papers]),
        "abstract": ("document", [paper.abstract for paper in papers]),
        "tldr": ("query", [paper.summary.get("tldr", "") for paper in papers]),
        "summary": (
            "document",
            [" ".join(paper.summary.get(p, "") for p in SUMMARY_PARTS[1:]).strip() for paper in papers],
        ),
        "word": ("query", [entry.simplified for entry in entries]),
        "gloss": ("query", ["; ".join(entry.glosses[:3]) for entry in entries]),
        "field_zh": ("query", [name.replace("/", "、") for name in names]),
        "field_en": ("query", [fields[name] for name in names]),
    }


def _sample(items: Sequence[_T], count: int, rng: np.random.Generator) -> list[_T]:
    chosen = np.sort(rng.permutation(len(items))[:count])
    return [items[i] for i in chosen]


def encode_head_texts(
    model: E5, texts: Mapping[str, tuple[str, list[str]]], folder: Path, progress: Progress | None = None
) -> None:
    """Writes `KEY.npy` for every key, (n, 384) float32; shards already written are not made again."""
    folder.mkdir(parents=True, exist_ok=True)
    total, done = sum(len(values) for _, values in texts.values()), 0
    for key, (role, values) in texts.items():
        shards = []
        for start in range(0, len(values), _SHARD):
            shards.append(folder / f"{key}.{start}.npy")
            if not shards[-1].is_file():
                _save(shards[-1], model.encode(values[start : start + _SHARD], role))
            done += min(_SHARD, len(values) - start)
            if progress:
                progress(done, total)
        _save(folder / f"{key}.npy", np.concatenate([np.load(shard) for shard in shards]))
        languages = np.array([is_chinese(value) for value in values])
        _save(folder / f"{key}.language.npy", languages)


def _save(path: Path, rows: FloatRows | NDArray[np.bool_]) -> None:
    partial = path.with_suffix(".partial.npy")
    np.save(partial, rows)
    partial.replace(path)
