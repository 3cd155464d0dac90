"""What an encoder is: texts in, unit rows out; and what all encoders do to texts and rows."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import EncoderError

FloatRows = NDArray[np.float32]
Progress = Callable[[int, int], None]  # (texts done, texts in all)

BUILTIN = Path(__file__).parent / "builtin"


class Encoder(Protocol):
    """Turns texts into unit rows whose inner product is their similarity in meaning.

    Two encoders with the same `fingerprint` give the same rows; rows of two fingerprints must never be compared.
    """

    @property
    def name(self) -> str:
        """The name that loads this encoder again."""

    @property
    def dim(self) -> int:
        """How many numbers a row has."""

    @property
    def fingerprint(self) -> str:
        """Short hex digest of everything that changes a row."""

    def encode_query(self, texts: Sequence[str], progress: Progress | None = None) -> FloatRows:
        """Rows of short needs, titles and label names: (n, dim) float32, unit length, zero for an empty text."""

    def encode_document(self, texts: Sequence[str], progress: Progress | None = None) -> FloatRows:
        """Rows of stored long texts: (n, dim) float32, unit length, zero for an empty text."""


def clean_texts(texts: Sequence[str]) -> list[str]:
    """The texts as strings that every tokenizer accepts: a lone surrogate becomes U+FFFD.

    Raises EncoderError for a single string (a frequent slip) and for anything that is no text.
    """
    if isinstance(texts, str):
        raise EncoderError("texts is one string; expected a sequence of strings. Pass [text].")
    cleaned = []
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            raise EncoderError(f"texts[{row}] is {type(text).__name__}; expected a string.")
        cleaned.append(text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    return cleaned


def unit_rows(rows: NDArray[np.floating]) -> FloatRows:
    """The rows scaled to length 1 as float32; a zero row stays zero."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.ascontiguousarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float32)
