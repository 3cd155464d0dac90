"""BM25n among allowed rows: equal to the formula, whatever happened before."""

import math
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from pyroaring import BitMap

from embeddings.errors import RowError, SnapshotError
from embeddings.lexical import LexicalIndex
from embeddings.text import words

TEXTS = [
    "固态电池用硫化物电解质的中试",
    "钙钛矿叠层电池组件",
    "面向低空经济的无人机反制雷达",
    "A solid state battery for drones",
    "合成生物学平台，生产可降解塑料",
    "电池回收",
    "",
]


def bm25n(held: dict[int, str], query: str, row: int) -> float:
    """The formula once more, row by row: idf, tf and length over all rows, divided by the most it can reach."""
    texts = {each: Counter(words(text)) for each, text in held.items()}
    mean = max(1.0, sum(sum(text.values()) for text in texts.values()) / max(1, len(texts)))
    total = largest = 0.0
    for word in set(words(query)):
        frequency = sum(word in text for text in texts.values())
        weight = math.log(1 + (len(texts) - frequency + 0.5) / (frequency + 0.5))
        largest += weight * 2.2
        if row in texts and (times := texts[row][word]):
            norm = 1.2 * (0.25 + 0.75 * sum(texts[row].values()) / mean)
            total += weight * times * 2.2 / (times + norm)
    return total / largest if largest else 0.0


class LexicalUnderChange(RuleBasedStateMachine):
    """Any order of changes leaves the statistics of the rows that are there, and nothing of those that were."""

    def __init__(self) -> None:
        super().__init__()
        self.index = LexicalIndex()
        self.held: dict[int, str] = {}

    @rule(rows=st.dictionaries(st.integers(0, 25), st.sampled_from(TEXTS), min_size=1, max_size=6))
    def put(self, rows: dict[int, str]) -> None:
        self.index.put(list(rows), list(rows.values()))
        self.held |= rows

    @rule(rows=st.sets(st.integers(0, 30), max_size=6))
    def remove(self, rows: set[int]) -> None:
        self.index.remove(BitMap(rows))
        self.held = {row: text for row, text in self.held.items() if row not in rows}

    @rule()
    def merge(self) -> None:
        self.index.commit()
        self.index.merge()

    @rule(query=st.sampled_from(TEXTS), allowed=st.none() | st.sets(st.integers(0, 30)), k=st.integers(1, 12))
    def search(self, query: str, allowed: set[int] | None, k: int) -> None:
        self.index.commit()
        rows, scores = self.index.search(query, k, None if allowed is None else BitMap(allowed))
        expected = {row: bm25n(self.held, query, row) for row in self.held if allowed is None or row in allowed}
        best = sorted((np.float32(-score), row) for row, score in expected.items() if score)[:k]
        assert scores.tolist() == pytest.approx([-score for score, _ in best], rel=1e-5)
        assert {row: expected[row] for row in rows.tolist()} == pytest.approx(
            dict(zip(rows.tolist(), scores.tolist(), strict=True)), rel=1e-5
        )
        assert np.array_equal(self.index.scores(query, rows), scores)

    @invariant()
    def equals_an_index_made_at_once(self) -> None:
        self.index.commit()
        fresh = LexicalIndex()
        fresh.put(list(self.held), list(self.held.values()))
        fresh.commit()
        for query in TEXTS[:3]:
            for left, right in zip(self.index.search(query, 30), fresh.search(query, 30), strict=True):
                assert np.array_equal(left, right)


LexicalUnderChange.TestCase.settings = settings(max_examples=20, stateful_step_count=12, deadline=None)
TestLexicalUnderChange = LexicalUnderChange.TestCase


@pytest.fixture
def index() -> LexicalIndex:
    index = LexicalIndex()
    index.put(range(0, 70, 10), TEXTS)
    index.commit()
    return index


def test_rows_without_a_shared_word_are_exactly_zero_and_not_found(index: LexicalIndex) -> None:
    assert index.search("疫苗", 10)[0].tolist() == []
    assert index.scores("疫苗", [0, 10, 999]).tolist() == [0, 0, 0]
    assert index.search("", 10)[0].tolist() == []


def test_a_text_finds_itself_first_and_spelling_does_not_matter(index: LexicalIndex) -> None:
    for row, text in zip(range(0, 60, 10), TEXTS, strict=False):
        assert index.search(text, 1)[0].tolist() == [row]
    plain, other = index.search("钙钛矿叠层电池", 5), index.search("鈣鈦礦　疊層電池", 5)
    assert all(np.array_equal(left, right) for left, right in zip(plain, other, strict=True))


