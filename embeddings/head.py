"""The trained head behind e5: centre by role and language, turn by one matrix, unit length.

e5's rows share a large common direction, different for each role and language; taking it away is worth .58 -> .66
across languages. The matrix then learns what this domain calls alike (docs/models.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import FloatRows, unit_rows
from embeddings.errors import EncoderBrokenError
from embeddings.text import is_chinese

ROLES = ("query", "document")


@dataclass(frozen=True, slots=True)
class Head:
    """`weight` (out, in) float32; `means` (4, in) float32 of queries (Chinese, other), documents (Chinese, other)."""

    weight: FloatRows
    means: FloatRows

    def apply(self, rows: FloatRows, texts: Sequence[str], role: str) -> FloatRows:
        """(n, out) float32 unit rows of e5's `rows`; a zero row stays zero."""
        chinese = np.array([is_chinese(text) for text in texts], bool)
        centred = unit_rows(rows - self.means[place(role, chinese)])
        turned = unit_rows(centred @ self.weight.T)
        turned[~rows.any(axis=1)] = 0
        return turned


def place(role: str, chinese: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Which of the four means belongs to each text."""
    return ROLES.index(role) * 2 + (~chinese).astype(np.int64)


def read_head(path: Path) -> Head:
    """The head in a safetensors file; raises EncoderBrokenError if it is none."""
    from safetensors.numpy import load_file

    try:
        tensors = load_file(path)
        head = Head(tensors["weight"], tensors["means"])
    # safetensors raises a class of its own that it does not export.
    except Exception as error:
        raise EncoderBrokenError(f"{path} cannot be read as a head: {error}. Install Matcher again.") from error
    if head.means.shape != (4, head.weight.shape[1]):
        raise EncoderBrokenError(
            f"{path}: means of shape {head.means.shape} do not fit a weight of {head.weight.shape}."
        )
    return head
