"""Agendas, exports, outcomes and the report."""

import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import structlog
from fastapi import APIRouter, Depends, Query
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from api.events.afterwards import OUTCOME, OutcomeOrder, OutcomeRow, note_of, outcomes
from api.events.building import event_of, plan_of, release_of
from api.events.day import moment, slot_now
from api.events.day_routes import released
from api.events.event_routes import BODY
from api.events.examples import OUTCOMES
from api.events.refusals import told, unknown_party
from api.events.standing import Standing, organized, standing
from api.events.state import KeptRelease, State
from api.events.wishing import orders, planner_wishes
from api.guard.caller import Caller, authenticate
from api.guard.doing import IDEMPOTENCY_HEADER, Done, do
from api.kit.answers import answer, json_bytes
from api.kit.bodies import json_body, read_json
from api.kit.problems import ConflictError, FieldError, InvalidError, NotFoundError, documented
from api.store import cases
from matcher.scheduling.agenda import agenda, card
from matcher.scheduling.booklet import booklet
from matcher.scheduling.calendars import calendar
from matcher.scheduling.plan import Plan
from matcher.scheduling.problem import Event
from matcher.scheduling.report import report
from matcher.scheduling.sheets import write_workbook
from matcher.scheduling.wishes import Wish

log = structlog.get_logger("matcher.events")

Asker = Annotated[Caller, Depends(authenticate)]
router = APIRouter(prefix="/v1/events", tags=["events"])

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.put(
    "/{event_id}/outcomes",
    name="events.outcome",
    summary="Say what became of meetings",
    responses=documented(NotFoundError, ConflictError, *BODY),
    openapi_extra=json_body(OutcomeOrder, {"interest": OUTCOMES}) | {"parameters": [IDEMPOTENCY_HEADER]},
)
async def put_outcomes(request: Request, event_id: str, caller: Asker) -> Response:
    """Held or not, who came, interest with its reason, next step; each side for itself, the organizer for all."""
    order, body = await read_json(request, OutcomeOrder)

    def work(connection: Connection) -> Done:
        stands = standing(connection, event_id, caller)
        last = released(stands.state)
        for place, row in enumerate(order.outcomes):
            _may_tell(stands, last, place, row)
        entries = [note_of(row, stands.state, last) for row in order.outcomes]
        cases.add_notes(connection, event_id, OUTCOME, caller.actor, entries)
        shown = {"outcomes": [noted for _, noted in entries]}
        return Done(200, json_bytes(shown), "event.outcome", {}, "event", event_id, {"outcomes": len(entries)})

    return await do(request, caller, body, work)


@router.get(
    "/{event_id}/report",
    name="events.report",
    summary="Read the report",
    responses=documented(NotFoundError, ConflictError),
)
async def read_report(request: Request, event_id: str, caller: Asker) -> Response:
    """Figures of the released plan: wishes met by rank, meetings and waiting per party, tables, refusals, outcomes."""

    def read(connection: Connection) -> tuple[Event, Plan, list[Wish], Any]:
        _, state = organized(connection, event_id, caller)
        last = released(state)
        event = event_of(state, last.plan)
        given = [order for order, _ in orders(connection, event_id, state.event)]
        held = {seat[0] for seat in last.plan.seats}
        said = [each for each in outcomes(connection, event_id, event) if each.meeting in held]
        return event, plan_of(event, last.plan), planner_wishes(state.event, given), said

    event, plan, wishes, said = await request.app.state.store.read(read)
    shown = await request.app.state.match_threads(lambda: report(event, plan, wishes, said).document())
    return answer(_with_names(shown))


