"""What experts declare about ties to projects: open questions, and answers."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from api.cases.owned import IF_MATCH, owned, tag
from api.guard.caller import Caller, authenticate
from api.guard.doing import IDEMPOTENCY_HEADER
from api.kit.answers import answer
from api.kit.bodies import json_body, read_json
from api.kit.problems import (
    InvalidError,
    MalformedError,
    NotFoundError,
    PreconditionFailedError,
    PreconditionRequiredError,
    documented,
)
from api.matches.ranking import ZONE
from api.panels.changing import change_case
from api.panels.orders import DeclarationsOrder
from api.panels.state import State
from matcher.assignment.files.callrows import DeclarationRow
from matcher.assignment.files.planfile import seated

Asker = Annotated[Caller, Depends(authenticate)]
router = APIRouter(prefix="/v1/panels", tags=["panels"])

_CHANGE = (NotFoundError, MalformedError, InvalidError, PreconditionFailedError, PreconditionRequiredError)
_EXAMPLES = {
    "no tie to any project": {"declarations": [{"expert": "e1", "conflict": False}]},
    "a late tie": {"declarations": [{"expert": "e1", "project": "p1", "kind": "adviser", "conflict": True}]},
}


@router.get(
    "/{case_id}/questions",
    name="panels.questions",
    summary="What experts must declare",
    responses=documented(NotFoundError),
)
async def read_questions(request: Request, case_id: str, caller: Asker) -> Response:
    """Open questions about the seats of the newest plan; a release waits for them. Without a plan there are none."""
    case = await request.app.state.store.read(lambda c: owned(c, "panels", case_id, caller))
    state = State.model_validate(case.body)
    asked = () if state.standing is None else state.questions(state.standing[1])
    return answer({"items": [one.model_dump() for one in asked]}, headers={"ETag": tag(case)})


@router.post(
    "/{case_id}/declarations",
    name="panels.declare",
    summary="Record declarations",
    responses=documented(*_CHANGE),
    openapi_extra=json_body(DeclarationsOrder, _EXAMPLES) | {"parameters": [IF_MATCH, IDEMPOTENCY_HEADER]},
)
async def declare(request: Request, case_id: str, caller: Asker) -> Response:
    """Answers settle questions of their kind. A declared conflict, asked for or not, bars the pair and lifts its pin;
    `vacate` names the seats that it makes impossible: give them to `replace`."""
    order, body = await read_json(request, DeclarationsOrder)
    today = datetime.now(ZONE).date()
    rows = [DeclarationRow(**one.model_dump(), on=today) for one in order.declarations]

    def change(state: State) -> tuple[State, dict[str, Any]]:
        after = state.declared(rows)
        after.problem()
        out = {(one.project, one.expert) for one in rows if one.conflict}
        seats = [] if state.standing is None else seated(state.standing[1])
        vacate = [[p, e] for p, e in seats if out & {(p, e), ("", e)}]
        return after, {"vacate": vacate}

    return await change_case(request, caller, case_id, body, "panels.declare", change)
