"""What one party may not see changes nothing that the party can observe. Each test has something there to leak."""

import json
from typing import Any

import pytest

from tests.api.service import Service

PROJECT: dict[str, Any] = {
    "id": "P-1",
    "teaser": "一种室温固态电解质",
    "region": "331002",
    "trl": 4,
    "applicant_kind": "团队",
    "financing_need": {"equity": {"amount_min": "110", "amount_max": "120"}},
}
HIDDEN: list[dict[str, Any]] = [
    {"name": "机密名称"},
    {"description": "机密描述"},
    {"verification_budget": "77"},
    {"pre_money": "4321"},
    {"team": [{"role": "首席科学家"}]},
    {"region": "331081"},
    {"financing_need": {"equity": {"amount_min": "150", "amount_max": "199"}}},
    {"legal_entity": {"name": "某某公司"}},
    {"trl": 6, "secrecy": {"trl": 2}},
    {"evidence": {"name": "已核验"}, "name": "机密名称"},
    {"source": "王某"},
]
QUERIES = [
    "/v1/projects",
    "/v1/projects?region=331002",
    "/v1/projects?region=331081",
    "/v1/projects?region=331000",
    "/v1/projects?trl=4",
    "/v1/projects?trl=6",
    "/v1/projects?mine=true",
    "/v1/projects/P-1",
    "/v1/projects/P-1/versions",
    "/v1/projects/P-2",
]


def observed(service: Service, org: str) -> list[tuple[int, str, str | None]]:
    client = service.of(org)
    answers = [client.get(query) for query in QUERIES]
    tag = {"If-Match": '"x"'}
    answers += [
        client.put("/v1/projects/P-1", json=PROJECT, headers=tag),
        client.delete("/v1/projects/P-1", headers=tag),
    ]
    return [
        (each.status_code, each.text.replace(each.headers["x-request-id"], ""), each.headers.get("etag"))
        for each in answers
    ]


@pytest.mark.parametrize("org", ["fund", "events", "newcomer", "public"])
@pytest.mark.parametrize("hidden", HIDDEN, ids=lambda each: json.dumps(each, ensure_ascii=False)[:40])
def test_a_hidden_field_changes_nothing_that_others_observe(service: Service, org: str, hidden: dict[str, Any]) -> None:
    center = service.of("center")
    before = PROJECT if "trl" not in hidden else PROJECT | {"secrecy": {"trl": 2}}
    tag = center.post("/v1/projects", json=before).headers["etag"]
    first = observed(service, org)
    written = center.put("/v1/projects/P-1", json=PROJECT | hidden, headers={"If-Match": tag})
    assert (written.status_code, written.json()["version"]) == (200, 2)
    assert observed(service, org) == first


def test_the_same_change_of_an_open_field_is_observed(service: Service) -> None:
    """The tests above could see a difference if there were one."""
    center = service.of("center")
    tag = center.post("/v1/projects", json=PROJECT).headers["etag"]
    first = observed(service, "fund")
    center.put("/v1/projects/P-1", json=PROJECT | {"trl": 6}, headers={"If-Match": tag})
    assert observed(service, "fund") != first


def test_visitors_and_unchecked_parties_learn_only_of_published_kinds(service: Service) -> None:
    service.of("center").post("/v1/projects", json=PROJECT)
    service.of("fund").post("/v1/funds", json={"id": "F-1", "name": "开放基金", "ticket_max": "200"})
    for org in ("public", "newcomer"):
        client = service.of(org)
        assert client.get("/v1/projects").json() == {"items": [], "next": None}
        assert client.get("/v1/projects/P-1").status_code == 404
        assert [each["record"] for each in client.get("/v1/funds").json()["items"]] == [
            {"id": "F-1", "name": "开放基金"}
        ]


def test_an_owner_reads_its_secrets_and_loses_none_by_writing_them_back(service: Service) -> None:
    center = service.of("center")
    secret = PROJECT | {"name": "机密名称", "description": "配方", "secrecy": {"description": 3}}
    center.post("/v1/projects", json=secret)
    read = center.get("/v1/projects/P-1").json()
    assert read["record"]["description"] == "配方"
    again = center.put("/v1/projects/P-1", json=read["record"], headers={"If-Match": read["etag"]})
    assert (again.status_code, again.json()["version"]) == (200, 1)


def test_others_never_see_a_secret_field(service: Service) -> None:
    service.of("center").post("/v1/projects", json=PROJECT | {"teaser": "配方", "secrecy": {"teaser": 3}})
    for org in ("fund", "events", "newcomer", "public", "platform"):
        assert "配方" not in service.of(org).get("/v1/projects").text


def test_a_revoked_key_is_refused_at_once(service: Service) -> None:
    admin, fund = service.of("platform"), service.of("fund")
    prefix = fund.get("/v1/whoami").json()["key"]
    assert admin.delete(f"/v1/keys/{prefix}").status_code == 204
    assert fund.get("/v1/whoami").status_code == 401
    assert admin.delete(f"/v1/keys/{prefix}").status_code == 404


def test_the_table_of_keys_holds_no_key(service: Service) -> None:
    made = service.of("platform").post("/v1/keys", json={"organisation": "fund", "role": "analyst"}).json()
    listed = service.of("platform").get("/v1/keys").text
    assert made["prefix"] in listed
    assert made["key"].split("_", 2)[2] not in listed
    with (service.app.state.settings.data / "matcher.db").open("rb") as file:
        assert made["key"].split("_", 2)[2].encode() not in file.read()


def test_only_administrators_see_accounts(service: Service) -> None:
    for org in ("center", "fund", "events", "newcomer", "public"):
        client = service.of(org)
        answers = [
            client.get("/v1/keys"),
            client.post("/v1/keys", json={"organisation": org, "role": "admin"}),
            client.delete("/v1/keys/000000000000"),
            client.get("/v1/organisations"),
            client.put("/v1/organisations/x", json={"name": "x"}),
        ]
        assert [each.status_code for each in answers] == [403] * 5
    for method, path in (("get", "/v1/keys"), ("get", "/v1/organisations"), ("get", "/v1/whoami")):
        assert getattr(service.anonymous, method)(path).status_code == 401
