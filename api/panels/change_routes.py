"""What officers change: pins, replacements, releases; and what leaves as a file."""

import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

import structlog
from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from api.cases.owned import IF_MATCH, owned
from api.guard.caller import Caller, authenticate
from api.guard.doing import IDEMPOTENCY_HEADER
from api.kit.bodies import json_body, read_json
from api.kit.problems import (
    ConflictError,
    FieldError,
    InvalidError,
    MalformedError,
    NotFoundError,
    PreconditionFailedError,
    PreconditionRequiredError,
    documented,
)
from api.panels.changing import change_case
from api.panels.orders import PanelRelease, ReplaceOrder, SeatOrder
from api.panels.refusals import broken, told, undeclared
from api.panels.state import Release, State
from api.store.clock import now
from matcher.assignment.changes.alternates import alternates
from matcher.assignment.changes.repair import Swap, repair
from matcher.assignment.check import check
from matcher.assignment.errors import ChangeError
from matcher.assignment.files.minutes import minutes, write_workbook
from matcher.assignment.files.places import expert_at, seat_at
from matcher.assignment.files.planfile import panels_document, swaps_document
from matcher.assignment.problem import Problem
from matcher.assignment.result import Seats
from matcher.domain.words import Words

log = structlog.get_logger("matcher.panels")

Asker = Annotated[Caller, Depends(authenticate)]
router = APIRouter(prefix="/v1/panels", tags=["panels"])

_CHANGE = (NotFoundError, MalformedError, InvalidError, PreconditionFailedError, PreconditionRequiredError)
_HEADERS = {"parameters": [IF_MATCH, IDEMPOTENCY_HEADER]}
_SEAT = {"one seat": {"project": "p1", "expert": "e1"}}


@router.post(
    "/{case_id}/pin",
    name="panels.pin",
    summary="Pin a seat",
    responses=documented(*_CHANGE),
    openapi_extra=json_body(SeatOrder, _SEAT) | _HEADERS,
)
async def pin_seat(request: Request, case_id: str, caller: Asker) -> Response:
    """The expert keeps this seat when panels are made again or repaired. A pin that breaks a rule is refused."""
    order, body = await read_json(request, SeatOrder)

    def change(state: State) -> tuple[State, dict[str, Any]]:
        pinned = state.model_copy(update={"pins": tuple(sorted({*state.pins, (order.project, order.expert)}))})
        pinned.problem()
        return pinned, {}

    return await change_case(request, caller, case_id, body, "panels.pin", change)


@router.post(
    "/{case_id}/unpin",
    name="panels.unpin",
    summary="Take a pin away",
    responses=documented(*_CHANGE),
    openapi_extra=json_body(SeatOrder, _SEAT) | _HEADERS,
)
async def unpin_seat(request: Request, case_id: str, caller: Asker) -> Response:
    """The seat may change again."""
    order, body = await read_json(request, SeatOrder)

    def change(state: State) -> tuple[State, dict[str, Any]]:
        left = tuple(seat for seat in state.pins if seat != (order.project, order.expert))
        if len(left) == len(state.pins):
            raise ChangeError(
                "seat",
                (order.project, order.expert),
                Words("须为已固定的席位", "it is pinned"),
                Words("填写已固定的席位", "name a pinned seat"),
            )
        return state.model_copy(update={"pins": left}), {}

    return await change_case(request, caller, case_id, body, "panels.unpin", change)


