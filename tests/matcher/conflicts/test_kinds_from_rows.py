"""Each kind of conflict from a spreadsheet row to the pair that may not be, or to the question that is asked."""

from datetime import date
from pathlib import Path

import pytest

from matcher.conflicts import Finding, Truth, judge
from matcher.domain import Expert, Kind, Project
from matcher.domain.words import Words
from matcher.rules.authority import authority
from matcher.tables import read

TODAY = date(2026, 11, 23)
PROJECTS = """项目编号,项目名称,企业名称,统一社会信用代码,关联单位,团队,竞争单位,回避专家,IPC分类,历史投资方
P1,低温阀门,台州阀门有限公司,91331000MA2AXNHH0B,温岭铸造控股,"负责人 | 博士 | 是 | 30 | 李四 | 台州大学 | Li@tzu.edu.cn
工程师 | | | | 王五 | 椒江研究院 | | 0000-0002-1825-0097 | A77",椒江泵业股份有限公司,"钱七 | 黄岩学院 | 正在诉讼
E99 | | 竞争对手的顾问",F16K,台州天使基金
P2,阀门铸件,,,,负责人 | | | | 赵六 | ,,,F16,
P3,影像诊断,,,,,,,A61B,
P4,未写领域,,,,,,,,
"""
EXPERT_HEADER = "专家编号,姓名,工作单位,出生年份,职称,利益关系,曾用名,邮箱,ORCID,工号"


def found(tmp_path: Path, *rows: str, by: str = "policy") -> list[tuple[str, str, str, str]]:
    """(expert, project, kind, truth) of the conflicts, from two CSV files as people write them."""
    return [(f.expert, f.project, f.kind, f.truth.name) for f in findings(tmp_path, *rows, by=by)]


def findings(tmp_path: Path, *rows: str, by: str = "policy") -> tuple[Finding, ...]:
    files = tmp_path / "projects.csv", tmp_path / "experts.csv"
    files[0].write_text(PROJECTS, "utf-8")
    files[1].write_text("\n".join((EXPERT_HEADER, *rows)) + "\n", "utf-8")
    projects, experts = read(files[0], Kind.PROJECT), read(files[1], Kind.EXPERT)
    assert (projects.errors, experts.errors) == ((), ())
    asked = [one for one in projects.records if isinstance(one, Project)]
    pool = [one for one in experts.records if isinstance(one, Expert)]
    return judge(asked, pool, authority(by), TODAY).found.findings


def row(ties: str = "无", employers: str = "别家 | | | 2010-01-01", **more: str) -> str:
    cells = {
        "name": "张三",
        "born": "1975",
        "titles": "正高",
        "other": "",
        "email": "",
        "orcid": "",
        "staff": "",
    } | more
    first = f'E1,{cells["name"]},"{employers}",{cells["born"]},{cells["titles"]},"{ties}"'
    return ",".join((first, cells["other"], cells["email"], cells["orcid"], cells["staff"]))


@pytest.mark.parametrize(
    ("post", "truth"),
    [
        ("台州阀门 | | 总工 | 2020-01-01", "TRUE"),
        ("别家 | | | 2010-01-01\n台州阀门有限公司 | | 兼职顾问", "TRUE"),
        ("台州阀门有限公司 | | | 2015-01-01 | 2023-11-23", "TRUE"),
        ("台州阀门有限公司 | | | 2015-01-01 | 2023-11-22", ""),
        ("某单位 | 91331000MA2AXNHH0B | | 2020-01-01", "TRUE"),
        ("温岭铸造控股 | | | 2020-01-01", "TRUE"),
        ("台州阀门研究院 | | | 2020-01-01", "UNKNOWN"),
        ("台州大学 | | | 2020-01-01", "TRUE"),
        ("台州大学医学院 | | | 2020-01-01", "UNKNOWN"),
        ("椒江泵业 | | | 2020-01-01", "TRUE"),
        ("台州天使基金 | | | 2020-01-01", "TRUE"),
        ("台州大学 | | | 2027-02-01", "UNKNOWN"),
    ],
)
def test_an_employer_now_or_in_three_years_with_dual_posts_affiliates_and_competitors(
    tmp_path: Path, post: str, truth: str
) -> None:
    expected = [("E1", "P1", "employment", truth)] if truth else []
    assert found(tmp_path, row(employers=post)) == expected


