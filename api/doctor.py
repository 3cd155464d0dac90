"""Whether everything is in order: settings, database, records, indexes. Changes nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy import Connection, func, select, text

from api.indexing.ahead import Ahead, vectors_folder
from api.indexing.book import Book
from api.indexing.titles import shared_titles
from api.settings import Settings
from api.store import records
from api.store.migrate import is_current
from api.store.schema import facets
from api.store.store import Store
from embeddings.choice import QUICK, chosen_model
from embeddings.encoder import Encoder
from embeddings.errors import EmbeddingsError
from embeddings.loading import is_quick, load_encoder
from matcher.domain import Kind


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str


def examine(settings: Settings, store: Store, progress: Callable[[str], None]) -> Iterator[Finding]:
    """Every check in turn; `progress` hears what is looked at."""
    progress("database")
    yield Finding("tables", store.read_now(is_current), store.reader.dialect.name)
    if store.reader.dialect.name == "sqlite":
        said = store.read_now(lambda c: str(c.execute(text("PRAGMA quick_check")).scalar_one()))
        yield Finding("database file", said == "ok", said)
    for kind in Kind:
        progress(f"{kind} records")
        yield _records(store, kind)
    progress("encoder")
    try:
        encoder = load_encoder(settings.encoder or chosen_model())
    except EmbeddingsError as error:
        yield Finding("encoder", False, str(error))
        return
    yield Finding("encoder", True, f"{encoder.name} {encoder.fingerprint}")
    if not is_quick(encoder):
        yield _texts_read(settings, store, encoder)
    yield from _books(settings, store, encoder, progress)


def _records(store: Store, kind: Kind) -> Finding:
    live, faceted = store.read_now(lambda c: (records.count(c, kind), _faceted(c, kind)))
    if live != faceted:
        return Finding(f"{kind} records", False, f"{live} records, {faceted} with filters; export, and import again")
    after = 0
    while batch := store.read_now(lambda c: records.since(c, kind, after, 2000)):  # noqa: B023 - called at once
        for stored in batch:
            try:
                stored.record()
            except ValidationError as error:
                place = error.errors()[0]["loc"]
                return Finding(f"{kind} records", False, f"{stored.id} breaks today's rules at {place}; mend it")
        after = batch[-1].seq
    return Finding(f"{kind} records", True, f"{live} records")


def _faceted(connection: Connection, kind: Kind) -> int:
    query = select(func.count()).select_from(facets).where(facets.c.kind == str(kind))
    return int(connection.execute(query).scalar_one())


def _texts_read(settings: Settings, store: Store, encoder: Encoder) -> Finding:
    """How far a slow encoder is; the folder of its vectors is not made here."""
    read, total = 0, sum(store.read_now(lambda c, kind=kind: records.count_since(c, kind, 0)) for kind in Kind)  # type: ignore[misc]
    if vectors_folder(settings.data, encoder).is_dir():
        ahead = Ahead(settings.data, encoder)
        read, total = ahead.done(store)
        ahead.close()
    waiting = "" if read == total else f"; the service reads on, and {QUICK} answers until then"
    return Finding("texts read", True, f"{read} of {total}{waiting}")


def _books(settings: Settings, store: Store, encoder: Encoder, progress: Callable[[str], None]) -> Iterator[Finding]:
    for title in shared_titles():
        progress(f"index {title.folder}")
        book = Book(title, store, settings.data / "index" / encoder.fingerprint, encoder)
        held, live = len(book.catalogue), store.read_now(lambda c, kind=title.kind: records.count(c, kind))  # type: ignore[misc]
        behind = book.behind()
        whole = behind > 0 or held == live
        detail = f"{held} of {live}" + (f", {behind} changes behind; the service catches up" if behind else "")
        yield Finding(f"index {title.folder}", whole, detail if whole else f"{detail}; run `matcher reindex`")
