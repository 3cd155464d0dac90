"""Making a call, reading it, solving it again, drawing."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from api.cases.owned import head, owned, tag
from api.guard.caller import Caller, authenticate
from api.guard.doing import IDEMPOTENCY_HEADER, Done, do
from api.jobs.routes import JobBody
from api.jobs.routes import shown as shown_job
from api.kit.answers import answer, json_bytes
from api.kit.bodies import json_body, read_json
from api.kit.problems import InvalidError, MalformedError, NotFoundError, TooLargeError, documented
from api.matches.ranking import ZONE
from api.panels.orders import CALL_EXAMPLE, DrawOrder, PanelOrder
from api.panels.pools import pools
from api.panels.refusals import broken, told
from api.panels.showing import answered
from api.panels.state import State
from api.store import cases, jobs
from matcher.assignment.check import check
from matcher.assignment.files.callrows import PairRow, QuestionRow
from matcher.calling import call_of, twins
from matcher.opinions.opinion import check_dimensions

Asker = Annotated[Caller, Depends(authenticate)]
router = APIRouter(prefix="/v1/panels", tags=["panels"])

_BODY = (MalformedError, TooLargeError, InvalidError)


class MadeCall(BaseModel):
    """A new call, who stands in its pool twice, and the job that makes its panels."""

    id: str
    name: str
    version: int
    created: str
    updated: str
    twins: list[PairRow | QuestionRow]
    job: JobBody


@router.post(
    "",
    name="panels.create",
    status_code=202,
    summary="Ask for panels",
    responses=documented(NotFoundError, *_BODY, answers={202: MadeCall}),
    openapi_extra=json_body(PanelOrder, {"a small call": CALL_EXAMPLE}) | {"parameters": [IDEMPOTENCY_HEADER]},
)
async def create_panels(request: Request, caller: Asker) -> Response:
    """Keeps the call and queues the job that makes its panels, with proof of how good they are; the finished job gives
    `panels_id` and the figures. The call is whole (docs/panels.md), or names records that the caller may see."""
    order, body = await read_json(request, PanelOrder)
    state = request.app.state
    if order.records is None:
        call = order.call
    else:
        wanted = order.records
        pool = await state.store.read(lambda c: pools(c, wanted, caller))
        today = datetime.now(ZONE).date()
        with told():
            rules = wanted.rules()
        call = await state.match_threads(
            lambda: call_of(order.name, rules, pool[0], pool[1], state.library.answering.encoder, today)
        )
    assert call is not None
    made = State(
        call=call.model_copy(update={"name": order.name}),
        floor=order.floor,
        seed=order.seed,
        limit_seconds=order.limit_seconds,
        dimensions=order.dimensions,
    )
    with told():
        await state.match_threads(made.problem)
        check_dimensions(made.sides())
        made.reasons()

    def work(connection: Connection) -> Done:
        case = cases.create(connection, "panels", caller.actor, order.name, made.body())
        job_id = _queue(connection, caller, case.id, None)
        job = jobs.find(connection, job_id)
        told_of = head(case) | {
            "twins": [each.model_dump(mode="json") for each in twins(made.call)],
            "job": None if job is None else shown_job(job),
        }
        headers = {"Location": f"/v1/panels/{case.id}"}
        return Done(202, json_bytes(told_of), "panels.create", headers, "panels", case.id)

    response = await do(request, caller, body, work)
    state.runner.wake()
    return response


@router.get("", name="panels.list", summary="List calls for panels", responses=documented())
async def list_panels(request: Request, caller: Asker) -> Response:
    """The newest 100 calls of the caller's organisation."""
    found = await request.app.state.store.read(lambda c: cases.page(c, "panels", caller.org, 100))
    return answer({"items": found})


@router.get("/{case_id}", name="panels.read", summary="Read panels", responses=documented(NotFoundError))
async def read_panels(
    request: Request,
    case_id: str,
    caller: Asker,
    version: Annotated[int | None, Query(ge=1, le=cases.LARGEST_NUMBER)] = None,
) -> Response:
    """The newest plan with its proof, pins and releases; an earlier version on request."""
    case = await request.app.state.store.read(lambda c: owned(c, "panels", case_id, caller, version))
    return answered(case)


