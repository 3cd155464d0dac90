"""The event itself, the wishes, and what is proposed."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from api.cases.owned import IF_MATCH, changed, head, tag
from api.events.building import planner_event
from api.events.document import EventDocument
from api.events.examples import EVENT, WISHES
from api.events.proposing import propose
from api.events.refusals import refused, told, unknown_party
from api.events.standing import INVITED, Standing, circle, invite, organized, partner, standing
from api.events.state import State
from api.events.wishing import PROPOSAL, WISH, WishOrder, orders, planner_wishes, proposals
from api.guard.caller import Caller, authenticate
from api.guard.doing import IDEMPOTENCY_HEADER, Done, do
from api.kit.answers import answer, json_bytes
from api.kit.bodies import json_body, read_json
from api.kit.problems import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    MalformedError,
    NotFoundError,
    NotReadyError,
    PreconditionFailedError,
    PreconditionRequiredError,
    TooLargeError,
    UnsupportedError,
    documented,
)
from api.matches.routes import ready
from api.store import cases
from api.store.cases import Case
from api.store.clock import now
from matcher.scheduling.errors import WishError
from matcher.scheduling.wishes import demand, validate_wishes

Asker = Annotated[Caller, Depends(authenticate)]
router = APIRouter(prefix="/v1/events", tags=["events"])

BODY = (MalformedError, TooLargeError, UnsupportedError, InvalidError)
CHANGED = (PreconditionFailedError, PreconditionRequiredError)
NEWEST = 100


@router.post(
    "",
    name="events.create",
    status_code=201,
    summary="Describe an event",
    responses=documented(*BODY),
    openapi_extra=json_body(EventDocument, {"three parties": EVENT}) | {"parameters": [IDEMPOTENCY_HEADER]},
)
async def create_event(request: Request, caller: Asker) -> Response:
    """Keeps the description of an event of the caller's organisation; the organisations of its parties find it."""
    document, body = await read_json(request, EventDocument)
    with told():
        planner_event(document)

    def work(connection: Connection) -> Done:
        case = cases.create(connection, "event", caller.actor, document.name, State(event=document).body())
        invite(connection, case, caller, document)
        headers = {"Location": f"/v1/events/{case.id}", "ETag": tag(case)}
        return Done(201, json_bytes(_whole(case)), "event.create", headers, "event", case.id)

    return await do(request, caller, body, work)


@router.get("", name="events.list", summary="List events", responses=documented())
async def list_events(request: Request, caller: Asker) -> Response:
    """The newest 100 events that the organisation holds, and the newest 100 in which it takes part."""

    def found(connection: Connection) -> dict[str, Any]:
        invited = cases.noted(connection, "event", INVITED, caller.org, NEWEST)
        return {
            "organized": cases.page(connection, "event", caller.org, NEWEST),
            "invited": [{"id": case.id, "name": case.name} for case, note in invited if note.body["takes_part"]],
        }

    return answer(await request.app.state.store.read(found))


@router.get("/{event_id}", name="events.read", summary="Read an event", responses=documented(NotFoundError))
async def read_event(request: Request, event_id: str, caller: Asker) -> Response:
    """The organizer reads the whole event; a participant its times, its own parties and whom it may know of."""

    def found(connection: Connection) -> tuple[dict[str, Any], dict[str, str]]:
        stands = standing(connection, event_id, caller)
        if stands.organizes:
            return _whole(stands.case), {"ETag": tag(stands.case)}
        return _participants(connection, stands, caller), {}

    body, headers = await request.app.state.store.read(found)
    return answer(body, 200, headers)


