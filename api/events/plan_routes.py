"""Planning, pinning, checking and releasing."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from api.cases.owned import IF_MATCH, changed, from_version, head, tag
from api.events.building import event_of, plan_of, planner_event, release_of
from api.events.event_routes import BODY, CHANGED
from api.events.refusals import blocked, broken_rules, shown_broken, shown_finding, told
from api.events.standing import organized
from api.events.state import KeptMeeting, KeptPlan, KeptRelease, Pin, State, Told
from api.events.task import task_meetings
from api.guard.caller import Caller, authenticate
from api.guard.doing import IDEMPOTENCY_HEADER, Done, do
from api.jobs.routes import JobBody
from api.jobs.routes import shown as shown_job
from api.kit.answers import answer, json_bytes
from api.kit.bodies import json_body, read_json
from api.kit.problems import ConflictError, FieldError, InvalidError, NotFoundError, documented
from api.store import cases, jobs
from api.store.cases import LARGEST_NUMBER, Case
from api.store.clock import now
from matcher.domain.record import Line
from matcher.scheduling.check import check
from matcher.scheduling.counts import Finding, findings
from matcher.scheduling.explain import Prices, refusals
from matcher.scheduling.plan import Plan
from matcher.scheduling.problem import Event
from matcher.scheduling.releases import Release, messages, release

Asker = Annotated[Caller, Depends(authenticate)]
router = APIRouter(prefix="/v1/events", tags=["events"])


class PlanOrder(BaseModel):
    """How to plan. The same event, wishes and seed give the same plan."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0


class PinOrder(BaseModel):
    """A meeting of the plan that stays: in its slot, or in another one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    meeting: Annotated[int, Field(ge=0)]
    slot: Annotated[int, Field(ge=0)] | None = Field(None, description="where the plan holds it if absent")


class UnpinOrder(BaseModel):
    """A pinned meeting that may move again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    meeting: Annotated[int, Field(ge=0)]


class ReleaseOrder(BaseModel):
    """The name under which the draft is published."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Line


@router.post(
    "/{event_id}/plan",
    name="events.plan",
    status_code=202,
    summary="Plan as a job",
    responses=documented(NotFoundError, ConflictError, *BODY, answers={202: JobBody}),
    openapi_extra=json_body(PlanOrder, {"plan": {"seed": 0}}) | {"parameters": [IDEMPOTENCY_HEADER]},
)
async def create_plan(request: Request, event_id: str, caller: Asker) -> Response:
    """Freezes wishes and rules when the job begins and keeps the best plan as the draft; a release stands meanwhile.

    What counting alone shows to be impossible is refused at once, with rules and people.
    """
    order, body = await read_json(request, PlanOrder)
    state, meetings = await request.app.state.store.read(lambda c: _as_wished(c, event_id, caller))
    found = await request.app.state.match_threads(lambda: _blocking(state, meetings, state.pins))

    def work(connection: Connection) -> Done:
        case, _ = organized(connection, event_id, caller)
        if state.losses.began:
            raise ConflictError(
                "活动当天已有变化；请用 changes 修改计划。",
                "The day has changed already; change the plan with changes.",
            )
        if found:
            raise blocked(found)
        task = {"event_id": case.id, "key": caller.key, "seed": order.seed}
        job_id = jobs.queue(connection, caller.org, "events.plan", task)
        job = jobs.find(connection, job_id)
        headers = {"Location": f"/v1/jobs/{job_id}"}
        return Done(202, json_bytes(job and shown_job(job)), "event.plan", headers, "event", event_id)

    response = await do(request, caller, body, work)
    request.app.state.runner.wake()
    return response


@router.get("/{event_id}/plan", name="events.planned", summary="Read the plan", responses=documented(NotFoundError))
async def read_plan(
    request: Request,
    event_id: str,
    caller: Asker,
    version: Annotated[
        int | None, Query(ge=1, le=LARGEST_NUMBER, description="an earlier version of the event")
    ] = None,
) -> Response:
    """The draft, or the released plan where there is none: goals with bounds, meetings, and per refused wish why."""
    case, state = await request.app.state.store.read(lambda c: _at(c, event_id, caller, version))
    kept = _kept(state)
    shown = await request.app.state.match_threads(lambda: _shown(case, state, kept))
    return answer(shown, 200, {"ETag": tag(case)})


@router.post(
    "/{event_id}/pin",
    name="events.pin",
    summary="Pin a meeting",
    responses=documented(NotFoundError, ConflictError, *BODY, *CHANGED),
    openapi_extra=json_body(PinOrder, {"where it is": {"meeting": 0}}) | {"parameters": [IDEMPOTENCY_HEADER, IF_MATCH]},
)
async def pin_meeting(request: Request, event_id: str, caller: Asker) -> Response:
    """Keeps a meeting in its slot in every later plan and change; a pin that no plan could keep is refused."""
    order, body = await read_json(request, PinOrder)

    def work(connection: Connection) -> Done:
        case, state = organized(connection, event_id, caller)
        kept = _kept(state)
        if order.meeting >= len(kept.meetings):
            raise _no_meeting(order.meeting)
        slot = order.slot if order.slot is not None else {s[0]: s[1] for s in kept.seats}.get(order.meeting)
        if slot is None:
            raise _no_meeting(order.meeting)
        pin = Pin(parties=kept.meetings[order.meeting].parties, slot=slot)
        pins = (*(one for one in state.pins if one.parties != pin.parties), pin)
        with told():
            found = _blocking(state, kept.meetings, pins)
        if found:
            raise blocked(found)
        return _pinned(connection, (case, state), caller, request, "pin", pins)

    return await do(request, caller, body, work)


@router.post(
    "/{event_id}/unpin",
    name="events.unpin",
    summary="Unpin a meeting",
    responses=documented(NotFoundError, ConflictError, *BODY, *CHANGED),
    openapi_extra=json_body(UnpinOrder, {"unpin": {"meeting": 0}}) | {"parameters": [IDEMPOTENCY_HEADER, IF_MATCH]},
)
async def unpin_meeting(request: Request, event_id: str, caller: Asker) -> Response:
    """Lets a pinned meeting move again."""
    order, body = await read_json(request, UnpinOrder)

    def work(connection: Connection) -> Done:
        case, state = organized(connection, event_id, caller)
        kept = _kept(state)
        if order.meeting >= len(kept.meetings):
            raise _no_meeting(order.meeting)
        parties = kept.meetings[order.meeting].parties
        pins = tuple(one for one in state.pins if one.parties != parties)
        return _pinned(connection, (case, state), caller, request, "unpin", pins)

    return await do(request, caller, body, work)


@router.get("/{event_id}/check", name="events.check", summary="Check the plan", responses=documented(NotFoundError))
async def check_plan(request: Request, event_id: str, caller: Asker) -> Response:
    """The independent checker's verdict on the plan, and what counting finds in the event as its wishes stand now."""

    state, meetings = await request.app.state.store.read(lambda c: _as_wished(c, event_id, caller))

    def verdict() -> dict[str, Any]:
        event = planner_event(state.event, meetings, state.pins)
        found = [shown_finding(each, event) for each in findings(event)]
        kept = state.draft or (state.release.plan if state.release else None)
        if kept is None:
            return {"holds": None, "broken": [], "findings": found}
        planned = event_of(state, kept)
        checked = check(planned, plan_of(planned, kept).rows())
        goals = {name: getattr(checked, name) for name in ("score", "shortfall", "breaks")}
        return {
            "holds": checked.holds,
            "broken": [shown_broken(each) for each in checked.broken],
            **goals,
            "findings": found,
        }

    return answer(await request.app.state.match_threads(verdict))


