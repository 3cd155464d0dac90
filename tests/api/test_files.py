"""Templates and exports."""

import io

from openpyxl import load_workbook

from tests.api.service import Service


def test_nobody_without_a_key(service: Service) -> None:
    for path in ("/v1/templates/fund.xlsx", "/v1/exports/fund.csv"):
        assert service.anonymous.get(path).status_code == 401
    assert service.of("public").get("/v1/exports/fund.csv").status_code == 403


def test_a_template_has_the_headers_of_its_kind(service: Service) -> None:
    for header in ({"Accept-Language": "zh"}, {"Accept-Language": "en"}):
        book = load_workbook(io.BytesIO(service.of("fund").get("/v1/templates/fund.xlsx", headers=header).content))
        heads = [str(cell.value) for cell in book.worksheets[0][1]]
        assert any(("基金名称" if header["Accept-Language"] == "zh" else "Fund name") in head for head in heads)


def test_an_export_holds_own_records_alone_and_goes_in_again(service: Service) -> None:
    fund = service.of("fund")
    record = {"id": "F-1", "name": "=1+1", "thesis": "配方", "secrecy": {"thesis": 3}, "ticket_max": "200"}
    fund.post("/v1/funds", json=record)
    service.of("center").post("/v1/funds", json={"id": "F-2", "name": "别家"})
    for form in ("csv", "xlsx", "jsonl"):
        file = fund.get(f"/v1/exports/fund.{form}")
        assert file.status_code == 200
        made = fund.post("/v1/imports?kind=fund", files={"file": (f"fund.{form}", file.content)})
        service.finished("fund", made.json()["job"]["id"])
        report = fund.get(made.headers["location"]).json()["report"]
        assert (report["rows"], report["unchanged"], report["errors"]) == (1, 1, [])


def test_unknown_kinds_and_forms(service: Service) -> None:
    for path in ("/v1/exports/fund.exe", "/v1/exports/unicorn.csv", "/v1/templates/unicorn.xlsx"):
        assert service.of("fund").get(path).status_code == 422
