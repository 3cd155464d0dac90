"""Match lists as they were given, so that a decision can be looked up later."""

from sqlalchemy import Connection, insert, select

from api.store.clock import now
from api.store.schema import match_lists


def keep(connection: Connection, list_id: str, org: str, purpose: str, body: bytes) -> None:
    """Keeps a list for the organisation that asked for it."""
    connection.execute(insert(match_lists).values(id=list_id, org=org, purpose=purpose, created=now(), body=body))


def find(connection: Connection, list_id: str, org: str) -> bytes | None:
    """The list as JSON, if the organisation asked for it."""
    mine = select(match_lists.c.body).where(match_lists.c.id == list_id, match_lists.c.org == org)
    body = connection.execute(mine).scalar_one_or_none()
    return None if body is None else bytes(body)
