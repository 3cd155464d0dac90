"""Texts as bags of token numbers, many in two arrays: what the table is trained on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bags:
    """Text i has the tokens `tokens[ends[i] : ends[i + 1]]`."""

    tokens: NDArray[np.int32]
    ends: Ints

    def __len__(self) -> int:
        return len(self.ends) - 1

    @property
    def lengths(self) -> Ints:
        """How many tokens each text has."""
        return np.diff(self.ends)

    def take(self, texts: Ints) -> "Bags":
        """These texts, in this order."""
        lengths = self.lengths[texts]
        ends = np.concatenate([[0], np.cumsum(lengths)])
        inside = np.arange(ends[-1]) - np.repeat(ends[:-1], lengths)
        return Bags(self.tokens[np.repeat(self.ends[texts], lengths) + inside], ends)

    def thinned(self, rng: np.random.Generator, drop: float = 0.1, most: int = 90) -> "Bags":
        """The texts with each token kept by chance: 1 - `drop` in texts over six tokens, about `most` at the most."""
        lengths = self.lengths
        chance = np.minimum(np.where(lengths > 6, 1 - drop, 1.0), most / np.maximum(lengths, 1))
        return self.only(rng.random(len(self.tokens)) < np.repeat(chance, lengths))

    def only(self, kept: NDArray[np.bool_]) -> "Bags":
        """The texts with the kept tokens; a text that would lose all keeps all."""
        text = np.repeat(np.arange(len(self)), self.lengths)
        emptied = np.bincount(text[kept], minlength=len(self)) == 0
        kept = kept | emptied[text]
        return Bags(self.tokens[kept], np.concatenate([[0], np.cumsum(np.bincount(text[kept], minlength=len(self)))]))


def bags_of(tokenizer: Any, texts: Iterable[str], batch: int = 4096) -> Bags:
    """The token numbers of `texts`, without the unknown token."""
    tokens: list[NDArray[np.int32]] = []
    lengths: list[int] = []
    for chunk in _chunks(texts, batch):
        for encoding in tokenizer.encode_batch_fast(chunk, add_special_tokens=False):
            ids = np.array(encoding.ids, np.int32)
            tokens.append(ids[ids > 0])
            lengths.append(len(tokens[-1]))
    flat = np.concatenate(tokens) if tokens else np.zeros(0, np.int32)
    return Bags(flat, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))


def _chunks(texts: Iterable[str], size: int) -> Iterable[list[str]]:
    chunk: list[str] = []
    for text in texts:
        chunk.append(text)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def joined(parts: Sequence[Bags]) -> Bags:
    """All texts of all parts, one after the other."""
    ends = [np.zeros(1, np.int64)]
    for part in parts:
        ends.append(part.ends[1:] + ends[-1][-1])
    return Bags(np.concatenate([part.tokens for part in parts]), np.concatenate(ends))
