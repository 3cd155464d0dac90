"""Encoders that do not encode a text again that was encoded before."""

from collections.abc import Sequence

import numpy as np

from embeddings.cache import VectorCache
from embeddings.encoder import Encoder, FloatRows, Progress

_REMEMBERED = 30_000


class _Same:
    """An encoder's own name, numbers and queries; queries are not remembered."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

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
        """The encoder's own rows."""
        return self._encoder.encode_query(texts, progress)


class RememberingEncoder(_Same):
    """A quick encoder with a memory of what it encoded a moment ago.

    The catalogues of two levels mostly hold the same words, and are filled one after the other.
    """

    def __init__(self, encoder: Encoder) -> None:
        super().__init__(encoder)
        self._known: dict[str, FloatRows] = {}

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


class ReadingEncoder(_Same):
    """A slow encoder whose vectors were made ahead: it reads them from `kept` and encodes the few that are missing."""

    def __init__(self, encoder: Encoder, kept: VectorCache) -> None:
        super().__init__(encoder)
        self._kept = kept

    def encode_document(self, texts: Sequence[str], progress: Progress | None = None) -> FloatRows:
        """(n, dim) float32, as the encoder gives them; a text that a request brought is not kept."""
        rows = self._kept.known(texts, "document")
        new = [text for text in dict.fromkeys(texts) if text not in rows]
        if new:
            rows |= zip(new, self._encoder.encode_document(new, progress), strict=True)
        return np.stack([rows[text] for text in texts]) if texts else self._encoder.encode_document([])
