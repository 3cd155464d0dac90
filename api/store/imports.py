"""Imports: what a file brought, and the way back as a whole."""

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, and_, func, insert, select, update

from api.store import write
from api.store.clock import now
from api.store.errors import ChangedSinceError
from api.store.records import KIND_OF, Stored, find_many, old
from api.store.schema import changes, history, imports
from api.store.write import Author, Incoming
from matcher.domain import Kind


@dataclass(frozen=True, slots=True)
class Import:
    """One file taken in."""

    id: str
    org: str
    kind: str
    file_name: str
    file_hash: str
    dry_run: bool
    job_id: str
    actor: str
    created: str
    finished: str | None
    undone: str | None
    report: dict[str, Any] | None


def _import(row: Any) -> Import:  # a result row has no static type
    values = row._asdict()
    values["report"] = None if values["report"] is None else orjson.loads(values["report"])
    return Import(**values)


def add(connection: Connection, each: Import) -> None:
    """Notes an import that is about to run."""
    values = {name: getattr(each, name) for name in Import.__dataclass_fields__ if name != "report"}
    connection.execute(insert(imports).values(values))


def find(connection: Connection, import_id: str, org: str | None = None) -> Import | None:
    """The import, if it is the organisation's (None: anybody's)."""
    query = select(imports).where(imports.c.id == import_id)
    row = connection.execute(query if org is None else query.where(imports.c.org == org)).one_or_none()
    return None if row is None else _import(row)


def recent(connection: Connection, org: str, limit: int = 100) -> list[Import]:
    """The organisation's imports, newest first."""
    query = select(imports).where(imports.c.org == org).order_by(imports.c.created.desc(), imports.c.id).limit(limit)
    return [_import(row) for row in connection.execute(query)]


def finish(connection: Connection, import_id: str, report: dict[str, Any]) -> None:
    """Notes what the import did."""
    mine = update(imports).where(imports.c.id == import_id)
    connection.execute(mine.values(finished=now(), report=orjson.dumps(report).decode()))


def undo(connection: Connection, each: Import, actor: str) -> dict[str, int]:
    """Takes back everything the import wrote: new records go, replaced ones return to what they were.

    Raises ChangedSinceError, and changes nothing, where a record changed after the import.
    """
    kind, author = KIND_OF[each.kind], Author(each.org, actor)
    touched = _touched(connection, each)
    newest = find_many(connection, kind, list(touched))
    moved = sorted(key for key, version in touched.items() if newest[key].version != version)
    if moved:
        raise ChangedSinceError(moved[:10])
    before = _before(connection, kind, each.id)
    restored = [Incoming.of(kind, each.record()) for each in before if not each.deleted]
    gone = sorted(set(touched) - {one.id for one in restored})
    write.put(connection, kind, restored, author)
    write.remove(connection, kind, gone, author)
    connection.execute(update(imports).where(imports.c.id == each.id).values(undone=now()))
    return {"removed": len(gone), "restored": len(restored)}


def _touched(connection: Connection, each: Import) -> dict[str, int]:
    query = (
        select(changes.c.id, func.max(changes.c.version)).where(changes.c.import_id == each.id).group_by(changes.c.id)
    )
    return {key: version for key, version in connection.execute(query)}  # noqa: C416 - rows are not pairs to mypy


def _before(connection: Connection, kind: Kind, import_id: str) -> list[Stored]:
    query = (
        select(history)
        .join(
            changes,
            and_(
                changes.c.kind == history.c.kind,
                changes.c.id == history.c.id,
                changes.c.version == history.c.version + 1,
            ),
        )
        .where(changes.c.import_id == import_id)
    )
    return [old(kind, row) for row in connection.execute(query)]
