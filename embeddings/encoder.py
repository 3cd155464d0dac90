"""Encoders behind one door: any model that turns texts into unit rows, by name."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import EncoderError, EncoderMissingError
from embeddings.manifest import MANIFEST, read_manifest

FloatRows = NDArray[np.float32]
Progress = Callable[[int, int], None]  # (texts done, texts in all)

BUILTIN = Path(__file__).parent / "builtin"
PREFIX = "builtin:"


class Encoder(Protocol):
    """Turns texts into unit rows whose inner product is their similarity in meaning.

    Two encoders with the same `fingerprint` give the same rows; rows of two fingerprints must never be compared.
    """

    @property
    def name(self) -> str:
        """The name that loads this encoder again."""

    @property
    def dim(self) -> int:
        """How many numbers a row has."""

    @property
    def fingerprint(self) -> str:
        """Short hex digest of everything that changes a row."""

    def encode_query(self, texts: Sequence[str], progress: Progress | None = None) -> FloatRows:
        """Rows of short needs, titles and label names: (n, dim) float32, unit length, zero for an empty text."""

    def encode_document(self, texts: Sequence[str], progress: Progress | None = None) -> FloatRows:
        """Rows of stored long texts: (n, dim) float32, unit length, zero for an empty text."""


def load_encoder(name: str | Path, models: Path | None = None) -> Encoder:
    """The encoder called `name`.

    `builtin:static` and `builtin:quality` need no network; a folder may hold a model of ours (with a manifest) or any
    sentence-transformers model; anything else is taken for a model name on the hub.
    `models` is where `builtin:quality` was built (default: `embeddings.quality.models_folder()`).

    Raises EncoderMissingError if there is no such model here (within 3 s when the hub cannot be reached) and
    EncoderBrokenError if its files are damaged.
    """
    text = str(name)
    if text.startswith(PREFIX):
        return _load_builtin(text, models)
    if isinstance(name, Path) or Path(text).exists() or text.startswith(("/", "./", "../", "~")):
        return load_folder(Path(text).expanduser())
    from embeddings.model import load_hub_model

    return load_hub_model(text)


def _load_builtin(name: str, models: Path | None) -> Encoder:
    if name == "builtin:static":
        return load_folder(BUILTIN / "static")
    if name == "builtin:quality":
        from embeddings.quality import load_quality

        return load_quality(models)
    raise EncoderMissingError(f"There is no built-in model {name!r}; there are builtin:static and builtin:quality.")


def load_folder(folder: Path) -> Encoder:
    """The encoder in `folder`: one of ours by its manifest, else a sentence-transformers model."""
    if not folder.is_dir():
        raise EncoderMissingError(f"There is no model folder {folder}; builtin:static works without one.")
    if (folder / MANIFEST).is_file():
        return _load_manifest_folder(folder)
    if (folder / "modules.json").is_file() or (folder / "config.json").is_file():
        from embeddings.model import load_model_folder

        return load_model_folder(folder)
    raise EncoderMissingError(
        f"{folder} is no model folder: it has neither {MANIFEST} nor modules.json nor config.json. "
        "Name a sentence-transformers folder, or use builtin:static."
    )


def _load_manifest_folder(folder: Path) -> Encoder:
    manifest = read_manifest(folder)
    if manifest.kind == "static":
        from embeddings.static import load_static

        return load_static(folder, manifest)
    if manifest.kind == "tfidf":
        from embeddings.tfidf import load_tfidf

        return load_tfidf(folder, manifest)
    raise EncoderMissingError(f"{folder} holds a model of kind {manifest.kind!r}; a folder may hold static or tfidf.")


def clean_texts(texts: Sequence[str]) -> list[str]:
    """The texts as strings that every tokenizer accepts: a lone surrogate becomes U+FFFD.

    Raises EncoderError for a single string (a frequent slip) and for anything that is no text.
    """
    if isinstance(texts, str):
        raise EncoderError("texts is one string; expected a sequence of strings. Pass [text].")
    cleaned = []
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            raise EncoderError(f"texts[{row}] is {type(text).__name__}; expected a string.")
        cleaned.append(text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    return cleaned


def unit_rows(rows: NDArray[np.floating]) -> FloatRows:
    """The rows scaled to length 1 as float32; a zero row stays zero."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.ascontiguousarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float32)
