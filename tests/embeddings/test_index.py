"""Neighbours among allowed rows: equal to brute force, whatever happened before."""

import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from numpy.typing import NDArray
from pyroaring import BitMap

from embeddings.errors import RowError, SnapshotError
from embeddings.index import VectorIndex
from embeddings.index.bits import packed_bits, row_set
from embeddings.index.calibrate import build
from embeddings.index.exact import inner_products
from embeddings.index.plan import Name, Plan

DIM = 8
Floats = NDArray[np.float32]


def unit_rows(count: int, seed: int, dim: int = DIM) -> Floats:
    rows = np.random.default_rng(seed).standard_normal((count, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def clustered_rows(count: int, seed: int, dim: int = 192, topics: int = 150) -> Floats:
    """Unit rows around topics, as texts lie."""
    random = np.random.default_rng(seed)
    middles = unit_rows(topics, 1, dim)
    rows = middles[random.integers(0, topics, count)] + 0.9 * unit_rows(count, seed + 1, dim)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def brute_force(held: dict[int, Floats], query: Floats, k: int, allowed: BitMap | None) -> list[int]:
    kept = sorted(row for row in held if allowed is None or row in allowed)
    scores = {row: float(held[row] @ query) for row in kept}
    return sorted(kept, key=lambda row: (-scores[row], row))[:k]


class IndexUnderChange(RuleBasedStateMachine):
    """Any order of put, remove, merge, save and open leaves what a dictionary and a loop would find."""

    def __init__(self) -> None:
        super().__init__()
        self.index = VectorIndex(DIM, "toy")
        self.held: dict[int, Floats] = {}

    @rule(rows=st.sets(st.integers(0, 60), min_size=1, max_size=12), seed=st.integers(0, 10_000))
    def put(self, rows: set[int], seed: int) -> None:
        vectors = unit_rows(len(rows), seed)
        self.index.put(list(rows), vectors)
        self.held |= dict(zip(rows, vectors, strict=True))

    @rule(rows=st.sets(st.integers(0, 70), max_size=12))
    def remove(self, rows: set[int]) -> None:
        self.index.remove(BitMap(rows))
        self.held = {row: vector for row, vector in self.held.items() if row not in rows}

    @rule()
    def merge(self) -> None:
        self.index.merge()

    @rule(seed=st.integers(0, 10_000), k=st.integers(1, 30), allowed=st.none() | st.sets(st.integers(0, 70)))
    def search(self, seed: int, k: int, allowed: set[int] | None) -> None:
        kept = None if allowed is None else BitMap(allowed)
        queries = unit_rows(2, seed)
        rows, scores = self.index.search(queries, k, kept)
        for number, query in enumerate(queries):
            expected = brute_force(self.held, query, k, kept)
            assert rows[number].tolist() == expected + [-1] * (k - len(expected))
            again = self.index.scores(query, expected)
            assert np.array_equal(scores[number, : len(expected)], again)
            assert np.isneginf(scores[number, len(expected) :]).all()

    @invariant()
    def holds_the_same_rows(self) -> None:
        assert self.index.rows == BitMap(self.held)
        assert len(self.index) == len(self.held)


IndexUnderChange.TestCase.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
TestIndexUnderChange = IndexUnderChange.TestCase


@pytest.fixture(scope="module")
def big() -> tuple[VectorIndex, Floats]:
    """12,000 vectors on every third row, so that approximate plans are chosen and rows are not positions."""
    vectors = clustered_rows(12_000, seed=3)
    index = VectorIndex(vectors.shape[1], "toy")
    index.put(np.arange(12_000) * 3, vectors)
    index.merge()
    return index, vectors


def recall(index: VectorIndex, vectors: Floats, queries: Floats, allowed: list[BitMap | None]) -> float:
    """The share of the true 20 best scores that a search reaches."""
    hits = wanted = 0
    for query, kept in zip(queries, allowed, strict=True):
        rows = np.arange(0, 3 * len(vectors), 3) if kept is None else np.array(kept.to_array(), np.int64)
        exact = np.sort(index.scores(query, rows))[::-1][:20]
        found = index.search(query[None], 20, kept)[1][0]
        hits, wanted = hits + int((found >= exact[-1]).sum()), wanted + len(exact)
    return hits / wanted


@pytest.mark.parametrize("share", [1.0, 0.5, 0.2, 0.05, 0.005, 0.0005])
def test_recall_is_at_least_99_of_100_for_every_share_of_rows_kept(
    big: tuple[VectorIndex, Floats], share: float
) -> None:
    index, vectors = big
    random = np.random.default_rng(7)
    queries = clustered_rows(60, seed=11)
    chosen = [random.choice(12_000, max(1, int(12_000 * share)), replace=False) * 3 for _ in queries]
    allowed = [None if share == 1 else BitMap(np.sort(rows).astype(np.uint32)) for rows in chosen]
    assert recall(index, vectors, queries, allowed) >= 0.99


def test_recall_holds_when_the_filter_leaves_out_all_that_is_near(big: tuple[VectorIndex, Floats]) -> None:
    index, vectors = big
    queries = clustered_rows(40, seed=13)
    middles = unit_rows(150, 1, vectors.shape[1])
    topics = np.argmax(vectors @ middles.T, axis=1)
    far_topics = [np.argsort(middles @ query)[:75] for query in queries]
    farther = [np.flatnonzero(np.isin(topics, far)) * 3 for far in far_topics]
    assert index.plan(BitMap(farther[0])).name == "codes"
    assert recall(index, vectors, queries, [BitMap(rows) for rows in farther]) >= 0.99


def test_each_plan_reaches_the_recall_that_was_measured_for_it(big: tuple[VectorIndex, Floats]) -> None:
    generation = build(np.arange(0, 36_000, 3, dtype=np.uint32), big[1])
    at_share = {each.share: each for each in generation.planner.calibrations}
    queries = clustered_rows(40, seed=29)
    random = np.random.default_rng(31)
    names: tuple[tuple[Name, float], ...] = (("codes", 1.0), ("codes", 0.5), ("lists", 0.05), ("exact", 0.005))
    for name, share in names:
        found, hits = at_share[share], 0
        assert found.recall >= 0.99
        for query in queries:
            kept = np.sort(random.choice(12_000, int(12_000 * share), replace=False)) * 3
            plan = Plan(name, len(kept), found.need, found.first, found.reach, found.recall, 0.0)
            scores, rows = next(generation.search(query[None], 20, BitMap(kept.astype(np.uint32)), plan))
            exact = np.sort(inner_products(query, generation.vectors, kept // 3))[::-1][:20]
            hits += int((scores >= exact[-1]).sum())
            assert set(rows.tolist()) <= set(kept.tolist())
        assert hits / (20 * len(queries)) >= 0.99, (name, share)


def test_recall_holds_for_vectors_without_clusters() -> None:
    vectors = unit_rows(9_000, seed=5, dim=192)
    index = VectorIndex(192, "toy")
    index.put(np.arange(0, 27_000, 3), vectors)
    index.merge()
    assert index.plan().name == "codes"
    queries = unit_rows(30, seed=6, dim=192)
    assert recall(index, vectors, queries, [None] * 30) >= 0.99
    half = BitMap(range(0, 27_000, 6))
    assert recall(index, vectors, queries, [half] * 30) >= 0.99


def test_a_looser_filter_never_loses_a_better_row(big: tuple[VectorIndex, Floats]) -> None:
    index, _ = big
    strict = BitMap(range(0, 900, 3))
    for query in clustered_rows(20, seed=17):
        (strict_scores,), (loose_scores,) = (
            index.search(query[None], 20, allowed)[1] for allowed in (strict, strict | BitMap(range(900, 1800, 3)))
        )
        assert (loose_scores >= strict_scores).all()


def test_rows_outside_the_allowed_set_change_nothing() -> None:
    visible, hidden = unit_rows(50, 1), unit_rows(200, 2)
    alone, together = VectorIndex(DIM, "toy"), VectorIndex(DIM, "toy")
    alone.put(range(0, 100, 2), visible)
    together.put(range(0, 100, 2), visible)
    together.put(range(1, 401, 2), hidden)
    together.merge()
    for query in unit_rows(10, 3):
        for left, right in zip(
            alone.search(query[None], 60), together.search(query[None], 60, BitMap(range(0, 100, 2))), strict=True
        ):
            assert np.array_equal(left, right)


def test_equal_scores_come_by_row_in_changes_and_generation_alike() -> None:
    index = VectorIndex(DIM, "toy")
    same = np.repeat(unit_rows(1, 4), 9, axis=0)
    index.put([8, 6, 4, 2, 0], same[:5])
    index.merge()
    index.put([7, 5, 3, 1], same[:4])
    assert index.search(same[:1], 6)[0].tolist() == [[0, 1, 2, 3, 4, 5]]


def test_saved_and_opened_it_answers_the_same(big: tuple[VectorIndex, Floats], tmp_path: Path) -> None:
    index, vectors = big
    index.save(tmp_path)
    opened = VectorIndex.open(tmp_path)
    queries = clustered_rows(10, seed=19)
    for allowed in (None, BitMap(range(0, 18_000, 3)), BitMap(range(0, 3_000, 3)), BitMap([3, 6])):
        for left, right in zip(index.search(queries, 20, allowed), opened.search(queries, 20, allowed), strict=True):
            assert np.array_equal(left, right)
    opened.put([1], vectors[:1])
    opened.remove([0])
    assert (opened.fingerprint, opened.calibration, len(opened)) == ("toy", index.calibration, len(index))


def test_changes_are_saved_with_the_generation(tmp_path: Path) -> None:
    index = VectorIndex(DIM, "toy")
    index.put(range(20), unit_rows(20, 1))
    index.merge()
    index.put([3, 40], unit_rows(2, 2))
    index.remove([5])
    index.save(tmp_path)
    opened = VectorIndex.open(tmp_path)
    assert opened.rows == BitMap([*range(5), *range(6, 20), 40])
    assert np.array_equal(opened.vectors([3, 40, 4]), index.vectors([3, 40, 4]))


@pytest.mark.parametrize(
    "name", ["index.json", "rows.npy", "vectors.npy", "codes.faiss", "means.npy", "changed_rows.npy"]
)
def test_a_file_cut_short_is_refused(big: tuple[VectorIndex, Floats], tmp_path: Path, name: str) -> None:
    big[0].save(tmp_path)
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(SnapshotError, match="rebuild"):
        VectorIndex.open(tmp_path)


def test_changes_during_a_merge_are_kept() -> None:
    index = VectorIndex(DIM, "toy")
    first, second = unit_rows(6_000, 1), unit_rows(300, 2)
    index.put(range(6_000), first)
    merging = threading.Thread(target=index.merge)
    merging.start()
    index.put(range(5_900, 6_200), second)
    index.remove(range(100))
    merging.join()
    held = {row: first[row] for row in range(100, 5_900)} | dict(zip(range(5_900, 6_200), second, strict=True))
    assert index.rows == BitMap(held)
    for query in unit_rows(5, 3):
        assert index.search(query[None], 10, BitMap(range(5_800, 7_000)))[0][0].tolist() == brute_force(
            held, query, 10, BitMap(range(5_800, 7_000))
        )


def test_same_vectors_and_seed_give_the_same_files(tmp_path: Path) -> None:
    vectors = clustered_rows(6_000, seed=23, dim=16)
    for name in ("one", "two"):
        index = VectorIndex(16, "toy")
        index.put(range(6_000), vectors)
        index.merge()
        index.save(tmp_path / name)
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


@pytest.mark.parametrize(
    ("rows", "vectors", "message"),
    [
        ([1, 2], unit_rows(1, 1), "2 rows with 1 vectors"),
        ([1, 1], unit_rows(2, 1), "stands twice"),
        ([-1], unit_rows(1, 1), "from -1 to -1"),
        ([2**32], unit_rows(1, 1), "4294967295"),
        ([0.5], unit_rows(1, 1), "whole numbers"),
        ([1], unit_rows(1, 1, 4), r"\(1, 4\); this index takes \(n, 8\)"),
        ([1], np.full((1, DIM), np.nan), "not finite"),
        ([1], np.ones((1, DIM)), "longer than 1"),
    ],
)
def test_put_refuses_what_is_no_row_or_vector(rows: list[int], vectors: Floats, message: str) -> None:
    index = VectorIndex(DIM, "toy")
    with pytest.raises(RowError, match=message):
        index.put(rows, vectors)
    assert len(index) == 0


def test_search_refuses_no_rows_and_vectors_a_missing_row() -> None:
    index = VectorIndex(DIM, "toy")
    with pytest.raises(RowError, match="k is 0"):
        index.search(unit_rows(1, 1), 0)
    with pytest.raises(RowError, match="Row 5 has no vector"):
        index.vectors([5])
    assert np.isnan(index.scores(unit_rows(1, 1)[0], [5])).all()


@settings(max_examples=60, deadline=None)
@given(
    rows=st_numpy.arrays(np.uint32, st.integers(0, 300), elements=st.integers(0, 300_000)),
    runs=st.lists(st.tuples(st.integers(0, 250_000), st.integers(1, 90_000)), max_size=3),
    every_other=st.booleans(),
    as_runs=st.booleans(),
    byte_count=st.integers(1, 50_000),
)
def test_packed_bits_are_those_of_a_plain_mask(
    rows: NDArray[np.uint32], runs: list[tuple[int, int]], every_other: bool, as_runs: bool, byte_count: int
) -> None:
    chosen = BitMap(rows)
    for start, length in runs:
        chosen |= BitMap(range(start, start + length))
    if every_other:
        chosen |= BitMap(range(0, 120_000, 2))
    if as_runs:
        chosen.run_optimize()
    mask = np.zeros(8 * 50_000, np.bool_)
    mask[np.array(chosen.to_array(), np.int64)] = True
    assert np.array_equal(packed_bits(chosen, byte_count), np.packbits(mask, bitorder="little")[:byte_count])


@settings(max_examples=60, deadline=None)
@given(size=st.integers(0, 150_000), share=st.sampled_from([0, 0.001, 0.06, 0.07, 0.5, 1]), seed=st.integers(0, 99))
def test_a_row_set_holds_the_rows_of_its_mask(size: int, share: float, seed: int) -> None:
    mask = np.random.default_rng(seed).random(size) < share
    assert row_set(mask) == BitMap(np.flatnonzero(mask).astype(np.uint32))
