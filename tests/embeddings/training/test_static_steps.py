"""Every step of the static recipe on a tiny corpus: what it writes, that it resumes, that it learns."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embeddings.errors import EmbeddingsError
from embeddings.loading import load_folder
from embeddings.training import static_steps
from embeddings.training.bags import Bags, bags_of, joined
from embeddings.training.corpus import Corpus, without_latin
from embeddings.training.evaluate import Search, bm25_normalised, development_tasks, figure
from embeddings.training.export import quantised_rows
from embeddings.training.finetune import Settings, finetune
from embeddings.training.initialise import half_whitened, initial_table
from embeddings.training.pairs import Tasks, read_bags
from embeddings.training.static_steps import StaticBuild
from embeddings.training.vocabulary import Piece, Sizes, build_tokenizer, read_pieces
from tests.embeddings.training.conftest import toy_teacher

SETTINGS = Settings(batch=32, sizes=((16, 1.0), (8, 0.4)), keep_every=10)


@pytest.fixture
def build(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StaticBuild:
    monkeypatch.setattr(static_steps, "e5_vectors", toy_teacher(24, 1))
    monkeypatch.setattr(static_steps, "use_vectors", toy_teacher(32, 2))
    sizes = Sizes(chinese=200, english=200, ngrams=50, jieba_count=10**9)
    return StaticBuild(corpus, tmp_path, runs=((20, 0), (20, 1)), sizes=sizes, settings=SETTINGS, dim=16)


def run(build: StaticBuild, *steps: str) -> None:
    for step in steps:
        getattr(build, step)(None)


def test_whole_recipe_ends_in_a_folder_that_loads_and_has_learned(build: StaticBuild) -> None:
    run(build, "vocabulary", "teachers", "initialise", "pairs", "finetune", "quantise")
    encoder = load_folder(build.work / "static")
    figures = json.loads((build.work / "figures.json").read_text())
    rows = encoder.encode_query(["电池", "battery", "抗体", "antibody"])
    scores = rows @ rows.T
    assert encoder.dim == 16
    assert figures["x_doc_field"]["dense"] == 1.0
    assert scores[0, 1] > scores[0, 3]
    assert scores[2, 3] > scores[2, 1]
    manifest = json.loads((build.work / "static" / "manifest.json").read_text())
    assert manifest["figures"] == figures
    assert manifest["data"] == build.corpus.digests()


def test_building_twice_gives_the_same_bytes(build: StaticBuild, tmp_path: Path) -> None:
    other = replace(build, work=tmp_path / "other")
    other.work.mkdir()
    for one in (build, other):
        run(one, "vocabulary", "teachers", "initialise", "pairs", "finetune", "quantise")
    assert load_folder(build.work / "static").fingerprint == load_folder(other.work / "static").fingerprint


def test_step_that_is_done_is_not_done_again(build: StaticBuild, monkeypatch: pytest.MonkeyPatch) -> None:
    run(build, "vocabulary", "teachers")
    monkeypatch.setattr(static_steps, "use_vectors", None)
    monkeypatch.setattr(static_steps, "count_words", None)
    run(build, "vocabulary", "teachers")


def test_stopped_fine_tune_goes_on_to_the_same_table(build: StaticBuild, tmp_path: Path) -> None:
    run(build, "vocabulary", "teachers", "initialise", "pairs")
    tasks, first = Tasks(read_bags(build.work / "bags.npz")), np.load(build.work / "initial.npy")
    settings = replace(SETTINGS, steps=30)

    class StopError(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done == 25:
            raise StopError

    whole = finetune(first, tasks, settings, tmp_path / "whole.state")
    with pytest.raises(StopError):
        finetune(first, tasks, settings, tmp_path / "cut.state", stop)
    steps: list[int] = []
    resumed = finetune(first, tasks, settings, tmp_path / "cut.state", lambda done, _: steps.append(done))
    assert steps[0] == 21
    np.testing.assert_array_equal(resumed, whole)


def test_without_summaries_no_chinese_summary_is_read(corpus: Corpus) -> None:
    assert all(not any(paper.summary.values()) for paper in replace(corpus, summaries=False).papers())
    assert all(paper.summary["tldr"] for paper in corpus.papers())


def test_missing_training_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingsError, match=r"arxiv_train\.jsonl\.gz is missing; docs/models\.md says"):
        list(Corpus(tmp_path).papers())


def test_tokenizer_cuts_words_and_falls_back_to_parts() -> None:
    pieces = [
        Piece("固态", -3, 0.1),
        Piece("电池", -3, 0.1),
        *(Piece(c, -5, 0.01) for c in "固态电池新"),
        Piece("solid", -3, 1),
    ]
    tokenizer = build_tokenizer([*pieces, *(Piece(c, -9, 1e-6) for c in "solidx9")])
    assert tokenizer.encode("固态电池,新 SOLIDx").tokens == ["固态", "电池", "新", "solid", "x"]
    assert tokenizer.encode("９！\uff5e😀").tokens == ["9"]


def test_pieces_are_read_as_they_were_written(build: StaticBuild) -> None:
    run(build, "vocabulary")
    pieces = read_pieces(build.work / "vocabulary")
    assert {"电池", "battery", "池", "α", "42"} <= {piece.text for piece in pieces}
    assert len({piece.text for piece in pieces}) == len(pieces)


def test_half_whitening_divides_by_the_fourth_root_of_the_variance() -> None:
    rng = np.random.default_rng(0)
    rows = (rng.normal(size=(5000, 3)) * [8.0, 2.0, 0.5]).astype(np.float32)
    rows -= rows.mean(axis=0)
    deviations = half_whitened(rows, 2).std(axis=0)
    np.testing.assert_allclose(deviations, np.sqrt([8.0, 2.0]), rtol=0.05)


def test_initial_table_damps_frequent_pieces_and_leaves_the_unknown_zero() -> None:
    rng = np.random.default_rng(0)
    pieces = [Piece("的", 0, 0.05), *(Piece(f"w{i}", 0, 1e-6) for i in range(40))]
    table = initial_table(pieces, [(rng.normal(size=(41, 12)).astype(np.float32), 8)], dim=8)
    lengths = np.linalg.norm(table, axis=1)
    assert lengths[0] == 0
    assert lengths[1] < 0.1 * lengths[2:].min()
    assert lengths[1:].mean() == pytest.approx(0.06 * 8**0.5, rel=1e-5)


def test_int8_is_off_by_half_a_step_at_the_most() -> None:
    rows = np.random.default_rng(0).normal(size=(50, 16)).astype(np.float32)
    values, scales = quantised_rows(rows)
    assert np.abs(values * scales[:, None] - rows).max(axis=1) == pytest.approx(scales / 2, rel=0.3)
    assert np.all(np.abs(values * scales[:, None] - rows) <= scales[:, None] * 0.5001)


def bag(*texts: list[int]) -> Bags:
    ends = np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(np.int64)
    return Bags(np.array([token for text in texts for token in text], np.int32), ends)


def as_lists(bags: Bags) -> list[list[int]]:
    return [bags.tokens[a:b].tolist() for a, b in zip(bags.ends[:-1], bags.ends[1:], strict=True)]


def test_bags_are_taken_joined_and_filtered_like_lists() -> None:
    bags = bag([1, 2, 3], [], [4], [5, 6])
    assert as_lists(bags.take(np.array([3, 0, 1, 3]))) == [[5, 6], [1, 2, 3], [], [5, 6]]
    assert as_lists(joined([bags, bag([7])])) == [[1, 2, 3], [], [4], [5, 6], [7]]
    assert as_lists(bags.only(bags.tokens % 2 == 1)) == [[1, 3], [], [4], [5]]


def test_thinning_keeps_short_texts_whole_and_shortens_long_ones() -> None:
    bags = bag(list(range(1, 7)), list(range(1000)))
    thin = as_lists(bags.thinned(np.random.default_rng(0)))
    assert thin[0] == [1, 2, 3, 4, 5, 6]
    assert 60 < len(thin[1]) < 120


def test_bags_leave_out_the_unknown_token() -> None:
    tokenizer = build_tokenizer([Piece("ab", -1, 1)])
    assert as_lists(bags_of(tokenizer, ["ab zz ab", "", "zz"])) == [[1, 1], [], []]


def test_every_task_draws_pairs_that_belong_together(build: StaticBuild) -> None:
    run(build, "vocabulary", "pairs")
    tasks = Tasks(read_bags(build.work / "bags.npz")).tasks
    rng = np.random.default_rng(0)
    expected = "ax_te ax_tz ax_ze ax_zz ax_mix c_ta c_ka c_hh c_d tc ce"
    assert " ".join(task.name for task in tasks) == expected
    for task in tasks:
        pairs = task.draw(rng, 8)
        assert len(pairs.answer) == len(pairs.left) == 8
        assert pairs.answer.max() < len(pairs.right)
        assert (pairs.left.lengths > 0).all()
        assert (pairs.right.lengths > 0).all()


def test_latin_leaves_a_text() -> None:
    assert without_latin("采用GPT-4 模型 (95.3%)") == "采用 模型 ( )"


def test_ndcg_by_hand() -> None:
    task = Search(["q"], ["a", "b", "c"], [{1, 2}])
    scores = np.array([[3.0, 2.0, 1.0]], np.float32)
    ideal = 1 + 1 / np.log2(3)
    assert figure(scores, task) == pytest.approx((1 / np.log2(3) + 1 / 2) / ideal)
    assert figure(scores, replace(task, labels=True)) == 0
    assert figure(-scores, replace(task, labels=True)) == 1


def test_bm25_is_between_zero_and_one_and_zero_without_a_common_term() -> None:
    scores = bm25_normalised(["电池 battery", "肿瘤"], ["电池电池", "battery", "抗体"])
    assert scores.min() == 0
    assert 0 < scores.max() < 1
    np.testing.assert_array_equal(scores[:, 2], 0)
    np.testing.assert_array_equal(scores[1], 0)


def test_development_tasks_are_eleven(corpus: Corpus) -> None:
    tasks = development_tasks(corpus)
    assert len(tasks) == 11
    assert tasks["zh_keywords_hard"].documents != tasks["zh_keywords"].documents
    assert all("电池" not in text for text in tasks["x_title_zh"].queries)
