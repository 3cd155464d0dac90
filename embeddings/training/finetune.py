"""Step 4b: the table learns which texts mean the same.

Symmetric InfoNCE over the batch (van den Oord et al. 2018), cosine x 20; labelled texts by cross-entropy over the label
names; at several sizes at once, so that the first 128 numbers alone still work (Kusupati et al. 2022, "Matryoshka
Representation Learning"). Only the rows of the batch move (sparse Adam).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.encoder import FloatRows, Progress
from embeddings.training.bags import Bags
from embeddings.training.initialise import LENGTH
from embeddings.training.pairs import Pairs, Tasks


@dataclass(frozen=True, slots=True)
class Settings:
    """How the table is trained; the defaults are what ships."""

    steps: int = 800
    batch: int = 1024
    rate: float = 0.1 * LENGTH
    warm_up: float = 0.03
    last_rate: float = 0.02
    scale: float = 20.0
    sizes: tuple[tuple[int, float], ...] = ((256, 1.0), (128, 0.4), (64, 0.3))
    seed: int = 0
    keep_every: int = 200

    def rate_at(self, step: int) -> float:
        """Linear warm-up, then linear decay to `last_rate` of the peak."""
        done = (step + 1) / self.steps
        if done < self.warm_up:
            return self.rate * done / self.warm_up
        return self.rate * (1 - (1 - self.last_rate) * (done - self.warm_up) / (1 - self.warm_up))


def finetune(
    table: FloatRows, tasks: Tasks, settings: Settings, state: Path, progress: Progress | None = None
) -> FloatRows:
    """The trained table; `state` keeps it every `keep_every` steps, and a run begun before goes on from there."""
    import torch

    weights = torch.nn.Parameter(torch.from_numpy(table.copy()))
    optimizer = torch.optim.SparseAdam([weights], lr=settings.rate, betas=(0.9, 0.99))
    first = _resume(state, weights, optimizer, settings)
    for step in range(first, settings.steps):
        # A generator per step: a resumed run draws the same batches as one that was never stopped.
        rng = np.random.default_rng((settings.seed, step))
        task = tasks.pick(rng)
        pairs = task.draw(rng, task.size * settings.batch // 1024)
        optimizer.param_groups[0]["lr"] = settings.rate_at(step)
        optimizer.zero_grad()
        left = sums(weights, pairs.left.thinned(rng))
        right = sums(weights, pairs.right.thinned(rng) if pairs.symmetric else pairs.right)
        loss(left, right, pairs, settings).backward()
        optimizer.step()  # type: ignore[no-untyped-call]  # torch leaves it without types
        if progress:
            progress(step + 1, settings.steps)
        if (step + 1) % settings.keep_every == 0:
            _keep(state, step + 1, weights, optimizer, settings)
    return weights.detach().numpy()


def sums(weights: Any, bags: Bags) -> Any:
    """(n, dim) sums of the token vectors of each text; the mean has the same direction."""
    import torch

    tokens = torch.from_numpy(bags.tokens.astype(np.int64))
    return torch.nn.functional.embedding_bag(tokens, weights, torch.from_numpy(bags.ends[:-1]), mode="sum", sparse=True)


def loss(left: Any, right: Any, pairs: Pairs, settings: Settings) -> Any:
    """The weighted mean over the sizes of the cross-entropy of the right answers."""
    import torch
    from torch.nn.functional import cross_entropy, normalize

    answer = torch.from_numpy(pairs.answer)
    total, weights = torch.zeros(()), 0.0
    for size, weight in settings.sizes:
        scores = settings.scale * normalize(left[:, :size]) @ normalize(right[:, :size]).T
        value = cross_entropy(scores, answer)
        if pairs.symmetric:
            value = (value + cross_entropy(scores.T, answer)) / 2
        total, weights = total + weight * value, weights + weight
    return total / weights


def _keep(state: Path, step: int, weights: Any, optimizer: Any, settings: Settings) -> None:
    import torch

    partial = state.with_suffix(".partial")
    kept = {"step": step, "weights": weights.data, "optimizer": optimizer.state_dict(), "settings": repr(settings)}
    torch.save(kept, partial)
    partial.replace(state)


def _resume(state: Path, weights: Any, optimizer: Any, settings: Settings) -> int:
    """Takes up a kept state of the same settings; gives the step to go on with."""
    import torch

    if not state.is_file():
        return 0
    kept = torch.load(state, weights_only=True)
    if kept["settings"] != repr(settings):
        return 0
    weights.data.copy_(kept["weights"])
    optimizer.load_state_dict(kept["optimizer"])
    return int(kept["step"])