@router.get("/{case_id}/call", name="panels.call", summary="Read the call", responses=documented(NotFoundError))
async def read_call(request: Request, case_id: str, caller: Asker) -> Response:
    """The call as a file of `matcher panels`: with it anybody checks the plan."""
    case = await request.app.state.store.read(lambda c: owned(c, "panels", case_id, caller))
    return answer(case.body["call"], headers={"ETag": tag(case)})


@router.get(
    "/{case_id}/versions", name="panels.versions", summary="Who changed what", responses=documented(NotFoundError)
)
async def read_versions(request: Request, case_id: str, caller: Asker) -> Response:
    """Every version with its time, key and action, oldest first."""

    def found(connection: Connection) -> list[dict[str, Any]]:
        case = owned(connection, "panels", case_id, caller)
        return [
            {"version": one.version, "at": one.at, "actor": one.actor, "action": one.action}
            for one in cases.versions(connection, case.id)
        ]

    return answer({"items": await request.app.state.store.read(found)})


@router.get("/{case_id}/check", name="panels.check", summary="Check the plan", responses=documented(NotFoundError))
async def check_panels(request: Request, case_id: str, caller: Asker) -> Response:
    """Whether the newest plan keeps every rule, by a checker that shares no code with the solver."""
    case = await request.app.state.store.read(lambda c: owned(c, "panels", case_id, caller))
    state = State.model_validate(case.body)
    if state.standing is None:
        raise NotFoundError("还没有方案。", "There is no plan yet.")
    plan = state.standing[1]
    violations = await request.app.state.match_threads(lambda: check(state.problem(), state.seats(plan)))
    found = [each.model_dump() for each in broken(violations)]
    return answer({"of": state.standing[0], "holds": not found, "violations": found})


@router.post(
    "/{case_id}/solve",
    name="panels.solve",
    status_code=202,
    summary="Make panels again",
    responses=documented(NotFoundError, answers={202: JobBody}),
    openapi_extra={"parameters": [IDEMPOTENCY_HEADER]},
)
async def solve_panels(request: Request, case_id: str, caller: Asker) -> Response:
    """Queues the job again; pinned seats stay. The draft is replaced when it is done, releases stand."""
    return await _queued(request, caller, case_id, b"", None, "panels.solve")


@router.post(
    "/{case_id}/draw",
    name="panels.draw",
    status_code=202,
    summary="Draw panels at random",
    responses=documented(NotFoundError, *_BODY, answers={202: JobBody}),
    openapi_extra=json_body(DrawOrder, {"a lottery number": {"seed": "2026-11-23 福彩 3D 417"}})
    | {"parameters": [IDEMPOTENCY_HEADER]},
)
async def draw_panels(request: Request, case_id: str, caller: Asker) -> Response:
    """A regulated draw among good plans (随机抽取): no seat is likelier than `cap`, the expected total gives up at most
    `epsilon`; seed and hashes stand in the record, and `matcher panels replay` draws again from it."""
    order, body = await read_json(request, DrawOrder)
    return await _queued(request, caller, case_id, body, order, "panels.draw")


async def _queued(
    request: Request,
    caller: Caller,
    case_id: str,
    body: bytes,
    order: DrawOrder | None,
    action: Literal["panels.solve", "panels.draw"],
) -> Response:
    def work(connection: Connection) -> Done:
        case = owned(connection, "panels", case_id, caller)
        job_id = _queue(connection, caller, case.id, order)
        job = jobs.find(connection, job_id)
        headers = {"Location": f"/v1/jobs/{job_id}"}
        return Done(202, json_bytes(job and shown_job(job)), action, headers, "panels", case.id)

    response = await do(request, caller, body, work)
    request.app.state.runner.wake()
    return response


def _queue(connection: Connection, caller: Caller, case_id: str, draw: DrawOrder | None) -> str:
    drawn = None if draw is None else draw.model_dump(mode="json")
    return jobs.queue(connection, caller.org, "panels", {"case_id": case_id, "draw": drawn, "key": caller.key})
