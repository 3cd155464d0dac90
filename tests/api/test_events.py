"""Events over HTTP: first who may not, then the whole life from wishes to outcomes."""

import io
import json
import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from icalendar import Calendar
from openpyxl import load_workbook

from api.app import create_app
from api.events.afterwards import OutcomeOrder
from api.events.day import ArrivalOrder, ChangeOrder
from api.events.document import EventDocument
from api.events.examples import ARRIVALS, CHANGE, EVENT, OUTCOMES, WISHES
from api.events.wishing import WishOrder
from api.settings import Settings
from api.store import cases, jobs
from tests.api.service import Service

DEMO = Path(__file__).parents[2] / "data" / "demo"
SLOTS = [{"starts_at": f"2030-05-01T{9 + n // 2:02}:{30 * (n % 2):02}:00+08:00", "minutes": 25} for n in range(6)]
SECRET = "不可外传的项目名"


def demo(kind: str, count: int) -> list[dict[str, Any]]:
    with (DEMO / f"{kind}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line, _ in zip(lines, range(count), strict=False)]


def document(**changes: Any) -> dict[str, Any]:
    """Two projects of the center, one fund of the fund's analyst, one bank that nobody of the platform speaks for."""
    parties = [
        {"id": "P1", "kind": "project", "name": SECRET, "org": "center", "record_id": "P001", "promised": 1},
        {"id": "P2", "kind": "project", "name": "第二个项目", "org": "newcomer", "record_id": "P002"},
        {"id": "F1", "kind": "fund", "name": "华芯基金", "org": "fund", "record_id": "F01", "cap": 1},
        {"id": "B1", "kind": "bank", "name": "台州银行, 营业部\n二楼\u202e", "representatives": [{"name": "王经理"}]},
    ]
    parties[3]["name"] = "台州银行, 营业部 \u202e"
    return {"name": "对接会", "slots": SLOTS, "tables": [{"id": "1"}, {"id": "2"}], "parties": parties} | changes


def made(service: Service, **changes: Any) -> str:
    response = service.of("events").post("/v1/events", json=document(**changes))
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


def wish(service: Service, org: str, event: str, party: str, *rows: Any) -> None:
    wishes = [row if isinstance(row, dict) else {"partner": row} for row in rows]
    response = service.of(org).put(f"/v1/events/{event}/wishes", json={"party": party, "wishes": wishes})
    assert response.status_code == 200, response.text


def planned(service: Service, event: str) -> dict[str, Any]:
    queued = service.of("events").post(f"/v1/events/{event}/plan", json={})
    assert queued.status_code == 202, queued.text
    return service.finished("events", queued.json()["id"])


def tag_of(service: Service, event: str) -> dict[str, str]:
    return {"If-Match": service.of("events").get(f"/v1/events/{event}").headers["etag"]}


def released(service: Service, event: str) -> dict[str, Any]:
    response = service.of("events").post(
        f"/v1/events/{event}/release", json={"name": "第一版"}, headers=tag_of(service, event)
    )
    assert response.status_code == 201, response.text
    return dict(response.json())


@pytest.fixture
def agreed(service: Service) -> tuple[Service, str]:
    """An event in which P1 and F1, P1 and B1, P2 and F1, P2 and B1 want each other."""
    event = made(service, published="participants")
    wish(service, "center", event, "P1", "F1", "B1")
    wish(service, "newcomer", event, "P2", "F1", "B1")
    wish(service, "fund", event, "F1", "P1", "P2")
    wish(service, "events", event, "B1", "P2", "P1")
    return service, event


def test_nobody_without_a_part_learns_of_an_event(service: Service) -> None:
    event = made(service)
    for org in ("platform",):
        client = service.of(org)
        assert client.get("/v1/events").json() == {"organized": [], "invited": []}
        for path in ("", "/wishes", "/capacity", "/agenda?party=P1", "/plan", "/check", "/releases", "/report"):
            assert client.get(f"/v1/events/{event}{path}").status_code == 404, path
    assert service.of("public").get(f"/v1/events/{event}").status_code == 403
    assert service.anonymous.get(f"/v1/events/{event}").status_code == 401
    assert [one["id"] for one in service.of("fund").get("/v1/events").json()["invited"]] == [event]


def test_a_participant_sees_its_own_party_and_who_asked_it(service: Service) -> None:
    event = made(service)
    fund = service.of("fund")
    before = fund.get(f"/v1/events/{event}")
    assert [party["id"] for party in before.json()["own"]] == ["F1"]
    assert before.json()["partners"] == []
    for hidden in (SECRET, "P1", "第二个项目", "台州银行", "tables"):
        assert hidden not in before.text
    wish(service, "events", event, "B1", "F1")
    assert [one["id"] for one in fund.get(f"/v1/events/{event}").json()["partners"]] == ["B1"]


def test_a_project_is_named_to_whom_both_accepted_and_to_nobody_else(agreed: tuple[Service, str]) -> None:
    service, event = agreed
    names = {one["id"]: one["name"] for one in service.of("fund").get(f"/v1/events/{event}").json()["partners"]}
    assert names["P1"] == SECRET
    assert SECRET not in service.of("newcomer").get(f"/v1/events/{event}").text
    wish(service, "center", event, "P1", {"partner": "F1", "answer": "declined", "reason": "时间"})
    assert SECRET not in service.of("fund").get(f"/v1/events/{event}").text


def test_the_answer_for_an_unseen_party_is_that_for_an_unknown_one(service: Service) -> None:
    event = made(service)
    answers = [
        service.of("fund").put(f"/v1/events/{event}/wishes", json={"party": "F1", "wishes": [{"partner": one}]})
        for one in ("P1", "P9")
    ]
    assert [each.status_code for each in answers] == [422, 422]
    bodies = [re.sub("P[19]", "P", each.text).replace(each.json()["instance"], "") for each in answers]
    assert bodies[0] == bodies[1]
    foreign = service.of("fund").put(f"/v1/events/{event}/wishes", json={"party": "P1", "wishes": []})
    assert (foreign.status_code, foreign.json()["errors"][0]["pointer"]) == (422, "/party")


def test_the_organizer_speaks_only_for_those_who_have_not_spoken(agreed: tuple[Service, str]) -> None:
    service, event = agreed
    again = service.of("events").put(f"/v1/events/{event}/wishes", json={"party": "F1", "wishes": []})
    assert (again.status_code, again.json()["type"]) == (409, "/problems/conflict")
    must = {"party": "F1", "wishes": [{"partner": "P1", "must": True}]}
    assert service.of("fund").put(f"/v1/events/{event}/wishes", json=must).status_code == 403


def test_wishes_end_when_the_organizer_said(service: Service) -> None:
    event = made(service, wishes_close="2026-01-01T00:00:00+08:00")
    late = service.of("fund").put(f"/v1/events/{event}/wishes", json={"party": "F1", "wishes": []})
    assert late.status_code == 409


def test_capacity_is_told_of_parties_that_may_be_seen(agreed: tuple[Service, str]) -> None:
    service, event = agreed
    line = {"party": "F1", "wanted_by": 2, "can_meet": 1}
    for org in ("events", "center"):
        found = service.of(org).get(f"/v1/events/{event}/capacity").json()["items"]
        assert [{name: one[name] for name in line} for one in found] == [line]
        assert found[0]["text_en"] == "2 parties want 华芯基金, it can meet 1"


def test_the_whole_life_of_an_event(agreed: tuple[Service, str]) -> None:
    service, event = agreed
    events, address = service.of("events"), f"/v1/events/{event}"
    job = planned(service, event)
    assert (job["state"], job["result"]["status"], job["result"]["meetings"]) == ("done", "optimal", 3)
    plan = events.get(f"{address}/plan").json()
    assert (plan["of"], plan["gap"]) == ("draft", 0.0)
    assert [(one["parties"], one["cause"]) for one in plan["refused"]] == [(plan["refused"][0]["parties"], "capacity")]
    assert "F1" in plan["refused"][0]["because_of"]
    assert events.get(f"{address}/check").json()["holds"] is True
    assert service.of("fund").get(f"{address}/agenda?party=F1").status_code == 409

    first = released(service, event)["release"]
    assert (first["number"], sorted(first["told"])) == (1, ["B1", "F1", "P1", "P2"])
    own = service.of("center").get(f"{address}/agenda?party=P1").json()["items"]
    mine = [one for one in plan["meetings"] if "P1" in one["parties"]]
    assert {one["meeting"]: one["partners"] for one in own} == {
        one["meeting"]: [party for party in one["parties"] if party != "P1"] for one in mine
    }
    assert service.of("fund").get(f"{address}/agenda?party=P1").status_code == 422
    assert service.of("fund").get(f"{address}/plan").status_code == 403

    _the_day(service, event, plan)


def _the_day(service: Service, event: str, plan: dict[str, Any]) -> None:
    events, address = service.of("events"), f"/v1/events/{event}"
    busy = next(one for one in plan["meetings"] if "F1" in one["parties"])
    arrived = {"arrivals": [{"party": "F1", "state": "absent"}]}
    assert service.of("center").put(f"{address}/check-in", json=arrived).status_code == 422
    assert service.of("fund").put(f"{address}/check-in", json=arrived).status_code == 200
    preview = events.post(f"{address}/changes", json={"cause": "基金缺席", "check_in": True})
    assert preview.status_code == 201, preview.text
    fewest = preview.json()["answers"]["fewest"]
    assert (fewest["cancelled"], fewest["moved"], fewest["fewest_changes_proven"]) == ([busy["meeting"]], [], True)
    assert sorted(fewest["told"]) == sorted(busy["parties"])
    assert events.get(f"{address}/plan").json()["meetings"] == plan["meetings"], "a preview changes nothing"

    apply = f"{address}/changes/{preview.json()['id']}/apply"
    assert events.post(apply, json={"name": "第二版"}).status_code == 428
    tag = tag_of(service, event)
    second = events.post(apply, json={"name": "第二版"}, headers=tag)
    assert (second.status_code, second.json()["release"]["number"]) == (201, 2), second.text
    assert sorted(second.json()["release"]["told"]) == sorted(busy["parties"])
    assert events.post(apply, json={"name": "第三版"}, headers=tag).status_code == 412
    assert events.get(f"{address}/check").json()["holds"] is True
    after = {one["meeting"]: one["slot"] for one in events.get(f"{address}/plan").json()["meetings"]}
    assert after == {one["meeting"]: one["slot"] for one in plan["meetings"] if one is not busy}
    assert [one["number"] for one in events.get(f"{address}/releases").json()["items"]] == [1, 2]
    assert events.post(f"{address}/plan", json={}).status_code == 409

    calendar = Calendar.from_ical(service.of("fund").get(f"{address}/agenda?party=F1&format=ics").content)
    entries = [(str(one["status"]), int(one["sequence"])) for one in calendar.walk("VEVENT")]
    assert entries == [("CANCELLED", 1)]
    assert service.of("fund").get(f"{address}/agenda?party=F1").json()["items"] == []


def test_exports_can_be_read(agreed: tuple[Service, str]) -> None:
    service, event = agreed
    planned(service, event)
    released(service, event)
    events, address = service.of("events"), f"/v1/events/{event}"
    book = load_workbook(io.BytesIO(events.get(f"{address}/export?format=xlsx").content))
    assert [row[0].value for row in book["参加方 parties"].iter_rows(min_row=2)] == [
        SECRET, "第二个项目", "华芯基金", "台州银行, 营业部 \u202e",
    ]  # fmt: skip
    pdf = events.get(f"{address}/export?format=pdf").content
    assert pdf.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 4
    calendar = Calendar.from_ical(service.of("events").get(f"{address}/agenda?party=B1&format=ics").content)
    other = Calendar.from_ical(service.of("center").get(f"{address}/agenda?party=P1&format=ics").content)
    uids = {str(one["uid"]) for one in calendar.walk("VEVENT")}
    assert uids & {str(one["uid"]) for one in other.walk("VEVENT")}
    assert "\u202e" not in service.of("center").get(f"{address}/agenda?party=P1&format=ics").text
    text = service.of("center").get(f"{address}/agenda?party=P1&format=txt").text
    assert text.startswith(f"对接会 · {SECRET}\n")
    assert "第二个项目" not in text


def test_a_pinned_or_begun_meeting_does_not_move(agreed: tuple[Service, str]) -> None:
    service, event = agreed
    planned(service, event)
    events, address = service.of("events"), f"/v1/events/{event}"
    plan = events.get(f"{address}/plan").json()["meetings"]
    first = min(plan, key=lambda one: one["slot"])
    stale = tag_of(service, event)
    pinned = events.post(f"{address}/pin", json={"meeting": first["meeting"]}, headers=stale)
    assert pinned.status_code == 200, pinned.text
    assert events.post(f"{address}/pin", json={"meeting": first["meeting"]}, headers=stale).status_code == 412
    planned(service, event)
    released(service, event)
    refused = events.post(f"{address}/changes", json={"cancelled": [first["meeting"]]})
    assert (refused.status_code, "it is pinned" in refused.json()["detail"]) == (422, True)
    assert (
        events.post(f"{address}/unpin", json={"meeting": first["meeting"]}, headers=tag_of(service, event)).json()[
            "pins"
        ]
        == []
    )
    begun = {"now": first["starts_at"], "cancelled": [first["meeting"]], "instant": True}
    refused = events.post(f"{address}/changes", json=begun)
    assert (refused.status_code, "it began in slot" in refused.json()["detail"]) == (422, True)
    table = {"now": first["starts_at"], "lost_tables": {"1": "all", "2": "all"}}
    lost = events.post(f"{address}/changes", json=table).json()
    assert lost["now"] == first["slot"] + 1
    assert set(lost["answers"]["fewest"]["cancelled"]) == {
        one["meeting"] for one in plan if one["slot"] > first["slot"]
    }
    earlier = events.post(f"{address}/changes", json={"now": "2020-01-01T00:00:00Z", "instant": True}).json()
    assert earlier["now"] == 0


def test_outcomes_wait_for_the_meeting_and_feed_the_report(service: Service) -> None:
    began = datetime.now(UTC) - timedelta(minutes=5)
    slots = [{"starts_at": (began + timedelta(hours=h)).isoformat(), "minutes": 20} for h in (0, 5)]
    event = made(service, slots=slots, published="participants")
    wish(service, "center", event, "P1", "F1", "B1")
    wish(service, "fund", event, "F1", "P1")
    wish(service, "events", event, "B1", "P1")
    planned(service, event)
    released(service, event)
    address = f"/v1/events/{event}"
    plan = {one["slot"]: one for one in service.of("events").get(f"{address}/plan").json()["meetings"]}

    def told(org: str, slot: int, party: str, **said: Any) -> Any:
        row = {"meeting": plan[slot]["meeting"], "party": party, "held": True} | said
        return service.of(org).put(f"{address}/outcomes", json={"outcomes": [row]})

    other = next(one for one in plan[0]["parties"] if one != "P1")
    said = told("center", 0, "P1", interest=False, reason="阶段太早")
    assert said.status_code == 200, said.text
    feedback = said.json()["outcomes"][0]["feedback"]
    counterpart, purpose = {"F1": ("F01", "investment"), "B1": ("B1", "loan")}[other]
    assert feedback == [
        {
            "project_id": "P001",
            "counterpart_id": counterpart,
            "purpose": purpose,
            "by": "P001",
            "state": "declined",
            "reason": "阶段太早",
        }
    ]
    assert told("center", 1, "P1").status_code == 409
    assert told("center", 0, other).status_code == 422
    assert told("center", 0, "P1", interest=False).status_code == 422
    report = service.of("events").get(f"{address}/report").json()
    assert (report["meetings"], report["afterwards"]["held"], report["afterwards"]["unknown"]) == (2, 1, 1)
    assert report["met_by_rank"]["1"] == [3, 3]


def test_proposals_come_from_both_lists_and_tell_no_names(service: Service) -> None:
    for kind, org in (("projects", "center"), ("funds", "fund")):
        for record in demo(kind, 4):
            assert service.of(org).post(f"/v1/{kind}", json=record).status_code == 201
    service.indexed()
    names = [record["name"] for record in demo("projects", 4)]
    parties = [
        {"id": f"P{n}", "kind": "project", "name": record["name"], "record_id": record["id"], "org": "center"}
        for n, record in enumerate(demo("projects", 4))
    ] + [
        {"id": f"F{n}", "kind": "fund", "name": record["name"], "record_id": record["id"], "org": "fund"}
        for n, record in enumerate(demo("funds", 4))
    ]
    event = made(service, parties=parties)
    address = f"/v1/events/{event}"
    assert service.of("fund").get(address).json()["partners"] == []
    proposed = service.of("events").post(f"{address}/proposals")
    assert proposed.status_code == 201, proposed.text
    found = {one["party"]: one["proposed"] for one in proposed.json()["items"]}
    assert {party[0] for party in found} == {"P", "F"}
    for rows in found.values():
        assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
        assert [row["worth"] for row in rows] == sorted((row["worth"] for row in rows), reverse=True)
        assert all(row["reasons"] for row in rows)
    seen = service.of("fund").get(f"{address}/wishes")
    assert {one["party"] for one in seen.json()["items"]} <= {"F0", "F1", "F2", "F3"}
    assert not [name for name in names if name in seen.text]
    partners = service.of("fund").get(address).json()["partners"]
    assert partners and {one["name"] for one in partners} == {None}
    assert service.of("newcomer").get(f"{address}/wishes").status_code == 404


@pytest.mark.parametrize(
    ("change", "pointer", "words"),
    [
        ({"slots": []}, "/slots", ""),
        ({"tables": [{"id": "1", "capacity": 0}]}, "/tables/0/capacity", "at least 1"),
        ({"tables": [{"id": "1"}, {"id": "1"}]}, "", "named twice"),
        ({"slots": [SLOTS[0], SLOTS[0]]}, "slot 1.starts_at", "it overlaps slot 0"),
        ({"slots": [{"starts_at": "2030-05-01T09:00:00", "minutes": 20}]}, "/slots/0/starts_at", ""),
        ({"zone": "Mars/Olympus"}, "/zone", "IANA"),
        ({"do_not_meet": [["P1", "P9"]]}, "", "P9 is no party"),
        ({"meetings": [{"parties": ["P1", "P1"]}]}, "", "cannot meet itself"),
        (
            {"meetings": [{"parties": ["P1", "F1"], "must": True}], "do_not_meet": [["F1", "P1"]]},
            "",
            "F1 and P1 must meet and may not meet",
        ),
        (
            {
                "parties": [
                    {"id": "A", "kind": "fund", "representatives": [{"name": "王伟"}]},
                    {"id": "B", "kind": "bank", "representatives": [{"name": "王伟"}]},
                ]
            },
            "",
            "王伟 is at A and at B",
        ),
    ],
)
def test_a_wrong_event_names_the_field(service: Service, change: dict[str, Any], pointer: str, words: str) -> None:
    response = service.of("events").post("/v1/events", json=document() | change)
    assert (response.status_code, response.json()["type"]) == (422, "/problems/invalid")
    assert response.json()["errors"][0]["pointer"] == pointer
    assert words in response.json()["errors"][0]["rule"]


def test_a_change_of_clock_in_the_night_is_no_overlap(service: Service) -> None:
    slots = [{"starts_at": f"2026-10-25T02:30:00+0{h}:00", "minutes": 45} for h in (2, 1)]
    made(service, zone="Europe/Paris", slots=slots)


@pytest.mark.parametrize(
    ("wishes", "pointer"),
    [
        ([{"partner": "F1"}], ""),
        ([{"partner": "P1"}, {"partner": "P1"}], ""),
        ([{"partner": "X"}], "/wishes/0/partner"),
        ([{"partner": "P1", "answer": "declined"}], "/wishes/0"),
        ([{"partner": f"X{n}"} for n in range(10_000)], "/wishes"),
    ],
)
def test_a_wrong_wish_names_the_field(service: Service, wishes: list[Any], pointer: str) -> None:
    event = made(service, published="participants")
    response = service.of("fund").put(f"/v1/events/{event}/wishes", json={"party": "F1", "wishes": wishes})
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, pointer)


