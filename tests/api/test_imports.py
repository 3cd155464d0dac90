"""Files over HTTP: first who may not, then a file from upload to undo."""

import io
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from tests.api.service import Service

GOOD = "编号,基金名称,最低单笔(万元),最高单笔\nF-1,甲,30,200\nF-2,乙,50,300万元\n"
MIXED = GOOD + "F-3,丙,500,100\nF-4,丁,x,\n"


def upload(service: Service, org: str, content: str | bytes, name: str = "funds.csv", **query: Any) -> Any:
    files = {"file": (name, io.BytesIO(content.encode() if isinstance(content, str) else content))}
    return service.of(org).post("/v1/imports", params={"kind": "fund"} | query, files=files)


def finished(service: Service, org: str, response: Any) -> dict[str, Any]:
    assert response.status_code == 202, response.text
    service.finished(org, response.json()["job"]["id"])
    return service.of(org).get(response.headers["location"]).json()


def counts(found: dict[str, Any]) -> list[int]:
    return [found["report"][name] for name in ("rows", "created", "replaced", "unchanged", "failed")]


def test_nobody_without_a_key_or_from_elsewhere(service: Service) -> None:
    made = upload(service, "fund", GOOD)
    finished(service, "fund", made)
    one = made.headers["location"]
    files = {"file": ("f.csv", b"x")}
    for client, status in ((service.anonymous, 401), (service.of("center"), 404), (service.of("events"), 403)):
        answers = [client.get(one), client.get(f"{one}/mend"), client.post(f"{one}/undo")]
        assert [each.status_code for each in answers] == [status] * 3
    assert service.anonymous.post("/v1/imports?kind=fund", files=files).status_code == 401
    assert service.of("events").post("/v1/imports?kind=fund", files=files).status_code == 403
    assert service.of("center").get("/v1/imports").json() == {"items": []}


def test_a_file_with_wrong_rows_is_mended_and_imported_again(service: Service) -> None:
    first = finished(service, "fund", upload(service, "fund", MIXED))
    assert (first["job"]["state"], counts(first)) == ("done", [4, 2, 0, 0, 2])
    assert {(error["row"], error["field"]) for error in first["report"]["errors"]} >= {(5, "ticket_min")}
    assert all(error["rule"]["zh"] and error["remedy"]["en"] for error in first["report"]["errors"])
    assert service.of("fund").get("/v1/funds/F-2").json()["record"]["ticket_max"] == "300"
    mend = service.of("fund").get(f"/v1/imports/{first['id']}/mend")
    assert mend.headers["content-disposition"] == f'attachment; filename="mend-{first["id"]}.csv"'
    text = mend.content.decode("utf-8-sig")
    assert [line.split(",")[0] for line in text.splitlines() if line.startswith("F-")] == ["F-3", "F-4"]
    mended = text.replace("F-3,丙,500,100", "F-3,丙,50,100").replace("F-4,丁,x,", "F-4,丁,20,")
    second = finished(service, "fund", upload(service, "fund", mended, "mend.csv"))
    assert counts(second) == [2, 2, 0, 0, 0]
    assert service.of("fund").get(f"/v1/imports/{second['id']}/mend").status_code == 404


def test_the_same_file_again_changes_nothing(service: Service) -> None:
    finished(service, "fund", upload(service, "fund", GOOD))
    again = finished(service, "fund", upload(service, "fund", GOOD))
    assert counts(again) == [2, 0, 0, 2, 0]
    assert service.of("fund").get("/v1/funds/F-1").json()["version"] == 1


def test_a_dry_run_changes_nothing_and_foresees_all(service: Service) -> None:
    finished(service, "fund", upload(service, "fund", GOOD))
    changed = MIXED.replace("甲", "甲甲") + "F-5,戊,10,20\n"
    found = finished(service, "fund", upload(service, "fund", changed, dry_run=True))
    assert counts(found) == [5, 1, 1, 1, 2]
    assert service.of("fund").get("/v1/funds/F-5").status_code == 404
    assert service.of("fund").post(f"/v1/imports/{found['id']}/undo").status_code == 409


def test_an_import_is_undone_once(service: Service) -> None:
    finished(service, "fund", upload(service, "fund", "编号,基金名称\nF-1,旧名\n"))
    found = finished(service, "fund", upload(service, "fund", GOOD))
    undone = service.of("fund").post(f"/v1/imports/{found['id']}/undo")
    assert undone.status_code == 200 and undone.json()["undone"]
    items = service.of("fund").get("/v1/funds").json()["items"]
    assert [(each["record"]["id"], each["record"]["name"]) for each in items] == [("F-1", "旧名")]
    assert service.of("fund").post(f"/v1/imports/{found['id']}/undo").status_code == 409


