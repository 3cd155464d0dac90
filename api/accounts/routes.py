"""Who am I, and, for administrators, organisations and keys."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from api.guard.caller import Caller, authenticate
from api.guard.doing import IDEMPOTENCY_HEADER, Done, do
from api.guard.roles import Role
from api.kit.answers import answer, json_bytes
from api.kit.bodies import json_body, read_json
from api.kit.problems import ConflictError, InvalidError, MalformedError, NotFoundError, documented
from api.store import accounts
from matcher.domain.record import Line, RecordId

Asker = Annotated[Caller, Depends(authenticate)]
router = APIRouter(prefix="/v1", tags=["accounts"])


class OrganisationInput(BaseModel):
    """An organisation as an administrator writes it."""

    model_config = ConfigDict(extra="forbid")
    name: Line
    checked: bool = Field(False, description="a person verified who it is; its keys see level 1 of others")


class KeyOrder(BaseModel):
    """A new key."""

    model_config = ConfigDict(extra="forbid")
    organisation: RecordId
    role: Role
    note: Annotated[str, Field(max_length=200)] = ""


class NewKey(BaseModel):
    """A key as it is shown once."""

    key: str
    prefix: str


@router.get("/whoami", name="whoami", summary="The caller's organisation and role")
async def whoami(caller: Asker) -> Response:
    """Whom the key stands for."""
    return answer({"organisation": caller.org, "role": str(caller.role), "checked": caller.checked, "key": caller.key})


@router.get("/organisations", name="organisations.list", summary="All organisations", responses=documented())
async def list_organisations(request: Request, caller: Asker) -> Response:
    """All organisations by id."""
    found = await request.app.state.store.read(accounts.list_organisations)
    return answer({"items": found})


@router.put(
    "/organisations/{org}",
    name="organisations.put",
    summary="Create or change an organisation",
    responses=documented(MalformedError, InvalidError),
    openapi_extra=json_body(OrganisationInput, {"bank": {"name": "某城商行", "checked": True}}),
)
async def put_organisation(
    request: Request, org: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,100}$")], caller: Asker
) -> Response:
    """Sets the name and whether a person has verified the organisation."""
    given, body = await read_json(request, OrganisationInput)

    def work(connection: Connection) -> Done:
        accounts.add_organisation(connection, org, given.name, checked=given.checked)
        shown = json_bytes(accounts.find_organisation(connection, org))
        return Done(200, shown, "organisation.put", subject_id=org, detail={"checked": given.checked})

    response = await do(request, caller, body, work)
    request.app.state.keys.forget()
    return response


@router.get("/keys", name="keys.list", summary="All keys, without their secrets", responses=documented())
async def list_keys(request: Request, caller: Asker) -> Response:
    """Prefix, organisation, role and state of every key."""
    return answer({"items": await request.app.state.store.read(accounts.list_keys)})


@router.post(
    "/keys",
    name="keys.create",
    status_code=201,
    summary="Make a key",
    responses=documented(MalformedError, InvalidError, ConflictError, answers={201: NewKey}),
    openapi_extra=json_body(KeyOrder, {"analyst": {"organisation": "bank", "role": "analyst"}}),
)
async def create_key(request: Request, caller: Asker) -> Response:
    """The key is in this answer and nowhere else; only its hash is kept. Idempotency keys do not apply."""
    order, _ = await read_json(request, KeyOrder)
    if "idempotency-key" in request.headers:
        raise MalformedError(
            "创建密钥不支持 Idempotency-Key：密钥只显示一次，不保存。",
            "Idempotency-Key cannot be used here: the key is shown once and never kept.",
        )

    def work(connection: Connection) -> Done:
        if accounts.find_organisation(connection, order.organisation) is None:
            raise ConflictError(f"没有机构 {order.organisation}。", f"There is no organisation {order.organisation}.")
        key = accounts.create_key(connection, order.organisation, str(order.role), order.note)
        prefix = key.split("_")[1]
        return Done(201, json_bytes({"key": key, "prefix": prefix}), "key.create", subject_id=prefix)

    return await do(request, caller, b"", work)


@router.delete(
    "/keys/{prefix}",
    name="keys.revoke",
    status_code=204,
    summary="Revoke a key",
    responses=documented(NotFoundError),
    openapi_extra={"parameters": [IDEMPOTENCY_HEADER]},
)
async def revoke_key(request: Request, prefix: str, caller: Asker) -> Response:
    """The key is refused from now on; other processes notice within two seconds."""

    def work(connection: Connection) -> Done:
        if not accounts.revoke_key(connection, prefix):
            raise NotFoundError
        return Done(204, b"", "key.revoke", subject_id=prefix)

    response = await do(request, caller, b"", work)
    request.app.state.keys.forget()
    return response
