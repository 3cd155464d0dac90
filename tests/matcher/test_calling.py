"""A call for panels over records: whose rules, who may not, who sat much, and the same call whatever the order."""

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from matcher.assignment.callfile import problem_from
from matcher.assignment.errors import ProblemError
from matcher.assignment.solve import solve
from matcher.calling import CallRules, call_of
from matcher.cli.panels import app
from matcher.domain import Expert, Project
from matcher.domain.codes import data_folder
from matcher.rules.authority import authority
from tests.matcher.toy import ToyEncoder

TODAY = date(2026, 11, 23)
PROJECTS = [
    Project(id="P1", name="固态电池", teaser="固态电池电解质", legal_entity={"name": "台州电池公司"}),
    Project(id="P2", name="影像诊断", teaser="影像诊断软件"),
]


def expert(number: int, **known: object) -> Expert:
    role = ("技术", "产业", "投融资")[number % 3]
    plain = {"roles": (role,), "consent_at": date(2026, 1, 1), "ties": (), "employers": ({"name": f"单位{number}"},)}
    return Expert.model_validate({"id": f"E{number:02}", "reviews": ()} | plain | known)


def test_an_authority_shapes_the_panels() -> None:
    rules = CallRules.of_authority(authority("policy"))
    assert (rules.size, rules.odd, rules.reviews_per_year) == (5, True, 10)
    assert [(quota.value, quota.least) for quota in rules.quotas] == [("技术", 1), ("产业", 1), ("投融资", 1)]
    assert [(cap.of, cap.most) for cap in rules.caps] == [("units", 1), ("cities", 2)]
    with pytest.raises(ProblemError, match="policy allows 5, 7"):
        CallRules.of_authority(authority("policy"), 4)


def test_conflicts_are_forbidden_and_past_reviews_rotate() -> None:
    reviewed = [{"date": "2026-10-01", "project": "固态电池"}, {"date": "2026-09-01"}, {"date": "2025-01-01"}]
    experts = [
        expert(0, ties=({"kind": "顾问", "party": "台州电池公司", "start": "2025-01-01", "end": "2026-06-30"},)),
        expert(1, reviews=reviewed, max_reviews_per_year=3),
        *(expert(number) for number in range(2, 9)),
    ]
    call = call_of("一", CallRules(size=3), PROJECTS, experts, ToyEncoder(), TODAY)
    assert [(pair.project, pair.expert, pair.reason) for pair in call.forbidden] == [("P1", "E00", "no_conflict")]
    rows = {row.id: row for row in call.experts}
    assert (rows["E01"].recent, rows["E01"].year_left, rows["E02"].recent) == (2, 1, 0)
    assert call.lately == (("P1", "E01"),)
    assert call == call_of("一", CallRules(size=3), PROJECTS[::-1], experts[::-1], ToyEncoder(), TODAY)
    result = solve(problem_from(call))
    assert result.soft is not None
    assert result.soft.preference >= result.soft.before


def test_the_command_makes_a_call_that_can_be_solved(tmp_path: Path) -> None:
    lines = (data_folder() / "demo" / "projects.jsonl").read_text("utf-8").splitlines()[:4]
    (tmp_path / "projects.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    records = [str(tmp_path / "projects.jsonl"), str(data_folder() / "demo" / "experts.jsonl")]
    day = ["--today", "2026-11-23"]
    run = CliRunner().invoke
    made = run(app, ["call", *records, "--authority", "policy", *day, "-o", str(tmp_path / "call.json")])
    assert made.exit_code == 0, made.output
    solved = run(app, ["solve", str(tmp_path / "call.json"), "-o", str(tmp_path / "plan.json")])
    assert solved.exit_code == 0, solved.output
    panels = json.loads((tmp_path / "plan.json").read_text("utf-8"))["panels"]
    assert [len(panel["members"]) for panel in panels] == [5] * 4
    assert run(app, ["call", *records, "--authority", "nobody", *day]).exit_code == 2
    assert run(app, ["call", *records, "--authority", "policy", "--size", "4", *day]).exit_code == 2
