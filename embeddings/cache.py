"""Vectors by the content they were made from: a text that did not change is never embedded again.

    with VectorCache(path, encoder.fingerprint) as cache:
        rows = cache.encode(texts, encoder.encode_document, role="document")

One SQLite file; the key is the model's fingerprint, the role and the digest of the text as it is written.
"""

import sqlite3
from collections.abc import Callable, Sequence
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import EncoderError

Floats = NDArray[np.float32]
_ASKED_AT_ONCE = 500  # SQLite takes at most 999 parameters where it is old


class VectorCache:
    """Vectors of one model in a file; safe to use from several processes and threads."""

    def __init__(self, path: Path, fingerprint: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._fingerprint, self._one_thread = fingerprint, Lock()
        try:
            self._connection = _connect(path)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            path.unlink()  # no database any more: a cache may be lost
            self._connection = _connect(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives the file back."""
        self._connection.close()

    def encode(self, texts: Sequence[str], encode: Callable[[Sequence[str]], Floats], role: str) -> Floats:
        """(n, d) float32: the vectors of the texts; `encode` is called once, for those not seen before, each once."""
        keys = [self._key(text, role) for text in texts]
        found = self._read(set(keys))
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if missing or not texts:
            made = np.ascontiguousarray(encode(list(missing.values())), np.float32)
            if made.ndim != 2 or len(made) != len(missing):
                raise EncoderError(
                    f"The model gave {made.shape} for {len(missing)} texts; it must give a row for each."
                )
            found |= dict(zip(missing, made, strict=True))
            with self._one_thread, self._connection:
                self._connection.executemany(
                    "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
                    [(key, vector.tobytes()) for key, vector in zip(missing, made, strict=True)],
                )
            if not texts:
                return made
        return np.stack([found[key] for key in keys])

    def known(self, texts: Sequence[str], role: str) -> dict[str, Floats]:
        """The vectors (d,) float32 of those texts that were encoded before; nothing is encoded."""
        keys = {text: self._key(text, role) for text in texts}
        found = self._read(set(keys.values()))
        return {text: found[key] for text, key in keys.items() if key in found}

    def _read(self, keys: set[bytes]) -> dict[bytes, Floats]:
        asked = sorted(keys)
        found: dict[bytes, Floats] = {}
        for start in range(0, len(asked), _ASKED_AT_ONCE):
            some = asked[start : start + _ASKED_AT_ONCE]
            query = f"SELECT key, vector FROM vectors WHERE key IN ({','.join('?' * len(some))})"
            with self._one_thread:
                rows = self._connection.execute(query, some).fetchall()
            found |= {key: np.frombuffer(vector, np.float32) for key, vector in rows}
        return found

    def _key(self, text: str, role: str) -> bytes:
        parts = "\x00".join((self._fingerprint, role, text))
        return blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")  # losing the last vectors costs only time
        connection.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")
    except sqlite3.Error:
        connection.close()
        raise
    return connection
