"""Panels over HTTP: from the call to the reserve list, and what may not happen on the way."""

import io
import subprocess
import sys
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from api.app import create_app
from api.settings import Settings
from api.store import jobs
from matcher.assignment.check import check
from matcher.assignment.files.callfile import problem_from
from matcher.assignment.files.callrows import CallRow, SoftRow
from matcher.assignment.files.planfile import seats_from
from matcher.domain.codes import data_folder
from tests.api.service import Service

BASE = "/v1/panels"
SCORES = [[0.9, 0.8, 0.1, 0.3, 0.2], [0.2, 0.9, 0.7, 0.4, 0.1], [0.5, 0.1, 0.6, 0.9, 0.8]]
CALL: dict[str, Any] = {
    "projects": [{"id": f"p{n}", "name": f"项目{n}", "size": 2} for n in range(3)],
    "experts": [
        {"id": f"e{n}", "name": f"专家{n}", "units": ["台州大学" if n % 2 else "浙大"], "load_max": 2} for n in range(5)
    ],
    "scores": SCORES,
}
ORDER = {"name": "2026 年秋季评审", "call": CALL}


def asked(service: Service, order: dict[str, Any] = ORDER, org: str = "center") -> str:
    """The address of a call whose panels are made."""
    made = service.of(org).post(BASE, json=order)
    assert made.status_code == 202, made.text
    job = service.finished(org, made.json()["job"]["id"])
    assert job["state"] == "done", job
    assert job["result"]["panels_id"] == made.json()["id"]
    return str(made.headers["location"])


def members(plan: dict[str, Any]) -> dict[str, list[str]]:
    return {panel["project"]: sorted(one["expert"] for one in panel["members"]) for panel in plan["panels"]}


def changed(service: Service, one: str, what: str, body: dict[str, Any], tag: str | None = None) -> Any:
    center = service.of("center")
    tag = tag or center.get(one).headers["etag"]
    return center.post(f"{one}/{what}", json=body, headers={"If-Match": tag})


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert (response.status_code, response.json()["type"]) == (status, f"/problems/{code}"), response.text
    return dict(response.json())


def test_a_call_from_its_file_to_proven_panels(service: Service) -> None:
    one = asked(service)
    center = service.of("center")
    found = center.get(one).json()
    assert (found["of"], found["plan"]["status"], found["projects"], found["experts"]) == ("draft", "optimal", 3, 5)
    call = CallRow.model_validate(center.get(f"{one}/call").json())
    task = problem_from(call)
    assert check(task, seats_from(task, found["plan"])) == []
    assert found["plan"]["total"] == pytest.approx(0.9 + 0.8 + 0.9 + 0.7 + 0.9 + 0.8)
    assert center.get(f"{one}/check").json() == {"of": "draft", "holds": True, "violations": []}
    assert [row["name"] for row in center.get(BASE).json()["items"]] == ["2026 年秋季评审"]
    assert center.get(one, params={"version": 1}).json()["plan"] is None
    assert [row["action"] for row in center.get(f"{one}/versions").json()["items"]] == ["create", "solve"]


def test_a_hurried_call_keeps_its_limit_and_its_plan_is_clean(service: Service) -> None:
    one = asked(service, ORDER | {"limit_seconds": 0})
    found = service.of("center").get(one).json()
    assert (found["limit_seconds"], found["of"]) == (0, "draft")
    assert found["plan"]["total"] <= found["plan"]["bound"] + 1e-9
    assert service.of("center").get(f"{one}/check").json()["violations"] == []


