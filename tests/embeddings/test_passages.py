"""The passage that carries a similarity."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.errors import RowError, SnapshotError
from embeddings.passages import PassageStore

DIM = 4


def passages(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, DIM)).astype(np.float16) / 4


@settings(max_examples=60, deadline=None)
@given(
    held=st.dictionaries(st.integers(0, 20), st.integers(0, 4), max_size=8),
    later=st.dictionaries(st.integers(0, 20), st.integers(0, 4), max_size=4),
    removed=st.sets(st.integers(0, 20), max_size=4),
    asked=st.lists(st.integers(0, 25), max_size=10),
    saved=st.booleans(),
    merged=st.booleans(),
)
def test_best_is_the_best_of_a_loop(
    held: dict[int, int],
    later: dict[int, int],
    removed: set[int],
    asked: list[int],
    saved: bool,
    merged: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    store = PassageStore(DIM, "toy")
    store.put_many({row: passages(count, row) for row, count in held.items()})
    if saved:
        folder = tmp_path_factory.mktemp("passages")
        store.save(folder)
        store = PassageStore.open(folder)
    for row, count in later.items():
        store.put(row, passages(count, row + 100))
    store.remove(removed)
    if merged:
        store.merge()
    expected = {row: passages(count, row) for row, count in held.items()}
    expected |= {row: passages(count, row + 100) for row, count in later.items()}
    expected = {row: each for row, each in expected.items() if row not in removed}
    query = passages(1, 999)[0].astype(np.float32)

    scores, which = store.best(query, asked)

    assert set(store.rows) == set(expected)
    for row, score, place in zip(asked, scores, which, strict=True):
        products = expected.get(row, passages(0, 0)).astype(np.float32) @ query
        assert place == (int(np.argmax(products)) if len(products) else -1)
        assert np.isnan(score) if not len(products) else score == pytest.approx(products.max(), abs=1e-6)


def test_of_equal_passages_the_first_is_given() -> None:
    store = PassageStore(DIM, "toy")
    store.put(3, np.repeat(passages(1, 1), 3, axis=0))
    assert store.best(passages(1, 2)[0], [3])[1].tolist() == [0]
    assert store.of(3).dtype == np.float16
    assert len(store.of(4)) == 0


def test_bad_passages_change_nothing() -> None:
    store = PassageStore(DIM, "toy")
    with pytest.raises(RowError, match="Row 2: passages of shape"):
        store.put_many({1: passages(1, 1), 2: np.ones((1, 5))})
    with pytest.raises(RowError, match="finite"):
        store.put(1, np.full((1, DIM), np.inf))
    with pytest.raises(RowError, match="this store takes"):
        store.best(np.ones(3), [1])
    assert len(store) == 0


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    store = PassageStore(DIM, "toy")
    store.put(1, passages(300, 1))
    store.save(tmp_path)
    path = tmp_path / "passages.npy"
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(SnapshotError, match="rebuild"):
        PassageStore.open(tmp_path)
