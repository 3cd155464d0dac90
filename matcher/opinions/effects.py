"""Severe and lenient experts: an additive model with shrinkage.

score = project + expert + noise, where the expert's effect is shrunk to zero by the reliability of what the expert
has given: the best linear unbiased prediction of a two-way random-effects model (Henderson's mixed-model equations),
with the variances estimated by restricted moments. With few opinions it stays near the plain mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ROUNDS = 100
TIGHT = 1e-10


@dataclass(frozen=True, eq=False)
class Effects:
    """Per project the corrected mean, the plain mean and the standard error; per expert the severity (negative:
    severe), all in score units; ``noise`` is the standard deviation between opinions that neither explains."""

    corrected: Floats
    plain: Floats
    error: Floats
    expert: Floats
    noise: float


def fit(project: Ints, expert: Ints, score: Floats, n_projects: int, n_experts: int) -> Effects:
    """The effects behind a list of opinions: positions of project and expert, and the score (n,) of each.

    Projects without an opinion are NaN. Variances by expectation maximisation from fixed starts, so the same opinions
    give the same numbers.
    """
    counts = np.bincount(project, minlength=n_projects)
    with np.errstate(invalid="ignore"):
        plain = np.bincount(project, score, n_projects) / counts
    spread = float(np.var(score)) if len(score) > 1 else 0.0
    if spread <= 0 or len(score) < 3:
        none = np.zeros(n_experts)
        return Effects(
            plain.copy(),
            plain,
            np.where(counts > 0, np.sqrt(spread / np.maximum(counts, 1)), np.nan),
            none,
            np.sqrt(spread),
        )
    noise, leniency = spread / 2, spread / 4
    seated = np.flatnonzero(counts)
    place = np.full(n_projects, -1)
    place[seated] = np.arange(len(seated))
    rows = place[project]
    size, extra = len(seated), n_experts
    design = np.zeros((len(score), size + extra))
    design[np.arange(len(score)), rows] = 1.0
    design[np.arange(len(score)), size + expert] = 1.0
    gram, target = design.T @ design, design.T @ score
    for _ in range(ROUNDS):
        ridge = np.concatenate([np.zeros(size), np.full(extra, noise / max(leniency, 1e-12))])
        inverse = np.linalg.inv(gram + np.diag(ridge))
        effects = inverse @ target
        of_expert = effects[size:]
        rest = score - design @ effects
        new_leniency = float((of_expert @ of_expert + noise * np.trace(inverse[size:, size:])) / extra)
        new_noise = float(rest @ score) / max(1, len(score) - size)
        done = abs(new_noise - noise) + abs(new_leniency - leniency) < TIGHT * spread
        noise, leniency = max(new_noise, 1e-9 * spread), max(new_leniency, 1e-9 * spread)
        if done:
            break
    corrected, error = np.full(n_projects, np.nan), np.full(n_projects, np.nan)
    corrected[seated] = effects[:size]
    error[seated] = np.sqrt(np.maximum(noise * np.diag(inverse)[:size], 0.0))
    return Effects(corrected, plain, error, of_expert, float(np.sqrt(noise)))