def test_an_import_with_later_changes_is_not_undone(service: Service) -> None:
    found = finished(service, "fund", upload(service, "fund", GOOD))
    service.of("fund").delete("/v1/funds/F-1")
    refused = service.of("fund").post(f"/v1/imports/{found['id']}/undo")
    assert (refused.status_code, "F-1" in refused.json()["detail"]) == (409, True)
    assert service.of("fund").get("/v1/funds/F-2").status_code == 200


def test_others_ids_are_failed_rows(service: Service) -> None:
    service.of("center").post("/v1/funds", json={"id": "F-1", "name": "别家"})
    found = finished(service, "fund", upload(service, "fund", MIXED))
    assert counts(found) == [4, 1, 0, 0, 3]
    assert {error["row"] for error in found["report"]["errors"]} == {2, 4, 5}
    assert "F-1" in service.of("fund").get(f"/v1/imports/{found['id']}/mend").text
    assert service.of("center").get("/v1/funds/F-1").json()["record"]["name"] == "别家"


def test_a_workbook_goes_in_and_its_mend_file_is_a_workbook(service: Service) -> None:
    book = Workbook()
    for row in (["编号", "基金名称", "最低单笔", "最高单笔"], ["F-1", "甲", 30, 200], ["F-2", "乙", 300, 200]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    found = finished(service, "fund", upload(service, "fund", file.getvalue(), "基金.xlsx"))
    assert counts(found) == [2, 1, 0, 0, 1]
    mend = service.of("fund").get(f"/v1/imports/{found['id']}/mend")
    rows = list(load_workbook(io.BytesIO(mend.content)).active.values)
    assert rows[1][:4] == ("F-2", "乙", 300, 200)


@pytest.mark.parametrize(
    ("name", "content"),
    [("f.csv", b""), ("f.xlsx", b"PK\x03\x04 no workbook"), ("f.pdf", b"%PDF-1.7"), ("f.csv", b"PK\x03\x04zip")],
)
def test_an_unusable_file_fails_with_a_reason(service: Service, name: str, content: bytes) -> None:
    found = finished(service, "fund", upload(service, "fund", content, name))
    assert (found["job"]["state"], found["report"]) == ("failed", None)
    assert found["job"]["error"]["type"] == "/problems/invalid"
    assert found["job"]["error"]["detail"]["zh"]
    assert service.of("fund").get("/v1/funds").json()["items"] == []


def test_wrong_uploads(service: Service) -> None:
    fund = service.of("fund")
    assert fund.post("/v1/imports?kind=fund", json={}).status_code == 415
    assert fund.post("/v1/imports?kind=fund", files={"other": ("f.csv", b"x")}).status_code == 422
    assert fund.post("/v1/imports?kind=fund", data={"file": "text"}, files={"o": b"x"}).status_code in {400, 422}
    assert fund.post("/v1/imports?kind=unicorn", files={"file": ("f.csv", b"x")}).status_code == 422
    assert fund.post("/v1/imports", files={"file": ("f.csv", b"x")}).status_code == 422
    broken = fund.post(
        "/v1/imports?kind=fund", content=b"--x", headers={"Content-Type": "multipart/form-data; boundary=y"}
    )
    assert broken.status_code in {400, 422}
    assert fund.get("/v1/imports").json() == {"items": []}


def test_same_idempotency_key_imports_once(service: Service) -> None:
    fund, header = service.of("fund"), {"Idempotency-Key": "file-1"}
    first, again = (
        fund.post("/v1/imports?kind=fund", files={"file": ("f.csv", GOOD.encode())}, headers=header) for _ in range(2)
    )
    assert (first.status_code, first.content) == (202, again.content)
    assert len(fund.get("/v1/imports").json()["items"]) == 1
    finished(service, "fund", first)
    folders = list((service.app.state.settings.data / "imports").iterdir())
    assert [folder.name for folder in folders] == [first.json()["id"]]


def test_a_file_name_cannot_leave_its_folder(service: Service) -> None:
    found = finished(service, "fund", upload(service, "fund", GOOD, "../../../evil.csv"))
    assert found["job"]["state"] == "done"
    data = service.app.state.settings.data
    assert sorted(path.name for path in (data / "imports" / found["id"]).iterdir()) == ["source"]
