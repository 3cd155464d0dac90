"""An immutable set of vectors and the fastest ways through it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from embeddings.index.bits import packed_bits
from embeddings.index.clusters import CODES_PER_RESULT, MISSED, Bits, Clusters
from embeddings.index.exact import Floats, Rows, best, inner_products
from embeddings.index.plan import Plan, Planner

Found = tuple[Floats, Rows]


@dataclass(frozen=True, slots=True, eq=False)
class Generation:
    """`rows` (n,) uint32 ascending and their `vectors` (n, d) float32; clusters where they pay."""

    rows: NDArray[np.uint32]
    vectors: Floats
    planner: Planner
    clusters: Clusters | None
    held: BitMap
    position_of: NDArray[np.int32] | None  # by row, where that table stays small

    @classmethod
    def of(cls, rows: NDArray[np.uint32], vectors: Floats, planner: Planner, clusters: Clusters | None) -> "Generation":
        """A generation from its parts."""
        table = None
        if len(rows) and int(rows[-1]) < 16 * len(rows) + 65536:
            table = np.full(int(rows[-1]) + 1, -1, np.int32)
            table[rows] = np.arange(len(rows), dtype=np.int32)
        return cls(rows, vectors, planner, clusters, BitMap(rows), table)

    def positions(self, rows: NDArray[np.uint32] | Rows) -> Rows:
        """Where rows that it holds stand in `vectors`."""
        if self.position_of is not None:
            return self.position_of[rows].astype(np.int64)
        return np.searchsorted(self.rows, rows)

    def find(self, rows: Rows) -> Rows:
        """Where rows stand in `vectors`, -1 for those that it does not hold."""
        if not len(self.rows):
            return np.full(len(rows), -1, np.int64)
        known = np.minimum(rows, int(self.rows[-1]))
        if self.position_of is not None:
            return np.where(known == rows, self.position_of[known], -1).astype(np.int64)
        positions = np.searchsorted(self.rows, known)
        return np.where(self.rows[positions] == rows, positions, -1)

    def search(self, queries: Floats, k: int, kept: BitMap | None, plan: Plan) -> Iterator[Found]:
        """Scores and rows per query (d,), at most k, best first, among `kept` (rows it holds; None is all of them)."""
        search = self._search_of(k, kept, plan)
        for query in queries:
            yield search(query)

    def _search_of(self, k: int, kept: BitMap | None, plan: Plan) -> Callable[[Floats], Found]:
        """The plan made ready for many queries: what depends only on the filter is done once."""
        if plan.name == "codes":
            bits = None if kept is None else packed_bits(kept, (int(self.rows[-1]) >> 3) + 1)
            return lambda query: self._by_codes(query, k, plan, bits)
        rows = np.asarray(self.rows if kept is None else kept.to_array(), np.int64)
        positions = self.positions(rows)
        if plan.name == "exact" or self.clusters is None:
            return lambda query: best(inner_products(query, self.vectors, positions), rows, k)
        lists = self.clusters.list_of[positions]
        held = np.bincount(lists, minlength=len(self.clusters.means))
        return lambda query: self._by_lists(query, k, plan, rows, positions, lists, held)

    def _by_lists(
        self, query: Floats, k: int, plan: Plan, rows: Rows, positions: Rows, lists: NDArray[np.int32], held: Rows
    ) -> Found:
        clusters = self.clusters
        assert clusters is not None
        nearness = clusters.nearness(query)
        near = np.zeros(len(held), np.bool_)
        near[clusters.first(nearness, held, plan.first)] = True
        chosen = near[lists]
        found = best(inner_products(query, self.vectors, positions[chosen]), rows[chosen], k)
        if len(found[0]) < k:
            return found
        further = np.zeros(len(held), np.bool_)
        further[clusters.second(nearness, held * ~near, found[0][-1], plan.reach, MISSED * k)] = True
        chosen = (further & ~near)[lists]
        scores = inner_products(query, self.vectors, positions[chosen])
        return best(np.concatenate([found[0], scores]), np.concatenate([found[1], rows[chosen]]), k)

    def _by_codes(self, query: Floats, k: int, plan: Plan, bits: Bits | None) -> Found:
        clusters = self.clusters
        assert clusters is not None
        nearness = clusters.nearness(query)
        share = plan.kept / len(self.rows)
        if bits is None:
            first = clusters.first(nearness, clusters.sizes, plan.first)
        else:
            first = clusters.kept_near(nearness, plan.first, share, bits)
        found = self._exactly(query, clusters.candidates(query, first, CODES_PER_RESULT * k, bits), k)
        if len(found[0]) < k:
            return found
        held = clusters.sizes * share
        held[first] = 0
        further = clusters.second(nearness, held, found[0][-1], plan.reach, MISSED * k)
        if not len(further):
            return found
        scores, rows = self._exactly(query, clusters.candidates(query, further, CODES_PER_RESULT * k, bits), k)
        return best(np.concatenate([found[0], scores]), np.concatenate([found[1], rows]), k)

    def _exactly(self, query: Floats, rows: Rows, k: int) -> Found:
        return best(inner_products(query, self.vectors, self.positions(rows)), rows, k)
