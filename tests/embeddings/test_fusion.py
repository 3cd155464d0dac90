"""Cosine and words as one number."""

import numpy as np
import pytest

from embeddings.errors import RowError
from embeddings.fusion import fuse, word_weight


def test_fuse_adds_the_weighted_words_and_keeps_the_scale() -> None:
    assert fuse([0.5, -0.25], [0.0, 1.0]).tolist() == [0.5, 0.25]
    assert fuse([0.5, -0.25], [0.0, 1.0], weight=0).tolist() == [0.5, -0.25]


def test_a_row_without_a_vector_has_its_words_alone() -> None:
    assert fuse([np.nan], [0.5], weight=0.5).tolist() == [0.25]


def test_fuse_refuses_what_does_not_fit() -> None:
    with pytest.raises(RowError, match="same rows"):
        fuse([0.5], [0.1, 0.2])
    with pytest.raises(RowError, match="from 0 up"):
        fuse([0.5], [0.1], weight=-1)


@pytest.mark.parametrize(
    ("encoder", "weight"),
    [("builtin:static", 0.5), ("builtin:quality", 1 / 3), ("intfloat/multilingual-e5-base", 0.1), ("/a/folder", 0.5)],
)
def test_each_encoder_has_its_weight_of_words(encoder: str, weight: float) -> None:
    assert word_weight(encoder) == weight
