"""Cosine and words as one number."""

import numpy as np
import pytest

from embeddings.errors import RowError
from embeddings.fusion import fuse


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
