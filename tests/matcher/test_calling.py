"""A call for panels over records: whose rules, who may not, who sat much, and the same call whatever the order."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from matcher.assignment.errors import ProblemError
from matcher.assignment.files.callfile import problem_from, read_call
from matcher.assignment.files.callrows import DeclarationRow, SoftRow, SpreadRow
from matcher.assignment.files.declarations import open_questions
from matcher.assignment.solver.solve import solve
from matcher.calling import CallRules, call_of
from matcher.cli.panels import app
from matcher.domain import Expert, Kind, Level, Project, Purpose
from matcher.domain.codes import data_folder
from matcher.domain.project import Refusal
from matcher.matchmaker import Matchmaker
from matcher.retrieval.catalogue import Catalogue
from matcher.rules.authority import authority
from matcher.rules.verdicts import Verdict
from tests.matcher.toy import ToyEncoder

TODAY = date(2026, 11, 23)
PROJECTS = [
    Project(
        id="P1",
        name="固态电池",
        teaser="固态电池电解质",
        legal_entity={"name": "台州电池公司", "affiliates": ["临海控股"]},
        team=[{"role": "负责人", "name": "李四", "unit": "台州大学", "email": "li@tzu.edu.cn"}],
        competitors=["椒江锂电有限公司"],
    ),
    Project(id="P2", name="影像诊断", teaser="影像诊断软件"),
]


def expert(number: int, **known: object) -> Expert:
    role = ("技术", "产业", "投融资")[number % 3]
    plain = {
        "roles": (role,),
        "titles": ("副高",),
        "birth_year": 1980,
        "consent_at": date(2026, 1, 1),
        "ties": (),
        "employers": ({"name": f"单位{number}", "start": "2010-01-01"},),
    }
    return Expert.model_validate({"id": f"E{number:02}", "reviews": ()} | plain | known)


def test_an_authority_shapes_the_panels() -> None:
    rules = CallRules.of_authority(authority("policy"))
    assert (rules.size, rules.odd, rules.authority.reviews_per_year) == (5, True, 10)
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
    (pair,) = call.forbidden
    assert (pair.project, pair.expert, pair.reason) == ("P1", "E00", "adviser")
    assert pair.zh == "与申请方“台州电池公司”有“顾问”关系：至 2026-06-30；结束后 3 年内有效"
    assert pair.en == "adviser with applicant 台州电池公司: until 2026-06-30; counts for 3 years after its end"
    rows = {row.id: row for row in call.experts}
    assert (rows["E01"].recent, rows["E01"].year_left, rows["E02"].recent) == (2, 1, 0)
    assert call.lately == (("P1", "E01"),)
    assert call == call_of("一", CallRules(size=3), PROJECTS[::-1], experts[::-1], ToyEncoder(), TODAY)
    spread = SoftRow(spread=SpreadRow(of="regions"))
    assert call_of("一", CallRules(size=3, soft=spread), PROJECTS, experts, ToyEncoder(), TODAY).soft == spread
    result = solve(problem_from(call))
    assert result.soft is not None
    assert [one.term for one in result.soft.terms] == ["lately", "rotation"]
    assert result.soft.preference >= result.soft.before


COMPANY = "台州电池公司"


@pytest.mark.parametrize(
    ("ties", "barred", "asked"),
    [
        (({"kind": "合著", "party": COMPANY, "end": "2022-06-30"},), ["co_author"], []),
        (({"kind": "参与编制", "party": "固态电池", "end": "2022-06-30"},), ["drafting"], []),
        (({"kind": "纠纷", "party": COMPANY, "end": "2022-06-30"},), [], []),
        (({"kind": "合著", "party": COMPANY},), [], ["co_author"]),
        (None, [], ["declaration"]),
        (({"kind": "顾问", "party": COMPANY, "end": "2026-06-30"},), ["adviser"], []),
        (({"kind": "顾问", "party": "台州电池（集团）股份有限公司", "end": "2026-06-30"},), ["adviser"], []),
        (({"kind": "师生", "party": "李 四"},), ["supervision"], []),
        (({"kind": "亲属", "party": "li@tzu.edu.cn"},), ["kin"], []),
        (({"kind": "合作项目", "party": "台州大学", "start": "2025-01-01"},), ["joint_project"], []),
        (({"kind": "持股", "party": "椒江锂电", "start": "2027-01-01"},), [], ["share"]),
        (({"kind": "任职", "party": "临海控股", "start": "2020-01-01"},), ["employment"], []),
    ],
)
def test_a_call_and_the_ranking_see_a_tie_alike(
    ties: tuple[dict[str, str], ...] | None, barred: list[str], asked: list[str]
) -> None:
    """The numbers of the policy's panel: joint papers count 5 years, disputes 3, drafting for ever."""
    one = expert(0, ties=ties)
    call = call_of("一", CallRules(size=1), PROJECTS[:1], [one], ToyEncoder(), TODAY)
    assert ([pair.reason for pair in call.forbidden], [row.kind for row in call.questions]) == (barred, asked)
    left, right = (
        Catalogue(Kind.PROJECT, Level.CONSENTED, ToyEncoder()),
        Catalogue(Kind.EXPERT, Level.CONSENTED, ToyEncoder()),
    )
    left.put(PROJECTS[:1])
    right.put([one])
    matrix = Matchmaker.of(TODAY).matrix(Purpose.EXPERT, left, right)
    expected = Verdict.INELIGIBLE if barred else Verdict.NEED_INFO if asked else Verdict.ELIGIBLE
    assert matrix.verdicts.tolist() == [[expected]]


