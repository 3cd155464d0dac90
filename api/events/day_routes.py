"""The day over HTTP: check-in, changes and their answers."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from api.cases.owned import IF_MATCH, tag
from api.events.building import event_of
from api.events.day import (
    ARRIVAL,
    CHANGE,
    ArrivalOrder,
    ChangeOrder,
    answers,
    moment,
    plan_after,
    slot_now,
    still_ahead,
    with_check_in,
)
from api.events.event_routes import BODY, CHANGED
from api.events.examples import ARRIVALS
from api.events.examples import CHANGE as CHANGE_EXAMPLE
from api.events.plan_routes import publish
from api.events.refusals import told, unknown_party
from api.events.standing import organized, standing
from api.events.state import KeptRelease, Losses, State
from api.guard.caller import Caller, authenticate
from api.guard.doing import IDEMPOTENCY_HEADER, Done, do
from api.kit.answers import json_bytes
from api.kit.bodies import json_body, read_json
from api.kit.problems import (
    ConflictError,
    NotFoundError,
    PreconditionFailedError,
    documented,
)
from api.store import cases
from api.store.cases import Case
from api.store.clock import new_id
from matcher.domain.record import Line

Asker = Annotated[Caller, Depends(authenticate)]
router = APIRouter(prefix="/v1/events", tags=["events"])


class ApplyOrder(BaseModel):
    """Which answer becomes the next release, under which name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: Annotated[str, Field(pattern="^(instant|fewest)$")] = "fewest"
    name: Line


@router.put(
    "/{event_id}/check-in",
    name="events.arrive",
    summary="Check parties in",
    responses=documented(NotFoundError, ConflictError, *BODY),
    openapi_extra=json_body(ArrivalOrder, {"present": ARRIVALS}) | {"parameters": [IDEMPOTENCY_HEADER]},
)
async def check_in(request: Request, event_id: str, caller: Asker) -> Response:
    """Notes who is present, late, absent or replaced; the organizer for all, a participant for its own parties."""
    order, body = await read_json(request, ArrivalOrder)

    def work(connection: Connection) -> Done:
        stands = standing(connection, event_id, caller)
        known = {party.id for party in stands.document.parties} if stands.organizes else stands.own
        for place, row in enumerate(order.arrivals):
            if row.party not in known:
                raise unknown_party(f"/arrivals/{place}/party", row.party)
        entries = [(row.party, row.model_dump(mode="json")) for row in order.arrivals]
        cases.add_notes(connection, event_id, ARRIVAL, caller.actor, entries)
        shown = order.model_dump(mode="json")
        return Done(200, json_bytes(shown), "event.arrive", {}, "event", event_id, {"parties": len(entries)})

    return await do(request, caller, body, work)


@router.post(
    "/{event_id}/changes",
    name="events.change",
    status_code=201,
    summary="Preview a change",
    responses=documented(NotFoundError, ConflictError, *BODY),
    openapi_extra=json_body(ChangeOrder, {"late": CHANGE_EXAMPLE}) | {"parameters": [IDEMPOTENCY_HEADER]},
)
async def preview_change(request: Request, event_id: str, caller: Asker) -> Response:
    """What the released plan becomes: the instant answer and the fewest changes. Nothing is applied."""
    order, body = await read_json(request, ChangeOrder)

    def read(connection: Connection) -> tuple[Case, State, KeptRelease, ChangeOrder]:
        case, state = organized(connection, event_id, caller)
        whole = with_check_in(connection, event_id, order) if order.check_in else order
        return case, state, released(state), whole

    case, state, standing_release, whole = await request.app.state.store.read(read)

    def found() -> dict[str, Any]:
        with told():
            return answers(state, standing_release.plan, whole)

    kept = await request.app.state.match_threads(found) | {"version": case.version}
    change_id = new_id("chg")

    def work(connection: Connection) -> Done:
        cases.add_notes(connection, event_id, CHANGE, caller.actor, [(change_id, kept)])
        seen = {name: {k: v for k, v in one.items() if k != "plan"} for name, one in kept["answers"].items()}
        shown = {"id": change_id, "version": case.version, "now": kept["now"], "answers": seen}
        headers = {"ETag": tag(case)}
        return Done(201, json_bytes(shown), "event.change", headers, "event", event_id, {"change": change_id})

    return await do(request, caller, body, work)


@router.post(
    "/{event_id}/changes/{change_id}/apply",
    name="events.apply",
    status_code=201,
    summary="Apply a change",
    responses=documented(NotFoundError, ConflictError, *BODY, *CHANGED),
    openapi_extra=json_body(ApplyOrder, {"fewest": {"answer": "fewest", "name": "第二版"}})
    | {"parameters": [IDEMPOTENCY_HEADER, IF_MATCH]},
)
async def apply_change(request: Request, event_id: str, change_id: str, caller: Asker) -> Response:
    """Makes an answer the next release, if neither the event nor the time has overtaken it."""
    order, body = await read_json(request, ApplyOrder)

    def work(connection: Connection) -> Done:
        case, state = organized(connection, event_id, caller)
        notes = cases.notes(connection, event_id, CHANGE, change_id)
        if not notes or order.answer not in notes[0].body["answers"]:
            raise NotFoundError
        kept, last = notes[0].body, released(state)
        if kept["version"] != case.version:
            raise PreconditionFailedError(
                "预览之后活动已被修改；请重新预览。", "The event changed after the preview; preview again."
            )
        answer = kept["answers"][order.answer]
        if not still_ahead(answer, last.plan, slot_now(event_of(state, last.plan), moment(None))):
            raise ConflictError(
                "预览之后已有会面开始；请重新预览。", "Meetings began after the preview; preview again."
            )
        losses = Losses.model_validate(kept["losses"])
        planned = plan_after(state, losses, answer)
        following = state.model_copy(update={"losses": losses, "draft": None})
        return publish(connection, (case, following), caller, request, planned, order.name)

    return await do(request, caller, body, work)


def released(state: State) -> KeptRelease:
    """The release that stands; ConflictError where there is none."""
    if state.release is None:
        raise ConflictError("尚未发布计划。", "No plan is released yet.")
    return state.release
