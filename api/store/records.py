"""Reading records: one, by ids, or a page of a filtered list, never beyond the reader's sight."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, false, func, or_, select

from api.store.facets import token
from api.store.schema import facets, history, records
from api.store.sight import Sight
from matcher.domain import KINDS, Kind, Level, Record

KIND_OF = {str(kind): kind for kind in Kind}
"""A kind by its name in the tables."""

CHUNK = 500
"""Ids in one query at most."""

Wanted = Mapping[str, Sequence[object]]
"""Filter: field -> values; a record passes when each field has one of its values."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One version of a record as it lies in the table."""

    kind: Kind
    id: str
    row: int
    org: str
    seq: int
    version: int
    created: str
    updated: str
    deleted: bool
    import_id: str | None
    content_hash: str
    body: str

    def record(self) -> Record:
        """The domain object."""
        return KINDS[self.kind].model_validate_json(self.body)


_COLUMNS = [records.c[name] for name in Stored.__dataclass_fields__]


def _stored(kind: Kind, row: Row[Any]) -> Stored:
    values = tuple(row)[1:]
    return Stored(kind, *values)


def find(connection: Connection, kind: Kind, record_id: str) -> Stored | None:
    """The newest version, a tombstone included; None where the id was never used."""
    row = connection.execute(_select(kind).where(records.c.id == record_id)).one_or_none()
    return None if row is None else _stored(kind, row)


def find_many(connection: Connection, kind: Kind, ids: Sequence[str]) -> dict[str, Stored]:
    """The newest versions by id, tombstones included; ids never used are left out."""
    found: dict[str, Stored] = {}
    for start in range(0, len(ids), CHUNK):
        chunk = list(ids[start : start + CHUNK])
        found |= {
            row.id: _stored(kind, row) for row in connection.execute(_select(kind).where(records.c.id.in_(chunk)))
        }
    return found


def page(connection: Connection, kind: Kind, sight: Sight, wanted: Wanted, after_row: int, limit: int) -> list[Stored]:
    """At most `limit` records after the row `after_row`, in the order in which they were first written."""
    query = (
        _select(kind)
        .join(facets, and_(facets.c.kind == records.c.kind, facets.c.row == records.c.row))
        .where(facets.c.kind == str(kind), facets.c.row > after_row, _in_sight(sight, wanted))
        .order_by(facets.c.row)
        .limit(limit)
    )
    return [_stored(kind, row) for row in connection.execute(query)]


def since(connection: Connection, kind: Kind, after_seq: int, size: int, org: str | None = None) -> list[Stored]:
    """At most `size` records changed after a number, by their last change, tombstones included; of one org or all."""
    query = _select(kind).where(records.c.seq > after_seq).order_by(records.c.seq).limit(size)
    if org is not None:
        query = query.where(records.c.org == org)
    return [_stored(kind, row) for row in connection.execute(query)]


def deleted_ids(connection: Connection, kind: Kind, ids: Sequence[str]) -> set[str]:
    """Which of the ids (at most 500) are tombstones."""
    mine = select(records.c.id).where(records.c.kind == str(kind), records.c.id.in_(list(ids)), records.c.deleted)
    return set(connection.execute(mine).scalars())


def count(connection: Connection, kind: Kind, org: str | None = None) -> int:
    """How many records of the kind are not deleted, of one organisation or of all."""
    query = select(func.count()).select_from(records).where(records.c.kind == str(kind), ~records.c.deleted)
    return int(connection.execute(query if org is None else query.where(records.c.org == org)).scalar_one())


def versions(connection: Connection, kind: Kind, record_id: str) -> list[Stored]:
    """The earlier versions of a record, oldest first."""
    columns = history.c
    query = select(history).where(columns.kind == str(kind), columns.id == record_id).order_by(columns.version)
    return [old(kind, row) for row in connection.execute(query)]


def old(kind: Kind, row: Any) -> Stored:  # a result row has no static type
    """A row of the history as a version; history keeps neither row number nor the first date."""
    kept = {column.name: getattr(row, column.name) for column in history.c if column.name != "kind"}
    return Stored(kind=kind, row=-1, created="", **kept)


def _select(kind: Kind) -> Select[Any]:
    return select(*_COLUMNS).where(records.c.kind == str(kind))


def _in_sight(sight: Sight, wanted: Wanted) -> ColumnElement[bool]:
    own = and_(facets.c.org == sight.org, _passes(sight.own, wanted))
    if sight.others is None:
        return own
    return or_(own, and_(facets.c.org != sight.org, _passes(sight.others, wanted)))


def _passes(level: Level, wanted: Wanted) -> ColumnElement[bool]:
    column = (facets.c.public, facets.c.platform, facets.c.consented)[level]
    tests = [
        or_(false(), *(column.contains(token(field, value), autoescape=True) for value in values))
        for field, values in wanted.items()
    ]
    return and_(column.is_not(None), *tests)


def newest_seq(connection: Connection, kind: Kind) -> int:
    """The number of the kind's newest change; 0 before the first."""
    query = select(func.coalesce(func.max(records.c.seq), 0)).where(records.c.kind == str(kind))
    return int(connection.execute(query).scalar_one())


def count_since(connection: Connection, kind: Kind, after_seq: int, org: str | None = None) -> int:
    """How many records changed after a number, tombstones included; of one organisation or of all."""
    query = select(func.count()).select_from(records).where(records.c.kind == str(kind), records.c.seq > after_seq)
    return int(connection.execute(query if org is None else query.where(records.c.org == org)).scalar_one())