def test_an_authority_without_a_window_knows_no_such_conflict() -> None:
    one = expert(0, ties=({"kind": "合著", "party": COMPANY, "end": "2026-06-30"},))
    tender = CallRules.of_authority(authority("tender"), 5)
    assert not call_of("一", tender, PROJECTS[:1], [one], ToyEncoder(), TODAY).forbidden


def test_a_call_knows_limits_twins_and_ties_among_experts() -> None:
    """One row bars an expert from every project; the twin's entry is barred, kin do not share a panel."""
    experts = [
        expert(0, birth_year=1950),
        expert(1, name="王五", emails=["w@x.cn"]),
        expert(2, emails=["w@x.cn"], profile="同一人", roles=("技术",)),
        expert(3, name="钱七", birth_year=None),
        expert(4, ties=({"kind": "亲属", "party": "钱七"},)),
        expert(5),
    ]
    call = call_of("一", CallRules(size=2, load_max=2), PROJECTS, experts, ToyEncoder(), TODAY)
    assert [(row.project, row.expert, row.reason, row.zh) for row in call.forbidden] == [
        ("", "E00", "age", "1950 年出生；年龄不超过 65 周岁（正高不超过 70 周岁）"),
        ("", "E02", "twin", "与 E01 为同一人，标识相同：w@x.cn；一人在一个专家组中只占一席"),
    ]
    assert [(row.project, row.expert, row.kind) for row in call.questions] == [("", "E03", "age")]
    assert call.apart == (("E03", "E04"),)
    problem = problem_from(call)
    assert problem.forbidden is not None
    assert np.argwhere(problem.forbidden.all(axis=0)).ravel().tolist() == [0, 2]
    for panel in solve(problem).seats:
        assert len({3, 4} & set(panel)) < 2


def test_a_role_whose_title_is_lacking_does_not_count() -> None:
    rules = CallRules.of_authority(authority("ningxia"), 5)
    experts = [expert(0, titles=("CEO/CTO",), roles=("技术", "产业")), expert(1, titles=("CEO/CTO",), roles=("技术",))]
    call = call_of("一", rules, PROJECTS, experts, ToyEncoder(), TODAY)
    assert [row.roles for row in call.experts] == [("产业",), ()]
    assert [(row.project, row.expert, row.reason) for row in call.forbidden] == [("", "E01", "title")]


