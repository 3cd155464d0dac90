"""The head: centring, learning from stored rows, and the row that joins it to the static table."""

from pathlib import Path

import numpy as np
import pytest

from embeddings.encoder import unit_rows
from embeddings.errors import EncoderBrokenError
from embeddings.head import Head, place, read_head
from embeddings.quality import joined_rows, models_folder
from embeddings.training.corpus import Corpus
from embeddings.training.head import HeadSettings, Rows, head_tasks, starting_means, train_head, write_head
from embeddings.training.head_data import Sizes, encode_head_texts, head_texts

DIM = 16


def identity(means: np.ndarray | None = None) -> Head:
    return Head(np.eye(DIM, dtype=np.float32), np.zeros((4, DIM), np.float32) if means is None else means)


def random_rows(count: int, seed: int = 0) -> np.ndarray:
    return unit_rows(np.random.default_rng(seed).normal(size=(count, DIM)))


def test_each_role_and_language_has_its_mean() -> None:
    assert place("query", np.array([True, False])).tolist() == [0, 1]
    assert place("document", np.array([True, False])).tolist() == [2, 3]


def test_head_centres_turns_and_leaves_empty_texts_zero() -> None:
    rows, means = random_rows(3), random_rows(4, seed=1)
    rows[2] = 0
    turned = identity(means).apply(rows, ["电池", "battery", ""], "document")
    np.testing.assert_allclose(turned[0], unit_rows(rows[:1] - means[2])[0], atol=1e-6)
    np.testing.assert_allclose(turned[1], unit_rows(rows[1:2] - means[3])[0], atol=1e-6)
    np.testing.assert_array_equal(turned[2], np.zeros(DIM))


def test_joined_row_scores_half_static_plus_head() -> None:
    static, head = random_rows(2), random_rows(2, seed=1)
    joined = joined_rows(static, head)
    expected = (0.5 * static[0] @ static[1] + head[0] @ head[1]) / 1.5
    assert joined.shape == (2, 2 * DIM)
    assert joined[0] @ joined[1] == pytest.approx(expected, abs=1e-6)


def test_row_without_a_deep_part_is_the_static_one() -> None:
    static = random_rows(1)
    np.testing.assert_allclose(joined_rows(static, np.zeros((1, DIM), np.float32))[0, :DIM], static[0], atol=1e-6)


def test_head_is_read_as_it_was_written(tmp_path: Path) -> None:
    head = identity(random_rows(4))
    write_head(tmp_path / "head.safetensors", head)
    read = read_head(tmp_path / "head.safetensors")
    np.testing.assert_array_equal(read.weight, head.weight)
    np.testing.assert_array_equal(read.means, head.means)
    assert [path.name for path in tmp_path.iterdir()] == ["head.safetensors"]


def test_head_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"half")
    with pytest.raises(EncoderBrokenError, match="cannot be read as a head"):
        read_head(tmp_path / "a")
    write_head(tmp_path / "b", Head(np.eye(DIM, dtype=np.float32), np.zeros((3, DIM), np.float32)))
    with pytest.raises(EncoderBrokenError, match=r"means of shape \(3, 16\) do not fit"):
        read_head(tmp_path / "b")


class ToyModel:
    """Rows in which the two subjects lie near, far apart by language: what the head has to mend."""

    calls = 0

    def encode(self, texts: list[str], role: str, progress: object = None) -> np.ndarray:
        self.calls += 1
        rng = np.random.default_rng(len(texts))
        directions = np.random.default_rng(0).normal(size=(3, DIM))
        subject = [
            any(word in text for word in ("抗体", "肿瘤", "药", "医学", "antib", "tum", "drug", "med"))
            for text in texts
        ]
        chinese = [any(character >= "\u4e00" for character in text) for text in texts]
        rows = directions[np.array(subject, int)] + 3 * np.outer(chinese, directions[2])
        rows = rows + rng.normal(size=rows.shape)
        return unit_rows(rows * np.array([[bool(text)] for text in texts]))


@pytest.fixture
def rows(corpus: Corpus, tmp_path: Path) -> dict[str, Rows]:
    from embeddings.training.head import read_rows

    encode_head_texts(ToyModel(), head_texts(corpus, Sizes(papers=40, entries=8)), tmp_path / "head")  # type: ignore[arg-type]
    return read_rows(tmp_path / "head")


def test_rows_are_stored_by_key_and_not_made_twice(corpus: Corpus, tmp_path: Path) -> None:
    model, texts = ToyModel(), head_texts(corpus, Sizes(papers=40, entries=8))
    for _ in range(2):
        encode_head_texts(model, texts, tmp_path)  # type: ignore[arg-type]
    assert model.calls == len(texts)
    assert np.load(tmp_path / "title.npy").shape == (40, DIM)


def test_training_brings_names_to_their_texts_across_languages(rows: dict[str, Rows], corpus: Corpus) -> None:
    fields = np.array([sorted(corpus.disciplines()).index(str(r.discipline)) for r in corpus.chinese_papers()])

    def right(head: Head) -> float:
        names = head.apply(rows["field_en"].rows, ["a", "b"], "query")
        texts = head.apply(rows["zh_abstract"].rows, ["电"] * len(fields), "document")
        return float(((texts @ names.T).argmax(axis=1) == fields).mean())

    settings = HeadSettings(steps=150, batch=24)
    trained = train_head(rows, head_tasks(rows, corpus), settings)
    assert right(trained) > 0.9 > right(Head(np.eye(DIM, dtype=np.float32), np.zeros((4, DIM), np.float32)))


def test_training_twice_gives_the_same_head(rows: dict[str, Rows], corpus: Corpus) -> None:
    settings = HeadSettings(steps=5, batch=16)
    one, other = (train_head(rows, head_tasks(rows, corpus), settings) for _ in range(2))
    np.testing.assert_array_equal(one.weight, other.weight)


def test_starting_means_leave_out_empty_texts() -> None:
    filled = random_rows(4)
    part = Rows(np.vstack([filled, np.zeros((4, DIM), np.float32)]), np.tile(np.arange(4), 2))
    np.testing.assert_allclose(starting_means({"a": part}), filled, atol=1e-7)


def test_models_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATCHER_MODELS", "/somewhere")
    assert models_folder() == Path("/somewhere")
    monkeypatch.delenv("MATCHER_MODELS")
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert models_folder() == Path("/data/matcher/models")
