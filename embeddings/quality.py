"""The deep built-in encoder: the static table and e5 behind its trained head, as one row.

A row is `[sqrt(.5) static, head]` at unit length, 256 + 384 numbers, so one inner product is
(cos_static / 2 + cos_head) / 1.5 and one index serves both. Weight of BM25n beside it: 1/3 where it was 1/2.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from embeddings.e5 import E5, READING, session_threads
from embeddings.encoder import BUILTIN, FloatRows, Progress, clean_texts, unit_rows
from embeddings.errors import EncoderMissingError
from embeddings.head import Head, read_head
from embeddings.manifest import MANIFEST, digest_of, read_manifest
from embeddings.static import StaticEncoder, load_static
from embeddings.text import simplify

E5_FOLDER = "e5-small-zh-en"
STATIC_SHARE = 0.5
_NAME = "builtin:quality"


class QualityEncoder:
    """Static table and e5 head side by side; `static` alone gives the first 256 numbers of a row, before scaling."""

    def __init__(self, static: StaticEncoder, e5: E5, head: Head, fingerprint: str) -> None:
        self.name = _NAME
        self.dim = static.dim + len(head.weight)
        self.fingerprint = fingerprint
        self.static = static
        self._e5 = e5
        self._head = head

    def encode_query(self, texts: Sequence[str], progress: Progress | None = None) -> FloatRows:
        """(n, 640) float32 unit rows of short texts."""
        return joined_rows(self.static.encode_query(texts), self.head_rows(texts, "query", progress))

    def encode_document(self, texts: Sequence[str], progress: Progress | None = None) -> FloatRows:
        """(n, 640) float32 unit rows of long texts."""
        return joined_rows(self.static.encode_document(texts), self.head_rows(texts, "document", progress))

    def head_rows(self, texts: Sequence[str], role: str, progress: Progress | None = None) -> FloatRows:
        """(n, 384) float32 unit rows of the deep part alone; `role` is query or document."""
        plain = [text if text.isascii() else simplify(text) for text in clean_texts(texts)]
        return self._head.apply(self._e5.encode(plain, role, progress), plain, role)


def joined_rows(static: FloatRows, head: FloatRows) -> FloatRows:
    """(n, 640) float32 unit rows of both parts; where the head part is zero the static part fills the row alone."""
    return unit_rows(np.hstack([np.sqrt(STATIC_SHARE) * static, head]))


def models_folder() -> Path:
    """Where built models lie: $MATCHER_MODELS, else matcher/models in the user's data folder."""
    if chosen := os.environ.get("MATCHER_MODELS"):
        return Path(chosen)
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "matcher" / "models"


def quality_is_built(models: Path | None = None) -> bool:
    """Whether `builtin:quality` can be loaded from `models` (default: `models_folder()`)."""
    return ((models or models_folder()) / E5_FOLDER / MANIFEST).is_file()


def load_quality(models: Path | None = None, own: Path = BUILTIN) -> QualityEncoder:
    """The encoder over the e5 built in `models`; `own` has the folders `static` and `quality` that ship.

    Raises EncoderMissingError if it is not built yet and EncoderBrokenError if a file was changed.
    """
    folder = (models or models_folder()) / E5_FOLDER
    if not (folder / MANIFEST).is_file():
        raise EncoderMissingError(
            f"{_NAME} is not built in {folder.parent}: run `matcher models build`. builtin:static answers without it."
        )
    e5 = read_manifest(folder)
    head = read_manifest(own / "quality")
    static = load_static(own / "static", read_manifest(own / "static"))
    fingerprint = digest_of(static.fingerprint, e5.fingerprint, READING, head.fingerprint)
    model = E5(folder, session_threads())
    return QualityEncoder(static, model, read_head(own / "quality" / "head.safetensors"), fingerprint)
