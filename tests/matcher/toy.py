"""A tiny encoder for tests: a text is the sum of fixed random vectors of its characters."""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256

import numpy as np

from embeddings.encoder import FloatRows, Progress, unit_rows


class ToyEncoder:
    """Same characters, near vectors; deterministic, without files."""

    name, dim, fingerprint = "toy", 32, "toy-1"

    def encode_document(self, texts: Sequence[str], progress: Progress | None = None) -> FloatRows:
        return unit_rows(np.stack([self._sum(text) for text in texts]) if texts else np.zeros((0, self.dim)))

    encode_query = encode_document

    def _sum(self, text: str) -> np.ndarray:
        total = np.zeros(self.dim)
        for character in text:
            total += _direction(character, self.dim)
        return total


@cache
def _direction(character: str, dim: int) -> np.ndarray:
    seed = int.from_bytes(sha256(character.encode()).digest()[:4])
    return np.random.default_rng(seed).normal(size=dim)
