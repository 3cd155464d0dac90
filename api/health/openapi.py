"""The description of the API for people and tools."""

from functools import lru_cache
from typing import Any

from fastapi import APIRouter, FastAPI
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import Response

from api.guard.checks import flat
from api.guard.policy import ANYBODY, POLICY, policy_name
from api.kit.answers import answer
from api.kit.bodies import DOCUMENTED_BODIES
from api.kit.problems import ProblemBody

router = APIRouter(tags=["health"])


@router.get("/openapi.json", name="openapi", summary="This description as OpenAPI 3.1")
async def openapi(request: Request) -> Response:
    """Every address with its parameters, bodies, examples, answers, refusals and the roles that may call it."""
    return answer(describe(request.app))


@lru_cache(maxsize=4)
def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with the schemas of bodies and problems, the key, and the roles of each route."""
    document = app.openapi()
    components = document.setdefault("components", {})
    models = [(model, "validation") for model in (ProblemBody, *DOCUMENTED_BODIES)]
    _, schemas = models_json_schema(models, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    components["schemas"] = {**schemas["$defs"], **components.get("schemas", {})}
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer", "description": "`mk_…`"}}
    for route in flat(app.routes):
        roles = POLICY[policy_name(getattr(route, "name", ""))]
        if roles is not ANYBODY:
            for method in getattr(route, "methods", ()):
                operation = document["paths"][getattr(route, "path", "")][method.lower()]
                operation["security"] = [{"key": []}]
                operation["x-roles"] = sorted(roles)
    return document
