"""The index of one kind of vectors: an immutable generation, the changes since, and the rows removed since."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import faiss
import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyroaring import BitMap

from embeddings.errors import RowError
from embeddings.index import stored
from embeddings.index.calibrate import build
from embeddings.index.delta import Delta
from embeddings.index.exact import Floats, Rows, best, inner_products, one_thread
from embeddings.index.generation import Generation
from embeddings.index.plan import Calibration, Plan
from embeddings.index.rows import checked_rows

_LONGEST_DELTA = 5_000  # exact search over this many costs about half a millisecond


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """What one search sees: rows of `base` that are neither removed nor replaced, and all of `delta`."""

    base: Generation
    delta: Delta
    removed: BitMap

    @property
    def live(self) -> BitMap:
        return self.base.held - self.removed


class VectorIndex:
    """Inner products with unit rows of one model; safe to search while it is changed.

    `dim` is the length of a vector, `fingerprint` names the model that made them and is kept with a saved index.
    """

    def __init__(self, dim: int, fingerprint: str) -> None:
        self.dim = dim
        self.fingerprint = fingerprint
        empty = build(np.empty(0, np.uint32), np.empty((0, dim), np.float32))
        self._state = _State(empty, Delta.empty(dim), BitMap())
        self._change = threading.Lock()

    def __len__(self) -> int:
        state = self._state
        return len(state.base.rows) - len(state.removed) + len(state.delta.rows)

    @property
    def rows(self) -> BitMap:
        """The rows that have a vector."""
        state = self._state
        return state.live | state.delta.held

    @property
    def needs_merge(self) -> bool:
        """Whether the changes since the last generation have grown long enough to slow searches down."""
        state = self._state
        return len(state.delta.rows) > _LONGEST_DELTA or len(state.removed) > max(1000, len(state.base.rows) // 5)

    @property
    def calibration(self) -> tuple[Calibration, ...]:
        """Recall at 20 by share of rows kept, measured when the generation was made; empty where search is exact."""
        return self._state.base.planner.calibrations

    def put(self, rows: ArrayLike, vectors: ArrayLike) -> None:
        """Adds or replaces the vectors (n, dim) of rows (n,), each row once.

        Raises RowError if shapes differ, a row repeats or is no row, or a vector is not finite or longer than one.
        """
        numbers, values = checked_rows(rows), _checked_vectors(vectors, self.dim)
        if len(numbers) != len(values):
            raise RowError(f"{len(numbers)} rows with {len(values)} vectors; give one vector for each row.")
        if len(np.unique(numbers)) != len(numbers):
            raise RowError("A row stands twice in one put; give each row once.")
        if len(values) and float(np.square(values).sum(axis=1).max()) > 1.002:
            raise RowError("A vector is longer than 1; divide each by its length first.")
        with self._change:
            state = self._state
            replaced = BitMap(numbers.astype(np.uint32)) & state.base.held
            self._state = _State(state.base, state.delta.put(numbers, values), state.removed | replaced)

    def remove(self, rows: ArrayLike | BitMap) -> None:
        """Forgets rows; those that it does not hold are no error."""
        gone = rows if isinstance(rows, BitMap) else BitMap(checked_rows(rows).astype(np.uint32))
        with self._change:
            state = self._state
            self._state = _State(state.base, state.delta.without(gone), state.removed | (gone & state.base.held))

    def search(self, queries: ArrayLike, k: int, allowed: BitMap | None = None) -> tuple[Rows, Floats]:
        """The k best rows for each query, highest score first, equal scores by row.

        queries: (q, dim) float32; k: at least 1; allowed: rows that may be found, None for all.
        Gives rows (q, k) int64, -1 where fewer were found, and exact inner products (q, k) float32, -inf there.
        """
        if k < 1:
            raise RowError(f"k is {k}; ask for at least 1 row.")
        asked, state = _checked_vectors(queries, self.dim), self._state
        one_thread()
        kept, plan = self._base_plan(state, k, allowed)
        deltas = self._delta_entries(state, allowed)
        rows = np.full((len(asked), k), -1, np.int64)
        scores = np.full((len(asked), k), -np.inf, np.float32)
        for number, found in enumerate(state.base.search(asked, k, kept, plan) if plan.kept else ()):
            scores[number, : len(found[0])], rows[number, : len(found[1])] = found
        if deltas is not None:
            for number, query in enumerate(asked):
                new_scores, new_rows = state.delta.search(query, k, deltas)
                old = rows[number] >= 0
                all_scores = np.concatenate([scores[number, old], new_scores])
                found = best(all_scores, np.concatenate([rows[number, old], new_rows]), k)
                scores[number, : len(found[0])], rows[number, : len(found[1])] = found
        return rows, scores

    def plan(self, allowed: BitMap | None = None, k: int = 20) -> Plan:
        """How a search with this filter goes through the generation, and the recall that was measured for it."""
        return self._base_plan(self._state, k, allowed)[1]

    def scores(self, query: ArrayLike, rows: ArrayLike) -> Floats:
        """(n,) float32: the query (dim,) times the vector of each of `rows` (n,), NaN for rows without one."""
        asked = _checked_vectors(np.asarray(query, np.float32)[None], self.dim)[0]
        wanted, state = checked_rows(rows), self._state
        one_thread()
        in_delta, positions = _split(state, wanted)
        in_base = positions >= 0
        if in_base.all():
            return inner_products(asked, state.base.vectors, positions)
        scores = np.full(len(wanted), np.nan, np.float32)
        scores[in_base] = inner_products(asked, state.base.vectors, positions[in_base])
        delta_slots = state.delta.slots[np.searchsorted(state.delta.rows, wanted[in_delta])]
        scores[in_delta] = inner_products(asked, state.delta.store, delta_slots)
        return scores

    def vectors(self, rows: ArrayLike) -> Floats:
        """(n, dim) float32: the vectors of `rows` (n,). Raises RowError for a row without one."""
        return _vectors(self._state, checked_rows(rows))

    def merge(self, queries: ArrayLike | None = None, threads: int = 1, seed: int = 0) -> None:
        """Makes a new generation of all that is held; searches and changes go on meanwhile.

        queries: (q, dim) of real searches to calibrate for, own vectors if None. It takes some 15 s for 100,000 rows.
        """
        state = self._state
        rows = np.asarray((state.live | state.delta.held).to_array(), np.uint32)
        vectors = _vectors(state, rows.astype(np.int64))
        asked = None if queries is None else _checked_vectors(queries, self.dim)
        faiss.omp_set_num_threads(threads)
        try:
            base = build(rows, vectors, asked, seed)
        finally:
            one_thread()
        with self._change:
            now = self._state
            delta = now.delta.since(state.delta.used)
            self._state = _State(base, delta, base.held - (now.live | now.delta.held) | (base.held & delta.held))

    def save(self, folder: Path) -> None:
        """Writes the index into a folder; publish it with `embeddings.snapshot`."""
        state = self._state
        stored.save(folder, self.fingerprint, state.base, state.delta, state.removed)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The index in a folder, memory-mapped. Raises SnapshotError if it cannot be read."""
        fingerprint, base, delta, removed = stored.load(folder)
        index = cls(base.planner.dim, fingerprint)
        index._state = _State(base, delta, removed)
        return index

    @staticmethod
    def _base_plan(state: _State, k: int, allowed: BitMap | None) -> tuple[BitMap | None, Plan]:
        if allowed is None:
            kept = state.live if state.removed else None
        else:
            kept = (allowed & state.base.held) - state.removed
        return kept, state.base.planner.plan(len(state.base.rows) if kept is None else len(kept), k)

    @staticmethod
    def _delta_entries(state: _State, allowed: BitMap | None) -> NDArray[np.intp] | slice | None:
        if not len(state.delta.rows):
            return None
        if allowed is None:
            return slice(None)
        kept = np.asarray((allowed & state.delta.held).to_array(), np.int64)
        return np.searchsorted(state.delta.rows, kept) if len(kept) else None


