"""`matcher panels conflicts` and what `matcher panels call` says of twins."""

import csv
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from matcher.cli.panels import app

DAY = ["--today", "2026-11-23"]
PROJECTS = """项目编号,项目名称,企业名称,回避专家
P1,=阀门,台州阀门公司,钱七 | | =1+1
P2,水泵,,
"""
EXPERTS = """专家编号,姓名,工作单位,职称,出生年份,利益关系,邮箱,同意日期
E1,王五,某大学,正高,1975,顾问 | 台州阀门公司 | 2024-01-01 | 2025-06-30,w@x.cn,2026-01-01
E2,Wang Wu,某大学,,,,W@x.cn,2026-01-01
E3,钱七,某大学,副高,1980,无,,2026-01-01
E4,赵六,别家,副高,1980,亲属 | 钱七,,2026-01-01
"""


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    (tmp_path / "projects.csv").write_text(PROJECTS, "utf-8")
    (tmp_path / "experts.csv").write_text(EXPERTS, "utf-8")
    return [str(tmp_path / "projects.csv"), str(tmp_path / "experts.csv")]


def run(*arguments: str, code: int = 0) -> tuple[list[str], str]:
    """The lines of standard output, and standard error in one line."""
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == code, done.output
    return done.stdout.splitlines(), " ".join(done.stderr.split())


def test_every_finding_is_a_line_in_both_languages(files: list[str]) -> None:
    lines, told = run("conflicts", *files, "--authority", "policy", *DAY)
    assert lines == [
        "全部 E2 回避（重复登记）：与 E1 为同一人，标识相同：w@x.cn；一人在一个专家组中只占一席"
        " / all E2 barred (entered twice): the same person as E1, by the key w@x.cn;"
        " one person has one seat in a panel",
        "P1 E1 回避（顾问）：与申请方“台州阀门公司”有“顾问”关系：至 2025-06-30；结束后 3 年内有效"
        " / P1 E1 barred (adviser): adviser with applicant 台州阀门公司: until 2025-06-30;"
        " counts for 3 years after its end",
        "P1 E3 回避（申请回避）：申请人要求回避：=1+1；永久有效，不会失效"
        " / P1 E3 barred (refused by the applicant): refused by the applicant: =1+1; never lapses",
        "E4 E3 不同组（亲属）：E4 与专家“钱七”有“亲属”关系：不论起止日期；永久有效，不会失效"
        " / E4 E3 not in one panel (kin): E4 has the tie kin with expert 钱七: whatever its dates; never lapses",
    ]
    assert "8 pairs: 4 may not be, 0 wait for a declaration; 1 pairs of experts apart" in told


def test_the_list_as_a_table_is_safe_against_formulas(files: list[str], tmp_path: Path) -> None:
    rows = {}
    for form in ("csv", "xlsx"):
        run("conflicts", *files, "--out", str(tmp_path / f"list.{form}"), *DAY)
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        rows["csv"] = list(csv.reader(file))
    sheet = load_workbook(tmp_path / "list.xlsx").active
    rows["xlsx"] = [["" if v is None else str(v).removesuffix(" 00:00:00") for v in row] for row in sheet.values]
    assert rows["csv"] == rows["xlsx"]
    assert rows["csv"][0] == ["项目", "专家", "不同组的专家", "结论", "种类", "依据", "开始", "结束", "规则", "出处"]
    assert rows["csv"][2][:9] == [
        *("P1", "E1", "", "回避", "顾问", "与申请方“台州阀门公司”有“顾问”关系：至 2025-06-30"),
        *("2024-01-01", "2025-06-30", "结束后 3 年内有效"),
    ]
    assert [row[:5] for row in rows["csv"][3:]] == [
        ["P1", "E3", "", "回避", "申请回避"],
        ["全部", "E3", "E4", "不同组", "亲属"],
    ]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows["csv"] for cell in row)
    run("conflicts", *files, "--out", str(tmp_path / "english.csv"), "-l", "en", *DAY)
    first = (tmp_path / "english.csv").read_text("utf-8-sig").splitlines()[:2]
    assert first[0] == "Project,Expert,Kept apart from,Verdict,Kind,Evidence,Start,End,Rule,Source"
    assert first[1].startswith('all,E2,,barred,entered twice,"the same person as E1, by the key w@x.cn",,,')


def test_the_list_as_json_has_both_languages_and_whose_rules(files: list[str], tmp_path: Path) -> None:
    run("conflicts", *files, "--authority", "policy", "--out", str(tmp_path / "list.json"), *DAY)
    found = json.loads((tmp_path / "list.json").read_text("utf-8"))
    assert (found["authority"], found["version"], found["today"]) == ("policy", "2026.2", "2026-11-23")
    assert found["counts"] == {"pairs": 8, "barred": 4, "open": 0, "apart": 1}
    assert found["items"][1] == {
        "project": "P1",
        "expert": "E1",
        "apart_from": "",
        "truth": "TRUE",
        "kind": "adviser",
        "zh": "与申请方“台州阀门公司”有“顾问”关系：至 2025-06-30",
        "en": "adviser with applicant 台州阀门公司: until 2025-06-30",
        "start": "2024-01-01",
        "end": "2025-06-30",
        "rule_zh": "结束后 3 年内有效",
        "rule_en": "counts for 3 years after its end",
        "source": "财库〔2016〕198号",
    }


def test_a_wrong_wish_is_told_and_nothing_is_written(files: list[str], tmp_path: Path) -> None:
    assert "no form of this list" in run("conflicts", *files, "--out", str(tmp_path / "list.pdf"), *DAY, code=2)[1]
    assert "known are" in run("conflicts", *files, "--authority", "nobody", *DAY, code=2)[1]
    many = "；".join(f"某{n} | | 竞争" for n in range(4))
    Path(files[0]).write_text(f"项目编号,回避专家\nP1,{many}\n", "utf-8")
    _, told = run("conflicts", *files, "--out", str(tmp_path / "list.json"), *DAY, code=2)
    assert "may refuse 3" in told
    assert sorted(path.name for path in tmp_path.iterdir()) == ["experts.csv", "projects.csv"]


def test_a_call_tells_who_stands_in_the_pool_twice(files: list[str], tmp_path: Path) -> None:
    _, told = run("call", *files, "--size", "1", "--out", str(tmp_path / "call.json"), *DAY)
    assert "E2: 与 E1 为同一人，标识相同：w@x.cn" in told
    assert "2 x 4, 1 experts and 2 pairs may not be, 0 questions, 1 pairs of experts apart" in told
    call = json.loads((tmp_path / "call.json").read_text("utf-8"))
    assert call["apart"] == [["E3", "E4"]]
