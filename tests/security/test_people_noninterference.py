"""Ties, refusals, age and identifiers of people change nothing that those may observe who may not read them.

Each test has something there to leak, and shows that its owner sees it.
"""

import io
import json
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from tests.api.service import Service

PROJECT: dict[str, Any] = {"id": "P-1", "teaser": "工业机器人", "name": "机器人", "ipc": ["B25J"]}
EXPERT: dict[str, Any] = {"id": "E-1", "profile": "工业机器人", "consent_at": "2026-01-01", "roles": ["技术"]}
LEVEL_2: list[tuple[str, dict[str, Any]]] = [
    ("experts", {"ties": [{"kind": "亲属", "party": "机器人"}]}),
    ("experts", {"name": "钱七", "other_names": ["Qian Qi"]}),
    ("projects", {"competitors": ["椒江泵业"], "team": [{"role": "负责人", "name": "李四", "unit": "台州大学"}]}),
]
LEVEL_3: list[tuple[str, dict[str, Any]]] = [
    ("experts", {"emails": ["qian@x.cn"]}),
    ("experts", {"orcid": "0000-0002-1825-0097"}),
    ("experts", {"staff_no": "A77"}),
    ("experts", {"birth_year": 1950}),
    ("projects", {"refused": [{"expert": "钱七", "reason": "诉讼中"}]}),
]
WORDS = ["亲属", "钱七", "Qian", "椒江泵业", "李四", "qian@x.cn", "0000-0002-1825-0097", "A77", "1950", "诉讼中"]
TEXTS = ["钱七 诉讼中", "qian@x.cn", "椒江泵业 李四", "1950 A77"]


def shown(change: tuple[str, dict[str, Any]]) -> str:
    return json.dumps(change[1], ensure_ascii=False)[:50]


def colleague(service: Service) -> TestClient:
    """An organizer of the owner's organisation: reads its records up to level 2 and writes none."""
    made = service.of("platform").post("/v1/keys", json={"organisation": "center", "role": "organizer"}).json()
    client = service.of("center")
    client.headers["Authorization"] = f"Bearer {made['key']}"
    return client


def observed(service: Service, client: TestClient) -> tuple[list[Any], list[Any]]:
    """Reads, lists and exports; match lists in both directions. Without what names the request or the moment."""
    service.indexed()
    answers = [
        client.get(path)
        for noun, one in (("projects", "P-1"), ("experts", "E-1"))
        for path in (f"/v1/{noun}", f"/v1/{noun}/{one}", f"/v1/{noun}/{one}/versions")
    ]
    answers += [client.get(f"/v1/exports/{kind}.{form}") for kind in ("project", "expert") for form in ("jsonl", "csv")]
    read = [(each.status_code, _timeless(each.text.replace(each.headers["x-request-id"], ""))) for each in answers]
    orders: list[dict[str, Any]] = [
        {"purpose": "expert", "subject_kind": "project", "subject_id": "P-1", "ineligible": True},
        {"purpose": "expert", "subject_kind": "expert", "subject_id": "E-1", "ineligible": True},
        *({"purpose": "expert", "text": text, "ineligible": True} for text in TEXTS),
        *({"purpose": "expert", "subject_kind": "expert", "text": text, "ineligible": True} for text in TEXTS),
    ]
    ranked = [client.post("/v1/matches", json=order) for order in orders]
    return [*read, *_sheets(client)], [
        (each.status_code, {name: value for name, value in each.json().items() if name not in ("id", "instance")})
        for each in ranked
    ]


def _sheets(client: TestClient) -> list[Any]:
    books = [client.get(f"/v1/exports/{kind}.xlsx") for kind in ("project", "expert")]
    return [
        book.status_code if book.status_code != 200 else list(load_workbook(io.BytesIO(book.content)).active.values)
        for book in books
    ]


def _timeless(text: str) -> str:
    """Version and times of own records are no secret to the organisation."""
    return re.sub(r'"version":\d+|"(created|updated)":"[^"]*"', "", text)


def stored(service: Service) -> dict[str, str]:
    center = service.of("center")
    return {
        noun: center.post(f"/v1/{noun}", json=record).headers["etag"]
        for noun, record in (("projects", PROJECT), ("experts", EXPERT))
    }


def change(service: Service, noun: str, more: dict[str, Any], tag: str) -> None:
    record = (PROJECT if noun == "projects" else EXPERT) | more
    written = service.of("center").put(f"/v1/{noun}/{record['id']}", json=record, headers={"If-Match": tag})
    assert (written.status_code, written.json()["version"]) == (200, 2), written.text


@pytest.mark.parametrize("org", ["fund", "events", "platform", "public"])
@pytest.mark.parametrize("hidden", LEVEL_2 + LEVEL_3, ids=shown)
def test_others_observe_nothing_of_people(service: Service, org: str, hidden: tuple[str, dict[str, Any]]) -> None:
    tags = stored(service)
    first = observed(service, service.of(org))
    change(service, *hidden, tags[hidden[0]])
    assert observed(service, service.of(org)) == first


@pytest.mark.parametrize("hidden", LEVEL_3, ids=shown)
def test_a_colleague_who_writes_nothing_observes_no_secret(
    service: Service, hidden: tuple[str, dict[str, Any]]
) -> None:
    tags = stored(service)
    client = colleague(service)
    first = observed(service, client)
    change(service, *hidden, tags[hidden[0]])
    assert observed(service, client) == first


@pytest.mark.parametrize("hidden", LEVEL_3, ids=shown)
def test_no_secret_of_people_is_matched_or_searched_for_its_owner_either(
    service: Service, hidden: tuple[str, dict[str, Any]]
) -> None:
    """The officer reads and exports it; no list, score or count is made from it."""
    tags = stored(service)
    center = service.of("center")
    read, ranked = observed(service, center)
    change(service, *hidden, tags[hidden[0]])
    then_read, then_ranked = observed(service, center)
    assert then_read != read
    assert then_ranked == ranked


def test_the_owner_s_lists_know_ties_so_there_was_something_to_leak(service: Service) -> None:
    tags = stored(service)
    center = service.of("center")
    _, ranked = observed(service, center)
    change(service, *LEVEL_2[0], tags["experts"])
    assert observed(service, center)[1] != ranked


def test_names_and_reasons_are_in_no_text_of_others(service: Service) -> None:
    tags = stored(service)
    everything: dict[str, dict[str, Any]] = {"projects": {}, "experts": {}}
    for noun, more in LEVEL_2 + LEVEL_3:
        everything[noun] |= more
    for noun, more in everything.items():
        change(service, noun, more, tags[noun])
    for org in ("fund", "events", "platform", "public"):
        read, ranked = observed(service, service.of(org))
        assert [word for word in WORDS if word in str(read) + str(ranked[:2])] == []
    said = str(observed(service, service.of("center"))[0])
    assert [word for word in WORDS if word not in said] == []
