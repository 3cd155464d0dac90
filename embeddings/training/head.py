"""Step 6b: one matrix and four means after e5, trained on its stored rows with the same kinds of pairs as the table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import FloatRows, Progress
from embeddings.head import Head, place
from embeddings.training.bags import Ints
from embeddings.training.corpus import Corpus

Rng = np.random.Generator
_ROLE = {"zh_abstract": "document", "abstract": "document", "summary": "document"}


@dataclass(frozen=True, slots=True)
class HeadSettings:
    """How the head is trained; the defaults are what ships."""

    steps: int = 600
    batch: int = 1024
    rate: float = 1e-3
    dropout: float = 0.1
    scale: float = 20.0
    penalty: float = 1e-3
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Rows:
    """e5's rows of the texts under one key: (n, 384), the mean that belongs to each (n,), and which are not empty."""

    rows: FloatRows
    mean: Ints

    @property
    def filled(self) -> NDArray[np.bool_]:
        """Whether each text was there."""
        return np.asarray(self.rows.any(axis=1), bool)

    def take(self, chosen: Ints) -> "Rows":
        """These texts, in this order."""
        return Rows(self.rows[chosen], self.mean[chosen])


@dataclass(frozen=True, slots=True)
class Batch:
    """Text i on the left belongs to text `answer[i]` on the right."""

    left: Rows
    right: Rows
    answer: Ints
    symmetric: bool = True


Draw = Callable[[Rng, int], Batch]


def read_rows(folder: Path) -> dict[str, Rows]:
    """The rows that `encode_head_texts` stored, by key."""
    rows = {}
    for path in sorted(folder.glob("*.language.npy")):
        key = path.name.removesuffix(".language.npy")
        rows[key] = Rows(np.load(folder / f"{key}.npy"), place(_ROLE.get(key, "query"), np.load(path)))
    return rows


def head_tasks(rows: dict[str, Rows], corpus: Corpus) -> list[tuple[float, Draw]]:
    """Weight and draw of every kind of pair; those of the machine-written summaries only if the corpus has them."""
    names = sorted(corpus.disciplines())
    fields = np.array([names.index(r.discipline) if r.discipline else -1 for r in corpus.chinese_papers()])
    tasks = [
        (1.5, _pairs(rows["zh_title"], rows["zh_abstract"])),
        (0.3, _pairs(rows["zh_keywords"], rows["zh_abstract"])),
        (1.0, _pairs(rows["title"], rows["abstract"])),
        (0.7, _pairs(rows["word"], rows["gloss"])),
        (1.5, _labels(rows["zh_abstract"], fields, (rows["field_zh"], rows["field_en"]))),
    ]
    if corpus.summaries:
        tasks += [
            (1.0, _pairs(rows["title"], rows["summary"])),
            (1.0, _pairs(rows["tldr"], rows["abstract"])),
            (1.0, _pairs(rows["tldr"], rows["summary"])),
            (1.0, _mixed((rows["title"], rows["tldr"]), (rows["abstract"], rows["summary"]))),
        ]
    return tasks


def _pairs(left: Rows, right: Rows) -> Draw:
    return _mixed((left,), (right,))


def _mixed(lefts: Sequence[Rows], rights: Sequence[Rows]) -> Draw:
    """Each pair takes its left and its right text from one of several, so that language is no cue."""
    usable = np.flatnonzero(np.all([rows.filled for rows in (*lefts, *rights)], axis=0))

    def draw(rng: Rng, size: int) -> Batch:
        chosen = rng.choice(usable, min(size, len(usable)), replace=False)
        sides = [_one_of([rows.take(chosen) for rows in side], rng) for side in (lefts, rights)]
        return Batch(sides[0], sides[1], np.arange(len(chosen)))

    return draw


def _one_of(choices: Sequence[Rows], rng: Rng) -> Rows:
    which, row = rng.integers(0, len(choices), len(choices[0].rows)), np.arange(len(choices[0].rows))
    return Rows(np.stack([c.rows for c in choices])[which, row], np.stack([c.mean for c in choices])[which, row])


def _labels(texts: Rows, fields: Ints, names: Sequence[Rows]) -> Draw:
    usable = np.flatnonzero(fields >= 0)

    def draw(rng: Rng, size: int) -> Batch:
        chosen = rng.choice(usable, min(size, len(usable)), replace=False)
        return Batch(texts.take(chosen), names[int(rng.integers(len(names)))], fields[chosen], symmetric=False)

    return draw


def starting_means(rows: dict[str, Rows]) -> FloatRows:
    """(4, 384): the mean row of each role and language over everything that was encoded."""
    filled = [(part.rows[part.filled], part.mean[part.filled]) for part in rows.values()]
    every, means = np.concatenate([r for r, _ in filled]), np.concatenate([m for _, m in filled])
    return np.stack([every[means == k].mean(axis=0) for k in range(4)]).astype(np.float32)


def train_head(
    rows: dict[str, Rows], tasks: Sequence[tuple[float, Draw]], settings: HeadSettings, progress: Progress | None = None
) -> Head:
    """The head after `settings.steps` batches; it takes seconds, so it always begins anew."""
    import torch

    torch.manual_seed(settings.seed)
    start = starting_means(rows)
    weight = torch.nn.Parameter(torch.eye(start.shape[1]))
    means = torch.nn.Parameter(torch.from_numpy(start))
    optimizer = torch.optim.Adam([weight, means], lr=settings.rate)
    chances = np.array([chance for chance, _ in tasks])
    for step in range(settings.steps):
        rng = np.random.default_rng((settings.seed, step))
        _, draw = tasks[int(rng.choice(len(tasks), p=chances / chances.sum()))]
        batch = draw(rng, settings.batch)
        left, right = (_turned(side, weight, means, settings.dropout) for side in (batch.left, batch.right))
        value = _loss(left, right, batch, settings.scale)
        value = value + settings.penalty * (weight - torch.eye(len(weight))).square().sum()
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        if progress:
            progress(step + 1, settings.steps)
    return Head(weight.detach().numpy(), means.detach().numpy())


def _turned(side: Rows, weight: Any, means: Any, dropout: float) -> Any:
    import torch
    from torch.nn.functional import dropout as dropped
    from torch.nn.functional import normalize

    centred = normalize(torch.from_numpy(side.rows) - means[torch.from_numpy(side.mean)])
    return normalize(dropped(centred, dropout) @ weight.T)


def _loss(left: Any, right: Any, batch: Batch, scale: float) -> Any:
    import torch
    from torch.nn.functional import cross_entropy

    scores, answer = scale * left @ right.T, torch.from_numpy(batch.answer)
    value = cross_entropy(scores, answer)
    return (value + cross_entropy(scores.T, answer)) / 2 if batch.symmetric else value


def write_head(path: Path, head: Head) -> None:
    """Writes the head as safetensors, whole or not at all."""
    from safetensors.numpy import save_file

    partial = path.with_suffix(".partial")
    save_file({"means": head.means, "weight": head.weight}, str(partial))
    partial.chmod(0o644)
    partial.replace(path)
