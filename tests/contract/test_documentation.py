"""What is served is documented, and what is documented is served."""

import re
from pathlib import Path
from typing import Any

import pytest

from api.guard.checks import flat
from api.kit import problems
from api.kit.problems import Problem
from api.resources.nouns import NOUNS
from api.settings import PREFIX, Settings, SettingsError
from matcher.domain import KINDS
from tests.api.service import Service

DOCS = Path(__file__).parents[2] / "docs"


def test_every_setting_is_documented_with_its_default() -> None:
    rows = dict(
        re.findall(r"^\| `(MATCHER_\w+)` \| `?([^|`]*?)`? \|", (DOCS / "operations.md").read_text("utf-8"), re.M)
    )
    assert set(rows) == {PREFIX + name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        if field.default is not None:
            shown = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
            assert rows[PREFIX + name.upper()] == shown


def test_every_route_is_documented(service: Service) -> None:
    text = (DOCS / "api.md").read_text("utf-8")
    told = {(method, path.partition("?")[0]) for method, path in re.findall(r"`(GET|POST|PUT|DELETE) ([^`]+)`", text)}
    served = {(method, route.path) for route in flat(service.app.routes) for method in route.methods}
    for noun in NOUNS.values():
        served = {(method, re.sub(rf"^/v1/{noun}(?=/|$)", "/v1/{noun}", path)) for method, path in served}
    assert told - {("GET", "/v1/projects")} == served


def test_every_problem_is_documented() -> None:
    text = (DOCS / "api.md").read_text("utf-8")
    told = set(re.findall(r"^\| (\d{3}) \| `([\w-]+)` \|", text, re.M))
    kinds = [each for each in vars(problems).values() if isinstance(each, type) and issubclass(each, Problem)]
    assert told == {(str(each.status), each.code) for each in kinds}


def test_openapi_has_schemas_examples_and_refusals(service: Service) -> None:
    document = service.anonymous.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    assert set(re.findall(r"#/components/schemas/([\w]+)", str(document))) <= set(schemas)
    for kind, noun in NOUNS.items():
        operation = document["paths"][f"/v1/{noun}"]["post"]
        content = operation["requestBody"]["content"]["application/json"]
        assert content["schema"]["$ref"].endswith(f"/{KINDS[kind].__name__}")
        assert content["examples"]
        assert {"201", "400", "401", "403", "409", "413", "415", "422", "500"} <= set(operation["responses"])
        assert set(KINDS[kind].model_fields) == set(schemas[KINDS[kind].__name__]["properties"])


def test_every_operation_names_its_roles_or_is_open(service: Service) -> None:
    document = service.anonymous.get("/openapi.json").json()
    open_paths = {path for path, item in document["paths"].items() for one in item.values() if "security" not in one}
    assert open_paths == {"/health", "/ready", "/metrics", "/openapi.json"}


def described(service: Service) -> list[tuple[str, str, dict[str, Any]]]:
    document = service.anonymous.get("/openapi.json").json()
    return [(method, path, one) for path, item in document["paths"].items() for method, one in item.items()]


def test_every_refusal_that_happens_is_documented(service: Service) -> None:
    """Each operation is called with nothing and with nonsense; the status must be among those it documents."""
    client = service.of("platform")
    for method, path, operation in described(service):
        address = re.sub(r"\{[^}]+\}", "nonsense", path)
        calls: list[dict[str, Any]] = [
            {},
            {"content": b"{", "headers": {"Content-Type": "application/json"}},
            {"json": {"x": [1]}},
        ]
        for arguments in calls if method in {"post", "put"} else [{}]:
            response = client.request(method.upper(), address, **arguments)
            assert str(response.status_code) in operation["responses"], (method, path, response.text)
            if response.status_code >= 400:
                assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "environment", [{"MATCHER_PROT": "1"}, {"MATCHER_PORT": "-1"}, {"MATCHER_PORT": "x"}, {"MATCHER_LOG_LEVEL": "LOUD"}]
)
def test_a_wrong_setting_is_named(environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=next(iter(environment))):
        Settings.from_environment(environment)


def test_settings_from_the_environment_and_the_command_line() -> None:
    found = Settings.from_environment({"MATCHER_PORT": "81", "MATCHER_DATA": "x", "OTHER": "1"}, port=82, data=None)
    assert (found.port, found.data, found.url) == (82, Path("x"), "sqlite:///x/matcher.db")
