"""How a request changes something: once per Idempotency-Key, with its audit row, in one transaction."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from api.guard.caller import Caller
from api.kit.answers import JSON
from api.kit.problems import InvalidError, MalformedError
from api.store import audit, idempotency
from api.store.store import Store

_GOOD_KEY = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True, slots=True)
class Done:
    """The answer to a change, and what the audit log says about it."""

    status: int
    body: bytes
    action: str
    headers: dict[str, str] = field(default_factory=dict)
    kind: str | None = None
    subject_id: str | None = None
    detail: dict[str, object] = field(default_factory=dict)


async def do(request: Request, caller: Caller, content: bytes, work: Callable[[Connection], Done]) -> Response:
    """The response to `work`, which runs once even if the request is sent again with the same Idempotency-Key.

    `content` is what the request brought; the same key with other content is refused.
    """
    store: Store = request.app.state.store
    key = request.headers.get("idempotency-key")
    if key is not None and not _GOOD_KEY.fullmatch(key):
        raise MalformedError(
            "Idempotency-Key 须为 1 至 200 个可见 ASCII 字符。",
            "Idempotency-Key must be 1 to 200 visible ASCII characters.",
        )
    asked = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode() + content).hexdigest()

    def once(connection: Connection) -> Response:
        if key is not None:
            kept = idempotency.find(connection, caller.org, key)
            if kept is not None:
                return _again(kept, asked)
        done = work(connection)
        audit.note(connection, caller.actor, done.action, done.kind, done.subject_id, **done.detail)
        if key is not None:
            kept = idempotency.Kept(asked, done.status, done.headers, done.body)
            idempotency.keep(connection, caller.org, key, kept)
        return Response(done.body, done.status, done.headers, JSON if done.body else None)

    return await store.write(once)


def _again(kept: idempotency.Kept, asked: str) -> Response:
    if kept.request_hash != asked:
        raise InvalidError(
            "此 Idempotency-Key 已用于另一请求；请换一个。",
            "This Idempotency-Key was used for another request; take a new one.",
        )
    headers = kept.headers | {"Idempotency-Replayed": "true"}
    return Response(kept.body, kept.status, headers, JSON if kept.body else None)


IDEMPOTENCY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 200},
    "description": "Sent again with the same key within 24 hours, the request is answered as before and done once.",
}
"""What a route's `openapi_extra` says about the header."""
