"""An organisation's own records, whole, to be written to a file."""

from sqlalchemy import Connection

from api.store import records
from matcher.domain import Kind, Record


def own_records(connection: Connection, kind: Kind, org: str) -> list[Record]:
    """All live records of the organisation, by their last change."""
    found: list[Record] = []
    after = 0
    while batch := records.since(connection, kind, after, 2000, org):
        found += [stored.record() for stored in batch if not stored.deleted]
        after = batch[-1].seq
    return found
