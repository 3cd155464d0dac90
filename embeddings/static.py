"""A table of token vectors, read without torch: a text is the mean of its tokens' vectors, at unit length.

The folder is a sentence-transformers `StaticEmbedding`: `tokenizer.json` and `model.safetensors` with either
`embedding.weight` (float) or `embeddings` (int8 rows) with `weights` (one scale a token).
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import BUILTIN, FloatRows, Progress, clean_texts, unit_rows
from embeddings.errors import EncoderBrokenError
from embeddings.manifest import Manifest, digest_of, file_digest
from embeddings.text import simplify

_BATCH = 512
_TYPES = {"I8": "<i1", "F16": "<f2", "F32": "<f4"}
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
            # The table knows simplified characters only.
            batch = [text if text.isascii() else simplify(text) for text in cleaned[start : start + _BATCH]]
            encodings = self._tokenizer.encode_batch_fast(batch, add_special_tokens=False)
            for row, encoding in enumerate(encodings, start):
                rows[row] = self._table.sum(encoding.ids)
            if progress:
                progress(start + len(batch), len(cleaned))
        return unit_rows(rows)

    def encode_document(self, texts: Sequence[str], progress: Progress | None = None) -> FloatRows:
        """The same as `encode_query`: a table knows no role."""
        return self.encode_query(texts, progress)


class TokenTable:
    """One vector a token: `rows[token] * scales[token]`; rows (v, dim) int8 or float, scales (v,) float32 or None."""

    def __init__(self, rows: NDArray[Any], scales: FloatRows | None = None) -> None:
        self.rows = rows
        self._scales = np.ones(len(rows), np.float32) if scales is None else scales

    def sum(self, tokens: Sequence[int]) -> FloatRows:
        """(dim,) float32: the sum of the vectors of these tokens."""
        numbers = np.array(tokens, np.int64)
        return self._scales[numbers] @ self.rows[numbers].astype(np.float32)


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
    if size > len(table.rows) or (manifest and manifest.dim != table.rows.shape[1]):
        raise EncoderBrokenError(f"{folder}: {size} tokens, but a table of {table.rows.shape}.")
    name = "builtin:static" if folder == BUILTIN / "static" else str(folder)
    fingerprint = manifest.fingerprint if manifest else digest_of(*(file_digest(folder / each) for each in _FILES))
    return StaticEncoder(name, fingerprint, tokenizer, table)


def _read_table(path: Path) -> TokenTable:
    """The tensors as views of the mapped file: rows that no text needs are never read into memory.

    The format: u64 length of a JSON header {name: {dtype, shape, data_offsets}}, the header, the bytes.
    """
    size = int(np.fromfile(path, "<u8", 1)[0])
    content = np.memmap(path, np.uint8, mode="r")
    header = json.loads(bytes(content[8 : 8 + size]))

    def tensor(name: str) -> NDArray[Any]:
        about = header[name]
        start, end = about["data_offsets"]
        return content[8 + size + start : 8 + size + end].view(_TYPES[about["dtype"]]).reshape(about["shape"])

    if "mapping" in header:
        raise ValueError("its tokens share rows; such a table is read by sentence-transformers only")
    if "embedding.weight" in header:
        return TokenTable(tensor("embedding.weight"))
    return TokenTable(tensor("embeddings"), np.array(tensor("weights")) if "weights" in header else None)
