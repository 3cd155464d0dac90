"""Creating, replacing and deleting one record."""

from urllib.parse import quote

from sqlalchemy import Connection

from api.guard.caller import Caller
from api.guard.doing import Done
from api.kit.answers import json_bytes, matches, tag_of
from api.kit.problems import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    PreconditionFailedError,
    PreconditionRequiredError,
)
from api.resources.nouns import NOUNS
from api.resources.seen import see
from api.store import records, write
from api.store.records import Stored
from api.store.sequence import lock
from api.store.write import Author, Incoming
from matcher.domain import Kind, Record


def create(connection: Connection, caller: Caller, kind: Kind, record: Record) -> Done:
    """A new record; ConflictError where the id is in use."""
    lock(connection)
    old = records.find(connection, kind, record.id)
    if old is not None and (not old.deleted or old.org != caller.org):
        raise ConflictError(
            f"编号 {record.id} 已被使用；请换一个，或用 PUT 更新。",
            f"The id {record.id} is in use; choose another, or replace it with PUT.",
        )
    return _put(connection, caller, kind, record, 201)


def replace(connection: Connection, caller: Caller, kind: Kind, record: Record, if_match: str | None) -> Done:
    """The record instead of the one with its id, which the caller must have seen; a new one where there is none."""
    lock(connection)
    old = _mine(records.find(connection, kind, record.id), caller)
    if old is None or old.deleted:
        if if_match is not None:
            raise _changed()
        return _put(connection, caller, kind, record, 201)
    if if_match is None:
        raise PreconditionRequiredError(
            "更新已有对象须在 If-Match 中给出其 ETag；请先读取。",
            "Replacing needs the record's ETag in If-Match; read it first.",
        )
    _check(old, if_match)
    return _put(connection, caller, kind, record, 200)


def delete(connection: Connection, caller: Caller, kind: Kind, record_id: str, if_match: str | None) -> Done:
    """A tombstone instead of the record."""
    lock(connection)
    old = _mine(records.find(connection, kind, record_id), caller)
    if old is None or old.deleted:
        raise NotFoundError
    if if_match is not None:
        _check(old, if_match)
    write.remove(connection, kind, [record_id], Author(caller.org, caller.key))
    return Done(204, b"", "record.delete", kind=str(kind), subject_id=record_id)


def _put(connection: Connection, caller: Caller, kind: Kind, record: Record, status: int) -> Done:
    outcome = write.put(connection, kind, [Incoming.of(kind, record)], Author(caller.org, caller.key))
    shown = see(records.find(connection, kind, record.id), caller)
    if shown is None:
        raise NotFoundError
    action = "record.create" if outcome.created else "record.replace" if outcome.replaced else "record.unchanged"
    headers = {"ETag": shown.tag}
    if status == 201:
        headers["Location"] = f"/v1/{NOUNS[kind]}/{quote(record.id, safe='')}"
    return Done(status, json_bytes(shown.as_json()), action, headers, str(kind), record.id)


def _mine(old: Stored | None, caller: Caller) -> Stored | None:
    """The record if it is the organisation's own; 403 for one that the caller sees, 404 for one that stays hidden."""
    if old is None or old.org == caller.org:
        return old
    if see(old, caller) is None:
        raise NotFoundError
    raise ForbiddenError("该对象属于其他机构，只能读取。", "The record belongs to another organisation; read only.")


def _check(old: Stored, if_match: str) -> None:
    if not matches(if_match, tag_of(old.body.encode())):
        raise _changed()


def _changed() -> PreconditionFailedError:
    return PreconditionFailedError(
        "对象在您读取之后已改变；请重新读取并再次修改。",
        "The record changed after you read it; read it again and repeat the change.",
    )
