"""Step 3: the first table, from the teachers' vectors of every piece."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import FloatRows
from embeddings.training.vocabulary import Piece

LENGTH = 0.06  # mean row length over sqrt(dim): the scale that the fine-tune's step size is chosen for


def initial_table(pieces: Sequence[Piece], teachers: Sequence[tuple[FloatRows, int]], dim: int = 256) -> FloatRows:
    """(1 + pieces, dim) float32: row 0 is zero (unknown), row i + 1 belongs to piece i.

    Each teacher (vectors, dimensions to keep) is centred per script and half whitened, both are joined, reduced by PCA
    and damped by frequency: a / (a + p), Arora et al. 2017, "A simple but tough-to-beat baseline", with a = .001.
    """
    chinese = np.array([piece.is_chinese for piece in pieces])
    joined = np.hstack([_of_length_one(half_whitened(_centred(rows, chinese), keep)) for rows, keep in teachers])
    reduced = _projected(joined, dim, power=0.0)
    frequency = np.array([piece.frequency for piece in pieces])
    damped = np.asarray(reduced * (1e-3 / (1e-3 + frequency))[:, None], np.float32)
    table = np.zeros((len(pieces) + 1, dim), np.float32)
    table[1:, : damped.shape[1]] = _of_length_one(damped) * (LENGTH * np.sqrt(dim))
    return table


def _centred(rows: FloatRows, chinese: NDArray[np.bool_]) -> FloatRows:
    centred = rows.copy()
    for script in (chinese, ~chinese):
        if script.any():
            centred[script] -= rows[script].mean(axis=0)
    return centred


def half_whitened(rows: FloatRows, keep: int) -> FloatRows:
    """The first `keep` principal components, each divided by the fourth root of its variance."""
    return _projected(rows, keep, power=0.25)


def _projected(rows: FloatRows, keep: int, power: float) -> FloatRows:
    variances, directions = np.linalg.eigh(np.cov(rows, rowvar=False))
    order = np.argsort(-variances, kind="stable")[:keep]
    # A direction's sign is arbitrary; fixing it makes the same input give the same table everywhere.
    signs = np.sign(directions[np.abs(directions[:, order]).argmax(axis=0), order])
    scale = signs / np.maximum(variances[order], 1e-9) ** power
    return np.asarray(rows @ (directions[:, order] * scale), np.float32)


def _of_length_one(rows: FloatRows) -> FloatRows:
    mean = float(np.linalg.norm(rows, axis=1).mean())
    return np.asarray(rows / max(mean, 1e-9), np.float32)
