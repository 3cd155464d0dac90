"""A change of a call that an officer asks for: worked out beside the write, one version more."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from api.cases.owned import changed, owned, tag
from api.guard.caller import Caller
from api.guard.doing import Done, do
from api.kit.answers import json_bytes
from api.panels.refusals import told
from api.panels.showing import shown
from api.panels.state import State

Change = Callable[[State], tuple[State, dict[str, Any]]]


async def change_case(
    request: Request, caller: Caller, case_id: str, body: bytes, action: str, change: Change
) -> Response:
    """The case after a change that was worked out beside the write; If-Match keeps others' changes."""
    case = await request.app.state.store.read(lambda c: owned(c, "panels", case_id, caller))
    if_match = request.headers.get("if-match")

    def worked_out() -> tuple[State, dict[str, Any]]:
        with told():
            return change(State.model_validate(case.body))

    state, more = await request.app.state.match_threads(worked_out)

    def work(connection: Connection) -> Done:
        following = changed(connection, case, caller, if_match, action.removeprefix("panels."), state.body())
        headers = {"ETag": tag(following)}
        return Done(200, json_bytes(shown(following, state) | more), action, headers, "panels", case.id)

    return await do(request, caller, body, work)