def test_the_same_request_twice_makes_one_call(service: Service) -> None:
    center = service.of("center")
    first, again = (center.post(BASE, json=ORDER, headers={"Idempotency-Key": "k1"}) for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert len(center.get(BASE).json()["items"]) == 1


def test_others_see_nothing_and_roles_are_kept(service: Service) -> None:
    one = asked(service)
    platform = service.of("platform")
    for path in ("", "/call", "/versions", "/check", "/opinions", "/reserve-list", "/export?format=xlsx"):
        problem(platform.get(one + path), 404, "not-found")
    problem(platform.post(f"{one}/solve"), 404, "not-found")
    assert platform.get(BASE).json() == {"items": []}
    for org in ("fund", "events", "public"):
        problem(service.of(org).post(BASE, json=ORDER), 403, "forbidden")
        problem(service.of(org).get(one), 403, "forbidden")


def test_a_pin_stays_when_panels_are_made_again(service: Service) -> None:
    one = asked(service)
    seat = {"project": "p0", "expert": "e4"}
    pinned = changed(service, one, "pin", seat)
    assert (pinned.status_code, pinned.json()["pins"]) == (200, [["p0", "e4"]])
    job = service.of("center").post(f"{one}/solve").json()["id"]
    assert service.finished("center", job)["state"] == "done"
    assert "e4" in members(service.of("center").get(one).json()["plan"])["p0"]
    freed = changed(service, one, "unpin", seat)
    assert freed.json()["pins"] == []
    refused = problem(changed(service, one, "unpin", seat), 422, "invalid")
    assert refused["detail"] == "seat is ('p0', 'e4'): it is pinned; name a pinned seat."
    assert refused["errors"][0]["rule"] == "须为已固定的席位 / it is pinned"
    problem(changed(service, one, "pin", {"project": "p9", "expert": "e1"}), 422, "invalid")


def test_of_two_officers_who_pin_at_once_the_second_reads_again(service: Service) -> None:
    one = asked(service)
    tag = service.of("center").get(one).headers["etag"]
    assert changed(service, one, "pin", {"project": "p0", "expert": "e0"}, tag).status_code == 200
    problem(changed(service, one, "pin", {"project": "p0", "expert": "e2"}, tag), 412, "precondition-failed")
    problem(
        service.of("center").post(f"{one}/pin", json={"project": "p0", "expert": "e0"}), 428, "precondition-required"
    )


def test_a_decline_changes_one_seat(service: Service) -> None:
    one = asked(service)
    before = members(service.of("center").get(one).json()["plan"])
    leaver = before["p1"][0]
    mended = changed(service, one, "replace", {"vacated": [["p1", leaver]]})
    assert mended.status_code == 200, mended.text
    after = members(mended.json()["plan"])
    assert {project for project in before if before[project] != after[project]} == {"p1"}
    assert len(set(before["p1"]) & set(after["p1"])) == 1
    assert [swap["leaves"] for swap in mended.json()["swaps"]] == [leaver]


def test_an_officer_names_who_comes(service: Service) -> None:
    one = asked(service)
    plan = members(service.of("center").get(one).json()["plan"])
    assert (plan["p0"], plan["p2"]) == (["e0", "e1"], ["e3", "e4"])
    named = changed(service, one, "replace", {"vacated": [["p0", "e0"]], "by": "e4"})
    assert members(named.json()["plan"]) == plan | {"p0": ["e1", "e4"]}
    full = changed(service, one, "replace", {"vacated": [["p2", "e3"]], "by": "e1"})
    assert problem(full, 422, "invalid")["errors"][0]["value"] == "3"
    problem(changed(service, one, "replace", {"vacated": [["p0", "e1"]], "by": "e1"}), 422, "invalid")
    problem(changed(service, one, "replace", {}), 422, "invalid")


def test_from_release_to_reserve_list(service: Service) -> None:
    one, center = asked(service), service.of("center")
    early = {"opinions": [{"project": "p0", "expert": "e0", "scores": {"innovation": 1}}]}
    problem(center.put(f"{one}/opinions", json=early), 409, "conflict")
    problem(changed(service, one, "release", {"name": ""}), 422, "invalid")
    tag = center.get(one).headers["etag"]
    assert changed(service, one, "release", {"name": "第一批"}, tag).json()["release"] == 1
    problem(changed(service, one, "release", {"name": "again"}), 409, "conflict")
    seats = members(center.get(one).json()["plan"])
    entries = [
        {"project": p, "expert": e, "scores": {"innovation": 60 + 10 * n, "ip": 70, "market": 50 + n}, "comment": "好"}
        for n, (p, panel) in enumerate(sorted(seats.items()))
        for e in panel
    ]
    assert len(center.get(f"{one}/opinions").json()["missing"]) == 6
    assert center.put(f"{one}/opinions", json={"opinions": entries}).json() == {"entered": 6}
    kept = center.get(f"{one}/opinions").json()
    assert (len(kept["items"]), kept["missing"]) == (6, [])
    ranked = center.get(f"{one}/reserve-list", params={"quota": 2}).json()
    assert [(row["project"], row["rank"], row["listed"]) for row in ranked["entries"]] == [
        ("p2", 1, True),
        ("p1", 2, True),
        ("p0", 3, False),
    ]
    assert ranked["entries"][0]["name"] == "项目2"
    late = entries[0] | {"scores": {"innovation": 100, "ip": 100, "market": 100}}
    center.put(f"{one}/opinions", json={"opinions": [late]})
    assert center.get(f"{one}/reserve-list", params={"quota": 2}).json() != ranked
    again = center.get(f"{one}/reserve-list", params={"quota": 2, "until": ranked["until"]}).json()
    assert again == ranked


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"scores": {"innovation": 101}}, "innovation"),
        ({"scores": {"beauty": 5}}, "beauty"),
        ({"expert": "e9"}, "/opinions/0"),
        ({"project": "p9"}, "/opinions/0"),
    ],
)
def test_an_opinion_that_breaks_a_rule_is_refused_whole(service: Service, change: dict[str, Any], pointer: str) -> None:
    one, center = asked(service), service.of("center")
    changed(service, one, "release", {"name": "第一批"})
    project, panel = next(iter(members(center.get(one).json()["plan"]).items()))
    good = {"project": project, "expert": panel[0], "scores": {"innovation": 50}}
    told = problem(center.put(f"{one}/opinions", json={"opinions": [good | change, good]}), 422, "invalid")
    assert pointer in told["errors"][0]["pointer"]
    assert center.get(f"{one}/opinions").json()["items"] == []