def test_rows_outside_the_allowed_set_are_not_found(index: LexicalIndex) -> None:
    assert index.search("电池", 10)[0].tolist() == [50, 10, 0]
    assert index.search("电池", 10, BitMap([0, 20, 50]))[0].tolist() == [50, 0]
    assert index.search("电池", 10, BitMap([0, 20, 50]))[1].tolist() == index.search("电池", 10)[1][[0, 2]].tolist()


def test_both_ways_through_the_table_give_the_same_bits() -> None:
    random = np.random.default_rng(3)
    letters = list("固态电池用硫化物解质的中试钙钛矿叠层组件")
    index = LexicalIndex()
    index.put(range(3000), ["".join(random.choice(letters, 12)) for _ in range(3000)])
    index.commit()
    query = "电池叠层组件"
    rows, scores = index.search(query, 3000)
    assert np.array_equal(index.scores(query, rows), scores)
    few = BitMap(rows[5:15].astype(np.uint32))
    assert index.search(query, 10, few)[1].tolist() == sorted(scores[5:15].tolist(), reverse=True)


def test_frequent_words_are_left_out_unless_they_are_all_there_is() -> None:
    index = LexicalIndex()
    index.put(range(4000), ["电池" if row % 2 else "电池钙钛矿" for row in range(4000)])
    index.commit()
    assert len(index.search("电池", 4000)[0]) == 4000
    index.put([9000], ["电池雷达"])
    index.commit()
    assert index.search("雷达电池", 10)[0].tolist() == [9000]


def test_shared_words_add_up_to_the_score(index: LexicalIndex) -> None:
    query = "硫化物固态电池的雷达"
    shared = index.shared(query, 0)
    assert sum(gain for _, gain in shared) == pytest.approx(float(index.scores(query, [0])[0]), rel=1e-6)
    assert "固态" in dict(shared)
    assert "雷达" not in dict(shared)
    assert index.shared(query, 999) == []


def test_changes_are_seen_from_the_commit_on(index: LexicalIndex) -> None:
    index.put([10], ["雷达"])
    index.remove([0])
    assert index.search("钙钛矿", 5)[0].tolist() == [10]
    index.commit()
    assert index.search("钙钛矿", 5)[0].tolist() == []
    assert index.rows == BitMap([10, 20, 30, 40, 50, 60])


def test_saved_and_opened_it_answers_the_same(index: LexicalIndex, tmp_path: Path) -> None:
    index.merge()
    index.put([5], ["电池管理系统"])
    index.remove([10])
    index.commit()
    index.save(tmp_path)
    opened = LexicalIndex.open(tmp_path)
    for query in TEXTS:
        for left, right in zip(index.search(query, 10), opened.search(query, 10), strict=True):
            assert np.array_equal(left, right)
    opened.put([6], ["电池"])
    opened.commit()
    assert opened.rows == index.rows | BitMap([6])


@pytest.mark.parametrize("name", ["lexical.json", "base.row_words.npy", "base.words.npy", "delta.live.npy"])
def test_a_file_cut_short_or_other_word_rules_are_refused(index: LexicalIndex, tmp_path: Path, name: str) -> None:
    index.merge()
    index.save(tmp_path)
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(SnapshotError, match="rebuild"):
        LexicalIndex.open(tmp_path)
    (tmp_path / "lexical.json").write_text('{"format": 1, "analysis": "words-0"}', "utf-8")
    with pytest.raises(SnapshotError, match="words-0"):
        LexicalIndex.open(tmp_path)


def test_bad_input_is_refused(index: LexicalIndex) -> None:
    with pytest.raises(RowError, match="2 rows with 1 texts"):
        index.put([1, 2], ["a"])
    with pytest.raises(RowError, match="k is 0"):
        index.search("a", 0)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=20), max_size=6), st.text(max_size=20))
def test_scores_lie_between_zero_and_one(texts: list[str], query: str) -> None:
    index = LexicalIndex()
    index.put(range(len(texts)), texts)
    index.commit()
    scores = index.scores(query, range(len(texts)))
    assert ((scores >= 0) & (scores <= 1)).all()


def test_a_helper_changes_nothing_but_who_does_the_work() -> None:
    texts = ["固态电池电解质", "solid-state battery", "氢燃料电池", "固态电池中试"]
    with ThreadPoolExecutor(1) as helper:
        alone, helped = LexicalIndex(), LexicalIndex(helper)
        for index in (alone, helped):
            index.put([0, 1], texts[:2])
            index.put([2, 3], texts[2:])
            index.remove([2])
            index.put([1], ["钠离子电池"])
            index.commit()
        assert helped.rows == alone.rows == BitMap([0, 1, 3])
        for query in ("固态电池", "battery", "钠离子"):
            assert helped.scores(query, [0, 1, 2, 3]).tolist() == alone.scores(query, [0, 1, 2, 3]).tolist()
