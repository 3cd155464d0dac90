"""Whatever goes wrong is answered as RFC 9457 problem details, in the caller's language, without a traceback."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from api.resources.examples import EXAMPLES
from matcher.domain import Kind
from tests.api.service import Service

BASE = "/v1/projects"


def problem(response: object, status: int, code: str) -> dict[str, object]:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert (body["type"], body["status"], body["instance"]) == (
        f"/problems/{code}",
        status,
        response.headers["x-request-id"],
    )
    return body


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000, b'{"id":"a"} x', b"\x00"],
    ids=["empty", "open", "no utf-8", "deep list", "deep object", "tail", "nul"],
)
def test_what_is_no_json_is_malformed(service: Service, body: bytes) -> None:
    problem(service.of("center").post(BASE, content=body), 400, "malformed")


def test_another_content_type_is_refused(service: Service) -> None:
    problem(
        service.of("center").post(BASE, content=b"a", headers={"Content-Type": "text/csv"}),
        415,
        "unsupported-media-type",
    )


@pytest.mark.parametrize("body", [b"null", b"[]", b'"x"', b"1", b"{}"])
def test_json_that_is_no_record_is_invalid(service: Service, body: bytes) -> None:
    problem(service.of("center").post(BASE, content=body), 422, "invalid")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("trl", 4.5),
        ("trl", "four"),
        ("trl", 10),
        ("trl", 1e309),
        ("trl", [4]),
        ("verification_stage", "stage 9"),
        ("region", "999999"),
        ("name", "y" * 1_000_000),
        ("name", ""),
        ("verification_budget", -1),
        ("verification_budget", "1e309"),
        ("verification_budget", 0.1234567),
        ("valid_until", "2026-02-30"),
        ("colour", "red"),
        ("id", "a/b"),
        ("id", 7),
        ("legal_entity", {"credit_code": "123"}),
        ("financing_need", {"equity": {"amount_min": 5, "amount_max": 4}}),
        ("secrecy", {"colour": 3}),
    ],
)
def test_a_broken_rule_names_the_field(service: Service, field: str, value: object) -> None:
    import json

    response = service.of("center").post(
        BASE, content=json.dumps({"id": "a", field: value}).replace("Infinity", "1e309")
    )
    body = problem(response, 422, "invalid")
    assert body["errors"][0]["pointer"].startswith(("/" + field, ""))
    assert len(response.content) < 4000
    assert service.of("center").get(f"{BASE}/a").status_code == 404


def test_a_body_over_the_limit_is_refused_by_its_announced_or_its_real_size(service: Service) -> None:
    center = service.of("center")
    problem(center.post(BASE, content=b" " * 3_000_000), 413, "too-large")
    problem(center.post(BASE, content=(b" " * 100_000 for _ in range(30))), 413, "too-large")


def test_unknown_addresses_and_methods(service: Service) -> None:
    problem(service.anonymous.get("/v1/nothing"), 404, "not-found")
    response = service.anonymous.patch(BASE)
    problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "GET, POST"


def test_an_id_with_strange_characters_is_not_found(service: Service) -> None:
    for record_id in ("%00", "%F0%9F%98%80", "..%2f..%2fetc", "'%20OR%201=1--", "x" * 100):
        assert service.of("center").get(f"{BASE}/{record_id}").status_code == 404


def test_a_fault_tells_nothing(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    from api.store import records

    def broken(*_: object) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(records, "find", broken)
    response = service.of("center").get(f"{BASE}/a")
    problem(response, 500, "internal")
    assert "secret" not in response.text
    assert "Traceback" not in response.text


def test_words_are_chinese_unless_english_is_preferred(service: Service) -> None:
    client = service.anonymous
    for header, title in (
        ("", "未认证"),
        ("en-GB,en;q=0.9", "Not authenticated"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "未认证"),
        ("fr", "未认证"),
        ("en;q=x", "未认证"),
    ):
        assert client.get(BASE, headers={"Accept-Language": header}).json()["title"] == title


def test_a_request_id_is_taken_if_it_is_harmless(service: Service) -> None:
    client = service.anonymous
    assert client.get("/health", headers={"X-Request-Id": "order-4711"}).headers["x-request-id"] == "order-4711"
    for bad in ("short", "x" * 81, "with space and <tag>"):
        assert client.get("/health", headers={"X-Request-Id": bad}).headers["x-request-id"] != bad


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("kind", list(Kind))
@given_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_any_change_of_a_good_body_is_taken_or_refused_by_a_rule(
    service: Service, kind: Kind, data: st.DataObject
) -> None:
    from api.resources.nouns import NOUNS

    body = dict(EXAMPLES[kind])
    body[data.draw(st.sampled_from([*body, "extra"]))] = data.draw(JSON)
    response = service.of("center").post(f"/v1/{NOUNS[kind]}", json=body)
    assert response.status_code in {201, 409, 422}, response.text
