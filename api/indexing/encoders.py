"""Which encoder the service uses, and a memory of what it encoded last."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from embeddings.encoder import Encoder, FloatRows, Progress
from embeddings.errors import EncoderMissingError
from embeddings.loading import load_encoder

BUILTIN = "builtin:static"

_REMEMBERED = 30_000


def choose_encoder(name: str | None, folder: Path, corpus: Callable[[], Iterable[str]]) -> Encoder:
    """The encoder called `name`; else the built-in one; where that is not installed, TF-IDF.

    TF-IDF is fitted once on `corpus`, texts that every party may see, and kept in `folder`.
    """
    if name is not None:
        return load_encoder(name)
    try:
        return load_encoder(BUILTIN)
    except EncoderMissingError:
        return load_encoder(folder) if folder.is_dir() else _fitted(folder, corpus)


def _fitted(folder: Path, corpus: Callable[[], Iterable[str]]) -> Encoder:
    from embeddings.tfidf import fit_tfidf

    partial = folder.with_suffix(".partial")
    fit_tfidf([text for text in corpus() if text], partial)
    partial.rename(folder)
    return load_encoder(folder)


class RememberingEncoder:
    """An encoder that does not encode a text again that it encoded a moment ago.

    The catalogues of two levels mostly hold the same words, and are filled one after the other.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, FloatRows] = {}

    @property
    def name(self) -> str:
        """The encoder's name."""
        return self._encoder.name

    @property
    def dim(self) -> int:
        """How many numbers a row has."""
        return self._encoder.dim

    @property
    def fingerprint(self) -> str:
        """The encoder's fingerprint."""
        return self._encoder.fingerprint

    def encode_query(self, texts: Sequence[str], progress: Progress | None = None) -> FloatRows:
        """The encoder's own rows; queries are not remembered."""
        return self._encoder.encode_query(texts, progress)

    def encode_document(self, texts: Sequence[str], progress: Progress | None = None) -> FloatRows:
        """(n, dim) float32, as the encoder gives them."""
        known = self._known
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if len(new) == len(texts) and len(texts) < 100:
            return self._encoder.encode_document(texts, progress)
        if new:
            if len(known) + len(new) > _REMEMBERED:
                known = {text: known[text] for text in dict.fromkeys(texts) if text in known}
            rows = self._encoder.encode_document(new, progress)
            known = self._known = known | dict(zip(new, rows, strict=True))
        return np.stack([known[text] for text in texts]) if texts else self._encoder.encode_document([])
