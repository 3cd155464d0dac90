"""Every step of the quality recipe on the tiny corpus and the toy e5, and the command line over the steps."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from embeddings.manifest import read_manifest
from embeddings.quality import load_quality
from embeddings.training.corpus import Corpus
from embeddings.training.head import HeadSettings
from embeddings.training.head_data import Sizes
from embeddings.training.quality_steps import QualityBuild
from embeddings.training.quantise import export_static
from embeddings.training.vocabulary import Piece, write_vocabulary
from tests.embeddings.training.test_convert import source

__all__ = ["source"]


def test_whole_recipe_ends_in_an_encoder_with_figures(corpus: Corpus, source: Path, tmp_path: Path) -> None:
    pieces = [Piece(text, -3, 1e-3) for text in ("电池", "抗体", "battery", "solid")]
    write_vocabulary(tmp_path / "vocabulary", pieces)
    table = np.random.default_rng(0).normal(size=(5, 8)).astype(np.float32)
    export_static(tmp_path / "static", pieces, table, recipe={"version": "1"}, data={}, figures={})
    settings = HeadSettings(steps=3, batch=16)
    build = QualityBuild(corpus, tmp_path, Sizes(papers=20, entries=6), settings, source)
    for step in ("trim", "export", "rows", "head", "judge"):
        getattr(build, step)(None)
    encoder = load_quality(tmp_path, tmp_path)
    rows = encoder.encode_query(["电池", ""])
    assert (encoder.dim, rows.shape) == (8 + 64, (2, 8 + 64))
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), [1, 0], atol=1e-6)
    figures = read_manifest(tmp_path / "quality").figures
    assert len(figures) == 12
    assert set(figures["mean"]) == {"bm25", "dense", "fused"}


@pytest.mark.slow
def test_missing_data_are_one_line_and_no_traceback(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "embeddings.training",
        "static",
        "--data",
        str(tmp_path),
        "--work",
        str(tmp_path / "w"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("error: The training file ")
    assert "Traceback" not in done.stderr