@pytest.mark.parametrize("path", ["?version=", "/reserve-list?until="])
def test_a_number_that_no_version_and_no_note_can_have_is_refused(service: Service, path: str) -> None:
    one = asked(service)
    found = problem(service.of("center").get(f"{one}{path}{10**30}"), 422, "invalid")
    assert found["errors"][0]["pointer"].startswith("/query/")


def test_a_dimension_named_twice_is_refused_before_anybody_judges(service: Service) -> None:
    twice = {"dimensions": [{"key": "ip", "zh": "甲"}, {"key": "ip", "zh": "乙"}]}
    found = problem(service.of("center").post(BASE, json=ORDER | twice), 422, "invalid")
    assert [(place["pointer"], place["value"]) for place in found["errors"]] == [("dimensions", "ip")]


def test_a_request_for_nobody_says_so_in_the_readers_language(service: Service) -> None:
    order = {"name": "试点", "records": {"projects": ["P1"], "experts": []}}
    for language, rule in (("zh", "至少 1 项"), ("en", "at least 1 items")):
        made = service.of("center").post(BASE, json=order, headers={"Accept-Language": language})
        assert problem(made, 422, "invalid")["errors"] == [{"pointer": "/records/experts", "value": "[]", "rule": rule}]


def test_nobody_moves_where_who_left_held_no_seat(service: Service) -> None:
    order = {"name": "一个项目", "call": CALL | {"projects": CALL["projects"][:1], "scores": SCORES[:1]}}
    one = asked(service, order)
    before = service.of("center").get(one).json()["plan"]
    assert members(before) == {"p0": ["e0", "e1"]}
    after = changed(service, one, "replace", {"gone": ["e4"]})
    assert (after.status_code, after.json()["swaps"]) == (200, [])
    assert members(after.json()["plan"]) == members(before)


def test_a_seat_that_is_not_held_is_named_by_its_ids(service: Service) -> None:
    order = {"name": "一个项目", "call": CALL | {"projects": CALL["projects"][:1], "scores": SCORES[:1]}}
    found = problem(changed(service, asked(service, order), "replace", {"vacated": [["p0", "e4"]]}), 422, "invalid")
    assert found["errors"][0]["value"] == "p0, e4"


