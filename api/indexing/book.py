"""A book: one catalogue that follows the table, with its filters and the number of the last change it holds.

Shared books hold every organisation's records as level 0 or 1 sees them. Own books hold one organisation's records at
level 2 and nobody else's: word statistics over others' hidden texts would show in scores.
"""

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import orjson
import structlog

from api.indexing.postings import Postings
from api.indexing.titles import Title
from api.store import records
from api.store.facets import tokens
from api.store.records import Stored
from api.store.sequence import newest
from api.store.store import Store
from embeddings.encoder import Encoder
from embeddings.errors import EmbeddingsError
from embeddings.snapshot import open_current, publish
from matcher.domain import Record
from matcher.domain.access import redact
from matcher.retrieval.catalogue import Catalogue

log = structlog.get_logger("matcher.indexing")

BATCH = 5000
"""Records taken in at once: each batch copies what the last merge left, so few large ones are cheaper."""

PATIENCE_S = 0.25
"""How long a request waits for the indexing thread to let go of a book."""

T = TypeVar("T")

FORM = 1
"""Form of the snapshots; one of another form is rebuilt."""


def _digest(record: Record) -> int:
    """Names a record's content as its level sees it, in 63 bits."""
    content = record.model_dump_json(exclude_none=True).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest()) >> 1


class Book:
    """One catalogue; changes go in under a lock, searches go on meanwhile."""

    def __init__(
        self, title: Title, store: Store, root: Path, encoder: Encoder, helper: Executor | None = None
    ) -> None:
        self.title, self._store, self._root, self._helper = title, store, root / title.folder, helper
        self._lock = Lock()
        self.catalogue = Catalogue(title.kind, title.level, encoder, self._fetch, helper)
        self.postings = Postings()
        self.seq = self._saved_seq = self.version = 0
        self._digests: dict[str, int] = {}
        self._remembered: dict[tuple[object, ...], Any] = {}
        self._remembered_at = 0
        self._open_snapshot(encoder)

    def _open_snapshot(self, encoder: Encoder) -> None:
        try:
            found = open_current(self._root)
            if found is None or found.meta.get("form") != FORM or found.meta["fingerprint"] != encoder.fingerprint:
                return
            if int(found.meta["seq"]) > self._store.read_now(newest):
                log.warning("snapshot of another table, rebuilding", book=self.title.folder)
                return
            catalogue = Catalogue.open(found.path, encoder, self._fetch, self._helper)
            postings = Postings.open(found.path)
            digests = orjson.loads((found.path / "digests.json").read_bytes())
        except (EmbeddingsError, OSError, ValueError, KeyError) as error:
            log.warning("snapshot broken, rebuilding", book=self.title.folder, error=type(error).__name__)
            return
        self.catalogue, self.postings, self._digests = catalogue, postings, digests
        self.version = int(catalogue.version)
        self.seq = self._saved_seq = int(found.meta["seq"])

    def catch_up(self, up_to: int | None = None, most: int = BATCH) -> int:
        """Takes in the next changes, at most so many and none after the number `up_to`; gives how many it took."""
        with self._lock:
            return self._next(most, up_to)

    def catch_up_at_once(self, most: int) -> None:
        """Takes in a few changes, so that a request sees what was written before it; a busy book stays as it is."""
        if self._lock.acquire(timeout=PATIENCE_S):
            try:
                self._next(most)
            finally:
                self._lock.release()

    def _next(self, size: int, up_to: int | None = None) -> int:
        found = self._store.read_now(lambda c: records.since(c, self.title.kind, self.seq, size, self.title.org))
        batch = found if up_to is None else [each for each in found if each.seq <= up_to]
        self._take(batch)
        return len(batch)

    def remember(self, what: tuple[object, ...], make: Callable[[], T]) -> T:
        """The value of `make()`, made once for each state of the book."""
        if self._remembered_at != self.version:
            self._remembered, self._remembered_at = {}, self.version
        if what not in self._remembered:
            self._remembered[what] = make()
        value: T = self._remembered[what]
        return value

    def reopen(self) -> None:
        """Takes the newest snapshot, which another process made, in place of what is held."""
        with self._lock:
            self._open_snapshot(self.catalogue.encoder)

    def _take(self, batch: Sequence[Stored]) -> None:
        if not batch:
            return
        gone = [each.id for each in batch if each.deleted and each.id in self._digests]
        self.postings.remove(self.catalogue.rows_of(gone))
        self.catalogue.remove(gone)
        for one in gone:
            del self._digests[one]
        self.version += len(gone) + self._put([each for each in batch if not each.deleted])
        self.catalogue.version = str(self.version)
        self.seq = batch[-1].seq

    def _put(self, live: Sequence[Stored]) -> int:
        """Takes in those that this level sees changed; gives their number. Changes of hidden fields leave no trace."""
        seen = [
            (each.org, record, _digest(record)) for each in live for record in [redact(each.record(), self.title.level)]
        ]
        new = [each for each in seen if self._digests.get(each[1].id) != each[2]]
        if new:
            self.catalogue.put([record for _, record, _ in new])
            rows = {record.id: self.catalogue.rows_of([record.id])[0] for _, record, _ in new}
            self.postings.put(
                {rows[record.id]: [f"@{org}", *tokens(self.title.kind, record)] for org, record, _ in new}
            )
            self._digests.update((record.id, digest) for _, record, digest in new)
        return len(new)

    def tidy(self) -> None:
        """Merges what grew long since the last merge; searches go on."""
        if self.catalogue.vectors.needs_merge:
            self.catalogue.vectors.merge()
        if self.catalogue.words.needs_merge:
            self.catalogue.words.merge()

    def behind(self) -> int:
        """How many changed records it has not taken in."""
        return self._store.read_now(lambda c: records.count_since(c, self.title.kind, self.seq, self.title.org))

    @property
    def unsaved(self) -> int:
        """How many changes the newest snapshot lacks, at most."""
        return self.seq - self._saved_seq

    def save(self) -> None:
        """Publishes a snapshot by rename, with checksums and its number."""
        with self._lock:
            meta = {"seq": self.seq, "fingerprint": self.catalogue.encoder.fingerprint, "form": FORM}
            publish(self._root, self._write, meta)
            self._saved_seq = self.seq

    def _write(self, folder: Path) -> None:
        self.catalogue.save(folder)
        self.postings.save(folder)
        (folder / "digests.json").write_bytes(orjson.dumps(self._digests))

    def _fetch(self, ids: Sequence[str]) -> list[Record]:
        found = self._store.read_now(lambda c: records.find_many(c, self.title.kind, ids))
        return [found[one].record() for one in ids]
