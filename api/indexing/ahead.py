"""Ahead of the books: the vectors of a slow encoder, made record by record in the background and kept on disk.

A quick encoder (a table of words) reads a text when its record enters a book. A transformer reads twenty texts a
second, so its vectors are made first, by a process of its own that stands back behind everything else, and the books
are made from them in seconds. What was made is kept at once: a killed process goes on where it was.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson

from api.indexing.titles import levels_of
from api.store import records
from api.store.store import Store
from embeddings.cache import VectorCache
from embeddings.encoder import Encoder
from matcher.domain import Kind, Record
from matcher.domain.access import redact
from matcher.domain.texts import passages, whole

FEW = 4
"""So many changes are taken in without being read ahead: a request waits for them, some tenths of a second."""

_AT_ONCE = 16
"""Records after which the vectors are kept: what a kill costs."""

Progress = Callable[[int, int], None]  # (records read, records in all)


def vectors_folder(data: Path, encoder: Encoder) -> Path:
    """Where an encoder's vectors are kept."""
    return data / "vectors" / encoder.fingerprint


class Ahead:
    """What of the table one encoder has read: the vectors by content, and how far it came in each kind."""

    def __init__(self, data: Path, encoder: Encoder) -> None:
        self._folder = vectors_folder(data, encoder)
        self._encoder = encoder
        self.vectors = VectorCache(self._folder / "vectors.db", encoder.fingerprint)

    def seq(self, kind: Kind) -> int:
        """The number of the kind's last change that was read."""
        return self._seqs().get(str(kind), 0)

    def _seqs(self) -> dict[str, int]:
        try:
            seqs: dict[str, int] = orjson.loads((self._folder / "read.json").read_bytes())
        except (FileNotFoundError, ValueError):  # nothing read yet, or the disk lost it: vectors are still there
            return {}
        return seqs

    def left(self, store: Store, kind: Kind) -> int:
        """How many records of the kind changed since they were read."""
        return store.read_now(lambda c: records.count_since(c, kind, self.seq(kind)))

    def done(self, store: Store) -> tuple[int, int]:
        """How many records were read, and how many there are, deleted ones included."""
        total = sum(store.read_now(lambda c, kind=kind: records.count_since(c, kind, 0)) for kind in Kind)  # type: ignore[misc]
        return total - sum(self.left(store, kind) for kind in Kind), total

    def read(self, store: Store, progress: Progress = lambda done, total: None) -> None:
        """Encodes what the table has and the vectors lack, in every level's words."""
        done, total = self.done(store)
        progress(done, total)
        for kind in Kind:
            while batch := store.read_now(lambda c: records.since(c, kind, self.seq(kind), _AT_ONCE)):  # noqa: B023 - called at once
                live = [stored.record() for stored in batch if not stored.deleted]
                texts = dict.fromkeys(text for record in live for text in _texts(kind, record))
                if texts:
                    self.vectors.encode([*texts], self._encoder.encode_document, "document")
                self._note(kind, batch[-1].seq)
                done += len(batch)
                progress(done, total)

    def _note(self, kind: Kind, seq: int) -> None:
        partial = self._folder / f"read.{os.getpid()}.partial"
        partial.write_bytes(orjson.dumps(self._seqs() | {str(kind): seq}))
        partial.replace(self._folder / "read.json")

    def close(self) -> None:
        """Gives the file back."""
        self.vectors.close()


def _texts(kind: Kind, record: Record) -> Iterator[str]:
    """Every text of a record that a book of any level holds."""
    for level in levels_of(kind):
        seen = redact(record, level)
        yield whole(seen)
        yield from passages(seen)
