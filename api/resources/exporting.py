"""An organisation's own records, to be written to a file."""

from sqlalchemy import Connection

from api.guard.caller import Caller
from api.store import records
from matcher.domain import Kind, Level, Record
from matcher.domain.access import redact


def own_records(connection: Connection, kind: Kind, caller: Caller) -> list[Record]:
    """All live records of the caller's organisation as far as the caller sees them, by their last change."""
    level = caller.level(kind, caller.org) or Level.PUBLIC
    whole = live_records(connection, kind, caller.org)
    return whole if level is Level.SECRET else [redact(record, level) for record in whole]


def live_records(connection: Connection, kind: Kind, org: str) -> list[Record]:
    """All live records of an organisation, whole, by their last change."""
    found: list[Record] = []
    after = 0
    while batch := records.since(connection, kind, after, 2000, org):
        found += [stored.record() for stored in batch if not stored.deleted]
        after = batch[-1].seq
    return found
