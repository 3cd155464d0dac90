"""A case of the caller's organisation, and changes to it that lose nobody's work."""

from typing import Any

from sqlalchemy import Connection

from api.guard.caller import Caller
from api.kit.answers import matches
from api.kit.problems import NotFoundError, PreconditionFailedError, PreconditionRequiredError
from api.store import cases
from api.store.cases import Body, Case, CaseKind

IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "schema": {"type": "string"},
    "description": "the ETag of the version that the change was made from",
}
"""What a changing route's `openapi_extra` says about the header."""


def owned(connection: Connection, kind: CaseKind, case_id: str, caller: Caller, version: int | None = None) -> Case:
    """The case if it is the organisation's own; NotFoundError for any other."""
    case = cases.find(connection, kind, case_id, version)
    if case is None or case.org != caller.org:
        raise NotFoundError
    return case


def tag(case: Case) -> str:
    """The ETag of a case: its version."""
    return f'"{case.id}-{case.version}"'


def changed(connection: Connection, case: Case, caller: Caller, if_match: str | None, action: str, body: Body) -> Case:
    """The next version of the case.

    Raises:
        PreconditionRequiredError: the request does not say which version it was made from.
        PreconditionFailedError: somebody changed the case since that version.
    """
    from_version(case, if_match)
    following = cases.change(connection, case, caller.actor, action, body)
    if following is None:
        raise _overtaken()
    return following


def from_version(case: Case, if_match: str | None) -> None:
    """Refuses, as `changed` does, a request that was not made from this version of the case."""
    if if_match is None:
        raise PreconditionRequiredError(
            "修改须在 If-Match 中给出所读版本的 ETag。", "A change needs the ETag of the version you read in If-Match."
        )
    if not matches(if_match, tag(case)):
        raise _overtaken()


def _overtaken() -> PreconditionFailedError:
    return PreconditionFailedError(
        "他人已修改此对象；请重新读取后再改。", "Somebody changed it after you read it; read it again and repeat."
    )


def head(case: Case) -> dict[str, Any]:
    """What every answer about a case begins with."""
    return {
        "id": case.id,
        "name": case.name,
        "version": case.version,
        "created": case.created,
        "updated": case.updated,
    }