def test_a_circle_of_orders_is_printed_before_anything_is_planned(service: Service) -> None:
    groups = [["P1", "F1"], ["P1", "B1"], ["P2", "B1"]]
    before = [{"first": groups[n], "then": groups[(n + 1) % 3]} for n in range(3)]
    event = made(service, meetings=[{"parties": group, "must": True} for group in groups], before=before)
    refused = service.of("events").post(f"/v1/events/{event}/plan", json={})
    assert refused.status_code == 422
    assert "the order is a circle" in refused.json()["errors"][0]["rule"]


def test_musts_that_contradict_each_other_are_named_with_the_way_out(service: Service) -> None:
    groups = [["P1", "F1"], ["P1", "B1"]]
    parties = document()["parties"]
    parties[2]["cap"] = None
    event = made(
        service,
        parties=parties,
        slots=SLOTS[:2],
        meetings=[{"parties": groups[0], "must": True, "allowed": [1]}, {"parties": groups[1], "must": True}],
        before=[{"first": groups[0], "then": groups[1]}],
    )
    job = planned(service, event)
    assert job["state"] == "failed"
    assert {each["pointer"] for each in job["error"]["errors"]} >= {"before", "allowed"}
    assert "give up one of" in job["error"]["errors"][0]["remedy"]
    assert service.of("events").get(f"/v1/events/{event}/plan").status_code == 404


