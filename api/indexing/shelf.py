"""All books of one encoder, and the thread that keeps them up to date."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import cast

import structlog

from api.indexing.ahead import FEW, Ahead
from api.indexing.book import BATCH, Book
from api.indexing.building import build
from api.indexing.encoders import ReadingEncoder, RememberingEncoder
from api.indexing.titles import Title, shared_titles
from api.kit.problems import NotReadyError
from api.kit.requests import places
from api.store import records
from api.store.store import Store
from embeddings.encoder import Encoder
from embeddings.loading import is_quick
from matcher.domain import Kind, Level

log = structlog.get_logger("matcher.indexing")

POLL_S = 0.5
"""How often other processes' changes are looked for; those of this process are told at once."""

AT_ONCE = 200
"""Changes that a request takes in before it searches; what is more comes by the indexing thread."""

BULK = 5000
"""More changes of a kind than this are taken in by a process of their own."""

BULK_BATCH = 25_000
"""Records that such a process takes in at once; each batch copies what came before (20 batches cost 10 s, 4 cost 4)."""

SAVED_AFTER = 2000
"""Changes after which a new snapshot pays."""

FORGOTTEN = 200
"""Fewer changes than this are taken in again at the next start sooner than a snapshot is written."""

OWN_BOOKS = 64
"""Own books kept open; the one that waited longest is closed."""

AGAIN_S = 60.0
"""How long a failure is let rest before the next try."""


