"""All books of a service, and the thread that keeps them up to date."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import cast

import structlog
from prometheus_client import Gauge

from api.guard.caller import PUBLISHED_KINDS
from api.indexing.book import BATCH, Book, Title
from api.indexing.building import build
from api.indexing.encoders import RememberingEncoder, choose_encoder
from api.kit.problems import NotReadyError
from api.kit.requests import places
from api.store import records
from api.store.store import Store
from matcher.domain import KINDS, Kind, Level
from matcher.domain.access import redact
from matcher.domain.codes import data_folder
from matcher.domain.texts import whole

log = structlog.get_logger("matcher.indexing")

POLL_S = 0.5
"""How often other processes' changes are looked for; those of this process are told at once."""

BULK = 5000
"""More changes of a kind than this are taken in by a process of their own."""

SAVED_AFTER = 2000
"""Changes after which a new snapshot pays."""

FORGOTTEN = 200
"""Fewer changes than this are taken in again at the next start sooner than a snapshot is written."""

OWN_BOOKS = 64
"""Own books kept open; the one that waited longest is closed."""


class Shelf:
    """The books. Shared ones stand always; own ones are opened when their organisation asks.

    apart: whether a great many changes are taken in by processes of their own, as a service should. helper: does a part
    of the work of taking them in.
    """

    def __init__(  # a shelf stands between the store, the folder, the encoder and the metrics
        self,
        store: Store,
        data: Path,
        encoder: str | None,
        lag: Gauge,
        *,
        apart: bool = False,
        helper: Executor | None = None,
    ) -> None:
        self._store, self._root, self._data, self._encoder_name = store, data / "index", data, encoder
        self._helper, self._apart, self._building = helper, apart, cast(Kind | None, None)
        self._root.mkdir(parents=True, exist_ok=True)
        self.encoder = RememberingEncoder(choose_encoder(encoder, data / "encoder", self._corpus))
        self._lag = lag
        self._shared = {title: self._book(title) for title in shared_titles()}
        self._own: dict[Title, Book] = {}
        self._asked: set[Title] = set()
        self._opening = threading.Lock()
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="indexing", daemon=True)
        self.ready = threading.Event()

    def _book(self, title: Title) -> Book:
        return Book(title, self._store, self._root, self.encoder, self._helper)

    def start(self) -> None:
        """Begins to follow the table; `ready` is set once the shared books have caught up."""
        self._thread.start()

    def wake(self) -> None:
        """Something changed."""
        self._wake.set()

    def stop(self) -> None:
        """Stops following and publishes what changed."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        for book in self._books():
            if book.unsaved > FORGOTTEN:
                book.save()

    def shared(self, kind: Kind, level: Level) -> Book:
        """The book that all organisations share at level 0 or 1, at most one batch behind the table."""
        book = self._shared[Title(kind, level)]
        if kind is not self._building:
            book.catch_up_at_once()
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
        while book.catch_up() == BATCH:
            pass
        return book

    def publish(self, title: Title) -> None:
        """Brings one book up to date, merged, and publishes it."""
        book = self._shared.get(title) or self._book(title)
        while book.catch_up() == BATCH:
            pass
        book.tidy()
        book.save()

    def publish_apart(self, kind: Kind) -> None:
        """Brings the shared books of a kind up to date in processes of their own, and opens what they published.

        This process' memory stays flat: it opens the snapshots by memory map. If one fails, nothing is lost.
        """
        for title in self._build([title for title in self._shared if title.kind is kind]):
            self._shared[title].reopen()

    def catch_up(self, progress: Callable[[int], None] = lambda behind: None) -> int:
        """Takes in all changes; gives how many. `progress` hears how many are left."""
        taken = 0
        for kind in Kind:
            books = [book for book in self._books() if book.title.kind is kind and book.title not in self._asked]
            if self._apart and self._behind(kind) > BULK:
                taken += self._build_apart(kind)
            while not self._stopping.is_set():
                some = [book.catch_up() for book in books]  # in step, so that a text is encoded once for all levels
                taken += max(some)
                behind = self.behind()
                self._lag.set(behind)
                progress(behind)
                if max(some) < BATCH:
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
        self._lag.set(before)
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
        return build(self._store.url, self._data, self._encoder_name, titles, self._stopping)

    def _books(self) -> Iterator[Book]:
        yield from [*self._shared.values(), *self._own.values()]

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                self.catch_up()
                self._build_asked()
                if not self._stopping.is_set():
                    self.ready.set()
                    for book in self._books():
                        book.tidy()
                        if book.unsaved > SAVED_AFTER:
                            book.save()
            except Exception as error:  # the next round tries again; until then searches see what they saw
                log.error("indexing fault", error=type(error).__name__, at=places(error))  # noqa: TRY400
            self._wake.wait(POLL_S)

    def _corpus(self) -> Iterator[str]:
        """Texts that every party may see, for an encoder that must be fitted: the demonstration set and level 1."""
        for path in sorted((data_folder() / "demo").glob("*.jsonl")):
            yield from path.read_text("utf-8").splitlines()
        for kind in Kind:
            for stored in self._store.read_now(partial(records.since, kind=kind, after_seq=0, size=20_000)):
                if not stored.deleted:
                    yield whole(redact(stored.record(), Level.PLATFORM))


def shared_titles() -> list[Title]:
    """The books that stand always: every kind at level 1, published kinds at level 0 too."""
    levels = ((kind, level) for kind in KINDS for level in (Level.PUBLIC, Level.PLATFORM))
    return [Title(kind, level) for kind, level in levels if level or kind in PUBLISHED_KINDS]
