"""Health, readiness and metrics; open to all, without any profile text."""

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response

from api.kit.answers import answer
from api.kit.problems import NotReadyError
from api.store.migrate import is_current

router = APIRouter(tags=["health"])


@router.get("/health", name="health", summary="Whether the process lives")
async def health() -> Response:
    """Answers as long as the process runs."""
    return answer({"status": "alive"})


@router.get("/ready", name="ready", summary="Whether requests can be served")
async def ready(request: Request) -> Response:
    """Answers 200 once the database has this version's tables and every index has caught up; else 503."""
    if not await request.app.state.store.read(is_current):
        raise NotReadyError("数据库结构与程序版本不符。", "The database's tables are not of this version.")
    if not request.app.state.library.ready.is_set():
        raise NotReadyError("索引正在建立。", "The index is being built.", headers={"Retry-After": "5"})
    return answer({"status": "ready"})


@router.get("/metrics", name="metrics", summary="Counters in Prometheus' text format")
async def metrics(request: Request) -> Response:
    """Requests, times, writes, jobs, index lag."""
    return Response(generate_latest(request.app.state.measures.registry), media_type=CONTENT_TYPE_LATEST)
