"""Files that are not what they should be: one sentence in both languages, exit code 2, and nothing written."""

import json
from codecs import BOM_UTF8
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from matcher.cli.panels import app

CALL: dict[str, Any] = {
    "projects": [{"id": "p0", "size": 2}, {"id": "p1", "size": 2}],
    "experts": [{"id": f"e{n}", "roles": [("技术", "产业")[n % 2]], "senior": n == 3} for n in range(4)],
    "scores": [[0.9, 0.8, 0.1, 0.2], [0.1, 0.2, 0.9, 0.8]],
}
PAIRS = [{"project": "p0", "expert": "e0", "score": 0.1}, {"project": "p0", "expert": "e0", "score": 0.9}]
OPINION = {"project": "p0", "expert": "e0", "scores": {"innovation": 50, "ip": 60, "market": 70}}
FORMAT = "see docs/panels.md for the format."


def _written(path: Path, document: Any) -> str:
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return str(path)


def _english(*arguments: str, expect: int = 2) -> str:
    """What the last line of a refusal says after the slash."""
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == expect, result.output
    last = result.output.strip().splitlines()[-1]
    assert any("一" <= letter <= "鿿" for letter in last.split(" / ")[0])
    return last.split(" / ", 1)[1]


@pytest.fixture
def call(tmp_path: Path) -> str:
    return _written(tmp_path / "call.json", CALL)