@pytest.mark.parametrize(
    ("tie", "kind", "truth"),
    [
        ("合著 | 李四 | 2021-11-23 | 2021-11-23", "co_author", "TRUE"),
        ("合著 | 李四 | 2021-11-22 | 2021-11-22", "co_author", ""),
        ("共同发明 | 王五 | 2024年3月", "co_inventor", "TRUE"),
        ("共同申请 | 台州阀门有限公司 | 2024-01-01", "co_applicant", "TRUE"),
        ("合作项目 | 台州大学 | 2020-01-01 | 2023-11-22", "joint_project", ""),
        ("合作项目 | 台州大学 | 2020-01-01 | 2024-01-01", "joint_project", "TRUE"),
        ("师生 | 李四 | 1998-09-01 | 2001-06-30", "supervision", "TRUE"),
        ("亲属 | li@tzu.edu.cn", "kin", "TRUE"),
        ("持股 | 椒江泵业 | 2025-01-01", "share", "TRUE"),
        ("持股 | 台州天使基金 | 2025-01-01", "share", "TRUE"),
        ("顾问 | 台州阀门 | 2022-01-01 | 2024-01-01", "adviser", "TRUE"),
        ("纠纷 | 91331000MA2AXNHH0B | 2024-01-01 | 2024-06-01", "dispute", "TRUE"),
        ("参与编制 | 低温阀门 | 2019-01-01 | 2019-02-01", "drafting", "TRUE"),
        ("申请回避 | P1", "refused", "TRUE"),
        ("合著 | 李四", "co_author", "UNKNOWN"),
        ("顾问 | 台州阀门 | 2027-01-01", "adviser", "UNKNOWN"),
        ("顾问 | 台州阀门研究院 | 2025-01-01", "adviser", "UNKNOWN"),
        ("申请回避 | 台州阀门研究院", "refused", ""),
    ],
)
def test_every_kind_of_tie_from_its_cell(tmp_path: Path, tie: str, kind: str, truth: str) -> None:
    assert found(tmp_path, row(ties=tie)) == ([("E1", "P1", kind, truth)] if truth else [])


def test_reversed_dates_are_an_error_of_the_row(tmp_path: Path) -> None:
    file = tmp_path / "experts.csv"
    file.write_text(f"{EXPERT_HEADER}\n{row(ties='合著 | 李四 | 2025-01-01 | 2024-01-01')}\n", "utf-8")
    (error,) = read(file, Kind.EXPERT).errors
    assert error.rule == Words(
        "下限不得大于上限：start ≤ end（现为 2025-01-01 > 2024-01-01）", "start <= end, found 2025-01-01 > 2024-01-01"
    )


def test_no_word_about_ties_is_a_question_and_a_cell_that_says_none_is_an_answer(tmp_path: Path) -> None:
    assert found(tmp_path, row(ties="")) == [("E1", "", "declaration", "UNKNOWN")]
    assert found(tmp_path, row(ties="无")) == []


@pytest.mark.parametrize(
    "known",
    [
        {"email": "LI@tzu.edu.cn"},
        {"orcid": "0000-0002-1825-0097"},
        {"staff": "A77", "employers": "椒江研究院 | | | 2001-01-01 | 2005-01-01"},
    ],
)
def test_an_own_application_is_found_by_key_and_bars_its_competitors(tmp_path: Path, known: dict[str, str]) -> None:
    """P2 is of the same IPC subclass, P3 of another, of P4 nobody knows."""
    assert found(tmp_path, row(**known)) == [
        ("E1", "P1", "own_project", "TRUE"),
        ("E1", "P2", "own_project", "TRUE"),
        ("E1", "P4", "own_project", "UNKNOWN"),
    ]


def test_a_staff_number_of_another_unit_is_another_person(tmp_path: Path) -> None:
    assert found(tmp_path, row(staff="A77")) == []


@pytest.mark.parametrize("known", [{"name": "李 四"}, {"other": "李四"}])
def test_a_member_of_the_same_name_is_a_question_and_so_are_the_competitors(
    tmp_path: Path, known: dict[str, str]
) -> None:
    asked = findings(tmp_path, row(**known))
    assert [(f.project, f.kind, f.truth) for f in asked] == [
        (project, "own_project", Truth.UNKNOWN) for project in ("P1", "P2", "P4")
    ]
    assert [f.evidence.zh for f in asked] == [
        f"与成员同名：{known.get('name') or '李四'}",
        "专家可能另有申报项目 P1：同属“工程元件或部件；为产生和保持机器有效运行的一般措施”领域",
        "专家可能另有申报项目 P1：是否同一领域不明",
    ]


@pytest.mark.parametrize(
    ("expert", "barred"),
    [
        (row(name="钱七", employers="黄岩学院机电系 | | | 2010-01-01"), True),
        (row(name="钱 七", employers=""), True),
        (row(name="钱七", employers="温岭大学 | | | 2010-01-01"), False),
        (row().replace("E1", "E99", 1), True),
    ],
)
def test_whom_the_applicant_refuses_by_id_or_name_and_unit(tmp_path: Path, expert: str, barred: bool) -> None:
    refused = [f for f in findings(tmp_path, expert) if f.kind == "refused"]
    assert [(f.project, f.truth) for f in refused] == ([("P1", Truth.TRUE)] if barred else [])
    assert not barred or refused[0].evidence.zh in ("申请人要求回避：正在诉讼", "申请人要求回避：竞争对手的顾问")


def test_an_authority_without_refusals_hears_none(tmp_path: Path) -> None:
    expert = row(name="钱七", employers="黄岩学院 | | | 2010-01-01")
    assert [kind for _, _, kind, _ in found(tmp_path, expert, by="tender")] == []
