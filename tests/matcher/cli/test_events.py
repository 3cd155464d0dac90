"""The command line end to end on files: lists, wishes, plan, change, report, exports."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from matcher.cli.events import app
from tests.benchmarks.events_generator import generate

RUN = CliRunner()


def run(*words: object) -> Result:
    return RUN.invoke(app, [str(word) for word in words])


@pytest.fixture
def event(tmp_path: Path) -> Path:
    path = tmp_path / "event.json"
    path.write_text(json.dumps(generate(8, 4, slots=6, seed=1)), encoding="utf-8")
    return path


def read(path: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_from_plan_to_report(event: Path, tmp_path: Path) -> None:
    plan, new, change = tmp_path / "plan.json", tmp_path / "new.json", tmp_path / "change.json"
    assert run("plan", event, "-o", plan).exit_code == 0
    assert run("check", event, plan).stdout.startswith("every rule is kept")
    change.write_text(json.dumps({"now": 2, "absent": {"9": "all"}}), encoding="utf-8")
    for options in ([], ["--at-once"]):
        assert run("replan", event, plan, change, "-o", new, *options).exit_code == 0
        pairs = json.loads(event.read_text())["pairs"]
        assert not any(9 in pairs[m][:2] and slot >= 2 for m, slot, _ in json.loads(new.read_text())["meetings"])
    outcomes = tmp_path / "outcomes.json"
    first = json.loads(plan.read_text())["meetings"][0][0]
    outcomes.write_text(json.dumps({"outcomes": [{"meeting": first, "state": "held"}]}), encoding="utf-8")
    figure = tmp_path / "report.svg"
    answer = run("report", event, plan, "-o", tmp_path / "report.json", "--outcomes", outcomes, "--plot", figure)
    assert answer.exit_code == 0, answer.output
    assert figure.read_text(encoding="utf-8").lstrip().startswith("<?xml")
    assert read(tmp_path / "report.json")["afterwards"] == {
        "held": 1,
        "not_held": 0,
        "unknown": len(json.loads(plan.read_text())["meetings"]) - 1,
        "interested": 0,
        "next_steps": 0,
        "no_shows": {},
    }


def test_proposals_from_both_sides(event: Path, tmp_path: Path) -> None:
    table, single, out = tmp_path / "run.csv", tmp_path / "list.json", tmp_path / "wishes.json"
    table.write_text(
        "subject_id,candidate_id,rank,score,verdict\n0,8,1,90,ELIGIBLE\n0,9,2,80,ELIGIBLE\n", encoding="utf-8"
    )
    single.write_text(json.dumps({"subject_id": "8", "items": [{"id": "0", "reasons": [{"text_zh": "同城"}]}]}))
    assert run("propose", event, table, single, "-o", out, "--most", 1).exit_code == 0
    found = json.loads(out.read_text(encoding="utf-8"))["wishes"]
    assert [(w["party"], w["partner"], w["worth"]) for w in found] == [(0, 8, 1000), (8, 0, 1000), (9, 0, 500)]
    assert found[1]["reasons"][-1] == "同城"
    assert run("report", event, _planned(event, tmp_path), "--wishes", out).exit_code == 0


def _planned(event: Path, tmp_path: Path) -> Path:
    plan = tmp_path / "planned.json"
    assert run("plan", event, "-o", plan).exit_code == 0
    return plan


def test_export_writes_every_file(event: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    answer = run("export", event, _planned(event, tmp_path), "-o", folder, "--starts", "2026-05-01T09:00+08:00")
    assert answer.exit_code == 0
    assert {p.suffix for p in folder.iterdir()} == {".xlsx", ".pdf", ".txt", ".ics"}
    assert len(list(folder.iterdir())) == 2 + 12 * 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["plan", "nowhere.json"], "it cannot be read"),
        (["check", "EVENT", "EVENT"], "a plan lists"),
        (["replan", "EVENT", "EVENT", "EVENT"], "a plan lists"),
        (["propose", "EVENT", "EVENT"], "it is no match list"),
    ],
)
def test_wrong_files_get_a_sentence_and_exit_code_2(event: Path, words: list[str], told: str) -> None:
    answer = run(*(str(event) if word == "EVENT" else word for word in words))
    assert answer.exit_code == 2, answer.output
    assert told in " ".join(answer.output.split())
    assert "Traceback" not in answer.output
