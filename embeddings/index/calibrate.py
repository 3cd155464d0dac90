"""A new generation, and how deep its plans must look, measured on the user's own vectors.

Measured against exact search when a generation is made: for each share of rows kept, up to 200 queries under three
kinds of filter: random, whole clusters (what a sector keeps is seldom random), and whole clusters without those that
are near. Seeded: same data, same plans.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from embeddings.index.bits import row_set
from embeddings.index.clusters import MISSED, Clusters, Mask
from embeddings.index.exact import Floats, Rows, inner_products, one_thread
from embeddings.index.generation import Generation
from embeddings.index.plan import SHARES, WIDE, Calibration, Name, Plan, Planner

SMALL = 5_000  # up to here every plan is exact
_DEPTH, _MARGIN = 20, 0.997
FIRSTS = (120, 300, 600, 1200, 2400)
REACHES = (0.7, 0.85, 1.0, 1.2, 1.5, 2.0, 3.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Trial:
    """One query (d,) with a filter, the lowest score of its true best; per first look and reach, what it finds."""

    query: Floats
    kind: int
    kept: BitMap
    floor: float
    wanted: int
    found: Rows
    looked: Rows


def build(rows: NDArray[np.uint32], vectors: Floats, queries: Floats | None = None, seed: int = 0) -> Generation:
    """The generation of `vectors` (n, d) under `rows` (n,) ascending, calibrated for `queries` or own vectors."""
    count, dim = vectors.shape
    if count <= SMALL:
        return Generation.of(rows, vectors, Planner(count, dim, 0, ()), None)
    clusters = Clusters.train(vectors, rows, seed)
    one_thread()  # many small products follow
    planner = Planner(count, dim, len(clusters.means), ())
    generation = Generation.of(rows, vectors, planner, clusters)
    trials = defaultdict(list)
    for share, trial in _trials(generation, queries, np.random.default_rng(seed)):
        trials[share].append(trial)
    found = tuple(_by_clusters(generation, share, trials[share]) for share in SHARES)
    return Generation.of(rows, vectors, replace(planner, calibrations=found), clusters)


def _trials(
    generation: Generation, queries: Floats | None, random: np.random.Generator
) -> Iterator[tuple[float, _Trial]]:
    """For each query and share of rows kept, one filter and what exact search finds in it."""
    vectors, count = generation.vectors, len(generation.rows)
    amount = 200 if count <= 200_000 else 100
    own = np.sort(random.choice(count, min(amount, count), replace=False))
    asked = vectors[own] if queries is None or not len(queries) else queries[:amount]
    for start in range(0, len(asked), 20):
        block = np.ascontiguousarray(asked[start : start + 20])
        for number, scores in enumerate(block @ vectors.T, start):
            itself = int(own[number]) if queries is None or not len(queries) else None
            for share in SHARES:
                kind = number % 3 if share < 1 else 0
                kept = _kept(generation, block[number - start], share, kind, random)
                if itself is not None:
                    kept[itself] = False
                if kept.any():
                    yield share, _trial(generation, block[number - start], kind, scores, np.flatnonzero(kept))


def _kept(generation: Generation, query: Floats, share: float, kind: int, random: np.random.Generator) -> Mask:
    """(n,) bool, by position: `share` of the rows, at random (0), by clusters (1), or by clusters not near (2)."""
    clusters, count = generation.clusters, len(generation.rows)
    assert clusters is not None
    if kind == 0:
        return random.random(count, np.float32) < share
    order = random.permutation(len(clusters.means))
    if kind == 2:
        near = np.zeros(len(order), np.bool_)
        near[np.argsort(-clusters.nearness(query))[: len(order) // 20]] = True
        order = order[np.argsort(near[order], kind="stable")]
    chosen = np.zeros(len(order), np.bool_)
    chosen[order[: int(np.searchsorted(np.cumsum(clusters.sizes[order]), share * count)) + 1]] = True
    return chosen[clusters.list_of]


def _trial(generation: Generation, query: Floats, kind: int, scores: Floats, kept: Rows) -> _Trial:
    clusters = generation.clusters
    assert clusters is not None
    wanted = min(_DEPTH, len(kept))
    kept_scores, lists = scores[kept], clusters.list_of[kept]
    true = kept[np.argpartition(-kept_scores, wanted - 1)[:wanted]]
    floor = float(inner_products(query, generation.vectors, true).min())
    held = np.bincount(lists, minlength=len(clusters.means))
    nearness = clusters.nearness(query)
    far = np.full(len(held), len(FIRSTS), np.int8)  # the first look that sees a cluster
    for number, first in reversed(list(enumerate(FIRSTS))):
        far[clusters.first(nearness, held, first)] = number
    kept_far = far[lists]
    found, looked = [], []
    for number in range(len(FIRSTS)):
        near = far <= number
        seen = kept_scores[kept_far <= number]
        first_floor = float(np.partition(seen, -wanted)[-wanted]) if len(seen) >= wanted else -1.0
        for reach in REACHES:
            chosen = near.copy()
            chosen[clusters.second(nearness, held * ~near, first_floor, reach, MISSED * _DEPTH)] = True
            found.append(np.count_nonzero(chosen[clusters.list_of[true]]))
            looked.append(held[chosen].sum())
    rows = np.zeros(int(generation.rows[-1]) + 1, np.bool_)
    rows[generation.rows[kept]] = True
    return _Trial(query, kind, row_set(rows), floor, wanted, np.array(found), np.array(looked))


def _by_clusters(generation: Generation, share: float, trials: Sequence[_Trial]) -> Calibration:
    """The steps that look at the fewest rows and find enough under each kind of filter, and their recall in earnest."""
    recalls = [
        np.sum([trial.found for trial in trials if trial.kind == kind], axis=0)
        / sum(trial.wanted for trial in trials if trial.kind == kind)
        for kind in {trial.kind for trial in trials}
    ]
    looked = np.array([trial.looked for trial in trials])
    enough = np.min(recalls, axis=0) >= _MARGIN
    chosen = int(np.argmin(np.where(enough, looked.mean(axis=0), np.inf))) if enough.any() else len(enough) - 1
    first, reach = FIRSTS[chosen // len(REACHES)], REACHES[chosen % len(REACHES)]
    need = int(np.median(looked[:, chosen]))
    name: Name = "codes" if share >= WIDE else "lists"
    plan = Plan(name, 0, need, first, reach, 0.0, 0.0)
    return Calibration(share, first, reach, need, _recall(generation, plan, trials))


def _recall(generation: Generation, plan: Plan, trials: Sequence[_Trial]) -> float:
    hits = 0
    for trial in trials:
        of_trial = replace(plan, kept=len(trial.kept))
        scores, _ = next(generation.search(trial.query[None], _DEPTH, trial.kept, of_trial))
        hits += int(np.count_nonzero(scores >= trial.floor))
    return hits / sum(trial.wanted for trial in trials)
