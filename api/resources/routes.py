"""The routes of every kind: list, create, read, replace, delete, versions."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Path
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from api.guard.caller import Caller, authenticate
from api.guard.doing import IDEMPOTENCY_HEADER, do
from api.kit.answers import answer, matches
from api.kit.bodies import json_body, read_json
from api.kit.cursors import to_cursor
from api.kit.problems import (
    ConflictError,
    FieldError,
    InvalidError,
    MalformedError,
    NotFoundError,
    PreconditionFailedError,
    PreconditionRequiredError,
    TooLargeError,
    UnsupportedError,
    documented,
)
from api.resources import writing
from api.resources.examples import EXAMPLES
from api.resources.filters import Query, parameters
from api.resources.nouns import NOUNS
from api.resources.schemas import Versions, page_model, seen_model
from api.resources.seen import see
from api.store import records
from api.store.records import Stored
from api.store.store import Store
from matcher.domain import KINDS, Kind

Asker = Annotated[Caller, Depends(authenticate)]
Id = Annotated[str, Path(description="the record's id", max_length=100)]

_BODY = (MalformedError, TooLargeError, UnsupportedError, InvalidError)
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "schema": {"type": "string"},
    "description": "the ETag of the record as last read",
}


def router() -> APIRouter:
    """The routes of all kinds."""
    whole = APIRouter(prefix="/v1")
    for kind in NOUNS:
        _reading(whole, kind)
        _writing(whole, kind)
    return whole


def _reading(router: APIRouter, kind: Kind) -> None:
    @router.get(
        f"/{NOUNS[kind]}",
        tags=[NOUNS[kind]],
        name=f"{kind}:records.list",
        summary=f"List {NOUNS[kind]}",
        responses=documented(MalformedError, InvalidError, answers={200: page_model(kind)}),
        openapi_extra={"parameters": parameters(kind)},
    )
    async def list_records(request: Request, caller: Asker) -> Response:
        """Records that the caller may see, each at the caller's level, in the order in which they were first written.

        A filter finds a record only by what the caller may see of it; repeated values of one field are alternatives.
        """
        query, store = Query(request, kind), _store(request)
        sight = caller.sight(kind, mine=query.mine)
        found = await store.read(lambda c: records.page(c, kind, sight, query.wanted, query.after_row, query.limit + 1))
        items = [shown.as_json() for stored in found[: query.limit] if (shown := see(stored, caller))]
        more = to_cursor(found[query.limit - 1].row) if len(found) > query.limit else None
        return answer({"items": items, "next": more})

    @router.get(
        f"/{NOUNS[kind]}/{{record_id}}",
        tags=[NOUNS[kind]],
        name=f"{kind}:records.read",
        summary=f"Read one of {NOUNS[kind]}",
        responses=documented(NotFoundError, answers={200: seen_model(kind)}) | {304: {"description": "Not modified"}},
    )
    async def read_record(request: Request, record_id: Id, caller: Asker) -> Response:
        """One record at the caller's level, with its ETag."""
        shown = see(await _store(request).read(lambda c: records.find(c, kind, record_id)), caller)
        if shown is None:
            raise NotFoundError
        known = request.headers.get("if-none-match")
        if known is not None and matches(known, shown.tag):
            return Response(status_code=304, headers={"ETag": shown.tag})
        return answer(shown.as_json(), headers={"ETag": shown.tag})

    @router.get(
        f"/{NOUNS[kind]}/{{record_id}}/versions",
        tags=[NOUNS[kind]],
        name=f"{kind}:records.versions",
        summary="All versions of an own record",
        responses=documented(NotFoundError, answers={200: Versions}),
    )
    async def read_versions(request: Request, record_id: Id, caller: Asker) -> Response:
        """Every version of a record of the own organisation, oldest first; deletions included."""

        def history(connection: Connection) -> list[Stored]:
            newest = records.find(connection, kind, record_id)
            if newest is None or newest.org != caller.org or not caller.writes:
                raise NotFoundError
            return [*records.versions(connection, kind, record_id), newest]

        found = await _store(request).read(history)
        return answer(
            {
                "items": [
                    {
                        "version": each.version,
                        "updated": each.updated,
                        "deleted": each.deleted,
                        "import_id": each.import_id,
                        "record": orjson.Fragment(each.body),
                    }
                    for each in found
                ]
            }
        )


def _writing(router: APIRouter, kind: Kind) -> None:
    model, example = KINDS[kind], {NOUNS[kind]: EXAMPLES[kind]}

    @router.post(
        f"/{NOUNS[kind]}",
        tags=[NOUNS[kind]],
        name=f"{kind}:records.create",
        status_code=201,
        summary=f"Create one of {NOUNS[kind]}",
        responses=documented(ConflictError, *_BODY, answers={201: seen_model(kind)}),
        openapi_extra=json_body(model, example) | {"parameters": [IDEMPOTENCY_HEADER]},
    )
    async def create_record(request: Request, caller: Asker) -> Response:
        """A new record of the caller's organisation; its id must be free."""
        record, body = await read_json(request, model)
        return await do(request, caller, body, lambda c: writing.create(c, caller, kind, record))

    @router.put(
        f"/{NOUNS[kind]}/{{record_id}}",
        tags=[NOUNS[kind]],
        name=f"{kind}:records.replace",
        summary=f"Replace or create one of {NOUNS[kind]}",
        responses=documented(
            NotFoundError,
            PreconditionFailedError,
            PreconditionRequiredError,
            *_BODY,
            answers={200: seen_model(kind), 201: seen_model(kind)},
        ),
        openapi_extra=json_body(model, example) | {"parameters": [_IF_MATCH, IDEMPOTENCY_HEADER]},
    )
    async def replace_record(request: Request, record_id: Id, caller: Asker) -> Response:
        """The record instead of the one that has its id. If-Match with the ETag last read keeps others' changes."""
        record, body = await read_json(request, model)
        if record.id != record_id:
            broken = FieldError(pointer="/id", value=record.id, rule=f"must be {record_id[:100]}")
            raise InvalidError("id 须与地址中的编号一致。", "The id must be the one in the address.", [broken])
        tag = request.headers.get("if-match")
        return await do(request, caller, body, lambda c: writing.replace(c, caller, kind, record, tag))

    @router.delete(
        f"/{NOUNS[kind]}/{{record_id}}",
        tags=[NOUNS[kind]],
        name=f"{kind}:records.delete",
        status_code=204,
        summary=f"Delete one of {NOUNS[kind]}",
        responses=documented(NotFoundError, PreconditionFailedError),
        openapi_extra={"parameters": [_IF_MATCH, IDEMPOTENCY_HEADER]},
    )
    async def delete_record(request: Request, record_id: Id, caller: Asker) -> Response:
        """The record is gone from lists, matches and indexes; its history stays."""
        tag = request.headers.get("if-match")
        return await do(request, caller, b"", lambda c: writing.delete(c, caller, kind, record_id, tag))


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store
