"""Neighbours of a vector among the rows that a caller may see.

A record has a row: a number that is never reused. Sets of rows are `pyroaring.BitMap`. `allowed` (the filter and the
caller's rights as one set) is applied inside the search, so that no result depends on rows outside it.

    index = VectorIndex(dim=256, fingerprint=encoder.fingerprint)
    index.put(rows, vectors)                                   # add or replace; unit rows, zero for an empty text
    rows, scores = index.search(queries, k=20, allowed=BitMap([...]))
    allowed = row_set(mask)                                    # from a condition over whole columns, (n,) bool by row
    index.plan(allowed, k=20)                                  # how that search goes, and the recall measured for it
    index.merge(); index.save(folder); VectorIndex.open(folder)
"""

from embeddings.index.bits import row_set
from embeddings.index.plan import Calibration, Plan
from embeddings.index.vectors import VectorIndex

__all__ = ["Calibration", "Plan", "VectorIndex", "row_set"]