def test_rules_that_leave_no_plan_are_named(service: Service) -> None:
    order = ORDER | {"call": CALL | {"projects": [{"id": "p0", "size": 2}, {"id": "p1", "size": 9}]}}
    order["call"]["scores"] = SCORES[:2]
    made = service.of("center").post(BASE, json=order)
    if made.status_code == 202:
        job = service.finished("center", made.json()["job"]["id"])
        assert job["state"] == "failed"
        assert job["error"]["detail"] == {
            "zh": "规则互相矛盾，无法组成专家组：p1 需要 9 名无利益冲突且不缺席的专家，专家库中有 5 名。"
            "可行的最小调整：把 p1 的每组人数减少 4。",
            "en": "No panels keep all rules: p1 needs 9 experts without conflict or absence, the pool has 5. "
            "The cheapest way out: change size of p1 by -4.",
        }
        assert service.of("center").get(made.headers["location"]).json()["plan"] is None
    else:
        assert "p1" in str(problem(made, 422, "invalid"))


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({"name": "x"}, "call or records"),
        (ORDER | {"name": ""}, "name"),
        (ORDER | {"floor": 2}, "floor"),
        (ORDER | {"call": CALL | {"scores": [[1]]}}, "matrix"),
        (ORDER | {"call": CALL | {"forced": [["p0", "nobody"]]}}, "nobody"),
        (ORDER | {"call": CALL | {"experts": []}}, ""),
        (ORDER | {"call": CALL | {"unknown": 1}}, "unknown"),
        ({"name": "x", "records": {"projects": ["none"], "experts": ["none"]}}, "none"),
    ],
)
def test_a_bad_call_says_what_is_wrong(service: Service, order: dict[str, Any], words: str) -> None:
    refused = problem(service.of("center").post(BASE, json=order), 422, "invalid")
    assert words in orjson.dumps(refused).decode()
    assert refused["errors"]
    assert service.of("center").get(BASE).json()["items"] == []


def test_a_draw_keeps_its_record(service: Service) -> None:
    one = asked(service)
    job = service.of("center").post(f"{one}/draw", json={"seed": "福彩 417", "cap": 1.0}).json()["id"]
    assert service.finished("center", job)["state"] == "done"
    found = service.of("center").get(one).json()["plan"]
    assert (found["format"], found["record"]["seed"]) == ("panel-draw-1", "福彩 417")
    assert service.of("center").get(f"{one}/check").json()["holds"]