@router.post(
    "/{event_id}/release",
    name="events.release",
    status_code=201,
    summary="Release the draft",
    responses=documented(NotFoundError, ConflictError, *BODY, *CHANGED),
    openapi_extra=json_body(ReleaseOrder, {"first": {"name": "第一版"}})
    | {"parameters": [IDEMPOTENCY_HEADER, IF_MATCH]},
)
async def release_plan(request: Request, event_id: str, caller: Asker) -> Response:
    """Publishes the draft under a name, if the checker finds no broken rule; tells whom to tell what."""
    order, body = await read_json(request, ReleaseOrder)

    case, state = await request.app.state.store.read(lambda c: organized(c, event_id, caller))
    planned = await request.app.state.match_threads(lambda: _checked(state))

    def work(connection: Connection) -> Done:
        from_version(organized(connection, event_id, caller)[0], request.headers.get("if-match"))
        if planned is None:
            raise ConflictError("没有可发布的草案；请先规划。", "There is no draft to release; plan first.")
        return publish(connection, (case, state), caller, request, planned, order.name)

    return await do(request, caller, body, work)


@router.get(
    "/{event_id}/releases", name="events.releases", summary="Read releases", responses=documented(NotFoundError)
)
async def read_releases(request: Request, event_id: str, caller: Asker) -> Response:
    """Every release with its name, the version of the event that holds it, and whom to tell what."""
    _, state = await request.app.state.store.read(lambda c: organized(c, event_id, caller))
    return answer({"items": [each.model_dump() for each in state.releases]})