@router.put(
    "/{event_id}",
    name="events.replace",
    summary="Change the description",
    responses=documented(NotFoundError, ConflictError, *BODY, *CHANGED),
    openapi_extra=json_body(EventDocument, {"three parties": EVENT}) | {"parameters": [IDEMPOTENCY_HEADER, IF_MATCH]},
)
async def replace_event(request: Request, event_id: str, caller: Asker) -> Response:
    """A new description while nothing is released; it drops the draft and keeps wishes and pins of who stays."""
    document, body = await read_json(request, EventDocument)
    with told():
        planner_event(document)

    def work(connection: Connection) -> Done:
        case, state = organized(connection, event_id, caller)
        if state.release is not None:
            raise ConflictError(
                "活动已发布计划，不能再改描述；请用 changes 报告变化。",
                "A plan is released, the description stands; report what happened with changes.",
            )
        ids = {party.id for party in document.parties}
        pins = tuple(pin for pin in state.pins if set(pin.parties) <= ids and pin.slot < len(document.slots))
        following = State(event=document, pins=pins)
        new = changed(connection, case, caller, request.headers.get("if-match"), "replace", following.body())
        invite(connection, new, caller, document)
        return Done(200, json_bytes(_whole(new)), "event.replace", {"ETag": tag(new)}, "event", case.id)

    return await do(request, caller, body, work)


@router.put(
    "/{event_id}/wishes",
    name="events.wish",
    summary="Send the wishes of a party",
    responses=documented(NotFoundError, ConflictError, *BODY),
    openapi_extra=json_body(WishOrder, {"a yes and a no": WISHES}) | {"parameters": [IDEMPOTENCY_HEADER]},
)
async def put_wishes(request: Request, event_id: str, caller: Asker) -> Response:
    """The whole ranked list of one party, in place of its earlier one: yes or no to each partner.

    The organizer speaks for parties that have not spoken themselves.
    """
    order, body = await read_json(request, WishOrder)

    def work(connection: Connection) -> Done:
        stands = standing(connection, event_id, caller)
        _may_wish(connection, stands, order, caller)
        cases.add_notes(connection, event_id, WISH, caller.actor, [(order.party, order.model_dump(mode="json"))])
        shown = order.model_dump(mode="json")
        return Done(200, json_bytes(shown), "event.wish", {}, "event", event_id, {"wishes": len(order.wishes)})

    return await do(request, caller, body, work)


@router.get("/{event_id}/wishes", name="events.wishes", summary="Read wishes", responses=documented(NotFoundError))
async def read_wishes(request: Request, event_id: str, caller: Asker) -> Response:
    """Per party its wishes, who asked for it, and who is proposed; a participant reads those of its own parties."""

    def found(connection: Connection) -> dict[str, Any]:
        stands = standing(connection, event_id, caller)
        given = {order.party: order for order, _ in orders(connection, event_id, stands.document)}
        offered = proposals(connection, event_id)
        seen = circle(connection, stands)
        with_reasons = stands.organizes or caller.checked  # they hold what only checked organisations read
        return {
            "items": [
                {
                    "party": party.id,
                    "wishes": [row.model_dump() for row in given[party.id].wishes] if party.id in given else [],
                    "asked_by": _asked_by(party.id, list(given.values())),
                    "proposed": [
                        row.model_dump(exclude=None if with_reasons else {"score", "worth", "reasons"})
                        for row in offered.get(party.id, ())
                        if row.partner in seen.seen
                    ],
                }
                for party in stands.document.parties
                if stands.organizes or party.id in stands.own
            ]
        }

    return answer(await request.app.state.store.read(found))


@router.get(
    "/{event_id}/capacity", name="events.capacity", summary="Who is overbooked", responses=documented(NotFoundError)
)
async def read_capacity(request: Request, event_id: str, caller: Asker) -> Response:
    """Parties wanted by more than they can meet, the most overbooked first; a participant reads of those it sees."""

    def found(connection: Connection) -> dict[str, Any]:
        stands = standing(connection, event_id, caller)
        given = [order for order, _ in orders(connection, event_id, stands.document)]
        event, seen = planner_event(stands.document), circle(connection, stands)
        lines = []
        for each in demand(event, planner_wishes(stands.document, given)):
            party = stands.document.parties[each.party]
            label = (party.name if party.id in seen.named else None) or party.id
            if party.id in seen.seen:
                lines.append(
                    {
                        "party": party.id,
                        "wanted_by": each.wanted_by,
                        "can_meet": each.can_meet,
                        "text_zh": f"{each.wanted_by} 方想见 {label}，它可见 {each.can_meet} 方",
                        "text_en": f"{each.wanted_by} parties want {label}, it can meet {each.can_meet}",
                    }
                )
        return {"items": lines}

    return answer(await request.app.state.store.read(found))


