"""Dense and lexical similarity as one number: cosine + w * BM25n.

    fuse(cosines, bm25n, weight=0.5)                -> one score for each row

Both parts are taken for every candidate, also for one that only the other search found. The sum keeps its scale, so a
query that shares no word with any text is ranked by the cosine alone; fusing by rank would rank noise there (English
mandate against Chinese texts, nDCG@10: this sum .713, reciprocal ranks .436).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embeddings.errors import RowError
from embeddings.presets import PRESETS

WEIGHT = 0.5
"""For profiles and mixed queries; nDCG@10 on the development set: 0 .780, .3 .786, .5 .786, .8 .785."""

QUALITY_WEIGHT = 1 / 3
"""Beside `builtin:quality`: its cosine is (cos_static / 2 + cos_head) / 1.5, so this is 1/2 beside the sum."""


def word_weight(encoder: str) -> float:
    """How much BM25n counts beside the cosine of the encoder of this name; what hub models take is in their preset."""
    if encoder == "builtin:quality":
        return QUALITY_WEIGHT
    return PRESETS[encoder].weight if encoder in PRESETS else WEIGHT


def fuse(cosines: ArrayLike, bm25n: ArrayLike, weight: float = WEIGHT) -> NDArray[np.float32]:
    """(n,) float32: cosine + weight * BM25n of the same rows; a row without a vector (NaN) has its words alone.

    Raises RowError if the two do not have the same length or the weight is negative or not finite.
    """
    dense, lexical = np.asarray(cosines, np.float32), np.asarray(bm25n, np.float32)
    if dense.shape != lexical.shape:
        raise RowError(f"{dense.shape} cosines with {lexical.shape} word scores; score the same rows by both.")
    if not 0 <= weight < np.inf:
        raise RowError(
            f"The weight of words is {weight}; it is a number from 0 up, {WEIGHT} unless measured otherwise."
        )
    return np.nan_to_num(dense, nan=0.0) + np.float32(weight) * lexical
