"""Answers kept by Idempotency-Key: a request sent twice is done once and answered twice alike."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson
from sqlalchemy import Connection, delete, insert, select

from api.store.clock import now
from api.store.schema import idempotency

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was first given."""

    request_hash: str
    status: int
    headers: dict[str, str]
    body: bytes


def find(connection: Connection, org: str, key: str) -> Kept | None:
    """The answer kept for the organisation's key."""
    mine = (idempotency.c.org == org, idempotency.c.key == key)
    row = connection.execute(select(idempotency).where(*mine)).one_or_none()
    return None if row is None else Kept(row.request_hash, row.status, orjson.loads(row.headers), bytes(row.body))


def keep(connection: Connection, org: str, key: str, answer: Kept) -> None:
    """Keeps an answer for 24 hours; drops those that are older."""
    oldest = (datetime.now(UTC) - KEPT).isoformat(timespec="microseconds")
    connection.execute(delete(idempotency).where(idempotency.c.created < oldest))
    connection.execute(
        insert(idempotency).values(
            org=org,
            key=key,
            request_hash=answer.request_hash,
            status=answer.status,
            headers=orjson.dumps(answer.headers).decode(),
            body=answer.body,
            created=now(),
        )
    )
