"""Asking for matches and reading them again."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import ValidationError
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from api.guard.caller import Caller, authenticate
from api.guard.doing import IDEMPOTENCY_HEADER, Done, do
from api.jobs.routes import JobBody
from api.jobs.routes import shown as shown_job
from api.kit.answers import JSON, json_bytes
from api.kit.bodies import invalid, json_body, read_json
from api.kit.fields import field_errors
from api.kit.languages import language_of
from api.kit.problems import (
    FieldError,
    InvalidError,
    MalformedError,
    NotFoundError,
    NotReadyError,
    TooLargeError,
    UnsupportedError,
    documented,
)
from api.matches.orders import EXAMPLES, BatchOrder, Filters, MatchOrder
from api.matches.ranking import field_of, rank
from api.store import jobs, match_lists, records
from api.store.clock import new_id
from api.store.facets import FIELDS, value_type
from matcher.domain import Kind, Level, Record
from matcher.domain.access import redact
from matcher.matches import Match, MatchList

Asker = Annotated[Caller, Depends(authenticate)]
router = APIRouter(prefix="/v1/matches", tags=["matches"])

_BODY = (MalformedError, TooLargeError, UnsupportedError, InvalidError, NotReadyError)
_PLAIN = ("id", "label", "verdict", "score", "completeness")


@router.post(
    "",
    name="matches.create",
    status_code=201,
    summary="Rank candidates for a subject",
    responses=documented(NotFoundError, *_BODY),
    openapi_extra=json_body(MatchOrder, EXAMPLES) | {"parameters": [IDEMPOTENCY_HEADER]},
)
async def create_match(request: Request, caller: Asker) -> Response:
    """The best candidates that the caller may find, each with verdict, score, completeness and, unless `explain` is
    false, parts that add up to the score, reasons, questions, counterfactuals and evidence. The list is kept."""
    order, body = await read_json(request, MatchOrder)
    state, language = request.app.state, language_of(request)
    wanted = filters(order.candidate_kind, order.filters, language)
    subject = order.text or inline(order, language) or await _stored(request, caller, order)
    ready(state)

    def found() -> MatchList:
        field = field_of(state.library.answering, caller, order.candidate_kind, wanted)
        ranked = rank(order.purpose, subject, field, order.k, ineligible=order.ineligible, policy=order.policy)
        return _without(ranked, state.store.read_now(lambda c: _deleted(c, order.candidate_kind, ranked)))

    ranked = await state.match_threads(found)
    list_id = new_id("mat")
    shown = json_bytes({"id": list_id, **as_json(ranked, explain=order.explain)})

    def keep(connection: Connection) -> Done:
        match_lists.keep(connection, list_id, caller.org, str(order.purpose), shown)
        headers = {"Location": f"/v1/matches/{list_id}"}
        detail: dict[str, object] = {"list": list_id, "shown": len(ranked.items)}
        return Done(201, shown, "match.create", headers, str(order.subject_kind), ranked.subject_id, detail)

    return await do(request, caller, body, keep)


@router.post(
    "/batch",
    name="matches.batch",
    status_code=202,
    summary="Rank candidates for many subjects as a job",
    responses=documented(NotFoundError, *_BODY, answers={202: JobBody}),
    openapi_extra=json_body(BatchOrder, {"all own projects": {"purpose": "investment", "k": 10}})
    | {"parameters": [IDEMPOTENCY_HEADER]},
)
async def create_batch(request: Request, caller: Asker) -> Response:
    """Queues the lists; the finished job's `match_id` names them for `GET /v1/matches/{id}`: per subject the best
    candidates with rank, score and verdict, without explanations."""
    order, body = await read_json(request, BatchOrder)
    filters(order.candidate_kind, order.filters, language_of(request))

    def work(connection: Connection) -> Done:
        task = {"order": order.model_dump(mode="json"), "key": caller.key}
        job_id = jobs.queue(connection, caller.org, "matches", task)
        job = jobs.find(connection, job_id)
        headers = {"Location": f"/v1/jobs/{job_id}"}
        return Done(202, json_bytes(job and shown_job(job)), "match.batch", headers, subject_id=job_id)

    response = await do(request, caller, body, work)
    request.app.state.runner.wake()
    return response


@router.get("/{list_id}", name="matches.read", summary="Read a list again", responses=documented(NotFoundError))
async def read_match(request: Request, list_id: str, caller: Asker) -> Response:
    """The list as it was given to the caller's organisation, with the versions of model, weights and data."""
    body = await request.app.state.store.read(lambda c: match_lists.find(c, list_id, caller.org))
    if body is None:
        raise NotFoundError
    return Response(body, 200, None, JSON)


def filters(kind: Kind, given: Filters, language: str) -> Mapping[str, Sequence[object]]:
    """The filters with values of the fields' types; InvalidError names what is no filter or no value."""
    wanted: dict[str, list[object]] = {}
    for name, values in given.items():
        if name not in FIELDS[kind]:
            raise _refused(name, name, language, ", ".join(FIELDS[kind]))
        wanted[name] = []
        for value in values if isinstance(values, list) else [values]:
            try:
                wanted[name].append(value_type(kind, name).validate_python(value))
            except ValidationError as error:
                raise _refused(name, value, language, field_errors(error, language)[0].rule) from None
    return wanted


def inline(order: MatchOrder, language: str) -> Record | None:
    """The subject of the body as a record; InvalidError names its broken fields."""
    try:
        return order.record()
    except ValidationError as error:
        raise invalid(error, language, within="/subject") from None


def ready(state: Any) -> None:
    """Refuses while the books have not caught up for the first time."""
    if not state.library.ready.is_set():
        raise NotReadyError(
            "索引正在建立，请稍后重试。", "The index is being built; try again soon.", headers={"Retry-After": "5"}
        )


async def _stored(request: Request, caller: Caller, order: MatchOrder) -> Record:
    stored = await request.app.state.store.read(lambda c: records.find(c, order.subject_kind, order.subject_id or ""))
    subject = visible_record(stored, caller)
    if subject is None:
        raise NotFoundError
    return subject


def visible_record(stored: records.Stored | None, caller: Caller) -> Record | None:
    """A stored record as the caller may match it: at most level 2, for secrets are never compared."""
    level = None if stored is None or stored.deleted else caller.level(stored.kind, stored.org)
    return None if stored is None or level is None else redact(stored.record(), min(level, Level.CONSENTED))


def as_json(ranked: MatchList, *, explain: bool) -> dict[str, Any]:
    """The list as a JSON object; without explanations the items are short."""
    shown = {name: getattr(ranked, name) for name in MatchList.__dataclass_fields__}
    if not explain:
        shown["items"] = [{name: getattr(item, name) for name in _PLAIN} for item in ranked.items]
    return shown


def _deleted(connection: Connection, kind: Kind, ranked: MatchList) -> set[str]:
    return records.deleted_ids(connection, kind, [item.id for item in ranked.items])


def _without(ranked: MatchList, gone: set[str]) -> MatchList:
    """The list without what was withdrawn while it was made."""
    from dataclasses import replace

    kept: tuple[Match, ...] = tuple(item for item in ranked.items if item.id not in gone)
    return replace(ranked, items=kept) if gone else ranked


def _refused(name: str, value: object, language: str, rule: str) -> InvalidError:
    from api.kit.fields import shortened

    words = ("没有这个筛选项或取值", "no such filter or value")[language == "en"]
    error = FieldError(pointer=f"/filters/{name}", value=shortened(value), rule=words, remedy=rule)
    return InvalidError(f"筛选 {name} 无效。", f"The filter {name} is not valid.", [error])