def test_exports_open(service: Service) -> None:
    one, center = asked(service), service.of("center")
    book = load_workbook(io.BytesIO(center.get(f"{one}/export", params={"format": "xlsx"}).content))
    rows = list(book["专家组"].iter_rows(values_only=True))
    assert (len(rows), rows[1][:2]) == (7, ("p0", "项目0"))
    pdf = center.get(f"{one}/export", params={"format": "pdf"})
    assert (pdf.headers["content-type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    problem(center.get(f"{one}/export", params={"format": "docx"}), 422, "invalid")


def test_a_killed_solver_leaves_nothing(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    start = subprocess.Popen

    def killed(command: list[str], **given: Any) -> Any:
        process = start([sys.executable, "-c", "import time; time.sleep(60)"], **given)
        process.kill()
        return process

    monkeypatch.setattr("api.jobs.apart.subprocess.Popen", killed)
    made = service.of("center").post(BASE, json=ORDER).json()
    job = service.finished("center", made["job"]["id"])
    assert (job["state"], "nothing was written" in job["error"]["detail"]["en"]) == ("failed", True)
    found = service.of("center").get(f"{BASE}/{made['id']}").json()
    assert (found["version"], found["plan"]) == (1, None)


def test_a_job_that_a_crash_cut_off_is_done_at_the_next_start(service: Service, settings: Settings) -> None:
    one = asked(service)
    service.app.state.runner.stop()
    queued = service.of("center").post(f"{one}/solve").json()["id"]
    service.store.write_now(jobs.take)  # as a service that was killed leaves it: running, with nobody at work
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        again = Service(client.app, client, service.keys)
        assert again.finished("center", queued)["state"] == "done"
        assert again.of("center").get(one).json()["version"] == 3


def test_a_release_waits_for_declarations(service: Service) -> None:
    questions = [
        {"expert": "e0", "kind": "declaration", "zh": "专家尚未申报利益关系", "en": "the expert has not declared ties"},
        {"expert": "e1", "project": "p1", "kind": "co_author", "zh": "起止日期不明", "en": "its dates are unknown"},
    ]
    one = asked(service, {"name": "待申报", "call": CALL | {"questions": questions}})
    center = service.of("center")
    plan = members(center.get(one).json()["plan"])
    assert ("e0" in plan["p0"], "e1" in plan["p1"]) == (True, True)
    left = [(each["project"], each["expert"], each["kind"]) for each in center.get(f"{one}/questions").json()["items"]]
    assert left == [("p0", "e0", "declaration"), ("p1", "e1", "co_author")]
    told = problem(changed(service, one, "release", {"name": "第一批"}), 422, "invalid")
    assert [error["pointer"] for error in told["errors"]] == ["p0/e0", "p1/e1"]

    pinned = changed(service, one, "pin", {"project": "p1", "expert": "e1"})
    assert pinned.status_code == 200, pinned.text
    said = [
        {"expert": "e0", "conflict": False},
        {"expert": "e1", "project": "p1", "kind": "co_author", "conflict": True, "note": "2025 年合著"},
    ]
    declared = changed(service, one, "declarations", {"declarations": said}).json()
    assert (declared["vacate"], declared["pins"]) == ([["p1", "e1"]], [])
    problem(changed(service, one, "release", {"name": "第一批"}), 422, "invalid")
    mended = changed(service, one, "replace", {"vacated": declared["vacate"]}).json()
    assert "e1" not in members(mended["plan"])["p1"]
    assert {project: members(mended["plan"])[project] for project in ("p0", "p2")} == {
        project: plan[project] for project in ("p0", "p2")
    }
    assert center.get(f"{one}/questions").json()["items"] == []
    assert changed(service, one, "release", {"name": "第一批"}).status_code == 200
    unknown = {"declarations": [{"expert": "e0", "kind": "friendship", "conflict": True}]}
    assert "known kinds are" in changed(service, one, "declarations", unknown).text
    nobody = {"declarations": [{"expert": "e9", "conflict": True}]}
    assert problem(changed(service, one, "declarations", nobody), 422, "invalid")["errors"][0]["value"] == "e9"


def test_records_take_the_rules_of_an_authority(service: Service) -> None:
    center, ids = service.of("center"), {"projects": [], "experts": []}
    for noun, count in (("projects", 2), ("experts", 60)):
        for line in (data_folder() / "demo" / f"{noun}.jsonl").read_bytes().splitlines()[:count]:
            record = orjson.loads(line) | {"center_id": None}
            assert center.post(f"/v1/{noun}", json=record).status_code == 201
            ids[noun].append(record["id"])
    spread = {"spread": {"of": "cities", "weight": 2.0}}
    one = asked(service, {"name": "政策", "records": ids | {"authority": "policy", "soft": spread}})
    call = CallRow.model_validate(center.get(f"{one}/call").json())
    assert ({row.size for row in call.projects}, call.odd, [quota.value for quota in call.quotas]) == (
        {5}, True, ["技术", "产业", "投融资"],
    )  # fmt: skip
    assert call.soft == SoftRow.model_validate(spread)
    plan = center.get(one).json()["plan"]
    assert "cities" in [term["term"] for term in plan["soft"]["terms"]]
    seats = {expert for panel in members(plan).values() for expert in panel}
    assert {row["expert"] for row in center.get(f"{one}/questions").json()["items"]} == seats
    for rules, words in (
        ({"authority": "nobody"}, "policy"),
        ({"authority": "policy", "size": 4}, "5, 7"),
        ({"authority": "policy", "odd": True}, "leave them out"),
    ):
        told = problem(center.post(BASE, json={"name": "错", "records": ids | rules}), 422, "invalid")
        assert words in str(told)


def test_stored_records_become_a_call(service: Service) -> None:
    center, ids = service.of("center"), {"projects": [], "experts": []}
    for noun, count in (("projects", 6), ("experts", 40)):
        for line in (data_folder() / "demo" / f"{noun}.jsonl").read_bytes().splitlines()[:count]:
            record = orjson.loads(line) | {"center_id": None}
            assert center.post(f"/v1/{noun}", json=record).status_code == 201
            ids[noun].append(record["id"])
    rules = {"size": 3, "load_max": 3, "caps": [{"of": "units", "most": 1}]}
    one = asked(service, {"name": "示范", "records": ids | rules})
    found = center.get(one).json()
    assert {len(panel["members"]) for panel in found["plan"]["panels"]} == {3}
    call = CallRow.model_validate(center.get(f"{one}/call").json())
    assert {expert.id for expert in call.experts} == set(ids["experts"])
    assert any(expert.units for expert in call.experts)
    forbidden = {(pair.project, pair.expert) for pair in call.forbidden}
    seated = {(project, expert) for project, panel in members(found["plan"]).items() for expert in panel}
    assert not forbidden & seated
    order = {
        "purpose": "expert",
        "subject_kind": "project",
        "subject_id": ids["projects"][0],
        "k": 40,
        "ineligible": True,
    }
    service.indexed()
    verdicts = {item["id"]: item["verdict"] for item in center.post("/v1/matches", json=order).json()["items"]}
    out = {expert for expert, verdict in verdicts.items() if verdict == "INELIGIBLE"}
    assert out == {expert for project, expert in forbidden if project == ids["projects"][0]}


SECRET = "不予公开的硫化物电解质配方"


def test_evidences_are_shown_as_far_as_the_caller_may_see(service: Service) -> None:
    """Reviews and a raised profile are not told before consent; own secrets are never compared."""
    center, platform = service.of("center"), service.of("platform")
    plain = {"roles": ["技术"], "consent_at": "2026-01-01", "ties": []}
    works = ["固态电池电解质薄膜的卷对卷涂布", "全固态电池中试线", "新材料界面副反应"]
    theirs = {
        "id": "X1", "works": works, "profile": SECRET, "secrecy": {"profile": 2},
        "reviews": [{"date": "2025-05-01", "project": SECRET}],
    }  # fmt: skip
    mine = {"id": "X2", "works": [*works[:2], SECRET], "secrecy": {"works": 3}, "profile": "做固态电池电解质。"}
    assert platform.post("/v1/experts", json=plain | theirs).status_code == 201
    assert center.post("/v1/experts", json=plain | mine).status_code == 201
    assert center.post("/v1/projects", json={"id": "X", "name": "固态电池", "description": SECRET}).status_code == 201
    assert platform.post("/v1/projects", json={"id": "Y", "name": "固态电池"}).status_code == 201
    order = {"name": "示范", "records": {"projects": ["X"], "experts": ["X1", "X2"], "size": 2}}
    one = asked(service, order)
    why = {row["expert"]: row["why"] for row in center.get(one).json()["plan"]["panels"][0]["members"]}
    assert (sorted(why["X1"]["evidences"]), why["X1"]["thin"]) == (sorted(works), False)
    assert (why["X2"]["evidences"], why["X2"]["thin"]) == (["做固态电池电解质。"], True)
    book = load_workbook(io.BytesIO(center.get(f"{one}/export", params={"format": "xlsx"}).content))
    rows = list(book["专家组"].iter_rows(min_row=2, values_only=True))
    assert [row[12:] for row in rows] == [
        (*why["X1"]["evidences"], None),
        ("做固态电池电解质。", None, None, "是"),
    ]
    shown = [center.get(one + path).text for path in ("", "/call")] + [str(rows)]
    assert all(SECRET not in text for text in shown)
    records = {"projects": ["X"], "experts": ["X1"], "size": 1}
    known = asked(service, {"name": "平台", "records": records | {"projects": ["Y"]}}, "platform")
    assert SECRET in platform.get(f"{known}/call").text


def test_reasons_of_a_call_that_contradict_it_are_refused(service: Service) -> None:
    wrong = {"project": "p0", "experts": ["e1"], "expertise": [0.5], "best": [[0]]}
    told = problem(service.of("center").post(BASE, json=ORDER | {"call": CALL | {"reasons": [wrong]}}), 422, "invalid")
    assert (told["errors"][0]["pointer"], told["errors"][0]["value"]) == ("reasons", "p0")
