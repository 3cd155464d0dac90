"""The check of conflicts over HTTP, and what a call from records tells of it."""

import io
from datetime import datetime
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from api.matches.ranking import ZONE
from matcher.assignment.files.callrows import CallRow
from matcher.conflicts import judge
from matcher.conflicts.listing import document
from matcher.domain import Expert, Project
from matcher.rules.authority import authority
from tests.api.service import Service
from tests.api.test_panels import BASE, asked, problem

PROJECTS: list[dict[str, Any]] = [
    {
        "id": "P1",
        "name": "低温阀门",
        "teaser": "低温阀门",
        "legal_entity": {"name": "台州阀门公司"},
        "team": [{"role": "负责人", "name": "李四", "email": "li@tzu.edu.cn"}],
        "refused": [{"expert": "钱七", "reason": "诉讼中"}],
        "ipc": ["F16K"],
    },
    {"id": "P2", "name": "影像诊断", "teaser": "影像诊断", "ipc": ["A61B"]},
]
PLAIN: dict[str, Any] = {"ties": [], "birth_year": 1980, "titles": ["副高"], "consent_at": "2026-01-01"}
EXPERTS: list[dict[str, Any]] = [
    PLAIN | {"id": "E1", "name": "王五", "emails": ["li@tzu.edu.cn"]},
    PLAIN | {"id": "E2", "name": "钱七"},
    PLAIN | {"id": "E3", "name": "赵六", "birth_year": 1940, "emails": ["zhao@x.cn"]},
    PLAIN | {"id": "E4", "name": "赵六", "birth_year": 1940, "orcid": "0000-0002-1825-0097", "emails": ["zhao@x.cn"]},
    PLAIN | {"id": "E5", "ties": [{"kind": "亲属", "party": "钱七"}]},
    PLAIN | {"id": "E6", "ties": [{"kind": "顾问", "party": "台州阀门公司", "start": "2024-01-01"}]},
    PLAIN | {"id": "E7"},
]
ASKED = {"projects": ["P1", "P2"], "experts": [f"E{n}" for n in range(1, 8)], "authority": "policy"}


def stored(service: Service, org: str = "center") -> None:
    client = service.of(org)
    for noun, records in (("projects", PROJECTS), ("experts", EXPERTS)):
        for record in records:
            made = client.post(f"/v1/{noun}", json=record)
            assert made.status_code == 201, made.text


def test_the_answer_is_the_library_s_list(service: Service) -> None:
    stored(service)
    answer = service.of("center").post(f"{BASE}/conflicts", json=ASKED)
    assert answer.status_code == 200, answer.text
    today = datetime.now(ZONE).date()
    asked = [Project.model_validate(one) for one in PROJECTS]
    pool = [Expert.model_validate(one) for one in EXPERTS]
    found = judge(asked, pool, authority("policy"), today).found
    assert answer.json() == document(found, authority("policy"), today)
    assert answer.json()["counts"] == {"pairs": 14, "barred": 7, "open": 0, "apart": 1}
    names = "project", "expert", "apart_from", "kind", "truth"
    told = [tuple(one[name] for name in names) for one in answer.json()["items"]]
    assert told == [
        ("", "E3", "", "twin", "TRUE"),
        ("", "E4", "", "age", "TRUE"),
        ("P1", "E1", "", "own_project", "TRUE"),
        ("P1", "E2", "", "refused", "TRUE"),
        ("P1", "E6", "", "adviser", "TRUE"),
        ("", "E2", "E5", "kin", "TRUE"),
    ]  # fmt: skip
    assert service.of("center").get(BASE).json() == {"items": []}


