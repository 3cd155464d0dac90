"""Texts as the numbers of their words, in a form that is cheap to hand from process to process."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from embeddings.text import words


class CutTexts(NamedTuple):
    """`places` (n,) int32: the words of all texts, one after the other, as places in `vocabulary`; `ends` (t,) by text.

    The vocabulary holds the words in the order in which they came.
    """

    vocabulary: list[str]
    places: NDArray[np.int32]
    ends: NDArray[np.int64]


def cut(texts: Sequence[str]) -> CutTexts:
    """The words of some texts, repeats and all."""
    found = [words(text) for text in texts]
    place_of: dict[str, int] = {}
    flat = [place_of.setdefault(word, len(place_of)) for text in found for word in text]
    ends = np.cumsum([len(text) for text in found], dtype=np.int64)
    return CutTexts(list(place_of), np.array(flat, np.int32), ends)
