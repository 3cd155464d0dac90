"""What experts say, and the reserve list that comes of it (概念验证项目储备库)."""

import hashlib
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from api.cases.owned import owned
from api.guard.caller import Caller, authenticate
from api.guard.doing import IDEMPOTENCY_HEADER, Done, do
from api.kit.answers import answer, json_bytes
from api.kit.bodies import json_body, read_json
from api.kit.problems import (
    ConflictError,
    FieldError,
    InvalidError,
    MalformedError,
    NotFoundError,
    TooLargeError,
    documented,
)
from api.panels.orders import OpinionsOrder
from api.panels.refusals import told
from api.panels.state import Seat, State
from api.store import cases
from api.store.cases import LARGEST_NUMBER, Case, Note
from matcher.opinions.opinion import Opinion, check_opinions
from matcher.opinions.reserve import reserve_list

Asker = Annotated[Caller, Depends(authenticate)]
router = APIRouter(prefix="/v1/panels", tags=["panels"])

_ABOUT = "opinion"
_EXAMPLE = {
    "opinions": [{"project": "p1", "expert": "e1", "scores": {"innovation": 82, "ip": 70, "market": 64}, "comment": ""}]
}


@router.put(
    "/{case_id}/opinions",
    name="panels.judge",
    summary="Enter opinions",
    responses=documented(NotFoundError, ConflictError, MalformedError, TooLargeError, InvalidError),
    openapi_extra=json_body(OpinionsOrder, {"one": _EXAMPLE}) | {"parameters": [IDEMPOTENCY_HEADER]},
)
async def put_opinions(request: Request, case_id: str, caller: Asker) -> Response:
    """Opinions of experts who hold a seat in the last release, all or none. Several people may enter them at once."""
    order, body = await read_json(request, OpinionsOrder)
    given = tuple(row.opinion() for row in order.opinions)

    def work(connection: Connection) -> Done:
        case = owned(connection, "panels", case_id, caller)
        state = State.model_validate(case.body)
        seated = _seated(state)
        for n, opinion in enumerate(given):
            if (opinion.project, opinion.expert) not in seated:
                place = FieldError(
                    pointer=f"/opinions/{n}",
                    value=f"{opinion.project}, {opinion.expert}",
                    rule="须为最近发布的专家组中的席位 / must be a seat of the last release",
                    remedy="核对项目与专家编号 / check the ids of project and expert",
                )
                raise InvalidError("该专家不在已发布的专家组中。", "The expert is not on the released panel.", [place])
        with told():
            check_opinions(given, state.sides())
        entries = [
            (_key(one.project, one.expert), {"project": one.project, "expert": one.expert}
             | {"scores": dict(one.scores), "comment": one.comment})
            for one in given
        ]  # fmt: skip
        cases.add_notes(connection, case.id, _ABOUT, caller.actor, entries)
        done = {"entered": len(given)}
        return Done(200, json_bytes(done), "panels.judge", {}, "panels", case.id, {"opinions": len(given)})

    return await do(request, caller, body, work)


@router.get("/{case_id}/opinions", name="panels.opinions", summary="Read opinions", responses=documented(NotFoundError))
async def read_opinions(request: Request, case_id: str, caller: Asker) -> Response:
    """The newest opinion of each seat, and the seats that have none."""

    def found(connection: Connection) -> tuple[Case, list[Note]]:
        case = owned(connection, "panels", case_id, caller)
        return case, cases.notes(connection, case.id, _ABOUT)

    case, notes = await request.app.state.store.read(found)
    given = {(note.body["project"], note.body["expert"]) for note in notes}
    missing = sorted(_seated(State.model_validate(case.body), must=False) - given)
    items = [note.body | {"number": note.number, "at": note.at, "actor": note.actor} for note in notes]
    return answer({"items": items, "missing": [{"project": p, "expert": e} for p, e in missing]})


@router.get(
    "/{case_id}/reserve-list",
    name="panels.reserve",
    summary="Read the reserve list",
    responses=documented(NotFoundError, InvalidError),
)
async def read_reserve_list(
    request: Request,
    case_id: str,
    caller: Asker,
    quota: Annotated[int | None, Query(ge=0, description="how many projects are listed")] = None,
    fewest: Annotated[int, Query(ge=1, le=50, description="opinions below this number are flagged")] = 3,
    until: Annotated[
        int | None, Query(ge=1, le=LARGEST_NUMBER, description="count opinions up to this number only")
    ] = None,
) -> Response:
    """Projects by scores that are corrected for severe and lenient experts, beside the plain mean, with intervals and
    flags. `until` is the number of the newest opinion that was counted: with it the same list comes again."""

    def found(connection: Connection) -> tuple[State, list[Note]]:
        case = owned(connection, "panels", case_id, caller)
        return State.model_validate(case.body), cases.notes(connection, case.id, _ABOUT, until=until)

    state, notes = await request.app.state.store.read(found)
    seated = _seated(state, must=False)
    names = ("project", "expert", "scores", "comment")
    given = [Opinion(**{name: note.body[name] for name in names}) for note in notes]
    counted = [one for one in given if (one.project, one.expert) in seated]

    def ranked() -> dict[str, Any]:
        with told():
            return asdict(reserve_list(counted, state.sides(), quota, fewest=fewest))

    result = await request.app.state.match_threads(ranked)
    titles = {project.id: project.name for project in state.call.projects}
    entries = [entry | {"name": titles.get(entry["project"], "")} for entry in result["entries"]]
    return answer(result | {"entries": entries, "until": max((note.number for note in notes), default=None)})


def _key(project: str, expert: str) -> str:
    """Of any length of ids the same short text."""
    return hashlib.blake2b(f"{project}\n{expert}".encode(), digest_size=20).hexdigest()


def _seated(state: State, *, must: bool = True) -> set[Seat]:
    """The seats of the last release."""
    if not state.releases:
        if must:
            raise ConflictError("专家组尚未发布，不能录入意见。", "Panels are released before opinions are entered.")
        return set()
    return {
        (panel["project"], member["expert"])
        for panel in state.releases[-1].plan["panels"]
        for member in panel["members"]
    }
