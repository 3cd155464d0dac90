"""Generated calls for panels of any size, skewed as real pools are: popular topics with few experts.

    python -m tests.benchmarks.panels_generator --projects 10000 --experts 20000 -o big.npz [--plain]

Everything is synthetic and follows from the seed.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

TOPICS = 60
SEATS_PER_LOAD = 0.8
"""Share of the pool's load that the panels ask for."""

Arrays = dict[str, npt.NDArray[Any]]


def generate(projects: int, experts: int, seed: int = 0, plain: bool = False) -> Arrays:
    """Named arrays as ``matcher.assignment.files.arrays.problem_of`` reads them; scores (P, E) uint16 x 10,000."""
    random = np.random.default_rng(seed)
    size = random.choice([5, 7, 9], projects, p=[0.5, 0.35, 0.15]) if not plain else np.full(projects, 5)
    load = np.maximum(1, random.poisson(size.sum() / SEATS_PER_LOAD / experts, experts))
    unit = random.integers(0, max(4, experts // 6), experts)
    arrays: Arrays = {
        "scores_x10000": _scores(projects, experts, random),
        "conflict": random.random((projects, experts), dtype=np.float32) < 0.01,
        "panel_size": size.astype(np.int8),
        "expert_load": load.astype(np.int8),
    }
    if not plain:
        arrays |= {
            "expert_role": random.choice(4, experts, p=[0.58, 0.19, 0.15, 0.08]).astype(np.int8),
            "expert_level": random.choice(4, experts, p=[0.25, 0.25, 0.25, 0.25]).astype(np.int8),
            "expert_unit": unit.astype(np.int32),
            "expert_region": random.integers(0, 12, experts).astype(np.int8),
        }
    return arrays


def _scores(projects: int, experts: int, random: np.random.Generator) -> npt.NDArray[np.uint16]:
    wanted, offered = 1.0 / np.arange(1, TOPICS + 1) ** 0.8, 1.0 / np.arange(TOPICS, 0, -1) ** 0.5
    project = random.dirichlet(wanted / wanted.sum() * 4, projects).astype(np.float32)
    expert = random.dirichlet(offered / offered.sum() * 6, experts).astype(np.float32)
    project /= np.linalg.norm(project, axis=1, keepdims=True)
    expert /= np.linalg.norm(expert, axis=1, keepdims=True)
    scores = np.empty((projects, experts), dtype=np.uint16)
    for start in range(0, projects, 500):
        block = project[start : start + 500] @ expert.T
        block += random.random(block.shape, dtype=np.float32) * 0.1
        scores[start : start + 500] = np.rint(np.clip(block, 0, 1) * 10_000)
    return scores


def main() -> None:
    """Write one instance."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--projects", type=int, required=True)
    parser.add_argument("--experts", type=int, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plain", action="store_true", help="equal panels of five, loads only")
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    np.savez(options.output, **generate(options.projects, options.experts, options.seed, options.plain))


if __name__ == "__main__":
    main()