@router.post(
    "/{event_id}/proposals",
    name="events.propose",
    status_code=201,
    summary="Propose partners",
    responses=documented(NotFoundError, NotReadyError, InvalidError, MalformedError),
    openapi_extra={"parameters": [IDEMPOTENCY_HEADER]},
)
async def create_proposals(request: Request, event_id: str, caller: Asker) -> Response:
    """Ranks the event's records against each other and keeps for each party the best partners with reasons.

    Only what lies at the platform's level is compared and told, for the reasons go to the other side.
    """
    state = request.app.state
    _, described = await state.store.read(lambda c: organized(c, event_id, caller))
    ready(state)
    found = await state.match_threads(lambda: propose(state.store, state.library.answering, caller, described.event))

    def work(connection: Connection) -> Done:
        organized(connection, event_id, caller)
        entries = [(one, {"partners": [row.model_dump() for row in rows]}) for one, rows in found.items()]
        cases.add_notes(connection, event_id, PROPOSAL, caller.actor, entries)
        shown = {"items": [{"party": one, "proposed": rows["partners"]} for one, rows in entries]}
        return Done(201, json_bytes(shown), "event.propose", {}, "event", event_id, {"parties": len(entries)})

    return await do(request, caller, b"", work)


def _whole(case: Case) -> dict[str, Any]:
    state = State.model_validate(case.body)
    return head(case) | {
        "stage": state.stage,
        "event": case.body["event"],
        "pins": case.body["pins"],
        "released": None if state.release is None else {"number": state.release.number, "name": state.release.name},
    }


def _participants(connection: Connection, stands: Standing, caller: Caller) -> dict[str, Any]:
    document, seen = stands.document, circle(connection, stands)
    described = document.model_dump(mode="json")
    shared = ("name", "zone", "consent", "published", "wishes_close", "slots")
    return {
        "id": stands.case.id,
        "stage": "released" if stands.state.release else "planning",
        "event": {name: described[name] for name in shared},
        "own": [row for row in described["parties"] if row["id"] in stands.own],
        "partners": [
            partner(party, seen, caller)
            for party in document.parties
            if party.id in seen.seen and party.id not in stands.own
        ],
    }


def _asked_by(party: str, given: list[WishOrder]) -> list[str]:
    return [o.party for o in given if any(r.partner == party and r.answer == "accepted" for r in o.wishes)]


def _may_wish(connection: Connection, stands: Standing, order: WishOrder, caller: Caller) -> None:
    document = stands.document
    if order.party not in (stands.own if not stands.organizes else {party.id for party in document.parties}):
        raise unknown_party("/party", order.party)
    if not stands.organizes:
        if any(row.must for row in order.wishes):
            raise ForbiddenError("只有组织者可设 must。", "Only the organizer sets `must`.")
        if document.wishes_close is not None and now() > _stamp(document):
            raise ConflictError("意愿征集已截止。", "The time for wishes is over.")
    elif order.party not in stands.own and _spoke_itself(connection, stands, order.party):
        raise ConflictError(
            "该参加方已自行填写意愿；只能由其本方修改。", "The party has spoken itself; only it changes its wishes."
        )
    seen = circle(connection, stands).seen
    for place, row in enumerate(order.wishes):
        if row.partner not in seen:
            raise unknown_party(f"/wishes/{place}/partner", row.partner)
    try:
        validate_wishes(planner_event(document), planner_wishes(document, [order]))
    except WishError as error:
        raise refused(error) from None


def _spoke_itself(connection: Connection, stands: Standing, party: str) -> bool:
    orgs = {row.org for row in stands.document.parties if row.id == party and row.org}
    return any(o.party == party and org in orgs for o, org in orders(connection, stands.case.id, stands.document))


def _stamp(document: EventDocument) -> str:
    from datetime import UTC

    assert document.wishes_close is not None
    return document.wishes_close.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
