"""A table of token vectors, read without torch: a text is the mean of its tokens' vectors, at unit length.

The folder is a sentence-transformers `StaticEmbedding`: `tokenizer.json` and `model.safetensors` with either
`embedding.weight` (float) or `embeddings` (int8 rows) with `weights` (one scale a token) and `mapping` (token -> row).
"""

import json
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import FloatRows, Progress, clean_texts, unit_rows
from embeddings.errors import EncoderBrokenError
from embeddings.manifest import Manifest, digest_of, file_digest

_BATCH = 512
_FILES = ("modules.json", "tokenizer.json", "model.safetensors")
_TABLE_MODULES = ("StaticEmbedding", "Normalize")


class StaticEncoder:
    """Means of token vectors; the roles query and document are the same."""

    def __init__(self, name: str, fingerprint: str, tokenizer: Any, table: "TokenTable") -> None:
        self.name = name
        self.dim = table.rows.shape[1]
        self.fingerprint = fingerprint
        self._tokenizer = tokenizer
        self._table = table

    def encode_query(self, texts: Sequence[str], progress: Progress | None = None) -> FloatRows:
        """(n, dim) float32 unit rows; zero for a text without a known token."""
        cleaned = clean_texts(texts)
        rows = np.zeros((len(cleaned), self.dim), np.float32)
        for start in range(0, len(cleaned), _BATCH):
            batch = cleaned[start : start + _BATCH]
            encodings = self._tokenizer.encode_batch_fast(batch, add_special_tokens=False)
            self._table.add_sums(rows[start : start + len(batch)], [encoding.ids for encoding in encodings])
            if progress:
                progress(start + len(batch), len(cleaned))
        return unit_rows(rows)

    def encode_document(self, texts: Sequence[str], progress: Progress | None = None) -> FloatRows:
        """The same as `encode_query`: a table knows no role."""
        return self.encode_query(texts, progress)


class TokenTable:
    """One vector a token: `rows[mapping[token]] * scales[token]`.

    `rows` (r, dim) int8 or float; `scales` (v,) float32 or None for 1; `mapping` (v,) int or None for the identity.
    """

    def __init__(
        self, rows: NDArray[Any], scales: FloatRows | None = None, mapping: NDArray[Any] | None = None
    ) -> None:
        self.rows = rows
        self._scales = scales
        self._mapping = mapping

    @property
    def tokens(self) -> int:
        """How many tokens have a vector."""
        return len(self.rows) if self._mapping is None else len(self._mapping)

    def vectors(self, tokens: NDArray[np.int64]) -> FloatRows:
        """(n, dim) float32 vectors of these tokens."""
        rows = self.rows[tokens if self._mapping is None else self._mapping[tokens]].astype(np.float32)
        return rows if self._scales is None else rows * self._scales[tokens, None]

    def add_sums(self, out: FloatRows, ids: Sequence[Sequence[int]]) -> None:
        """Adds to row i of `out` the vectors of the tokens `ids[i]`."""
        ends = np.cumsum([0, *map(len, ids)])
        flat = np.fromiter(chain.from_iterable(ids), np.int64, ends[-1])
        if len(ids) == 1:
            out[0] += self.vectors(flat).sum(axis=0)
            return
        from scipy.sparse import csr_matrix

        # Each distinct token is read and scaled once; the sums are one sparse product.
        distinct, columns = np.unique(flat, return_inverse=True)
        counts = csr_matrix((np.ones(len(flat), np.float32), columns, ends), shape=(len(ids), len(distinct)))
        out += counts @ self.vectors(distinct)


def is_static_folder(folder: Path) -> bool:
    """Whether the sentence-transformers folder is nothing but a token table."""
    try:
        modules = json.loads((folder / "modules.json").read_text("utf-8"))
        kinds = tuple(module["type"].rsplit(".", 1)[-1] for module in modules)
        at_root = modules[0]["path"] == ""
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return False
    return at_root and kinds in {_TABLE_MODULES[:1], _TABLE_MODULES}


def load_static(folder: Path, manifest: Manifest | None = None) -> StaticEncoder:
    """The table in `folder`; raises EncoderBrokenError if a file is missing, cut short or does not fit the other."""
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        table = _read_table(folder / "model.safetensors")
    # tokenizers and safetensors raise plain Exception for a file they cannot read.
    except Exception as error:
        raise EncoderBrokenError(f"{folder} cannot be read as a token table: {error}") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    size = tokenizer.get_vocab_size()
    if size > table.tokens or (manifest and manifest.dim != table.rows.shape[1]):
        raise EncoderBrokenError(
            f"{folder}: {size} tokens, but a table of {table.tokens} rows of {table.rows.shape[1]}."
        )
    if manifest:
        return StaticEncoder(manifest.name, manifest.fingerprint, tokenizer, table)
    return StaticEncoder(str(folder), digest_of(*(file_digest(folder / name) for name in _FILES)), tokenizer, table)


def _read_table(path: Path) -> TokenTable:
    from safetensors.numpy import load_file

    tensors = load_file(path)
    if "embedding.weight" in tensors:
        return TokenTable(tensors["embedding.weight"])
    return TokenTable(tensors["embeddings"], tensors.get("weights"), tensors.get("mapping"))