@pytest.fixture
def plan(tmp_path: Path, call: str) -> dict[str, Any]:
    """The plan of the call: p0 has e0 and e1, p1 has e2 and e3."""
    assert CliRunner().invoke(app, ["solve", call, "-o", str(tmp_path / "plan.json")]).exit_code == 0
    document: dict[str, Any] = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    return document


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"projects": [{"id": "p0", "size": 10**30}]},
            f"projects.0.size is 1{'0' * 30}: Input should be less than or equal to 1000000; {FORMAT}",
        ),
        (
            {"experts": [{"id": "e0", "load_max": 10**30}]},
            f"experts.0.load_max is 1{'0' * 30}: Input should be less than or equal to 1000000; {FORMAT}",
        ),
        (
            {"quotas": [{"of": "roles", "value": "技术", "least": -1}]},
            f"quotas.0.least is -1: Input should be greater than or equal to 0; {FORMAT}",
        ),
        (
            {"quotas": [{"of": "roles", "least": 1}]},
            "quotas.roles is '': roles, languages and fields have a value, others none; give or drop the value.",
        ),
        (
            {"quotas": [{"of": "senior", "value": "正高", "least": 1}]},
            "quotas.senior is '正高': roles, languages and fields have a value, others none; give or drop the value.",
        ),
        ({"scores": [[0.9, 0.8, 0.1, None]] * 2}, f"scores.0.3 is None: Input should be a valid number; {FORMAT}"),
        (
            {"scores": [[1e39, 0.8, 0.1, 0.2]] * 2},
            "scores[p0, e0] is inf: scores are finite and at most 1000; forbid the pair instead, or rescale.",
        ),
        ({"scores": [[0.9, 0.8, 0.1, 0.2]]}, "scores is '1 rows': a matrix of 2 x 4; complete it."),
        ({"scores": [[0.9, 0.8, 0.1, 0.2], [0.1]]}, "scores is '1 values in row 2': a matrix of 2 x 4; complete it."),
        ({"scores": [*CALL["scores"], PAIRS[0]]}, "scores is '3 rows': a matrix of 2 x 4; complete it."),
        ({"scores": PAIRS}, "scores[p0, e0] is 0.9: a pair has one score; drop one of the two rows."),
        (
            {"scores": []},
            "scores is (): a pair without a score may not be; give scores, or a missing_score.",
        ),
        (
            {"apart": [["e1", "e1"]]},
            "apart is ('e1', 'e1'): it names two different experts of the pool; correct the pair.",
        ),
        (
            {"questions": [{"expert": "e9", "kind": "kin"}]},
            "questions.expert is 'e9': it names somebody of the call; add it to the lists or correct the id.",
        ),
        (
            {"questions": [{"expert": "e0", "project": "p9", "kind": "kin"}]},
            "questions.project is 'p9': it names somebody of the call; add it to the lists or correct the id.",
        ),
        (
            {"soft": {"rotation": 1e300}},
            f"soft.rotation is 1e+300: Input should be less than or equal to 1000000; {FORMAT}",
        ),
        (
            {"forced": [["p0", "e0"], ["p0", "e1"]], "lead": {"of": "senior"}},
            "call is 'the pinned seats of p0 leave 0, 1 lead reviewer are lacking': its rules cannot all hold; "
            "change lead reviewer of p0 by -1.",
        ),
    ],
)
def test_a_call_that_cannot_be(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    out = tmp_path / "plan.json"
    assert _english("solve", _written(tmp_path / "call.json", CALL | change), "-o", str(out)) == said
    assert not out.exists()


def test_ids_and_names_are_short_and_on_one_line(tmp_path: Path) -> None:
    for row, place in (
        ({"id": "长" * 10**6}, "id"),
        ({"id": "a\nb"}, "id"),
        ({"id": "p", "name": "长" * 10**6}, "name"),
    ):
        said = _english("solve", _written(tmp_path / "call.json", CALL | {"projects": [row]}))
        assert said.startswith(f"projects.0.{place} is ")
        assert len(said) < 300


def test_a_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    path = tmp_path / "call.json"
    path.write_bytes(BOM_UTF8 + json.dumps(CALL).encode())
    assert CliRunner().invoke(app, ["solve", str(path)]).exit_code == 0


@pytest.mark.parametrize(
    "content", [b"", b"[" * 100_000, b"PK\x03\x04" * 1_000, '"\ud800"'.encode("utf-8", "surrogatepass")]
)
def test_a_file_without_json_is_quoted_in_short(tmp_path: Path, call: str, content: bytes) -> None:
    path = tmp_path / "other.json"
    path.write_bytes(content)
    for arguments in (("solve", str(path)), ("check", call, str(path)), ("reserve-list", str(path))):
        assert len(_english(*arguments)) < 500 + len(str(path))


def test_a_missing_file_is_named_in_both_languages(tmp_path: Path) -> None:
    assert _english("solve", f"{tmp_path}/none.json") == (
        f"the file {tmp_path}/none.json cannot be read or written (No such file or directory): "
        "check the path and the rights."
    )


def _panels(change: Callable[[list[Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    return lambda document: change(document["panels"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda plan: plan.pop("panels"), "panels is \"'panels'\": a panel has a project and members with expert"),
        (
            _panels(lambda panels: panels[0].pop("members")),
            "panels is \"'members'\": a panel has a project and members",
        ),
        (_panels(lambda panels: panels.append(panels[0])), "panels is 'p0': a project has one panel"),
        (
            _panels(lambda panels: panels[0]["members"][0].update(expert="e9")),
            "panels is 'e9': projects and experts of",
        ),
        (_panels(lambda panels: panels[0].update(project="p9")), "panels is 'p9': projects and experts of the call"),
    ],
)
def test_a_plan_of_another_call_or_edited_by_hand(
    tmp_path: Path, call: str, plan: dict[str, Any], change: Callable[[dict[str, Any]], Any], said: str
) -> None:
    change(plan)
    other = _written(tmp_path / "other.json", plan)
    for arguments in (("check", call, other), ("questions", call, other), ("repair", call, other, "--gone", "e0")):
        assert _english(*arguments).startswith(said)


def test_check_holds_a_plan_to_its_figures(tmp_path: Path, call: str, plan: dict[str, Any]) -> None:
    changed = _written(tmp_path / "changed.json", plan | {"total": 9.0})
    assert _english("check", call, changed, expect=1) == "total: the plan claims 9.0, it is 3.4"
    for value in (None, "3.4", float("nan")):
        changed = _written(tmp_path / "changed.json", plan | {"bound": value})
        assert (
            _english("check", call, changed) == f"bound is {value!r}: it is a finite number; give the file as written."
        )


def test_a_seat_is_named_although_ids_hold_colons(tmp_path: Path) -> None:
    text = json.dumps(CALL, ensure_ascii=False).replace('"p0"', '"p:0"').replace('"e1"', '"e:1"')
    call = _written(tmp_path / "call.json", json.loads(text))
    plan, mended = str(tmp_path / "plan.json"), tmp_path / "mended.json"
    CliRunner().invoke(app, ["solve", call, "-o", plan])
    result = CliRunner().invoke(app, ["repair", call, plan, "--vacated", "p:0:e:1", "-o", str(mended)])
    assert (result.exit_code, result.output) == (0, "p:0: e:1 -> e3 (vacated)\n")


def test_a_repair_names_who_leaves(tmp_path: Path, call: str, plan: dict[str, Any]) -> None:
    path = _written(tmp_path / "plan.json", plan)
    nothing = "vacated is (): a seat fell vacant or an expert left; name the seat or the expert."
    assert _english("repair", call, path) == nothing
    stranger = "vacated is 'p0, e3': the expert holds no seat in that panel; name a seat of the plan."
    assert _english("repair", call, path, "--vacated", "p0:e3") == stranger
    pinned = "vacated is 'p0, e0': the seat is pinned; unpin it first."
    assert _english("repair", call, path, "--vacated", "p0:e0", "--pinned", "p0:e0") == pinned


def test_nothing_changes_where_who_left_held_no_seat(tmp_path: Path) -> None:
    call = _written(tmp_path / "call.json", CALL | {"projects": CALL["projects"][:1], "scores": CALL["scores"][:1]})
    plan, mended = tmp_path / "plan.json", tmp_path / "mended.json"
    CliRunner().invoke(app, ["solve", call, "-o", str(plan)])
    assert CliRunner().invoke(app, ["repair", call, str(plan), "--gone", "e3", "-o", str(mended)]).exit_code == 0
    before, after = (json.loads(path.read_text(encoding="utf-8")) for path in (plan, mended))
    assert (after["swaps"], after["panels"]) == ([], before["panels"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"scores": {"ip": "70"}}, f"opinions.0.scores.ip is '70': Input should be a valid number; {FORMAT}"),
        ({"scores": {"ip": None}}, f"opinions.0.scores.ip is None: Input should be a valid number; {FORMAT}"),
        ({"scores": {"ip": True}}, f"opinions.0.scores.ip is True: Input should be a valid number; {FORMAT}"),
        ({"scores": [70]}, f"opinions.0.scores is [70]: Input should be an object; {FORMAT}"),
        ({"project": 5}, f"opinions.0.project is 5: Input should be a valid string; {FORMAT}"),
        ({"grade": 5}, f"opinions.0.grade is 5: Extra inputs are not permitted; {FORMAT}"),
        (
            {"scores": {"ip": float("nan")}},
            "opinions[p0, e0].ip is nan: scores run from 0 to 100; correct the score or leave it out.",
        ),
    ],
)
def test_an_opinion_that_cannot_be(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    path = _written(tmp_path / "opinions.json", {"opinions": [OPINION | change]})
    assert _english("reserve-list", path) == said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"quota": -1}, f"quota is -1: Input should be greater than or equal to 0; {FORMAT}"),
        (
            {"quota": 1.5},
            "quota is 1.5: Input should be a valid integer, got a number with a fractional part; " + FORMAT,
        ),
        ({"group_quota": {"a": -1}}, f"group_quota.a is -1: Input should be greater than or equal to 0; {FORMAT}"),
        ({"groups": ["a"]}, f"groups is ['a']: Input should be an object; {FORMAT}"),
        ({"opinions": {}}, f"opinions is {{}}: Input should be a valid array; {FORMAT}"),
        (
            {"dimensions": [{"key": "ip", "zh": "甲"}, {"key": "ip", "zh": "乙"}]},
            "dimensions is 'ip': a dimension is named once; drop the second one.",
        ),
        (
            {"dimensions": [{"key": "ip", "zh": "甲", "high": float("inf")}]},
            "dimensions[ip] is (1.0, 0.0, inf): weight > 0, low < high, all finite; correct it.",
        ),
    ],
)
def test_a_list_that_cannot_be(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    path = _written(tmp_path / "opinions.json", {"opinions": [OPINION]} | change)
    assert _english("reserve-list", path) == said


def test_a_quota_above_the_count_lists_everybody(tmp_path: Path) -> None:
    path, out = _written(tmp_path / "opinions.json", {"opinions": [OPINION]}), tmp_path / "list.json"
    assert CliRunner().invoke(app, ["reserve-list", path, "--quota", "99", "-o", str(out)]).exit_code == 0
    assert [entry["listed"] for entry in json.loads(out.read_text(encoding="utf-8"))["entries"]] == [True]
