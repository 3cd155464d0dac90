"""The sentences of a text as vectors: which of them carries a similarity.

    store = PassageStore(dim=256, fingerprint=encoder.fingerprint)
    store.put(row, vectors)                      # (p, dim), one per passage, in the order of the passages
    scores, which = store.best(query, rows)      # best passage of each row and its number

Half precision: two texts of a pair are told apart in the third digit, float16 keeps more than three.
"""

import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyroaring import BitMap

from embeddings.errors import RowError, SnapshotError
from embeddings.index.rows import checked_rows, ranges

_HEAD, _FORMAT = "passages.json", 1
Halves = NDArray[np.float16]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """`rows` (n,) ascending; the passages of the i-th are `passages[starts[i] : starts[i + 1]]`."""

    rows: NDArray[np.uint32]
    starts: NDArray[np.int64]
    passages: Halves

    def spans(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where the passages of rows (n,) start, and how many there are; 0 for rows it does not hold."""
        if not len(self.rows):
            return np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
        places = np.minimum(np.searchsorted(self.rows, rows.astype(np.uint32)), len(self.rows) - 1)
        held = self.rows[places] == rows
        return self.starts[places], np.where(held, self.starts[places + 1] - self.starts[places], 0)

    def held(self, changed: Mapping[int, Halves | None]) -> BitMap:
        """The rows that are here after the changes."""
        gone = BitMap([row for row, vectors in changed.items() if vectors is None])
        return (BitMap(self.rows) | BitMap(list(changed))) - gone

    def read(self, changed: Mapping[int, Halves | None], row: int) -> Halves:
        """The passages of a row, after the changes."""
        if row in changed:
            found = changed[row]
            return self.passages[:0] if found is None else found
        starts, sizes = self.spans(np.array([row]))
        return self.passages[starts[0] : starts[0] + sizes[0]]


class PassageStore:
    """For each row (p, dim) float16 unit rows, p at least 0; one memory-mapped table and the changes since."""

    def __init__(self, dim: int, fingerprint: str) -> None:
        self.dim = dim
        self.fingerprint = fingerprint
        self._table = _Table(np.empty(0, np.uint32), np.zeros(1, np.int64), np.empty((0, dim), np.float16))
        self._changed: dict[int, Halves | None] = {}  # None: removed. Read before the table: a merge swaps it last
        self._change = threading.Lock()

    @property
    def rows(self) -> BitMap:
        """The rows that have passages here."""
        changed = dict(self._changed)
        return self._table.held(changed)

    def __len__(self) -> int:
        return len(self.rows)

    def put(self, row: int, vectors: ArrayLike) -> None:
        """Adds or replaces the passages (p, dim) of a row. Raises RowError if they do not fit or are not finite."""
        self.put_many({row: vectors})

    def put_many(self, passages: Mapping[int, ArrayLike]) -> None:
        """Adds or replaces the passages of many rows, all or none."""
        checked_rows(list(passages))
        new: dict[int, Halves | None] = {row: self._checked(row, vectors) for row, vectors in passages.items()}
        with self._change:
            self._changed.update(new)

    def remove(self, rows: Iterable[int]) -> None:
        """Forgets rows; those that it does not hold are no error."""
        with self._change:
            self._changed.update(dict.fromkeys(rows))

    def of(self, row: int) -> Halves:
        """(p, dim) float16: the passages of a row, none if it is not held."""
        changed = self._changed
        return self._table.read(changed, row)

    def best(self, query: ArrayLike, rows: ArrayLike) -> tuple[Floats, NDArray[np.int64]]:
        """The best inner product (n,) float32 of the query (dim,) with a passage of each row (n,), and its number.

        A row without passages has NaN and -1; of equal passages the first is given.
        """
        asked = np.asarray(query, np.float32)
        if asked.shape != (self.dim,):
            raise RowError(f"The query has the shape {asked.shape}; this store takes ({self.dim},).")
        wanted, changed = checked_rows(rows), self._changed
        table = self._table
        scores, which = np.full(len(wanted), np.nan, np.float32), np.full(len(wanted), -1, np.int64)
        fresh = np.isin(wanted, np.fromiter(changed, np.int64)) if changed else np.zeros(len(wanted), bool)
        starts, sizes = table.spans(wanted[~fresh])
        _fill(scores, which, np.flatnonzero(~fresh), sizes, table.passages[ranges(starts, sizes)], asked)
        passages = [table.read(changed, row) for row in wanted[fresh].tolist()]
        if passages:
            lengths = np.array([len(each) for each in passages], np.int64)
            _fill(scores, which, np.flatnonzero(fresh), lengths, np.concatenate(passages), asked)
        return scores, which

    def merge(self) -> None:
        """Makes one table of all that is held, so that many rows are compared at once."""
        with self._change:
            self._table = self._joined()
            self._changed = {}

    def save(self, folder: Path) -> None:
        """Writes one table with all changes into a folder; publish it with `embeddings.snapshot`."""
        folder.mkdir(parents=True, exist_ok=True)
        table = self._joined()
        head = {"format": _FORMAT, "dim": self.dim, "fingerprint": self.fingerprint}
        (folder / _HEAD).write_text(json.dumps(head), "utf-8")
        np.save(folder / "rows.npy", table.rows)
        np.save(folder / "starts.npy", table.starts)
        np.save(folder / "passages.npy", table.passages)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The store in a folder, memory-mapped. Raises SnapshotError if it cannot be read."""
        try:
            head = json.loads((folder / _HEAD).read_text("utf-8"))
            store = cls(int(head["dim"]), str(head["fingerprint"]))
            rows, starts = np.load(folder / "rows.npy"), np.load(folder / "starts.npy")
            store._table = _Table(rows, starts, np.load(folder / "passages.npy", mmap_mode="r").view(np.ndarray))
            fits = head["format"] == _FORMAT and len(starts) == len(rows) + 1
            fits = fits and store._table.passages.shape == (starts[-1], store.dim)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SnapshotError(f"{folder}: these passages cannot be read ({error}); rebuild them.") from error
        if not fits:
            raise SnapshotError(f"{folder}: files of these passages do not fit each other; rebuild them.")
        return store

    def _joined(self) -> _Table:
        """One table with all changes."""
        changed = dict(self._changed)
        table = self._table
        rows = np.asarray(table.held(changed).to_array(), np.uint32)
        passages = [table.read(changed, row) for row in rows.tolist()]
        starts = np.cumsum([0, *map(len, passages)])
        return _Table(rows, starts, np.concatenate([*passages, np.empty((0, self.dim), np.float16)]))

    def _checked(self, row: int, vectors: ArrayLike) -> Halves:
        values = np.asarray(vectors, np.float16)
        if values.ndim != 2 or values.shape[1] != self.dim or not np.isfinite(values).all():
            raise RowError(
                f"Row {row}: passages of shape {values.shape}; give finite vectors of shape (p, {self.dim})."
            )
        return values


def _fill(
    scores: Floats,
    which: NDArray[np.int64],
    into: NDArray[np.int64],
    sizes: NDArray[np.int64],
    table: Halves,
    asked: Floats,
) -> None:
    """Writes the best product of each span of `table` and its number to the places `into`; nothing for empty spans."""
    full = np.flatnonzero(sizes)
    if not len(full):
        return
    products = table.astype(np.float32) @ asked
    starts = (np.cumsum(sizes) - sizes)[full]
    best = np.maximum.reduceat(products, starts)
    hits = np.flatnonzero(products == np.repeat(best, sizes[full]))
    scores[into[full]] = best
    which[into[full]] = hits[np.searchsorted(hits, starts)] - starts