def test_secrets_bar_but_do_not_stand_in_scores_and_names() -> None:
    """What only the owner's writers read finds conflicts; all else of the call is what level 2 shows."""
    open_call, secret = (
        call_of(
            "一",
            CallRules(size=1),
            [project],
            [expert(0, name="张三", profile="固态电池", secrecy={"profile": 3, "name": 3}), expert(1)],
            ToyEncoder(),
            TODAY,
        )
        for project in (
            PROJECTS[0],
            PROJECTS[0].model_copy(update={"refused": (Refusal(expert="张三", reason="竞争对手"),)}),
        )
    )
    assert open_call == secret.model_copy(update={"forbidden": ()})
    assert [(row.expert, row.reason) for row in secret.forbidden] == [("E00", "refused")]
    assert {row.name for row in secret.experts} == {""}


def test_a_release_waits_for_what_seated_experts_must_declare(tmp_path: Path) -> None:
    experts = [expert(0, ties=None), expert(1, ties=({"kind": "合著", "party": COMPANY},)), expert(2)]
    call = call_of("一", CallRules(size=1, load_max=2), PROJECTS, experts, ToyEncoder(), TODAY)
    seats = [("P1", "E00"), ("P2", "E01"), ("P1", "E01"), ("P2", "E02")]

    def left(*said: tuple[str, str, str]) -> list[tuple[str, str, str]]:
        rows = [DeclarationRow(expert=e, project=p, kind=k, conflict=False, on=TODAY) for e, p, k in said]
        return [(one.project, one.expert, one.kind) for one in open_questions(call.questions, rows, seats)]

    both = [("P1", "E00", "declaration"), ("P1", "E01", "co_author")]
    assert left() == left(("E00", "P2", "declaration"), ("E01", "P1", "adviser")) == both
    assert left(("E00", "", "declaration")) == left(("E00", "P1", "declaration")) == both[1:]
    assert left(("E00", "", "declaration"), ("E01", "P1", "co_author")) == []

    file, plan = tmp_path / "call.json", tmp_path / "plan.json"
    file.write_text(call.model_dump_json(), "utf-8")
    panels = [{"project": "P1", "members": [{"expert": "E00"}]}, {"project": "P2", "members": [{"expert": "E02"}]}]
    plan.write_text(json.dumps({"format": "panels-1", "panels": panels}), "utf-8")
    run = CliRunner().invoke
    assert run(app, ["questions", str(file), str(plan)]).exit_code == 1
    day = ["--today", "2026-11-23"]
    assert run(app, ["declare", str(file), "E00", "--no-conflict", *day]).exit_code == 0
    assert run(app, ["questions", str(file), str(plan)]).exit_code == 0
    assert (
        run(app, ["declare", str(file), "E02", "--conflict", "--project", "P1", "--kind", "kin", *day]).exit_code == 0
    )
    barred = read_call(file).problem
    assert barred.forbidden is not None
    assert np.argwhere(barred.forbidden).tolist() == [[0, 2]]
    assert run(app, ["declare", str(file), "nobody", "--conflict", *day]).exit_code == 2


def test_the_command_makes_a_call_that_can_be_solved(tmp_path: Path) -> None:
    lines = (data_folder() / "demo" / "projects.jsonl").read_text("utf-8").splitlines()[:4]
    (tmp_path / "projects.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    records = [str(tmp_path / "projects.jsonl"), str(data_folder() / "demo" / "experts.jsonl")]
    day = ["--today", "2026-11-23"]
    run = CliRunner().invoke
    asked = ["--authority", "policy", "--spread", "regions"]
    made = run(app, ["call", *records, *asked, *day, "-o", str(tmp_path / "call.json")])
    assert made.exit_code == 0, made.output
    solved = run(app, ["solve", str(tmp_path / "call.json"), "-o", str(tmp_path / "plan.json")])
    assert solved.exit_code == 0, solved.output
    plan = json.loads((tmp_path / "plan.json").read_text("utf-8"))
    assert [len(panel["members"]) for panel in plan["panels"]] == [5] * 4
    assert "regions" in [term["term"] for term in plan["soft"]["terms"]]
    assert run(app, ["call", *records, "--authority", "nobody", *day]).exit_code == 2
    assert run(app, ["call", *records, "--authority", "policy", "--size", "4", *day]).exit_code == 2
