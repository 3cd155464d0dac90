"""Unit rows of weighted words: what two texts share of telling words, whatever their length."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.lexical.weighted import weighted_rows
from embeddings.text import words


def _by_hand(texts: list[str]) -> np.ndarray:
    """Text by text, word by word."""
    vocabulary = sorted({word for text in texts for word in words(text)})
    rows = np.zeros((len(texts), len(vocabulary)))
    for n, text in enumerate(texts):
        found = words(text)
        for w, word in enumerate(vocabulary):
            if word in found:
                frequency = sum(word in words(other) for other in texts)
                rows[n, w] = (1 + np.log(found.count(word))) * (1 + np.log((1 + len(texts)) / (1 + frequency)))
        rows[n] /= np.linalg.norm(rows[n]) or 1
    return rows @ rows.T


@given(st.lists(st.text(alphabet="电池膜料 ab1", max_size=12), max_size=6))
def test_similarities_are_those_by_hand(texts: list[str]) -> None:
    rows = weighted_rows(texts)
    assert rows.shape[0] == len(texts)
    assert (rows @ rows.T).toarray() == pytest.approx(_by_hand(texts), abs=1e-5)


def test_a_rare_word_tells_more_than_a_common_one_and_no_words_tell_nothing() -> None:
    rows = weighted_rows(["alpha common", "beta common", "gamma common", "alpha", ""])
    shared = (rows @ rows.T).toarray()
    assert shared[0, 3] > shared[0, 1] > 0
    assert shared[4].tolist() == [0, 0, 0, 0, 0]
