"""The e5 folder that `builtin:quality` needs, made from the installed package: convert, trim, export, check."""

import json
import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.e5 import E5, MAX_TOKENS, PROMPTS
from embeddings.encoder import BUILTIN, Progress, unit_rows
from embeddings.errors import EncoderBrokenError
from embeddings.manifest import Manifest, file_digest, write_manifest
from embeddings.quality import E5_FOLDER
from embeddings.training.convert import PACKAGE, VERSION, Weights, e5_tokenizer, find_weights
from embeddings.training.export import export_onnx
from embeddings.training.trim import unpack_pieces

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


def build_quality(models: Path, progress: Progress | None = None, source: Path | None = None) -> Manifest:
    """Builds the e5 folder of `builtin:quality` in `models` and checks that it answers as the one it was trained with.

    Raises EncoderMissingError without the package and EncoderBrokenError if the package or the result is not the one
    expected; what was there before is then kept.
    """
    kept = unpack_pieces((BUILTIN / "quality" / "pieces.bits").read_bytes())
    trial = models / f"{E5_FOLDER}.trial"
    manifest = build_e5(trial, kept, progress, source)
    try:
        check_probe(E5(trial), json.loads((BUILTIN / "quality" / "probe.json").read_text("utf-8")))
    except EncoderBrokenError:
        shutil.rmtree(trial)
        raise
    folder = models / E5_FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    trial.rename(folder)
    return manifest


PROBES = (
    "固态电池电解质的界面稳定性",
    "Solid electrolytes for next-generation energy storage",
    "肿瘤免疫治疗 PD-1",
    "SiC MOSFET",
)
_LEAST_COSINE = 0.98


def probe_rows(model: E5) -> dict[str, list[float]]:
    """e5's rows of a few texts, to four digits; a built model that gives others is broken."""
    rows = model.encode(PROBES, "query")
    return {text: [round(float(number), 4) for number in row] for text, row in zip(PROBES, rows, strict=True)}


def check_probe(model: E5, expected: dict[str, list[float]]) -> None:
    """Raises EncoderBrokenError if the model's rows of the probe texts are not the expected ones."""
    rows = model.encode(list(expected), "query")
    wanted = unit_rows(np.array(list(expected.values())))
    worst = float((rows * wanted).sum(axis=1).min()) if wanted.shape == rows.shape else -1.0
    if worst < _LEAST_COSINE:
        raise EncoderBrokenError(
            f"The built e5 answers its probe texts with cosine {worst:.3f}, expected {_LEAST_COSINE} or more: the "
            "package or this machine's int8 arithmetic differs. builtin:static answers without it."
        )


def _report(progress: Progress | None, step: int) -> None:
    if progress:
        progress(step, 4)