def test_a_pin_that_no_plan_can_keep_is_refused(agreed: tuple[Service, str]) -> None:
    service, event = agreed
    planned(service, event)
    events, address = service.of("events"), f"/v1/events/{event}"
    for body, status in (({"meeting": 99}, 422), ({"meeting": 0, "slot": 99}, 422)):
        assert events.post(f"{address}/pin", json=body, headers=tag_of(service, event)).status_code == status


def test_two_organizers_release_and_one_is_told(agreed: tuple[Service, str]) -> None:
    service, event = agreed
    planned(service, event)
    tag = tag_of(service, event)
    answers = [
        service.of("events").post(f"/v1/events/{event}/release", json={"name": name}, headers=tag).status_code
        for name in ("甲", "乙")
    ]
    assert answers == [201, 412]
    again = service.of("events").post(
        f"/v1/events/{event}/release", json={"name": "乙"}, headers=tag_of(service, event)
    )
    assert again.status_code == 409, "there is no draft any more"
    planned(service, event)
    stale = service.of("events").post(f"/v1/events/{event}/release", json={"name": "丙"}, headers=tag)
    assert (stale.status_code, stale.json()["type"]) == (412, "/problems/precondition-failed")


def test_the_description_changes_until_a_release_and_only_from_the_version_read(agreed: tuple[Service, str]) -> None:
    service, event = agreed
    events, address = service.of("events"), f"/v1/events/{event}"
    renamed = document(name="新名", published="participants")
    assert events.put(address, json=renamed).status_code == 428
    tag = tag_of(service, event)
    assert events.put(address, json=renamed, headers=tag).json()["event"]["name"] == "新名"
    assert events.put(address, json=renamed, headers=tag).status_code == 412
    without = [party for party in document()["parties"] if party["id"] != "F1"]
    assert events.put(address, json=renamed | {"parties": without}, headers=tag_of(service, event)).status_code == 200
    assert service.of("fund").get(address).status_code == 404
    assert service.of("fund").get("/v1/events").json()["invited"] == []
    assert planned(service, event)["result"]["meetings"] == 2
    released(service, event)
    assert events.put(address, json=renamed, headers=tag_of(service, event)).status_code == 409