def _split(state: _State, wanted: Rows) -> tuple[NDArray[np.bool_], Rows]:
    """Which of the rows are in the changes, and where the others stand in the generation, -1 if they do not count."""
    positions = state.base.find(wanted)
    if state.removed:
        positions[np.isin(wanted, np.asarray(state.removed.to_array(), np.uint32))] = -1
    in_delta = np.isin(wanted, state.delta.rows) if len(state.delta.rows) else np.zeros(len(wanted), np.bool_)
    return in_delta, positions


def _vectors(state: _State, wanted: Rows) -> Floats:
    in_delta, positions = _split(state, wanted)
    missing = ~in_delta & (positions < 0)
    if missing.any():
        raise RowError(f"Row {int(wanted[missing][0])} has no vector; put it first.")
    found = np.empty((len(wanted), state.base.vectors.shape[1]), np.float32)
    found[in_delta] = state.delta.vectors(wanted[in_delta])
    found[~in_delta] = state.base.vectors[positions[~in_delta]]
    return found


def _checked_vectors(vectors: ArrayLike, dim: int) -> Floats:
    values = np.ascontiguousarray(vectors, np.float32)
    if values.ndim != 2 or values.shape[1] != dim:
        raise RowError(f"Vectors have the shape {values.shape}; this index takes (n, {dim}).")
    if not np.isfinite(values).all():
        raise RowError("A vector has a number that is not finite; encode its text again.")
    return values
