"""A column of tuples in which each distinct tuple is stored once.

Sector sets, region lists and the like repeat: a thousand different ones serve a million records. What depends on them
is computed once per distinct tuple and gathered by `index`.
"""

from collections.abc import Iterable, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

UNKNOWN, EMPTY = -1, -2
"""What stands in `flat` for a tuple that is unknown, and for one that is known and empty."""

Tuple = tuple[int, ...]


class Interned:
    """Row -> tuple of whole numbers >= 0, or None.

    index: (n,) int32, the distinct tuple of each row; 0 is "unknown".
    flat: int64, the distinct tuples one after the other, each at least one long (UNKNOWN or EMPTY stand in).
    starts: (count,) int64, where each distinct tuple begins in `flat`.
    """

    def __init__(self, values: Iterable[Tuple | None] = ()) -> None:
        self.index: NDArray[np.int32] = np.zeros(0, np.int32)
        self._flat: NDArray[np.int64] = np.array([UNKNOWN], np.int64)
        self._starts: NDArray[np.int64] = np.zeros(1, np.int64)
        self._numbers: dict[Tuple | None, int] | None = None
        self._added: list[Tuple | None] = []
        values = list(values)
        self.grow(len(values))
        self.put(np.arange(len(values)), values)

    @classmethod
    def of_arrays(cls, index: NDArray[np.int32], flat: NDArray[np.int64], starts: NDArray[np.int64]) -> Self:
        """The column whose arrays these are (see the class)."""
        column = cls.__new__(cls)
        column.index, column._flat, column._starts = index, flat, starts
        column._numbers, column._added = None, []
        return column

    def __len__(self) -> int:
        return len(self.index)

    @property
    def flat(self) -> NDArray[np.int64]:
        """The distinct tuples one after the other."""
        self._flush()
        return self._flat

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where each distinct tuple begins."""
        self._flush()
        return self._starts

    @property
    def count(self) -> int:
        """How many distinct tuples there are."""
        return len(self._starts) + len(self._added)

    def grow(self, n: int) -> None:
        """Makes room for n rows; new ones are unknown."""
        if n > len(self.index):
            self.index = np.concatenate([self.index, np.zeros(n - len(self.index), np.int32)])

    def put(self, rows: NDArray[np.integer], values: Sequence[Tuple | None]) -> None:
        """Sets the tuples of some rows, which exist."""
        numbers = self._numbering()
        found = np.empty(len(values), np.int32)
        for place, value in enumerate(values):
            number = numbers.get(value)
            if number is None:
                number = numbers[value] = self.count
                self._added.append(value)
            found[place] = number
        self.index[rows] = found

    def take(self, rows: NDArray[np.integer]) -> "Interned":
        """The column of some rows, with the distinct tuples that they need."""
        index = self.index[rows]
        if len(index) * 2 > self.count:
            return Interned.of_arrays(index, self.flat, self.starts)
        used, inverse = np.unique(np.append(index, 0), return_inverse=True)
        ends = np.append(self.starts[1:], len(self.flat))
        lengths = ends[used] - self.starts[used]
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        places = np.repeat(self.starts[used] - starts, lengths) + np.arange(lengths.sum())
        return Interned.of_arrays(inverse[:-1].astype(np.int32), self.flat[places], starts)

    def value(self, row: int) -> Tuple | None:
        """The tuple of a row; None where unknown."""
        return self._decoded(int(self.index[row]))

    def matrix(self, width: int) -> NDArray[np.int64]:
        """The distinct tuples, all of `width` or unknown, as (count, width); unknown ones are UNKNOWN throughout."""
        lengths = np.diff(self.starts, append=len(self.flat))
        table = np.full((self.count, width), UNKNOWN, np.int64)
        known = lengths == width if width > 1 else np.ones(self.count, np.bool_)
        table[known] = self.flat[self.starts[known][:, None] + np.arange(width)]
        return table

    def _decoded(self, number: int) -> Tuple | None:
        start = int(self.starts[number])
        end = int(self.starts[number + 1]) if number + 1 < self.count else len(self.flat)
        if self.flat[start] == UNKNOWN:
            return None
        return () if self.flat[start] == EMPTY else tuple(map(int, self.flat[start:end]))

    def _numbering(self) -> dict[Tuple | None, int]:
        if self._numbers is None:
            self._numbers = {self._decoded(number): number for number in range(self.count)}
        return self._numbers

    def _flush(self) -> None:
        """Brings the tuples added since the last look into `flat`."""
        if not self._added:
            return
        stored = [value or (EMPTY,) for value in self._added]
        lengths = np.fromiter(map(len, stored), np.int64, len(stored))
        self._starts = np.concatenate([self._starts, len(self._flat) + np.cumsum(lengths) - lengths])
        self._flat = np.concatenate([self._flat, np.fromiter((c for v in stored for c in v), np.int64, lengths.sum())])
        self._added = []
