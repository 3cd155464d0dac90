"""The e5 folder that `builtin:quality` needs, made from the installed package: convert, trim, export, check."""

import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.e5 import MAX_TOKENS, PROMPTS
from embeddings.encoder import Progress
from embeddings.manifest import Manifest, file_digest, write_manifest
from embeddings.training.convert import PACKAGE, VERSION, Weights, e5_tokenizer, find_weights
from embeddings.training.export import export_onnx

_FILES = ("model.onnx", "tokenizer.json")


def trimmed_tokenizer_pieces(weights: Weights, kept: NDArray[np.int64]) -> tuple[list[tuple[str, float]], list[int]]:
    """The kept pieces with their scores, and the new places of the special ones."""
    pieces = [(weights.pieces[i], float(weights.scores[i])) for i in kept]
    return pieces, [int(np.searchsorted(kept, special)) for special in weights.specials]


def build_e5(
    folder: Path,
    kept: NDArray[np.int64],
    progress: Progress | None = None,
    source: Path | None = None,
    *,
    int8: bool = True,
) -> Manifest:
    """Writes `folder` whole or not at all and gives its manifest; `source` defaults to the installed package.

    Raises EncoderMissingError without the package and EncoderBrokenError if its file is damaged.
    """
    source = source or find_weights()
    weights = Weights(source)
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    _report(progress, 1)
    pieces, specials = trimmed_tokenizer_pieces(weights, kept)
    e5_tokenizer(pieces, specials).save(str(partial / "tokenizer.json"), pretty=False)
    _report(progress, 2)
    export_onnx(weights, kept, partial / "model.onnx", int8=int8)
    _report(progress, 3)
    manifest = Manifest(
        kind="e5",
        name="multilingual-e5-small, Chinese and English",
        version="1",
        dim=weights.shape.hidden,
        files={name: file_digest(partial / name) for name in _FILES},
        prompts=PROMPTS,
        max_tokens=MAX_TOKENS,
        licences={"multilingual-e5-small": "MIT", PACKAGE: "MIT"},
        recipe={"package": f"{PACKAGE}=={VERSION}", "source": file_digest(source), "pieces": len(kept), "int8": int8},
    )
    write_manifest(partial, manifest)
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)
    _report(progress, 4)
    return manifest


def _report(progress: Progress | None, step: int) -> None:
    if progress:
        progress(step, 4)