def test_the_same_key_is_done_once(agreed: tuple[Service, str]) -> None:
    service, event = agreed
    header = {"Idempotency-Key": "plan-1"}
    first, again = (service.of("events").post(f"/v1/events/{event}/plan", json={}, headers=header) for _ in range(2))
    assert (first.content, again.headers["Idempotency-Replayed"]) == (again.content, "true")
    assert service.finished("events", first.json()["id"])["state"] == "done"
    made_twice = [
        service.of("events").post("/v1/events", json=document(), headers={"Idempotency-Key": "e"}) for _ in range(2)
    ]
    assert made_twice[0].content == made_twice[1].content


def test_the_same_event_and_seed_give_the_same_plan(agreed: tuple[Service, str]) -> None:
    service, event = agreed
    digests = []
    for _ in range(2):
        planned(service, event)
        digests.append(service.of("events").get(f"/v1/events/{event}/plan").json()["digest"])
    assert digests[0] == digests[1]


def test_a_service_that_died_while_planning_plans_again_and_the_release_stands(
    agreed: tuple[Service, str], settings: Settings
) -> None:
    service, event = agreed
    planned(service, event)
    released(service, event)
    version = service.store.read_now(lambda c: cases.find(c, "event", event))
    assert version is not None
    service.app.state.runner.stop()
    queued = service.of("events").post(f"/v1/events/{event}/plan", json={}).json()["id"]
    service.store.write_now(jobs.take)  # as a service that was killed leaves it: running, with nobody at work
    standing = service.of("events").get(f"/v1/events/{event}/plan").json()
    assert (standing["of"], standing["version"]) == ("release", version.version)
    app = create_app(settings)
    with TestClient(app, raise_server_exceptions=False) as client:
        again = Service(app, client, service.keys)
        job = again.finished("events", queued)
        assert job["state"] == "done"
        found = again.of("events").get(f"/v1/events/{event}/plan").json()
        assert (found["of"], found["release"]) == ("draft", 1)


