import time
from pathlib import Path

import numpy as np
import pytest

import embeddings
from embeddings.encoder import clean_texts, unit_rows
from embeddings.errors import EncoderBrokenError, EncoderError, EncoderMissingError
from embeddings.loading import load_encoder
from embeddings.manifest import Manifest, read_manifest, write_manifest


def test_public_names_are_pinned() -> None:
    assert embeddings.__all__ == ["Encoder", "load_encoder"]


def test_unit_rows_keep_zero_rows_and_need_float32() -> None:
    rows = unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]]))
    assert rows.dtype == np.float32
    np.testing.assert_allclose(rows, [[0.6, 0.8], [0, 0]])


def test_lone_surrogates_become_replacement_characters() -> None:
    assert clean_texts(["电\ud800池", "𠀀", "a\udc00"]) == ["电\ufffd池", "𠀀", "a\ufffd"]


def test_one_string_is_refused() -> None:
    with pytest.raises(EncoderError, match=r"^texts is one string; expected a sequence of strings\. Pass \[text\]\.$"):
        clean_texts("固态电池")


def test_what_is_no_text_is_refused_with_its_place() -> None:
    with pytest.raises(EncoderError, match=r"^texts\[1\] is float; expected a string\.$"):
        clean_texts(["a", float("nan")])  # type: ignore[list-item]


def test_unknown_builtin_is_refused() -> None:
    with pytest.raises(EncoderMissingError, match="there are builtin:static and builtin:quality"):
        load_encoder("builtin:best")


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderMissingError, match="There is no model folder"):
        load_encoder(tmp_path / "nothing")


def test_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(
        EncoderMissingError, match=r"is no model folder: it has neither manifest\.json nor modules\.json"
    ):
        load_encoder(tmp_path)


def test_hub_name_with_the_hub_switched_off_says_what_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(EncoderMissingError, match=r"HF_HUB_OFFLINE is set.*builtin:static"):
        load_encoder("someone/no-such-model")


def test_hub_that_does_not_answer_is_given_up_within_three_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.delenv("http_proxy", raising=False)
    monkeypatch.delenv("HTTP_PROXY", raising=False)
    began = time.monotonic()
    with pytest.raises(EncoderMissingError, match=r"http://127\.0\.0\.1:9 does not answer.*builtin:static"):
        load_encoder("someone/no-such-model")
    assert time.monotonic() - began < 3


def test_name_that_no_hub_could_have_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(EncoderMissingError, match="neither a folder here nor a model name"):
        load_encoder("固态 电池//")


def test_quality_that_is_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(EncoderMissingError, match=r"run `matcher models build`\. builtin:static answers without it"):
        load_encoder("builtin:quality", models=tmp_path)


def _manifest(**changes: object) -> Manifest:
    values = {"kind": "static", "name": "n", "version": "1", "dim": 4, "files": {"a": "0" * 64}, **changes}
    return Manifest(**values)  # type: ignore[arg-type]


def test_manifest_round_trip(tmp_path: Path) -> None:
    manifest = _manifest(figures={"mean": 0.5}, prompts={"query": "q: "})
    write_manifest(tmp_path, manifest)
    assert read_manifest(tmp_path, verify=False) == manifest
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


def test_fingerprint_names_what_changes_a_vector_and_nothing_else() -> None:
    same = [_manifest(), _manifest(figures={"mean": 1}), _manifest(licences={"x": "MIT"}), _manifest(data={"f": "1"})]
    other = [
        _manifest(files={"a": "1" * 64}),
        _manifest(prompts={"query": "q"}),
        _manifest(max_tokens=9),
        _manifest(dim=5),
    ]
    assert len({manifest.fingerprint for manifest in same}) == 1
    assert len({manifest.fingerprint for manifest in [*same, *other]}) == 5


@pytest.mark.parametrize("content", ["", "{", "[]", '{"kind": "static"}', '{"nonsense": 1}', "\x00"])
def test_manifest_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(EncoderBrokenError, match="is no model manifest"):
        load_encoder(tmp_path)


def test_manifest_of_another_format_is_refused(tmp_path: Path) -> None:
    write_manifest(tmp_path, _manifest(format=99))
    with pytest.raises(EncoderBrokenError, match="has format 99; this version reads 1"):
        load_encoder(tmp_path)


def test_missing_and_changed_files_are_refused(tmp_path: Path) -> None:
    write_manifest(tmp_path, _manifest())
    with pytest.raises(EncoderBrokenError, match=r"is missing though manifest\.json names it"):
        load_encoder(tmp_path)
    (tmp_path / "a").write_text("half")
    with pytest.raises(EncoderBrokenError, match="it was cut short or changed"):
        load_encoder(tmp_path)


def test_folder_of_a_kind_that_is_no_encoder_is_refused(tmp_path: Path) -> None:
    write_manifest(tmp_path, _manifest(kind="e5", files={}))
    with pytest.raises(EncoderMissingError, match="kind 'e5'; a folder may hold static or tfidf"):
        load_encoder(tmp_path)
