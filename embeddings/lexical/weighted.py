"""Texts as unit rows of weighted words: their inner product is what two texts share of telling words.

TF-IDF with damped counts (Salton and Buckley 1988). Unlike BM25 it is the same in both directions and does not grow
with the length of either text, so values for different queries compare.
"""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array

from embeddings.lexical.cutting import cut


def weighted_rows(texts: Sequence[str]) -> csr_array:
    """(n, w) float32, unit length, zero for a text without words; words are weighed by how few of the texts have them.

    Weigh all that is compared in one call: rows of two calls do not share their columns.
    """
    found = cut(texts)
    shape = (len(texts), len(found.vocabulary))
    rows = csr_array((np.ones(len(found.places), np.float32), found.places, np.append(0, found.ends)), shape=shape)
    rows.sum_duplicates()
    frequency = np.bincount(rows.indices, minlength=shape[1])
    rarity = 1 + np.log((1 + shape[0]) / (1 + frequency))
    rows.data = ((1 + np.log(rows.data)) * rarity[rows.indices]).astype(np.float32)
    lengths = np.sqrt(np.bincount(np.repeat(np.arange(shape[0]), np.diff(rows.indptr)), rows.data**2, shape[0]))
    rows.data /= np.repeat(np.where(lengths > 0, lengths, 1), np.diff(rows.indptr)).astype(np.float32)
    return rows
