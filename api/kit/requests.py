"""What surrounds every request: its id, its log line, its measurement, and limits on its size."""

import re
import secrets
import time
import traceback
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.kit.answers import json_bytes
from api.kit.languages import language_of
from api.kit.problems import MEDIA_TYPE, InternalError

_GOOD_ID = re.compile(r"[A-Za-z0-9._-]{8,80}")

log = structlog.get_logger("matcher.http")


class Measures:
    """Counters of one service, kept apart from those of another in the same process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "matcher_http_requests_total", "Requests", ("method", "route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "matcher_http_seconds",
            "Time to answer",
            ("method", "route"),
            buckets=(0.002, 0.005, 0.01, 0.015, 0.03, 0.06, 0.1, 0.3, 1, 3, 10),
            registry=self.registry,
        )
        self.index_lag = Gauge("matcher_index_lag", "Changes that the shared books lack", registry=self.registry)


class Surroundings:
    """ASGI middleware: request id in and out, one structured log line without any body, counters, security headers."""

    def __init__(self, app: ASGIApp, measures: Measures) -> None:
        self.app, self.measures = app, measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on and notes how it went."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _GOOD_ID.fullmatch(given) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        start, status, started = time.perf_counter(), 500, False

        async def noted(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                headers["X-Content-Type-Options"] = "nosniff"
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except Exception as error:  # the last net: the caller gets a problem, the log gets the place
            log.error("fault", request_id=request_id, error=type(error).__name__, at=places(error))  # noqa: TRY400 - a traceback may hold values
            if started:
                raise
            problem = InternalError()
            language = language_of(Request(scope))
            response = Response(json_bytes(problem.body(language, request_id)), problem.status, None, MEDIA_TYPE)
            await response(scope, receive, noted)
        finally:
            self._note(scope, status, time.perf_counter() - start, request_id)

    def _note(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        route = getattr(scope.get("route"), "path", "unknown")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self.measures.requests.labels(method, route, str(status)).inc()
        self.measures.seconds.labels(method, route).observe(seconds)
        log.info(
            "request",
            request_id=request_id,
            method=method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 2),
            key=scope["state"].get("key"),
        )


def places(error: BaseException) -> list[str]:
    """Where an error came from, innermost last; without its message and values, which may hold a profile's text."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]


_METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}
