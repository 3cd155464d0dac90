"""Who did what, written in the transaction of the deed itself."""

from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, insert

from api.store.clock import now
from api.store.schema import audit


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and in which request."""

    org: str
    key: str
    request_id: str


def note(
    connection: Connection,
    actor: Actor,
    action: str,
    kind: str | None = None,
    subject_id: str | None = None,
    **detail: object,
) -> None:
    """One audit row. `detail` holds counts and ids, never the text of a profile."""
    connection.execute(
        insert(audit).values(
            at=now(),
            org=actor.org,
            actor=actor.key,
            action=action,
            kind=kind,
            subject_id=subject_id,
            request_id=actor.request_id,
            detail=orjson.dumps(detail).decode() if detail else None,
        )
    )