def test_a_call_from_records_reads_own_secrets_and_names_twins(service: Service) -> None:
    stored(service)
    order = {"name": "一", "records": {"projects": ["P1", "P2"], "experts": ASKED["experts"], "size": 1, "load_max": 2}}
    center = service.of("center")
    made = center.post(BASE, json=order).json()
    assert [(row["expert"], row["reason"]) for row in made["twins"]] == [("E3", "twin")]
    assert made["twins"][0]["en"] == "the same person as E4, by the key zhao@x.cn; one person has one seat in a panel"
    call = CallRow.model_validate(center.get(f"{BASE}/{made['id']}/call").json())
    assert {(row.project, row.expert, row.reason) for row in call.forbidden} == {
        ("", "E3", "twin"),
        ("", "E4", "age"),
        ("P1", "E1", "own_project"),
        ("P1", "E2", "refused"),
        ("P1", "E6", "adviser"),
    }
    assert call.apart == (("E2", "E5"),)


def test_of_others_records_no_secret_finds_a_conflict(service: Service) -> None:
    """An officer of another organisation reads level 1: no ties, no refusal, no age, so the expert must declare."""
    stored(service)
    platform = service.of("platform").post(f"{BASE}/conflicts", json=ASKED)
    assert [(one["project"], one["expert"], one["kind"], one["truth"]) for one in platform.json()["items"]] == [
        ("", f"E{n}", kind, "UNKNOWN") for n in range(1, 8) for kind in ("age", "declaration")
    ]
    there = str(PROJECTS + EXPERTS)
    for secret in ("诉讼", "钱七", "李四", "zhao", "li@", "1940", "顾问"):
        assert secret in there
        assert secret not in platform.text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"authority": "nobody"}, "known are"),
        ({"projects": ["none"]}, "There is no none"),
        ({"experts": []}, "experts"),
        ({"size": 5}, "size"),
    ],
)
def test_a_bad_order_says_what_is_wrong(service: Service, change: dict[str, Any], words: str) -> None:
    stored(service)
    refused = problem(service.of("center").post(f"{BASE}/conflicts", json=ASKED | change), 422, "invalid")
    assert words in str(refused)


def test_too_many_refusals_are_refused(service: Service) -> None:
    stored(service)
    center = service.of("center")
    refused = [{"expert": f"某{n}", "reason": "竞争"} for n in range(4)]
    assert center.post("/v1/projects", json={"id": "P9", "refused": refused}).status_code == 201
    told = problem(center.post(f"{BASE}/conflicts", json=ASKED | {"projects": ["P9"]}), 422, "invalid")
    assert told["detail"] == "project P9.refused is 4: an applicant may refuse 3; shorten the list."


def test_only_officers_ask(service: Service) -> None:
    stored(service)
    for org in ("fund", "events", "newcomer", "public"):
        problem(service.of(org).post(f"{BASE}/conflicts", json=ASKED), 403, "forbidden")
    assert service.anonymous.post(f"{BASE}/conflicts", json=ASKED).status_code == 401


def test_who_asked_is_noted_without_a_word_of_what_was_found(service: Service) -> None:
    stored(service)
    service.of("center").post(f"{BASE}/conflicts", json=ASKED)
    query = text("select org, detail from audit where action = 'panels.conflicts'")
    rows = service.store.read_now(lambda c: [tuple(row) for row in c.execute(query)])
    assert rows == [("center", '{"projects":2,"experts":7}')]


def test_what_found_a_conflict_is_in_the_officer_s_call_and_in_nothing_that_goes_out(service: Service) -> None:
    """Plan, questions, workbook and minutes name seats; why others may not sit is the officer's alone."""
    stored(service)
    one = asked(service, {"name": "一", "records": {"projects": ["P1", "P2"], "experts": ASKED["experts"], "size": 1}})
    center = service.of("center")
    book = load_workbook(io.BytesIO(center.get(f"{one}/export", params={"format": "xlsx"}).content))
    goes_out = [
        center.get(one).text,
        center.get(f"{one}/questions").text,
        center.get(f"{one}/check").text,
        center.get(BASE).text,
        str([list(sheet.values) for sheet in book]),
    ]
    call = center.get(f"{one}/call").text
    for secret in ("诉讼中", "zhao@x.cn", "1940", "台州阀门公司"):
        assert secret in call
        assert [secret in text for text in goes_out] == [False] * 5
