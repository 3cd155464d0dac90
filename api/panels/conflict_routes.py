"""Conflicts before anybody is invited."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from api.guard.caller import Caller, authenticate
from api.kit.answers import answer
from api.kit.bodies import json_body, read_json
from api.kit.problems import InvalidError, MalformedError, TooLargeError, documented
from api.matches.ranking import ZONE
from api.panels.orders import POOL_EXAMPLE, PoolOrder
from api.panels.pools import pools
from api.panels.refusals import told
from api.store import audit
from matcher.conflicts import judge
from matcher.conflicts.listing import document

Asker = Annotated[Caller, Depends(authenticate)]
router = APIRouter(prefix="/v1/panels", tags=["panels"])


@router.post(
    "/conflicts",
    name="panels.conflicts",
    summary="Check conflicts",
    responses=documented(MalformedError, TooLargeError, InvalidError),
    openapi_extra=json_body(PoolOrder, {"two projects": POOL_EXAMPLE}),
)
async def find_conflicts(request: Request, caller: Asker) -> Response:
    """Every conflict (TRUE) and open question (UNKNOWN) between records that the caller may see, with evidence, dates,
    rule and source; experts who stand in the pool twice or may not share a panel. Nothing is kept but who asked."""
    order, _ = await read_json(request, PoolOrder)
    state, today = request.app.state, datetime.now(ZONE).date()
    asked, pool = await state.store.read(lambda c: pools(c, order, caller))
    with told():
        rules = order.judge()
        found = await state.match_threads(lambda: document(judge(asked, pool, rules, today).found, rules, today))
    await state.store.write(
        lambda c: audit.note(c, caller.actor, "panels.conflicts", "panels", projects=len(asked), experts=len(pool))
    )
    return answer(found)
