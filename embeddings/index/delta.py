"""What changed since the last generation: a few vectors, appended and never overwritten."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from embeddings.index.exact import Floats, Rows, best, inner_products


@dataclass(frozen=True, slots=True, eq=False)
class Delta:
    """`rows` (m,) int64 ascending and the `slots` (m,) of their vectors in `store`; `used` slots are taken.

    A change gives a new Delta on the same store, so a search that began before it still sees what it began with.
    """

    rows: Rows
    slots: Rows
    store: Floats
    used: int
    held: BitMap

    @classmethod
    def empty(cls, dim: int) -> Self:
        """No changes yet."""
        nothing = np.empty(0, np.int64)
        return cls(nothing, nothing, np.empty((0, dim), np.float32), 0, BitMap())

    def put(self, rows: Rows, vectors: Floats) -> Self:
        """With these rows (n,), each once, added or replaced."""
        used = self.used + len(rows)
        store = self.store
        if used > len(store):
            store = np.empty((max(256, used, 2 * len(store)), store.shape[1]), np.float32)
            store[: self.used] = self.store[: self.used]
        store[self.used : used] = vectors
        rest = self.without(BitMap(rows.astype(np.uint32)))
        all_rows = np.concatenate([rest.rows, rows])
        all_slots = np.concatenate([rest.slots, np.arange(self.used, used)])
        order = np.argsort(all_rows)
        return type(self)(all_rows[order], all_slots[order], store, used, BitMap(all_rows.astype(np.uint32)))

    def without(self, rows: BitMap) -> Self:
        """Without these rows; their slots stay taken until the next generation."""
        gone = rows & self.held
        if not gone:
            return self
        stays = ~np.isin(self.rows, np.asarray(gone.to_array(), np.uint32))
        return type(self)(self.rows[stays], self.slots[stays], self.store, self.used, self.held - gone)

    def since(self, used: int) -> Self:
        """Only what was put after `used` slots were taken."""
        later = self.slots >= used
        if not later.any():
            return self.empty(self.store.shape[1])
        rows = self.rows[later]
        return type(self)(rows, self.slots[later], self.store, self.used, BitMap(rows.astype(np.uint32)))

    def search(self, query: Floats, k: int, kept: NDArray[np.intp] | slice) -> tuple[Floats, Rows]:
        """Scores and rows of the k best among `kept` entries."""
        return best(inner_products(query, self.store, self.slots[kept]), self.rows[kept], k)

    def vectors(self, rows: Rows) -> Floats:
        """(n, d) float32 of rows that it holds."""
        return self.store[self.slots[np.searchsorted(self.rows, rows)]]
