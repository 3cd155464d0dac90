"""The guard cannot be forgotten: routes, policy rows, and the makers of sight."""

import ast
from pathlib import Path

import pytest
from fastapi import Depends, FastAPI

import api
from api.guard import policy
from api.guard.caller import authenticate
from api.guard.checks import PolicyError, check_policy, flat
from api.guard.policy import POLICY, policy_name
from tests.api.service import Service

MADE_BY_THE_GUARD = {"Sight", "VisibleIds", "Caller"}


def test_only_the_guard_makes_sight_and_visible_ids() -> None:
    root = Path(api.__file__).parent
    makers = {
        (path.relative_to(root).parts[0], node.func.id)
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MADE_BY_THE_GUARD
    }
    assert {folder for folder, _ in makers} == {"guard"}


def test_a_route_without_a_policy_row_does_not_start() -> None:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.get("/x", name="new.thing")(lambda: None)
    with pytest.raises(PolicyError, match="has no row"):
        check_policy(app.routes)


def test_a_guarded_row_needs_a_route_that_asks_the_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.guard.checks.POLICY", {"whoami": policy.POLICY["whoami"]})
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.get("/x", name="whoami")(lambda: None)
    with pytest.raises(PolicyError, match="must take a caller"):
        check_policy(app.routes)


def test_an_open_row_must_not_ask_the_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.guard.checks.POLICY", {"health": policy.ANYBODY})
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.get("/x", name="health", dependencies=[Depends(authenticate)])(lambda: None)
    with pytest.raises(PolicyError, match="must not take a caller"):
        check_policy(app.routes)


def test_a_policy_row_without_a_route_does_not_start() -> None:
    with pytest.raises(PolicyError, match="has no route"):
        check_policy([])


def test_every_guarded_route_refuses_the_anonymous(service: Service) -> None:
    for route in flat(service.app.routes):
        if POLICY[policy_name(route.name)] is None:
            continue
        for method in route.methods:
            path = route.path.replace("{", "").replace("}", "")
            response = service.anonymous.request(method, path)
            assert (response.status_code, response.json()["type"]) == (401, "/problems/unauthenticated"), route


def test_every_guarded_route_refuses_each_role_that_the_table_leaves_out(service: Service) -> None:
    roles = {"center": "officer", "fund": "analyst", "events": "organizer", "public": "visitor", "platform": "admin"}
    for route in flat(service.app.routes):
        allowed = POLICY[policy_name(route.name)]
        for org, role in roles.items():
            if allowed is None or role in allowed:
                continue
            for method in route.methods:
                path = route.path.replace("{", "").replace("}", "")
                assert service.of(org).request(method, path).status_code == 403, (route, role)
