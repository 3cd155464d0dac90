"""Exact inner products with chosen vectors, and the best of them: every plan ends here, so every score is exact.

One kernel for all plans gives the same bits for the same pair whatever the filter is. BLAS does not: its rounding
changes with the shape of the product.
"""

import faiss
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]


def one_thread() -> None:
    """Keeps FAISS on the calling thread: a second one makes one query 6 to 10 times slower (measured)."""
    faiss.omp_set_num_threads(1)


def inner_products(query: Floats, vectors: Floats, positions: Rows) -> Floats:
    """(n,) float32: the query (d,) times each vector at `positions` (n,) of `vectors` (any, d), all C-contiguous."""
    scores = np.empty(len(positions), np.float32)
    if len(positions):
        faiss.fvec_inner_products_by_idx(
            faiss.swig_ptr(scores),
            faiss.swig_ptr(query),
            faiss.swig_ptr(vectors),
            faiss.swig_ptr(positions),
            vectors.shape[1],
            1,
            len(positions),
        )
    return scores


def best(scores: Floats, rows: Rows, k: int) -> tuple[Floats, Rows]:
    """The k highest scores and their rows, highest first; equal scores by row, also where the cut falls among them."""
    if len(scores) > k:
        kept = scores >= np.partition(scores, len(scores) - k)[len(scores) - k]
        scores, rows = scores[kept], rows[kept]
    order = np.lexsort((rows, -scores))[:k]
    return scores[order], rows[order]