class Shelf:
    """The books of one encoder. Shared ones stand always; own ones are opened when their organisation asks.

    apart: whether a great many changes are taken in by processes of their own, as a service should. helper: does a part
    of the work of taking them in. `heard` is called whenever
    the books have caught up.

    `ready` is set while the books hold every change or nearly so. The texts of a slow encoder are read ahead; while
    many are left, `ready` is not set and the books should not answer.
    """

    def __init__(
        self,
        store: Store,
        data: Path,
        encoder: Encoder,
        *,
        apart: bool = False,
        helper: Executor | None = None,
    ) -> None:
        self._store, self._data, self._root = store, data, data / "index" / encoder.fingerprint
        self._helper, self._apart, self._building = helper, apart, cast(Kind | None, None)
        self.ahead = None if is_quick(encoder) else Ahead(data, encoder)
        self.encoder: Encoder = (
            RememberingEncoder(encoder) if self.ahead is None else ReadingEncoder(encoder, self.ahead.vectors)
        )
        self._shared = {title: self._book(title) for title in shared_titles()}
        self._own: dict[Title, Book] = {}
        self._asked: set[Title] = set()
        self._opening = threading.Lock()
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="indexing", daemon=True)
        self.ready = threading.Event()
        self.heard: Callable[[], None] = lambda: None
        self.lag = 0
        self.failed = False

    def _book(self, title: Title) -> Book:
        return Book(title, self._store, self._root, self.encoder, self._helper)

    def start(self) -> None:
        """Begins to follow the table; `ready` is set once the shared books have caught up."""
        self._thread.start()

    def wake(self) -> None:
        """Something changed."""
        self._wake.set()

    def stop(self, *, save: bool = True) -> None:
        """Stops following and publishes what changed; without `save` whoever searches it still may."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        if save:
            for book in self.books():
                if book.unsaved > FORGOTTEN:
                    book.save()
            if self.ahead is not None:
                self.ahead.close()

    def shared(self, kind: Kind, level: Level) -> Book:
        """The book that all organisations share at level 0 or 1, at most one batch behind the table."""
        book = self._shared[Title(kind, level)]
        if kind is not self._building:
            book.catch_up_at_once(AT_ONCE if self.ahead is None else FEW)
        return book

    def own(self, kind: Kind, org: str) -> Book | None:
        """The organisation's own book, caught up; None where it has no such records."""
        if not self._store.read_now(lambda c: records.count(c, kind, org)):
            return None
        title = Title(kind, Level.CONSENTED, org)
        with self._opening:
            book = self._own.pop(title, None) or self._book(title)
            self._own[title] = book  # the newest stands last
            while len(self._own) > OWN_BOOKS:
                oldest = self._own.pop(next(iter(self._own)))
                if oldest.unsaved > FORGOTTEN:
                    oldest.save()
        if self._apart and book.behind() > BULK:
            self._asked.add(title)
            self.wake()
            raise NotReadyError(
                "正在为本机构的数据建立索引，请稍后重试。",
                "The index of your organisation's records is being built; try again soon.",
                headers={"Retry-After": "30"},
            )
        self._fill(book)
        return book

    def _fill(self, book: Book, batch: int = BATCH) -> None:
        """Takes in all changes, those that are read ahead where they must be."""
        while book.catch_up(self._last_read(book.title.kind), batch) == batch:
            pass

    def _last_read(self, kind: Kind) -> int | None:
        """The number after which no change may be taken in yet; None if there is none."""
        if self.ahead is None or self.ahead.left(self._store, kind) <= FEW:
            return None
        return self.ahead.seq(kind)

    def publish(self, title: Title) -> None:
        """Brings one book up to date, merged, and publishes it."""
        book = self._shared.get(title) or self._book(title)
        self._fill(book, BULK_BATCH)
        book.tidy()
        book.save()

    def publish_apart(self, kind: Kind) -> None:
        """Brings the shared books of a kind up to date in processes of their own, and opens what they published.

        This process' memory stays flat: it opens the snapshots by memory map. If one fails, nothing is lost.
        """
        for title in self._build([title for title in self._shared if title.kind is kind]):
            self._shared[title].reopen()

    def catch_up(self, progress: Callable[[int], None] = lambda behind: None) -> int:
        """Takes in all changes that may be; gives how many. `progress` hears how many are left."""
        taken = 0
        for kind in Kind:
            books = [book for book in self.books() if book.title.kind is kind and book.title not in self._asked]
            if self._apart and self._behind(kind) > BULK:
                taken += self._build_apart(kind)
            while not self._stopping.is_set():
                up_to = self._last_read(kind)
                # In step, so that a text is encoded once for all levels.
                some = max(book.catch_up(up_to) for book in books)
                taken += some
                if some:
                    self.lag = self.behind()
                    progress(self.lag)
                if some < BATCH:
                    break
        return taken

    def behind(self) -> int:
        """How many changes the shared books lack, counted by the one that is farthest behind."""
        return max(map(self._behind, Kind))

    def _behind(self, kind: Kind) -> int:
        return max(book.behind() for title, book in self._shared.items() if title.kind is kind)

    def _build_apart(self, kind: Kind) -> int:
        """Lets other processes take in a great many changes and publish them; gives how many that brought."""
        before, self._building = self._behind(kind), kind
        self.lag = before
        try:
            self.publish_apart(kind)
        finally:
            self._building = None
        return before - self._behind(kind)

    def _build_asked(self) -> None:
        """Builds own books that are too long for a request to wait for."""
        for title in list(self._asked):
            book = self._own.get(title)
            if book is not None and self._build([title]):
                book.reopen()
            self._asked.discard(title)

    def _build(self, titles: list[Title]) -> list[Title]:
        return build(self._store.url, self._data, self.encoder.name, titles, self._stopping)

    def books(self) -> Iterator[Book]:
        """Every book that is open."""
        yield from [*self._shared.values(), *self._own.values()]

    def progress(self) -> tuple[int, int]:
        """How many records its encoder has read, and how many there are; a quick encoder reads none ahead."""
        if self.ahead is not None:
            return self.ahead.done(self._store)
        total = sum(self._store.read_now(lambda c, kind=kind: records.count_since(c, kind, 0)) for kind in Kind)  # type: ignore[misc]
        return max(0, total - self.behind()), total

    def settle(self, progress: Callable[[int], None] = lambda behind: None) -> int:
        """Takes in what may be, gives how much, and sets `ready` if that is all but a few."""
        taken = self.catch_up(progress)
        if self.ahead is None or max(self.ahead.left(self._store, kind) for kind in Kind) <= FEW:
            self.ready.set()
            self.heard()
        return taken

    def _read_ahead(self) -> None:
        """Reads the texts of a few changes; of more than a few, lets a process of its own do it."""
        if self.ahead is None:
            return
        left = max(self.ahead.left(self._store, kind) for kind in Kind)
        if left <= FEW:
            if left:
                self.ahead.read(self._store)
            return
        self.ready.clear()
        command = [sys.executable, "-m", "api.indexing.reader", self._store.url, str(self._data), self.encoder.name]
        with subprocess.Popen(command, env={**os.environ, "OMP_NUM_THREADS": "1"}) as process:
            while process.poll() is None:
                if self._stopping.wait(POLL_S):
                    process.kill()
        self.failed = process.returncode != 0 and not self._stopping.is_set()
        if self.failed:
            log.error("reading ahead failed", encoder=self.encoder.name, code=process.returncode)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                self._read_ahead()
                self.settle()
                self._build_asked()
                if self.ready.is_set() and not self._stopping.is_set():
                    for book in self.books():
                        book.tidy()
                        if book.unsaved > SAVED_AFTER:
                            book.save()
            except Exception as error:  # the next round tries again; until then searches see what they saw
                log.error("indexing fault", error=type(error).__name__, at=places(error))  # noqa: TRY400
            if self.failed:
                self._stopping.wait(AGAIN_S)
            else:
                self._wake.wait(POLL_S)