def test_a_killed_planner_fails_clean(agreed: tuple[Service, str], monkeypatch: pytest.MonkeyPatch) -> None:
    import subprocess
    import sys

    service, event = agreed
    start = subprocess.Popen

    def killed(command: list[str], **given: Any) -> Any:
        process = start([sys.executable, "-c", "import time; time.sleep(60)"], **given)
        process.kill()
        return process

    monkeypatch.setattr("api.jobs.apart.subprocess.Popen", killed)
    job = planned(service, event)
    assert (job["state"], "nothing was written" in job["error"]["detail"]["en"]) == ("failed", True)
    assert service.of("events").get(f"/v1/events/{event}/plan").status_code == 404


def test_examples_of_the_documentation_are_valid() -> None:
    EventDocument.model_validate_json(json.dumps(EVENT))
    WishOrder.model_validate_json(json.dumps(WISHES))
    ChangeOrder.model_validate_json(json.dumps(CHANGE))
    ArrivalOrder.model_validate_json(json.dumps(ARRIVALS))
    OutcomeOrder.model_validate_json(json.dumps(OUTCOMES))


def test_a_meeting_of_three_in_a_double_slot_and_who_came_in_whose_place(service: Service) -> None:
    parties = document()["parties"]
    parties[2]["cap"] = None
    leaves = "2030-05-01T10:30:00+08:00"
    parties[2]["representatives"] = [{"name": name, "leaves": leaves} for name in ("李总", "钱总")]
    group = {"parties": ["P1", "F1", "B1"], "length": 2, "must": True, "score": 900}
    event = made(service, parties=parties, meetings=[group], published="participants")
    assert planned(service, event)["result"]["meetings"] == 1
    released(service, event)
    events, address = service.of("events"), f"/v1/events/{event}"
    held = events.get(f"{address}/plan").json()["meetings"][0]
    assert (sorted(held["parties"]), held["slot"] in {0, 1}) == (["B1", "F1", "P1"], True)
    change = {"cause": "换人，银行晚到", "replaced": {"F1": {"by": "赵总"}}, "late": {"B1": SLOTS[1]["starts_at"]}}
    preview = events.post(f"{address}/changes", json=change).json()
    moved = [[held["meeting"], held["slot"], 1]] if held["slot"] == 0 else []
    assert preview["answers"]["fewest"]["moved"] == preview["answers"]["instant"]["moved"] == moved
    applied = events.post(
        f"{address}/changes/{preview['id']}/apply",
        json={"name": "二", "answer": "instant"},
        headers=tag_of(service, event),
    )
    assert applied.status_code == 201
    item = service.of("fund").get(f"{address}/agenda?party=F1").json()["items"][0]
    first, last = (datetime.fromisoformat(slot["starts_at"]) for slot in SLOTS[1:3])
    through_the_pause = (last - first) // timedelta(minutes=1) + SLOTS[2]["minutes"]
    assert (item["persons"], item["minutes"], sorted(item["partners"])) == (["赵总"], through_the_pause, ["B1", "P1"])
    assert (
        service.of("center").get(f"{address}/agenda?party=P1").json()["items"][0]["starts_at"] == SLOTS[1]["starts_at"]
    )