@router.get(
    "/{event_id}/agenda",
    name="events.agenda",
    summary="Read an agenda",
    responses=documented(NotFoundError, ConflictError, InvalidError),
)
async def read_agenda(
    request: Request,
    event_id: str,
    caller: Asker,
    party: Annotated[str, Query(max_length=100, description="id of the party; a participant's own")],
    form: Annotated[Literal["json", "txt", "ics"], Query(alias="format")] = "json",
) -> Response:
    """The released meetings of one party: JSON, a text card, or a calendar that follows every change."""

    def read(connection: Connection) -> tuple[Standing, KeptRelease]:
        stands = standing(connection, event_id, caller)
        known = {row.id for row in stands.document.parties} if stands.organizes else stands.own
        if party not in known:
            raise unknown_party("party", party)
        return stands, released(stands.state)

    stands, last = await request.app.state.store.read(read)
    event = event_of(stands.state, last.plan)
    plan = plan_of(event, last.plan)
    number = [row.id for row in stands.document.parties].index(party)
    if form == "txt":
        return Response(card(event, plan, number), 200, None, "text/plain; charset=utf-8")
    if form == "ics":
        # An event's id names its entries, so that two events of one name do not overwrite each other's.
        own = replace(event, name=stands.case.id)
        with told():
            content = calendar(own, release_of(own, last), number, datetime.fromisoformat(last.at))
        return Response(content, 200, _named("agenda.ics"), "text/calendar; charset=utf-8")
    return answer({"party": party, "release": last.number, "name": last.name, "items": _items(event, plan, number)})


@router.get(
    "/{event_id}/export",
    name="events.export",
    summary="Download the whole plan",
    responses=documented(NotFoundError, ConflictError, InvalidError),
)
async def export_plan(
    request: Request,
    event_id: str,
    caller: Asker,
    form: Annotated[Literal["xlsx", "pdf"], Query(alias="format")],
) -> Response:
    """The released plan as a workbook (parties by slots, list per table) or as a PDF (agendas, table cards, badges)."""
    _, state = await request.app.state.store.read(lambda c: organized(c, event_id, caller))
    content = await request.app.state.match_threads(lambda: _exported(state, released(state), form))
    return Response(content, 200, _named(f"event.{form}"), SHEET if form == "xlsx" else "application/pdf")


def _exported(state: State, last: KeptRelease, form: str) -> bytes:
    event = event_of(state, last.plan)
    plan = plan_of(event, last.plan)
    if form == "pdf":
        with told():
            return booklet(
                event, plan, lambda text: log.warning("booklet", warning=text), datetime.fromisoformat(last.at)
            )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "event.xlsx"
        write_workbook(event, plan, path)
        return path.read_bytes()


def _items(event: Event, plan: Plan, number: int) -> list[dict[str, Any]]:
    return [
        {
            "meeting": item.meeting,
            "starts_at": item.starts_at,
            "minutes": item.minutes,
            "partners": [event.parties[p].id for p in event.meetings[item.meeting].parties if p != number],
            "names": item.partners,
            "place": item.place,
            "persons": item.persons,
        }
        for item in agenda(event, plan, number)
    ]


def _may_tell(stands: Standing, last: KeptRelease, place: int, row: OutcomeRow) -> None:
    slots = {seat[0]: seat[1] for seat in last.plan.seats}
    parties = last.plan.meetings[row.meeting].parties if row.meeting in slots else ()
    if row.party not in parties or not (stands.organizes or row.party in stands.own):
        rule = "计划中没有这方的这场会面 / the plan holds no such meeting of this party"
        error = FieldError(pointer=f"/outcomes/{place}/meeting", value=row.meeting, rule=rule, remedy="GET …/agenda")
        raise InvalidError(
            f"第 {place + 1} 条：计划中没有这方的这场会面。",
            f"Line {place + 1}: no such meeting of this party.",
            [error],
        )
    if slots[row.meeting] >= slot_now(event_of(stands.state, last.plan), moment(None)):
        raise ConflictError(
            f"会面 {row.meeting} 尚未开始；开始后再记录结果。",
            f"Meeting {row.meeting} has not begun; tell its outcome afterwards.",
        )


def _with_names(shown: dict[str, Any]) -> dict[str, Any]:
    """The figures with texts as keys, which JSON asks for."""
    return {
        name: {str(k): v for k, v in value.items()} if isinstance(value, dict) else value
        for name, value in shown.items()
    }


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
