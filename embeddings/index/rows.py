"""Row numbers from outside, checked."""

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
