"""Values between the distinct tuples of two columns, and how pairs of rows read them."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.columns.interned import Interned

Between = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[Any]]
"""(a,) and (b,) distinct codes -> (a, b) values, each >= 0."""

_CELLS = 1 << 22
"""How many values are held at once while tuples are reduced: 16 MB of float32."""


def between_tuples(one: Interned, other: Interned, between: Between, dtype: np.dtype[Any]) -> NDArray[Any]:
    """The largest value between any code of one tuple and any of the other: (one.count, other.count), -1 if unknown.

    A tuple that is unknown or empty has no code, so nothing is known about it.
    """
    codes_one, places_one = np.unique(one.flat, return_inverse=True)
    codes_other, places_other = np.unique(other.flat, return_inverse=True)
    values = np.full((len(codes_one), len(codes_other)), -1, dtype)
    known_one, known_other = codes_one >= 0, codes_other >= 0
    if known_one.any() and known_other.any():
        values[np.ix_(known_one, known_other)] = between(codes_one[known_one], codes_other[known_other])
    result = np.empty((one.count, other.count), dtype)
    step = max(1, _CELLS // max(1, len(places_other)))
    ends = np.append(one.starts[1:], len(one.flat))
    first = 0
    while first < one.count:
        start = int(one.starts[first])
        last = max(first + 1, int(np.searchsorted(ends, start + step, side="right")))
        rows = values[places_one[start : int(ends[last - 1])]]
        rows = np.maximum.reduceat(rows, one.starts[first:last] - start, axis=0)
        result[first:last] = np.maximum.reduceat(rows[:, places_other], other.starts, axis=1)
        first = last
    return result


def share_a_code(one: Interned, other: Interned) -> NDArray[np.int8]:
    """Whether two tuples have a code in common: (one.count, other.count) int8 0 or 1; -1 where a tuple is unknown."""
    known_one = one.flat[one.starts] != -1
    known_other = other.flat[other.starts] != -1
    result = np.where(known_one[:, None] & known_other[None, :], np.int8(0), np.int8(-1))
    owner_one, owner_other = _owners(one), _owners(other)
    common = np.intersect1d(one.flat, other.flat)
    for code in common[common >= 0]:
        result[np.ix_(owner_one[one.flat == code], owner_other[other.flat == code])] = 1
    return result


def _owners(column: Interned) -> NDArray[np.int64]:
    """For each place of `flat`, the number of its tuple."""
    return np.repeat(np.arange(column.count), np.diff(column.starts, append=len(column.flat)))


Block = Callable[[slice, slice], NDArray[Any]]
"""Rows of projects and rows of offers -> the values of these pairs, (m, n) or a shape that broadcasts to it."""


def gathered(table: NDArray[Any], rows: NDArray[np.int32], columns: NDArray[np.int32]) -> Block:
    """Reads `table[rows[i], columns[j]]` block by block; rows of one distinct tuple give a (1, n) block."""
    if table.shape[0] == 1 or len(rows) == 1:
        line = table[int(rows[0]) if len(rows) else 0]
        return lambda _, j: line.take(columns[j])[None, :]
    if table.shape[1] == 1 or len(columns) == 1:
        line = np.ascontiguousarray(table[:, int(columns[0]) if len(columns) else 0])
        return lambda i, _: line.take(rows[i])[:, None]
    flat, width = table.ravel(), table.shape[1]

    def block(i: slice, j: slice) -> NDArray[Any]:
        places = (rows[i].astype(np.int64) * width)[:, None] + columns[j]
        values: NDArray[Any] = flat.take(places)
        return values

    return block