@router.post(
    "/{case_id}/replace",
    name="panels.replace",
    summary="Fill vacant seats",
    responses=documented(ConflictError, *_CHANGE),
    openapi_extra=json_body(ReplaceOrder, {"a decline": {"vacated": [["p1", "e1"]]}}) | _HEADERS,
)
async def replace_seats(request: Request, case_id: str, caller: Asker) -> Response:
    """Fills the seats that fell vacant and leaves all others; only where that cannot be, the fewest others move, and
    `swaps` names them. Pinned seats stay. The outcome is a new draft."""
    order, body = await read_json(request, ReplaceOrder)

    def change(state: State) -> tuple[State, dict[str, Any]]:
        problem, plan = state.problem(), _plan(state)
        seats = state.seats(plan)
        vacated = [seat_at(problem, "vacated", *seat) for seat in order.vacated]
        gone = [expert_at(problem, "gone", one) for one in order.gone]
        left = {(p, e) for p, e in vacated} | {(p, e) for e in gone for p in range(problem.n_projects)}
        pins = tuple(seat for seat in state.pins if seat_at(problem, "pins", *seat) not in left)
        freed = state.model_copy(update={"pins": pins})
        problem = freed.problem()
        if order.by is None:
            mended = repair(problem, seats, vacated, gone, [seat_at(problem, "pins", *seat) for seat in pins])
            after, swaps = mended.seats, mended.swaps
        else:
            (p, e), comes = vacated[0], expert_at(problem, "by", order.by)
            after, swaps = _taken(problem, seats, p, e, comes), (Swap(p, e, comes, "named"),)
        panels = panels_document(problem, after, alternates(problem, after), state.reasons())
        return freed.model_copy(update={"draft": {"format": "panels-1", "panels": panels}}), {
            "swaps": swaps_document(problem, swaps)
        }

    return await change_case(request, caller, case_id, body, "panels.replace", change)


@router.post(
    "/{case_id}/release",
    name="panels.release",
    summary="Make the draft known",
    responses=documented(ConflictError, *_CHANGE),
    openapi_extra=json_body(PanelRelease, {"first": {"name": "第一批"}}) | _HEADERS,
)
async def release_panels(request: Request, case_id: str, caller: Asker) -> Response:
    """The draft becomes a release that later changes leave as it is. Refused if the independent checker finds a rule
    broken, or while a seated expert has not declared what the call asks."""
    order, body = await read_json(request, PanelRelease)

    def change(state: State) -> tuple[State, dict[str, Any]]:
        if state.draft is None:
            raise ConflictError("没有可发布的草案。", "There is no draft to release.")
        _unbroken(state.problem(), state.seats(state.draft))
        if asked := state.questions(state.draft):
            raise undeclared(asked)
        new = Release(number=len(state.releases) + 1, name=order.name, at=now(), plan=state.draft)
        return state.model_copy(update={"draft": None, "releases": (*state.releases, new)}), {"release": new.number}

    return await change_case(request, caller, case_id, body, "panels.release", change)


@router.get(
    "/{case_id}/export",
    name="panels.export",
    summary="Download panels",
    responses=documented(NotFoundError),
    response_class=Response,
)
async def export_panels(
    request: Request, case_id: str, caller: Asker, form: Annotated[Literal["xlsx", "pdf"], Query(alias="format")]
) -> Response:
    """The newest plan as a workbook (a row per seat, with alternates) or as minutes to be signed (评审专家组名单)."""
    case = await request.app.state.store.read(lambda c: owned(c, "panels", case_id, caller))
    state = State.model_validate(case.body)
    plan = _plan(state)

    def made() -> bytes:
        if form == "pdf":
            return minutes(state.read_call(), plan, lambda text: log.warning("minutes", panels=case.id, warning=text))
        with tempfile.TemporaryDirectory(prefix="matcher-") as folder:
            path = Path(folder) / "panels.xlsx"
            write_workbook(state.read_call(), plan, path)
            return path.read_bytes()

    with told():
        content = await request.app.state.match_threads(made)
    kind = "application/pdf" if form == "pdf" else "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    headers = {"Content-Disposition": f'attachment; filename="panels-{case.version}.{form}"'}
    return Response(content, 200, headers, kind)


def _plan(state: State) -> dict[str, Any]:
    if state.standing is None:
        raise NotFoundError("还没有方案。", "There is no plan yet.")
    return state.standing[1]


def _taken(problem: Problem, seats: Seats, p: int, leaves: int, comes: int) -> Seats:
    if leaves not in seats[p] or comes in seats[p]:
        raise ChangeError(
            "by",
            problem.expert_ids[comes],
            Words("该席位须有人担任，接替者须不在该组", "the seat is held and the newcomer is not"),
            Words("查看该专家组", "read the panel"),
        )
    panel = tuple(sorted((set(seats[p]) - {leaves}) | {comes}))
    after = (*seats[:p], panel, *seats[p + 1 :])
    _unbroken(problem, after)
    return after


def _unbroken(problem: Problem, seats: Seats) -> None:
    found = broken(check(problem, seats))
    if found:
        places: list[FieldError] = found
        raise InvalidError("专家组不符合规则。", "The panels break rules.", places)
