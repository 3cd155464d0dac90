"""Clusters of near vectors: which of them a query must look into, and their members by 8-bit codes."""

from dataclasses import dataclass
from typing import Any, Self

import faiss
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from embeddings.index.exact import Floats, Rows, inner_products

CODES_PER_RESULT = 2  # as many are compared exactly for each one wanted; 8-bit codes then lose nothing (measured)
MISSED = 0.005  # results that may be missed, as a share, when the second look ends
_NEVER = -5.0  # standard deviations: of 100,000 rows 0.03 are expected beyond
_TRAIN_PER_LIST, _TRAIN_ROUNDS = 20, 5

Bits = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """`means` (c, d) float32 and `spread` (c,) of the members around them; `list_of` (n,) int32 by position; codes.

    `members` (n,) uint32 are the rows cluster by cluster, the j-th from `starts[j]` to `starts[j + 1]`.
    """

    means: Floats
    spread: Floats
    list_of: NDArray[np.int32]
    members: NDArray[np.uint32]
    starts: Rows
    sizes: Rows
    codes: Any  # faiss.IndexIVFScalarQuantizer, ids are rows
    _every: Rows

    @classmethod
    def train(cls, vectors: Floats, rows: NDArray[np.uint32], seed: int) -> Self:
        """Clusters of unit vectors (n, d) by k-means, 2 sqrt(n) of them; the rows are the ids of the codes."""
        count, dim = vectors.shape
        lists = round(2 * count**0.5)
        chosen = np.random.default_rng(seed).permutation(count)[: _TRAIN_PER_LIST * lists]
        kmeans = faiss.Kmeans(dim, lists, niter=_TRAIN_ROUNDS, spherical=True, seed=seed + 1, min_points_per_centroid=1)
        kmeans.train(np.ascontiguousarray(vectors[np.sort(chosen)]))
        quantizer = faiss.IndexFlatIP(dim)
        quantizer.add(np.ascontiguousarray(kmeans.centroids, np.float32))
        list_of = quantizer.search(vectors, 1)[1][:, 0].astype(np.int32)
        codes = faiss.IndexIVFScalarQuantizer(
            quantizer, dim, lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT, False
        )
        codes.train(vectors)
        _add_to_lists(codes, vectors, rows, list_of)
        means, spread = _moments(vectors, list_of, lists)
        return cls.of(means, spread, list_of, rows, codes)

    @classmethod
    def of(
        cls, means: Floats, spread: Floats, list_of: NDArray[np.int32], rows: NDArray[np.uint32], codes: Any
    ) -> Self:
        """Clusters from their stored parts."""
        order = np.argsort(list_of, kind="stable")
        sizes = np.bincount(list_of, minlength=len(means)).astype(np.int64)
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        return cls(means, spread, list_of, rows[order], starts, sizes, codes, np.arange(len(means)))

    def nearness(self, query: Floats) -> Floats:
        """(c,) float32: the mean inner product of the query (d,) with the members of each cluster."""
        return inner_products(query, self.means, self._every)

    def first(self, nearness: Floats, held: Rows, need: int) -> Rows:
        """The nearest clusters that hold at least `need` kept rows, `held` (c,) by each; all if there are fewer."""
        order = np.argsort(-nearness)
        return order[: int(np.searchsorted(np.cumsum(held[order]), need)) + 1]

    def second(self, nearness: Floats, held: Floats | Rows, floor: float, reach: float, missed: float) -> Rows:
        """The clusters that must also be looked into, so that about `missed` rows scoring over `floor` stay unseen.

        The scores in a cluster are taken as normal around its mean, with its spread times the calibrated `reach`.
        """
        away = (nearness - np.float32(floor)) / (np.float32(reach) * self.spread)
        possible = np.flatnonzero((away > _NEVER) & (held > 0))
        likely = ndtr(away[possible])
        order = np.argsort(likely)
        unseen = int(np.searchsorted(np.cumsum(likely[order] * held[possible[order]]), missed))
        return possible[order[unseen:]]

    def kept_near(self, nearness: Floats, need: int, share: float, kept_bits: Bits) -> Rows:
        """The nearest clusters that hold `need` kept rows; `share` of all rows is kept and says where to begin."""
        order = np.argsort(-nearness)
        count = int(1.3 * need / (share * len(self.members) / len(order))) + 2
        held, done = 0, 0
        while done < len(order):
            some = order[done : done + count]
            total = held + np.cumsum(self._kept_in(some, kept_bits))
            if total[-1] >= need:
                return order[: done + int(np.searchsorted(total, need)) + 1]
            held, done, count = int(total[-1]), done + len(some), 2 * count
        return order

    def candidates(self, query: Floats, lists: Rows, k: int, kept_bits: Bits | None) -> Rows:
        """The k rows of these clusters that are kept and best by their codes, in no order that matters."""
        selector = None if kept_bits is None else faiss.IDSelectorBitmap(kept_bits)
        parameters = faiss.SearchParametersIVF(nprobe=len(lists), sel=selector)
        scores, rows = np.empty(k, np.float32), np.empty(k, np.int64)
        wanted, distances = np.ascontiguousarray(lists), np.zeros(len(lists), np.float32)
        pointers = [faiss.swig_ptr(array) for array in (wanted, distances, scores, rows)]
        self.codes.search_preassigned_c(1, faiss.swig_ptr(query), k, *pointers, False, parameters)
        return rows[rows >= 0]

    def _kept_in(self, lists: Rows, kept_bits: Bits) -> Rows:
        """How many members of each of these clusters are kept."""
        members = np.concatenate([self.members[self.starts[each] : self.starts[each + 1]] for each in lists])
        kept = kept_bits[members >> 3] >> (members & 7).astype(np.uint8) & 1
        total = np.concatenate([[0], np.cumsum(kept, dtype=np.int64)])
        return np.diff(total[np.cumsum(self.sizes[lists])], prepend=0)


def _moments(vectors: Floats, list_of: NDArray[np.int32], lists: int) -> tuple[Floats, Floats]:
    """The mean of each cluster and how far its members spread around it along one direction."""
    count, dim = vectors.shape
    means = np.zeros((lists, dim), np.float32)
    squares = np.zeros(lists, np.float64)
    order = np.argsort(list_of, kind="stable")
    sizes = np.bincount(list_of, minlength=lists)
    for each, positions in enumerate(np.split(order, np.cumsum(sizes)[:-1])):
        if len(positions):
            members = vectors[positions]
            means[each] = members.mean(axis=0)
            squares[each] = np.square(members - means[each]).sum() / len(members)
    overall = max(1e-6, float(squares @ sizes) / count)  # a cluster of one says nothing about its spread
    shrunk = (squares * sizes + overall) / (sizes + 1)
    return means, np.sqrt(shrunk / dim).astype(np.float32)


def _add_to_lists(codes: Any, vectors: Floats, rows: NDArray[np.uint32], list_of: NDArray[np.int32]) -> None:
    ids, lists = rows.astype(np.int64), list_of.astype(np.int64)
    codes.add_core(len(ids), faiss.swig_ptr(vectors), faiss.swig_ptr(ids), faiss.swig_ptr(lists))