def publish(
    connection: Connection,
    held: tuple[Case, State],
    caller: Caller,
    request: Request,
    planned: tuple[Event, Plan, KeptPlan],
    name: str,
) -> Done:
    """Makes a plan the next release of its event."""
    (case, state), (event, plan, kept) = held, planned
    last = None if state.release is None else release_of(event, state.release)
    with told():
        published = release(event, plan, name, last)
    at, to_tell = now(), _told(event, published)
    new = KeptRelease(number=published.number, name=name, at=at, plan=kept, sequences=published.sequences)
    line = Told(number=published.number, name=name, at=at, version=case.version + 1, told=to_tell)
    following = state.model_copy(update={"draft": None, "release": new, "releases": (*state.releases, line)})
    after = changed(connection, case, caller, request.headers.get("if-match"), "release", following.body())
    shown = head(after) | {"release": line.model_dump()}
    detail: dict[str, object] = {"release": published.number, "told": len(to_tell)}
    return Done(201, json_bytes(shown), "event.release", {"ETag": tag(after)}, "event", case.id, detail)


def _as_wished(connection: Connection, event_id: str, caller: Caller) -> tuple[State, tuple[KeptMeeting, ...]]:
    """The event and the meetings that a plan would choose from now."""
    _, state = organized(connection, event_id, caller)
    return state, task_meetings(connection, event_id, state)


def _blocking(state: State, meetings: tuple[KeptMeeting, ...], pins: tuple[Pin, ...]) -> list[Finding]:
    return [each for each in findings(planner_event(state.event, meetings, pins)) if each.blocks]


def _checked(state: State) -> tuple[Event, Plan, KeptPlan] | None:
    """The draft as it can be published; ConflictError names the rules that it breaks, None where there is no draft."""
    if state.draft is None:
        return None
    event = event_of(state, state.draft)
    plan = plan_of(event, state.draft)
    verdict = check(event, plan.rows())
    if not verdict.holds:
        raise ConflictError("草案不符合规则，不能发布。", "The draft breaks rules.", broken_rules(verdict.broken))
    return event, plan, state.draft


def _told(event: Event, published: Release) -> dict[str, tuple[str, ...]]:
    return {event.parties[p].id: lines for p, lines in messages(event, published).items()}


def _pinned(
    connection: Connection,
    held: tuple[Case, State],
    caller: Caller,
    request: Request,
    action: str,
    pins: tuple[Pin, ...],
) -> Done:
    case, state = held
    following = state.model_copy(update={"pins": pins})
    new = changed(connection, case, caller, request.headers.get("if-match"), action, following.body())
    shown = head(new) | {"pins": [pin.model_dump() for pin in pins]}
    return Done(200, json_bytes(shown), f"event.{action}", {"ETag": tag(new)}, "event", case.id)


def _at(connection: Connection, event_id: str, caller: Caller, version: int | None) -> tuple[Case, State]:
    case, state = organized(connection, event_id, caller)
    if version is None:
        return case, state
    earlier = cases.find(connection, "event", event_id, version)
    if earlier is None:
        raise NotFoundError
    return earlier, State.model_validate(earlier.body)


def _kept(state: State) -> KeptPlan:
    kept = state.draft or (state.release.plan if state.release else None)
    if kept is None:
        raise NotFoundError("还没有计划；请先规划。", "There is no plan yet; plan first.")
    return kept


def _shown(case: Case, state: State, kept: KeptPlan) -> dict[str, Any]:
    event = event_of(state, kept)
    plan = plan_of(event, kept)
    prices = Prices(kept.party_prices, kept.table_prices) if kept.party_prices else None
    ids = [party.id for party in event.parties]
    goals = ("status", "value", "bound", "score", "shortfall", "breaks", "breaks_bound", "seed", "method", "reasons")
    return head(case) | {
        "of": "draft" if state.draft is not None else "release",
        "release": None if state.release is None else state.release.number,
        **{name: getattr(kept, name) for name in goals},
        "gap": plan.gap,
        "digest": plan.digest,
        "meetings": [
            {
                "meeting": seat.meeting,
                "parties": [ids[p] for p in event.meetings[seat.meeting].parties],
                "slot": seat.slot,
                "starts_at": event.slots[seat.slot].starts_at,
                "table": seat.table,
                "people": [[ids[p], event.parties[p].representatives[n].name] for p, n in seat.people],
                "score": event.meetings[seat.meeting].score,
            }
            for seat in plan.seats
        ],
        "refused": [
            {
                "meeting": each.meeting,
                "parties": [ids[p] for p in event.meetings[each.meeting].parties],
                "cause": each.cause,
                "because_of": [ids[p] for p in each.parties],
                "text_zh": each.sentence.zh,
                "text_en": each.sentence.en,
                "price": each.price,
            }
            for each in refusals(event, plan, prices)
        ],
        "party_prices": dict(zip(ids, kept.party_prices, strict=False)),
        "table_prices": kept.table_prices,
    }


def _no_meeting(number: int) -> InvalidError:
    place = FieldError(
        pointer="/meeting", value=number, rule="计划中没有这场会面 / it is not in the plan", remedy="GET …/plan"
    )
    return InvalidError(
        f"meeting 的值 {number}：计划中没有这场会面。", f"meeting is {number}: not in the plan.", [place]
    )
