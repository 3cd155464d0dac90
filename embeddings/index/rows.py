"""Row numbers from outside, checked; and runs of places."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embeddings.errors import RowError


def checked_rows(rows: ArrayLike) -> NDArray[np.int64]:
    """(n,) int64: the rows. Raises RowError unless they are a flat list of whole numbers from 0 to 4294967295."""
    numbers = np.asarray(rows)
    if numbers.ndim != 1 or (numbers.dtype.kind not in "iu" and len(numbers)):
        raise RowError(
            f"Rows have the shape {numbers.shape} and type {numbers.dtype}; give a flat list of whole numbers."
        )
    if len(numbers) and (int(numbers.min()) < 0 or int(numbers.max()) > 0xFFFFFFFF):
        raise RowError(f"Rows reach from {numbers.min()} to {numbers.max()}; a row is between 0 and 4294967295.")
    return numbers.astype(np.int64)


def ranges(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """start, start + 1, … of each range, one range after the other."""
    ends = np.cumsum(sizes)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - ends + sizes, sizes)
