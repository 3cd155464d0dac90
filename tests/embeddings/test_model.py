"""Folders of sentence-transformers: the ones read directly and the ones that need torch."""

from pathlib import Path

import numpy as np
import pytest

from embeddings import load_encoder
from embeddings.choice import choose_model, chosen_model, model_for_files
from embeddings.errors import EncoderBrokenError
from embeddings.model import hub_answers, load_hub_model
from embeddings.presets import PRESETS

WORDS = ["[UNK]", "电池", "固态", "battery", "solid"]


@pytest.fixture(scope="module")
def table_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A toy StaticEmbedding, saved by sentence-transformers itself."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    table = np.random.default_rng(0).normal(size=(len(WORDS), 8)).astype(np.float32)
    folder = tmp_path_factory.mktemp("model") / "table"
    static = StaticEmbedding(tokenizer, embedding_weights=table)
    SentenceTransformer(modules=[static, Normalize()], device="cpu").save(str(folder), create_model_card=False)
    return folder


@pytest.fixture(scope="module")
def dense_folder(table_folder: Path) -> Path:
    """The same with a linear layer behind it, which only sentence-transformers can run."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules.dense import Dense

    model = SentenceTransformer(str(table_folder), device="cpu", local_files_only=True)
    model.append(Dense(8, 5))
    model.prompts = {"query": "solid ", "document": ""}
    folder = table_folder.parent / "dense"
    model.save(str(folder), create_model_card=False)
    return folder


TEXTS = ["固态 电池", "solid battery", "battery"]


def test_pure_table_is_read_directly_with_the_same_rows(table_folder: Path) -> None:
    from sentence_transformers import SentenceTransformer

    encoder = load_encoder(table_folder)
    model = SentenceTransformer(str(table_folder), device="cpu", local_files_only=True)
    assert type(encoder).__name__ == "StaticEncoder"
    np.testing.assert_allclose(encoder.encode_query(TEXTS), model.encode_query(TEXTS), atol=1e-6)


def test_other_models_run_in_sentence_transformers_with_their_prompts(dense_folder: Path) -> None:
    from sentence_transformers import SentenceTransformer

    encoder = load_encoder(str(dense_folder))
    model = SentenceTransformer(str(dense_folder), device="cpu", local_files_only=True)
    expected = model.encode(["solid 固态 电池"], normalize_embeddings=True, prompt="")
    assert (type(encoder).__name__, encoder.dim) == ("ModelEncoder", 5)
    np.testing.assert_allclose(encoder.encode_query(["固态 电池"]), expected, atol=1e-6)
    assert not np.allclose(encoder.encode_document(["固态 电池"]), expected, atol=1e-3)


def test_empty_texts_keep_their_places(dense_folder: Path) -> None:
    encoder = load_encoder(dense_folder)
    seen: list[tuple[int, int]] = []
    rows = encoder.encode_document(["battery", "", "  ", "固态 电池"], lambda *at: seen.append(at))
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), [1, 0, 0, 1], atol=1e-6)
    np.testing.assert_allclose(rows[0], encoder.encode_document(["battery"])[0], atol=1e-6)
    assert seen == [(2, 2)]


def test_fingerprint_follows_the_weights_and_not_the_place(dense_folder: Path, tmp_path: Path) -> None:
    import shutil

    copy, changed = tmp_path / "copy", tmp_path / "changed"
    for folder in (copy, changed):
        shutil.copytree(dense_folder, folder)
    (copy / "README.md").write_text("a model")
    settings = changed / "config_sentence_transformers.json"
    settings.write_text(settings.read_text().replace('"solid "', '"battery "'))
    prints = [load_encoder(folder).fingerprint for folder in (dense_folder, copy, changed)]
    assert prints[0] == prints[1] != prints[2]


def test_folder_that_is_cut_short_is_refused(dense_folder: Path, tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "half"
    shutil.copytree(dense_folder, folder)
    weights = next(path for path in sorted(folder.rglob("*.safetensors")))
    weights.write_bytes(weights.read_bytes()[:20])
    with pytest.raises(EncoderBrokenError, match=r"cannot be loaded as a sentence-transformers model.*builtin:static"):
        load_encoder(folder)


def test_model_of_another_dimension_than_its_preset_is_refused(
    dense_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    folder = tmp_path / "bge-m3"
    shutil.copytree(dense_folder, folder)
    monkeypatch.setitem(PRESETS, "bge-m3", PRESETS["BAAI/bge-m3"])
    with pytest.raises(EncoderBrokenError, match="gives 5 numbers; its preset says 1024"):
        load_encoder(folder)


def test_cached_hub_model_is_loaded_without_the_hub(dense_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", lambda *_: str(dense_folder / "config.json"))
    monkeypatch.setattr(huggingface_hub, "snapshot_download", lambda *_, local_files_only: str(dense_folder))
    encoder = load_hub_model("someone/small")
    assert (encoder.name, encoder.dim) == ("someone/small", 5)


def test_presets_are_complete() -> None:
    assert all(name == preset.name and preset.dim > 0 and preset.licence for name, preset in PRESETS.items())
    assert PRESETS["intfloat/multilingual-e5-base"].query_prompt == "query: "


def test_address_without_a_listener_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert not hub_answers("http://127.0.0.1:9")


def test_address_with_a_listener_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert hub_answers(f"http://127.0.0.1:{server.getsockname()[1]}")


def test_choice_is_kept_and_can_be_left_open_again(tmp_path: Path) -> None:
    assert chosen_model(tmp_path) == "builtin:static"
    choose_model("someone/small", tmp_path)
    assert chosen_model(tmp_path) == "someone/small"
    choose_model("", tmp_path)
    (tmp_path / "e5-small-zh-en").mkdir()
    (tmp_path / "e5-small-zh-en" / "manifest.json").write_text("{}")
    assert chosen_model(tmp_path) == "builtin:quality"
    assert model_for_files(tmp_path) == "builtin:static", "what is read once is not worth the slow model's time"
    choose_model("builtin:quality", tmp_path)
    assert model_for_files(tmp_path) == "builtin:quality"