def test_a_wrong_change_names_the_field(agreed: tuple[Service, str]) -> None:
    service, event = agreed
    events, address = service.of("events"), f"/v1/events/{event}/changes"
    assert events.post(address, json={"absent": {"F1": "all"}}).status_code == 409
    planned(service, event)
    released(service, event)
    for change, pointer in (
        ({"absent": {"X": "all"}}, "/absent/X"),
        ({"late": {"X": SLOTS[0]["starts_at"]}}, "/late/X"),
        ({"replaced": {"F1": {"by": "赵总", "representative": 7}}}, "/replaced/F1/representative"),
        ({"lost_slots": [99]}, "/lost_slots"),
        ({"lost_tables": {"X": "all"}}, "change.lost_tables"),
        ({"cancelled": [99]}, "change.cancelled"),
    ):
        refused = events.post(address, json=change)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer), change
    assert (
        events.post(f"{address}/nothing/apply", json={"name": "x"}, headers=tag_of(service, event)).status_code == 404
    )


def test_a_cancelled_plan_leaves_the_event_as_it_was(
    agreed: tuple[Service, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planner works in a process of its own; here it is one that says that it began and then never ends."""
    sleeper = (
        'import sys, time; sys.stdin.read(); print(\'{"stage": "breaks", "value": 1}\', flush=True); time.sleep(600)'
    )
    real, started = subprocess.Popen, []

    def start(command: list[str], **given: Any) -> Any:
        if "api.events.worker" in command:
            command = [sys.executable, "-c", sleeper]
        started.append(real(command, **given))
        return started[-1]

    service, event = agreed
    events, before = service.of("events"), tag_of(service, event)
    monkeypatch.setattr("api.jobs.apart.subprocess.Popen", start)
    job = events.post(f"/v1/events/{event}/plan", json={}).json()["id"]
    until = time.monotonic() + 20
    while events.get(f"/v1/jobs/{job}").json()["stage"] != "breaks 1" and time.monotonic() < until:
        time.sleep(0.05)
    assert events.post(f"/v1/jobs/{job}/cancel").status_code in {200, 202}
    assert service.finished("events", job)["state"] == "cancelled"
    assert started[-1].wait(10) != 0, "the planner was ended"
    assert tag_of(service, event) == before
    assert events.get(f"/v1/events/{event}/plan").status_code == 404
    monkeypatch.undo()
    assert planned(service, event)["state"] == "done"
