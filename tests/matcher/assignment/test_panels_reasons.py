"""Why somebody sits where: in the plan, the workbook and the minutes, from records or from a call file."""

import json
from pathlib import Path
from typing import Any

import pytest
import typst
from openpyxl import load_workbook
from typer.testing import CliRunner

from matcher.cli.panels import app
from matcher.domain import Kind
from matcher.domain.codes import data_folder
from matcher.tables import read
from matcher.tables.writing import export

WORKS = ["硫化物固体电解质的界面副反应", "固态电池薄膜的卷对卷涂布", "Coating of solid electrolytes", "影像诊断软件"]
CALL: dict[str, Any] = {
    "name": "试点",
    "projects": [{"id": "p1", "name": "固态电池", "size": 2}],
    "experts": [
        {"id": "e1", "name": "甲", "roles": ["技术"], "senior": True, "evidences": WORKS},
        {"id": "e2", "name": "乙", "roles": ["产业"], "evidences": WORKS[:1], "thin": True},
        {"id": "e3", "name": "丙", "roles": ["技术"]},
    ],
    "scores": [[0.9, 0.8, 0.1]],
    "quotas": [{"of": "roles", "value": "技术", "least": 1}, {"of": "senior", "least": 1}],
    "reasons": [{"project": "p1", "experts": ["e1", "e2"], "expertise": [0.91, None], "best": [[2, 0, 1], [0]]}],
}


def _run(*arguments: str, expect: int = 0) -> Any:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == expect, result.output
    return result


def _written(folder: Path, document: dict[str, Any]) -> str:
    path = folder / "call.json"
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return str(path)


def test_plan_and_workbook_say_why(tmp_path: Path) -> None:
    plan, xlsx = tmp_path / "plan.json", tmp_path / "plan.xlsx"
    _run("solve", _written(tmp_path, CALL), "-o", str(plan), "--xlsx", str(xlsx))
    first, second = json.loads(plan.read_text("utf-8"))["panels"][0]["members"]
    assert (first["fills"], second["fills"]) == (["技术", "senior"], [])
    assert first["why"] == {"expertise": 0.91, "evidences": [WORKS[2], WORKS[0], WORKS[1]], "thin": False}
    assert second["why"] == {"expertise": None, "evidences": WORKS[:1], "thin": True}
    head, *rows = load_workbook(xlsx)["专家组"].iter_rows(values_only=True)
    assert head[10:] == ("计入要求", "专长", "依据一", "依据二", "依据三", "依据不足")
    assert [row[10:] for row in rows] == [
        ("“技术”专家、高级职称专家", "0.910", WORKS[2], WORKS[0], WORKS[1], None),
        (None, None, WORKS[0], None, None, "是"),
    ]


def test_the_minutes_say_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_in: list[dict[str, Any]] = []
    real = typst.compile_with_warnings

    def heard(source: bytes, **given: Any) -> Any:
        set_in.append(json.loads(given["sys_inputs"]["data"]))
        return real(source, **given)

    monkeypatch.setattr(typst, "compile_with_warnings", heard)
    _run("solve", _written(tmp_path, CALL), "-o", str(tmp_path / "p.json"), "--pdf", str(tmp_path / "p.pdf"))
    assert set_in[0]["panels"][0]["reasons"] == [
        f"e1 甲：计入“技术”专家、高级职称专家。专长 0.910。依据：{WORKS[2]}；{WORKS[0]}；{WORKS[1]}",
        f"e2 乙：依据：{WORKS[0]}。依据不足三项，已参考同组平均",
    ]
    assert (tmp_path / "p.pdf").read_bytes().startswith(b"%PDF")


def test_repair_and_draw_say_why_too_and_nothing_where_the_call_does_not(tmp_path: Path) -> None:
    call, plan, other = _written(tmp_path, CALL), str(tmp_path / "plan.json"), tmp_path / "other.json"
    _run("solve", call, "-o", plan)
    _run("repair", call, plan, "--vacated", "p1:e2", "-o", str(other))
    members = json.loads(other.read_text("utf-8"))["panels"][0]["members"]
    assert [(one["expert"], "why" in one) for one in members] == [("e1", True), ("e3", False)]
    _run("draw", call, "--seed", "1", "--cap", "1", "-o", str(other))
    assert any("why" in one for one in json.loads(other.read_text("utf-8"))["panels"][0]["members"])


@pytest.mark.parametrize(
    "change",
    [
        {"experts": ["e1"]},
        {"experts": ["e1", "e9"]},
        {"best": [[9], [0]]},
    ],
)
def test_reasons_that_contradict_the_call_are_one_sentence(tmp_path: Path, change: dict[str, Any]) -> None:
    wrong = CALL | {"reasons": [CALL["reasons"][0] | change]}
    output = _run("solve", _written(tmp_path, wrong), expect=2).output
    assert "make the call anew or leave reasons out" in " ".join(output.split())


@pytest.mark.parametrize("form", ["xlsx", "jsonl"])
def test_from_records_to_a_plan_with_evidences(tmp_path: Path, form: str) -> None:
    """Both languages, a project without text and experts without any, from a spreadsheet or lines."""
    projects, experts = [], []
    for noun, kept in (("projects", projects), ("experts", experts)):
        kept += [
            json.loads(line) for line in (data_folder() / "demo" / f"{noun}.jsonl").read_text("utf-8").splitlines()
        ]
    silent = {"id": "E999", "roles": ["技术"], "consent_at": "2026-01-01"}
    english = {"id": "P998", "name": "Solid electrolytes", "teaser": "Sulfide solid electrolytes coated roll to roll."}
    files = []
    for noun, rows in (("project", [*projects[:3], english, {"id": "P999", "trl": 4}]), ("expert", [*experts, silent])):
        lines = tmp_path / f"{noun}s.jsonl"
        lines.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
        files.append(lines)
    if form == "xlsx":
        for place, kind in enumerate((Kind.PROJECT, Kind.EXPERT)):
            sheet = files[place].with_suffix(".xlsx")
            export(read(files[place], kind).records, sheet)
            files[place] = sheet
    call, plan = tmp_path / "call.json", tmp_path / "plan.json"
    _run("call", *map(str, files), "--authority", "policy", "--today", "2026-11-23", "-o", str(call))
    _run("solve", str(call), "-o", str(plan))
    panels = {one["project"]: one["members"] for one in json.loads(plan.read_text("utf-8"))["panels"]}
    assert {len(members) for members in panels.values()} == {5}
    assert all("why" in member for members in panels.values() for member in members)
    assert {member["why"]["expertise"] for member in panels["P999"]} == {None}
    made = json.loads(call.read_text("utf-8"))
    rows = {row["id"]: row for row in made["experts"]}
    (told,) = (row for row in made["reasons"] if row["project"] == "P998")
    first = max(range(len(told["experts"])), key=lambda n: told["expertise"][n])
    assert "固态电解质涂布方法专利7件" in [rows[told["experts"][first]]["evidences"][n] for n in told["best"][first]]
    assert (rows["E999"]["thin"], rows["E999"].get("evidences")) == (True, None)
