"""A text that did not change is never embedded again."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings.cache import VectorCache
from embeddings.errors import EncoderError


class CountingEncoder:
    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return np.array([[len(text), hash(text) % 97] for text in texts], np.float32).reshape(len(texts), 2)


def test_only_new_texts_are_encoded_and_each_once(tmp_path: Path) -> None:
    encode = CountingEncoder()
    with VectorCache(tmp_path / "cache.db", "model-1") as cache:
        first = cache.encode(["甲", "乙", "甲"], encode, "document")
    with VectorCache(tmp_path / "cache.db", "model-1") as cache:
        second = cache.encode(["丙", "乙", "甲"], encode, "document")
    assert encode.asked == ["甲", "乙", "丙"]
    assert np.array_equal(first[0], first[2])
    assert np.array_equal(second[[2, 1]], first[[0, 1]])


def test_another_model_or_role_has_vectors_of_its_own(tmp_path: Path) -> None:
    encode = CountingEncoder()
    for fingerprint, role in (("model-1", "document"), ("model-1", "query"), ("model-2", "document")):
        with VectorCache(tmp_path / "cache.db", fingerprint) as cache:
            cache.encode(["甲"], encode, role)
    assert encode.asked == ["甲"] * 3


def test_many_texts_and_none(tmp_path: Path) -> None:
    encode = CountingEncoder()
    texts = [f"text {number}" for number in range(1200)]
    with VectorCache(tmp_path / "new" / "cache.db", "model-1") as cache:
        assert np.array_equal(cache.encode(texts, encode, "query"), cache.encode(texts, encode, "query"))
        assert cache.encode([], encode, "query").shape == (0, 2)
        assert cache.encode(["\ud800"], encode, "query").shape == (1, 2)
    assert len(encode.asked) == 1201


def test_a_broken_file_is_only_a_lost_cache(tmp_path: Path) -> None:
    (tmp_path / "cache.db").write_bytes(b"no database at all" * 100)
    with VectorCache(tmp_path / "cache.db", "model-1") as cache:
        assert cache.encode(["甲"], CountingEncoder(), "query").shape == (1, 2)


def test_a_model_that_gives_too_few_rows_is_refused(tmp_path: Path) -> None:
    with (
        VectorCache(tmp_path / "cache.db", "model-1") as cache,
        pytest.raises(EncoderError, match=r"\(0, 2\) for 1 texts"),
    ):
        cache.encode(["甲"], lambda texts: np.empty((0, 2), np.float32), "query")


def test_what_is_known_is_given_without_encoding(tmp_path: Path) -> None:
    with VectorCache(tmp_path / "cache.db", "model-1") as cache:
        kept = cache.encode(["甲", "乙"], CountingEncoder(), "document")
        known = cache.known(["乙", "丙", "甲"], "document")
        assert known.keys() == {"甲", "乙"}
        assert np.array_equal(known["乙"], kept[1])
        assert cache.known(["甲"], "query") == {}
