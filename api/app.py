"""The application: every route with its guard, every refusal as a problem."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from api.accounts.routes import router as accounts_router
from api.events.routes import router as events_router
from api.events.task import plan_task
from api.guard.caller import Keys
from api.guard.checks import check_policy, flat
from api.health.openapi import router as openapi_router
from api.health.routes import router as health_router
from api.imports.routes import router as imports_router
from api.imports.task import import_task
from api.indexing.library import Library
from api.jobs.routes import router as jobs_router
from api.jobs.runner import Runner
from api.kit.answers import json_bytes
from api.kit.fields import detail_error
from api.kit.languages import language_of
from api.kit.problems import (
    MEDIA_TYPE,
    InternalError,
    InvalidError,
    MalformedError,
    NotAllowedError,
    NotFoundError,
    Problem,
)
from api.kit.requests import Measures, Surroundings
from api.kit.threads import Threads
from api.matches.routes import router as matches_router
from api.matches.task import match_task
from api.models.routes import router as models_router
from api.panels.routes import router as panels_router
from api.panels.task import panel_task
from api.resources.files import router as files_router
from api.resources.routes import router as resources_router
from api.settings import Settings
from api.store.store import Store

_ROUTERS = (
    health_router,
    openapi_router,
    accounts_router,
    resources_router(),
    files_router,
    imports_router,
    jobs_router,
    matches_router,
    models_router,
    panels_router,
    events_router,
)


def create_app(settings: Settings) -> FastAPI:
    """The service for these settings; it opens the database when it starts and closes it when it stops."""
    app = FastAPI(
        title="Matcher",
        version="1",
        summary="Links early-stage technology projects with funds, loans, insurance and experts.",
        lifespan=_lifespan,
        redirect_slashes=False,
        separate_input_output_schemas=False,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.settings, app.state.measures = settings, Measures()
    for each in _ROUTERS:
        app.include_router(each)
    app.add_middleware(Surroundings, measures=app.state.measures)
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _parameters)
    check_policy(app.routes)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings, state = app.state.settings, app.state
    state.store = store = Store(settings.url, settings.read_threads)
    state.keys = Keys(store)
    state.library = library = Library(store, settings, apart=True)
    state.measures.index_lag.set_function(lambda: library.lag)
    state.match_threads = threads = Threads(settings.match_threads, "matching")
    tasks = {
        "import": import_task(settings.url, settings.data, library.wake),
        "matches": match_task(store, library),
        "panels": panel_task(store),
        "events.plan": plan_task(store),
    }
    state.runner = runner = Runner(store, tasks)
    library.start()
    runner.start()
    try:
        yield
    finally:
        runner.stop()
        threads.close()
        library.stop()
        store.close()


def _respond(request: Request, problem: Problem) -> Response:
    instance = getattr(request.state, "request_id", "")
    body = json_bytes(problem.body(language_of(request), instance))
    return Response(body, problem.status, problem.headers, MEDIA_TYPE)


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return _respond(request, error)


_HTTP: dict[int, Problem] = {
    400: MalformedError("请求无法解析。", "The request cannot be read."),
    404: NotFoundError("没有这个地址。", "There is no such address."),
    405: NotAllowedError("此地址不支持该方法。", "The address does not know this method."),
}


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    known = _HTTP.get(error.status_code)
    if known is None:
        return _respond(request, InternalError())
    if isinstance(known, NotAllowedError):
        known = NotAllowedError(known.zh, known.en, headers={"Allow": _allowed(request)})
    return _respond(request, known)


def _allowed(request: Request) -> str:
    """The methods that the address knows."""
    methods: set[str] = set()
    for route in flat(request.app.routes):
        if route.matches(request.scope)[0] is not Match.NONE:
            methods |= getattr(route, "methods", None) or set()
    return ", ".join(sorted(methods))


async def _parameters(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    language = language_of(request)
    errors = [detail_error(each, language) for each in error.errors()]
    return _respond(request, InvalidError("参数不符合规则。", "A parameter breaks a rule.", errors))
