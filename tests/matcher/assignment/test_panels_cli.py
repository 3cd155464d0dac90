"""The command line on files: solve, check, repair, draw, replay, reserve list, workbook and minutes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from matcher.cli.panels import app

ROLES = ("技术", "产业", "投融资")


def _call_document() -> dict[str, Any]:
    random = np.random.default_rng(5)
    experts = [
        {
            "id": f"e{i:02d}",
            "name": "=cmd()" if i == 0 else f"专家{i}",
            "roles": [ROLES[i % 3]],
            "units": [f"单位{i % 15}"],
            "cities": [("台州", "杭州", "宁波")[i % 3 - i % 2]],
            "senior": i % 4 == 0,
            "load_max": 2,
        }
        for i in range(30)
    ]
    return {
        "name": "试点",
        "odd": True,
        "projects": [{"id": f"p{i}", "name": f"项目{i}", "size": 5} for i in range(4)],
        "experts": experts,
        "scores": np.round(random.random((4, 30)), 3).tolist(),
        "forbidden": [{"project": "p0", "expert": "e03", "reason": "同单位"}],
        "forced": [["p1", "e07"]],
        "apart": [["e01", "e02"]],
        "quotas": [{"of": "roles", "value": role, "least": 1} for role in ROLES] + [{"of": "senior", "least": 1}],
        "caps": [{"of": "units", "most": 1}, {"of": "cities", "share": 0.6}],
        "lead": {"of": "senior"},
    }


def _written(folder: Path, document: dict[str, Any], name: str = "call.json") -> str:
    path = folder / name
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return str(path)


def _run(*arguments: str, expect: int = 0) -> Any:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == expect, result.output
    return result


def test_solve_check_and_export(tmp_path: Path) -> None:
    call, plan = _written(tmp_path, _call_document()), str(tmp_path / "plan.json")
    xlsx, pdf = tmp_path / "plan.xlsx", tmp_path / "plan.pdf"
    _run("solve", call, "-o", plan, "--xlsx", str(xlsx), "--pdf", str(pdf))
    assert _run("check", call, plan).stdout.splitlines()[-1] == "no violation"
    document = json.loads(Path(plan).read_text(encoding="utf-8"))
    assert [len(panel["members"]) for panel in document["panels"]] == [5, 5, 5, 5]
    assert [sum(member["lead"] for member in panel["members"]) for panel in document["panels"]] == [1, 1, 1, 1]
    sheet = load_workbook(xlsx)["专家组"]
    assert sheet.max_row == 21
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
    assert pdf.read_bytes().startswith(b"%PDF")
    first = Path(plan).read_bytes()
    _run("solve", call, "-o", plan)
    assert Path(plan).read_bytes() == first


def test_a_limit_leaves_a_clean_plan_and_tells_what_was_proven(tmp_path: Path) -> None:
    call, plan = _written(tmp_path, _call_document()), str(tmp_path / "plan.json")
    told = _run("solve", call, "-o", plan, "--limit", "0").stderr
    assert " of at most " in " ".join(told.split()).partition("weakest panel")[2], "the bound stands beside the floor"
    assert _run("check", call, plan).stdout.splitlines()[-1] == "no violation"
    assert _run("solve", call, "--limit", "-1", expect=2).stdout == ""


def test_check_finds_a_forged_plan(tmp_path: Path) -> None:
    call, plan = _written(tmp_path, _call_document()), tmp_path / "plan.json"
    _run("solve", call, "-o", str(plan))
    document = json.loads(plan.read_text(encoding="utf-8"))
    document["panels"][0]["members"][0]["expert"] = "e03"
    document["bound"] -= 1
    result = _run("check", call, _written(tmp_path, document, "forged.json"), expect=1)
    assert "p0: forbidden pair is e03" in result.output
    assert "bound: the plan claims" in result.output


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("weight", [-1.0, 1.0, 1.0, 1.0], "not negative"),
        ("weight", [1.0], "finite numbers of shape (4,)"),
        ("expert", [0.0], "finite numbers of shape (30,)"),
        ("quota", [[0.0]] * 4, "finite numbers of shape (4, 5)"),
        ("cap_row", [[99, 0, 0]], "finite numbers of shape (1,)"),
        ("offset", "x", "the prices of a plan"),
    ],
)
def test_forged_prices_are_one_sentence(tmp_path: Path, name: str, value: object, words: str) -> None:
    call, plan = _written(tmp_path, _call_document()), tmp_path / "plan.json"
    _run("solve", call, "-o", str(plan))
    document = json.loads(plan.read_text(encoding="utf-8"))
    document["certificate"][name] = value
    if name == "cap_row":
        document["certificate"]["cap_price"] = []
    output = _run("check", call, _written(tmp_path, document, "forged.json"), expect=2).output
    assert words in " ".join(output.split())
    document["certificate"] |= {"cap_row": [[99, 0, 0]], "cap_price": [1.0]}
    assert _run("check", call, _written(tmp_path, document, "forged.json"), expect=2).output


def test_soft_terms_are_told_written_and_checked(tmp_path: Path) -> None:
    document = _call_document() | {"lately": [["p2", "e05"]], "soft": {"spread": {"of": "cities", "weight": 2}}}
    call, plan, xlsx = _written(tmp_path, document), tmp_path / "plan.json", tmp_path / "plan.xlsx"
    told = _run("solve", call, "--soft", "0.9", "-o", str(plan), "--xlsx", str(xlsx)).output
    made = json.loads(plan.read_text(encoding="utf-8"))
    city = {expert["id"]: expert["cities"][0] for expert in document["experts"]}
    cities = [[city[member["expert"]] for member in panel["members"]] for panel in made["panels"]]
    repeats = sum(len(panel) - len(set(panel)) for panel in cities)
    spread, lately = made["soft"]["terms"]
    assert (spread["term"], spread["preference"]) == ("cities", -2 * repeats)
    assert spread["before"] < spread["preference"]
    assert made["soft"]["preference"] == spread["preference"] + lately["preference"]
    assert f"spread over cities: {-2 * repeats}, before {spread['before']:.6g}" in told
    figures = [row for row in load_workbook(xlsx)["说明"].iter_rows(values_only=True) if "城市分散" in str(row[0])]
    assert figures == [("城市分散 / spread over cities", f"{-2 * repeats}", f"{spread['before']:.6g}")]
    assert _run("check", call, str(plan)).stdout.endswith("no violation\n")
    spread["preference"] += 2
    found = _run("check", call, _written(tmp_path, made, "forged.json"), expect=1).output
    assert f"call: spread over cities is {float(2 - 2 * repeats)}, allowed {float(-2 * repeats)}" in " ".join(
        found.split()
    )
    del spread["term"]
    assert "the soft terms of a plan" in _run("check", call, _written(tmp_path, made, "forged.json"), expect=2).output


def test_repair_changes_the_named_seat(tmp_path: Path) -> None:
    call, plan, mended = _written(tmp_path, _call_document()), tmp_path / "plan.json", tmp_path / "mended.json"
    _run("solve", call, "-o", str(plan))
    leaver = json.loads(plan.read_text(encoding="utf-8"))["panels"][2]["members"][0]["expert"]
    _run("repair", call, str(plan), "--vacated", f"p2:{leaver}", "-o", str(mended))
    swaps = json.loads(mended.read_text(encoding="utf-8"))["swaps"]
    assert [(swap["project"], swap["leaves"]) for swap in swaps] == [("p2", leaver)]
    assert _run("check", call, str(mended)).stdout.endswith("no violation\n")
    assert "PROJECT:EXPERT" in _run("repair", call, str(plan), "--vacated", "p2", expect=2).output
    nobody = _run("repair", call, str(plan), "--vacated", f"p9:{leaver}", expect=2).output
    assert "vacated is 'p9': it names a project of the call; correct the id." in " ".join(nobody.split())
    nobody = _run("repair", call, str(plan), "--gone", "e99", expect=2).output
    assert "gone is 'e99': it names an expert of the call; correct the id." in " ".join(nobody.split())


def test_draw_and_replay(tmp_path: Path) -> None:
    call, record = _written(tmp_path, _call_document()), tmp_path / "draw.json"
    told = _run("draw", call, "--seed", "排列三 118", "--plans", "4", "--epsilon", "0.5", "-o", str(record)).output
    assert "list: plan " in told and "of 4, no pair likelier than 0.25, expected total " in told
    assert _run("replay", call, str(record)).stdout == "the record holds\n"
    forged = json.loads(record.read_text(encoding="utf-8"))
    forged["record"]["seed"] = "排列三 119"
    found = _run("replay", call, _written(tmp_path, forged, "forged.json"), expect=1).output
    assert "the ticket of the seed is" in " ".join(found.split())
    del forged["record"]["ticket"]
    assert "the record of a draw" in _run("replay", call, _written(tmp_path, forged, "forged.json"), expect=2).output


def test_reserve_list(tmp_path: Path) -> None:
    opinions = [
        {"project": p, "expert": e, "scores": {"innovation": s, "ip": s, "market": s}, "comment": ""}
        for p, s in (("p1", 60), ("p2", 80))
        for e in "xyz"
    ]
    path = _written(tmp_path, {"opinions": opinions}, "opinions.json")
    out = tmp_path / "list.json"
    _run("reserve-list", path, "--quota", "1", "-o", str(out))
    entries = json.loads(out.read_text(encoding="utf-8"))["entries"]
    assert [(entry["project"], entry["listed"]) for entry in entries] == [("p2", True), ("p1", False)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"projects": [{"id": "p0", "size": 4}]}, "panels are odd"),
        ({"experts": []}, "panels need experts"),
        ({"surprise": 1}, "Extra inputs"),
        ({"forced": [["p0", "e03"]]}, "a conflict or refusal stands against it"),
        ({"forced": [["p0", "nobody"]]}, "it names somebody of the call"),
        ({"scores": [[0.1]]}, "a matrix of 4 x 30"),
        ({"caps": [{"of": "units"}]}, "it states most or share"),
        ({"quotas": [{"of": "roles", "value": "法律", "least": 1}]}, "the pool has 0"),
    ],
)
def test_bad_calls_are_one_sentence(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    document = _call_document() | change
    if "projects" in change or "experts" in change:
        document |= {"scores": [], "forbidden": [], "forced": [], "apart": []}
    result = _run("solve", _written(tmp_path, document), expect=2)
    assert message in " ".join(result.output.split())
    assert "Traceback" not in result.output


def test_a_broken_file_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "call.json"
    path.write_text("{", encoding="utf-8")
    assert "Invalid JSON" in _run("solve", str(path), expect=2).output
    assert _run("solve", str(tmp_path / "nothing.npz"), expect=2).output
