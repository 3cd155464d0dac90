"""Writing records: one way for a single record and for 100,000, each change with its number and its history."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from sqlalchemy import Connection, bindparam, delete, insert, update

from api.store.clock import now
from api.store.errors import ForeignRecordError
from api.store.facets import Facets
from api.store.records import Stored, find_many
from api.store.schema import changes, facets, history, records
from api.store.sequence import allocate, lock
from matcher.domain import Kind, Record


@dataclass(frozen=True, slots=True)
class Incoming:
    """A record on its way into the table, reduced to what the table keeps."""

    id: str
    body: str
    content_hash: str
    facets: Facets

    @classmethod
    def of(cls, kind: Kind, record: Record) -> "Incoming":
        """The record's canonical JSON without unknown fields, its hash and its facets."""
        body = record.model_dump_json(exclude_none=True)
        return cls(record.id, body, content_hash(body), Facets.of(kind, record))


def content_hash(body: str) -> str:
    """Thirty-two hex digits that name a body."""
    return hashlib.blake2b(body.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes: the organisation that owns what is created, the key, and the import if it is one."""

    org: str
    actor: str
    import_id: str | None = None


@dataclass(slots=True)
class Outcome:
    """What a write did, as ids, and the number of its last change (0 if nothing changed)."""

    created: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    seq: int = 0


@dataclass(slots=True)
class _Change:
    incoming: Incoming
    row: int
    seq: int
    version: int
    old: Stored | None


class _Mark(TypedDict):
    """What all changes of one write have in common."""

    deleted: bool
    import_id: str | None
    actor: str
    at: str


def put(connection: Connection, kind: Kind, incoming: Sequence[Incoming], author: Author) -> Outcome:
    """Creates or replaces the records; one with equal content stays as it is. Ids must be distinct.

    Raises ForeignRecordError, and writes nothing, where an id belongs to another organisation.
    """
    lock(connection)
    old = find_many(connection, kind, [each.id for each in incoming])
    foreign = [record.id for record in old.values() if record.org != author.org]
    if foreign:
        raise ForeignRecordError(sorted(foreign)[:10])
    outcome = Outcome()
    fresh: list[Incoming] = []
    for each in incoming:
        before = old.get(each.id)
        if before is not None and not before.deleted and before.content_hash == each.content_hash:
            outcome.unchanged.append(each.id)
        else:
            (outcome.created if before is None or before.deleted else outcome.replaced).append(each.id)
            fresh.append(each)
    if fresh:
        outcome.seq = _write(connection, kind, _numbered(connection, kind, fresh, old), author)
    return outcome


def remove(connection: Connection, kind: Kind, ids: Sequence[str], author: Author) -> int:
    """Turns the live records of the author's organisation into tombstones; gives the last change's number or 0."""
    lock(connection)
    old = [each for each in find_many(connection, kind, ids).values() if not each.deleted and each.org == author.org]
    if not old:
        return 0
    seq, at = allocate(connection, "seq", len(old)), now()
    mark = _mark(author, at, deleted=True)
    _keep_history(connection, old)
    connection.execute(
        update(records)
        .where(records.c.kind == bindparam("b_kind"), records.c.id == bindparam("b_id"))
        .values(
            seq=bindparam("seq"), version=bindparam("version"), deleted=True, updated=at, import_id=author.import_id
        ),
        [
            {"b_kind": str(kind), "b_id": each.id, "seq": seq + place, "version": each.version + 1}
            for place, each in enumerate(old)
        ],
    )
    connection.execute(_DROP_FACETS, [{"b_kind": str(kind), "b_row": each.row} for each in old])
    connection.execute(
        insert(changes),
        [_change_row(kind, each.id, each.row, seq + place, each.version + 1, mark) for place, each in enumerate(old)],
    )
    return seq + len(old) - 1


def _numbered(connection: Connection, kind: Kind, fresh: Sequence[Incoming], old: dict[str, Stored]) -> list[_Change]:
    seq = allocate(connection, "seq", len(fresh))
    new = sum(each.id not in old for each in fresh)
    next_row = allocate(connection, f"row:{kind}", new) if new else 0
    changed = []
    for place, each in enumerate(fresh):
        before = old.get(each.id)
        row = before.row if before else next_row
        next_row += before is None
        changed.append(_Change(each, row, seq + place, before.version + 1 if before else 1, before))
    return changed


def _write(connection: Connection, kind: Kind, changed: Sequence[_Change], author: Author) -> int:
    at = now()
    mark = _mark(author, at, deleted=False)
    _keep_history(connection, [each.old for each in changed if each.old])
    created = [_record_row(kind, each, author, at) for each in changed if each.old is None]
    replaced = [_record_row(kind, each, author, at) for each in changed if each.old]
    if created:
        connection.execute(insert(records), created)
        connection.execute(insert(facets), [_facet_row(kind, each, author) for each in changed if each.old is None])
    if replaced:
        keys = [{"b_kind": row["kind"], "b_id": row["id"], "b_row": row["row"], **row} for row in replaced]
        connection.execute(_REPLACE, [{name: row[name] for name in _REPLACED} for row in keys])
        connection.execute(_DROP_FACETS, [{name: row[name] for name in ("b_kind", "b_row")} for row in keys])
        connection.execute(insert(facets), [_facet_row(kind, each, author) for each in changed if each.old])
    connection.execute(
        insert(changes),
        [_change_row(kind, each.incoming.id, each.row, each.seq, each.version, mark) for each in changed],
    )
    return changed[-1].seq


_REPLACED = ("b_kind", "b_id", "seq", "version", "updated", "deleted", "import_id", "content_hash", "body")
_REPLACE = (
    update(records)
    .where(records.c.kind == bindparam("b_kind"), records.c.id == bindparam("b_id"))
    .values({name: bindparam(name) for name in _REPLACED[2:]})
)
_DROP_FACETS = delete(facets).where(facets.c.kind == bindparam("b_kind"), facets.c.row == bindparam("b_row"))


def _record_row(kind: Kind, change: _Change, author: Author, at: str) -> dict[str, object]:
    return {
        "kind": str(kind),
        "id": change.incoming.id,
        "row": change.row,
        "org": author.org,
        "seq": change.seq,
        "version": change.version,
        "created": at,
        "updated": at,
        "deleted": False,
        "import_id": author.import_id,
        "content_hash": change.incoming.content_hash,
        "body": change.incoming.body,
    }


def _facet_row(kind: Kind, change: _Change, author: Author) -> dict[str, object]:
    each = change.incoming.facets
    return {
        "kind": str(kind),
        "row": change.row,
        "org": author.org,
        "public": each.public,
        "platform": each.platform,
        "consented": each.consented,
    }


def _change_row(kind: Kind, record_id: str, row: int, seq: int, version: int, mark: _Mark) -> dict[str, object]:
    return {"seq": seq, "kind": str(kind), "id": record_id, "row": row, "version": version, **mark}


def _mark(author: Author, at: str, *, deleted: bool) -> _Mark:
    return {"deleted": deleted, "import_id": author.import_id, "actor": author.actor, "at": at}


def _keep_history(connection: Connection, old: Sequence[Stored]) -> None:
    if old:
        connection.execute(
            insert(history),
            [
                {
                    "kind": str(each.kind),
                    "id": each.id,
                    "version": each.version,
                    "org": each.org,
                    "seq": each.seq,
                    "updated": each.updated,
                    "deleted": each.deleted,
                    "import_id": each.import_id,
                    "content_hash": each.content_hash,
                    "body": each.body,
                }
                for each in old
            ],
        )
