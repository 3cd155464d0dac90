"""What the command line does on the database without HTTP: open it, import files, load the demonstration, rank."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from api.guard.caller import Caller, still_allowed
from api.guard.roles import Role
from api.imports.files import ImportFolder
from api.imports.intake import Progress, commit, gather, mend, refuse_foreign
from api.indexing.library import Library
from api.indexing.shelf import Shelf
from api.matches.ranking import field_of, rank
from api.settings import Settings
from api.store import accounts, imports, records
from api.store.clock import new_id, now
from api.store.imports import Import
from api.store.store import Store
from matcher.domain import Kind, Purpose, offer_kind
from matcher.domain.codes import data_folder
from matcher.matches import MatchList

DEMONSTRATION = "demonstration"
"""The organisation that owns the demonstration records."""

DEMO_FILES = {
    Kind.PROJECT: "projects",
    Kind.FUND: "funds",
    Kind.LOAN: "loans",
    Kind.INSURANCE: "insurance",
    Kind.EXPERT: "experts",
    Kind.CENTER: "centers",
}

_ACTOR = "cli"


@contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """The database with this version's tables, closed at the end."""
    store = Store(settings.url, settings.read_threads)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def shelved(store: Store, settings: Settings) -> Iterator[Library]:
    """The books, not yet caught up; changes are published as snapshots at the end."""
    library = Library(store, settings)
    try:
        yield library
    finally:
        library.stop()


def import_file(  # a file has this many sides
    store: Store, settings: Settings, path: Path, kind: Kind, org: str, progress: Progress, *, dry_run: bool = False
) -> tuple[Import, dict[str, Any]]:
    """Takes a file in as one import of the organisation; gives the import and its report. Raises UnusableFileError."""
    each = Import(
        id=new_id("imp"),
        org=org,
        kind=str(kind),
        file_name=path.name,
        file_hash="",
        dry_run=dry_run,
        job_id="",
        actor=_ACTOR,
        created=now(),
        finished=None,
        undone=None,
        report=None,
    )
    folder = ImportFolder(settings.data, each.id)
    with path.open("rb") as file:
        file_hash = folder.keep(path.name, file)
    try:
        found = gather(folder.source(path.name), kind, path.name, progress)
    except ValueError:
        folder.drop()
        raise
    store.read_now(lambda c: refuse_foreign(c, org, found))
    mend(folder, found)

    def work(connection: Connection) -> dict[str, Any]:
        imports.add(connection, Import(**{**_fields(each), "file_hash": file_hash}))
        return commit(connection, each, found, attempt=None)

    return each, store.write_now(work)


def _fields(each: Import) -> dict[str, Any]:
    return {name: getattr(each, name) for name in Import.__dataclass_fields__}


def ensure_demonstration(store: Store, settings: Settings, progress: Progress) -> str:
    """The demonstration's organisation, records and key; what is there already stays. Gives the key."""
    store.write_now(lambda c: accounts.add_organisation(c, DEMONSTRATION, "示范机构 Demonstration", checked=True))
    for done, (kind, name) in enumerate(DEMO_FILES.items()):
        progress(str(kind), done, len(DEMO_FILES))
        if not store.read_now(lambda c, kind=kind: records.newest_seq(c, kind)):  # type: ignore[misc]
            path = data_folder() / "demo" / f"{name}.jsonl"
            import_file(store, settings, path, kind, DEMONSTRATION, lambda *_: None)
    progress("done", len(DEMO_FILES), len(DEMO_FILES))
    return _demonstration_key(store, settings.data / "demonstration.key")


def _demonstration_key(store: Store, path: Path) -> str:
    """The key kept beside the database, readable by its owner alone; a new one where it is missing or was revoked."""
    if path.is_file():
        key = path.read_text("ascii").strip()
        if store.read_now(lambda c: accounts.holder(c, key)) is not None:
            return key
    key = store.write_now(
        lambda c: accounts.create_key(c, DEMONSTRATION, str(Role.ADMIN), "demonstration, loopback only")
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(key + "\n")
    return key


def first_lists(store: Store, shelf: Shelf, key: str, k: int = 3) -> Iterator[tuple[str, MatchList]]:
    """For each purpose the label of a demonstration project and its best candidates."""
    prefix = key.split("_")[1]
    caller: Caller = store.read_now(lambda c: still_allowed(c, prefix, "matches.create", "cli"))
    projects = store.read_now(lambda c: records.since(c, Kind.PROJECT, 0, 1, DEMONSTRATION))
    for subject in (stored.record() for stored in projects):
        for purpose in Purpose:
            yield subject.label, rank(purpose, subject, field_of(shelf, caller, offer_kind(purpose), {}), k)
