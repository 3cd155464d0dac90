"""A refusal of the panels' solver or of opinions as a problem: each language whole, both where only one text fits."""

from dataclasses import replace

import numpy as np
import pytest

from api.panels.refusals import broken, refused
from matcher.assignment.check import check
from matcher.assignment.errors import AssignmentError, ChangeError
from matcher.assignment.problem import Cap, Problem
from matcher.assignment.solver.diagnosis import Blocked, diagnose
from matcher.domain.words import Words
from matcher.opinions.opinion import OpinionError
from tests.matcher.assignment.speech import CHINESE

CALL = Problem(("p0", "p1"), ("e0", "e1", "e2"), np.full((2, 3), 0.5, "f4"), np.full(2, 2), np.full(3, 2))
BLOCKED = diagnose(
    Problem(("p0", "p1"), ("e0", "e1", "e2"), np.full((2, 3), 0.5, "f4"), np.array([2, 3]), np.ones(3, np.int64))
)
RULE, REMEDY = Words("名额按项目计数", "a quota counts projects"), Words("填 0 或以上", "use 0 or more")


@pytest.mark.parametrize(
    ("error", "zh", "en", "value"),
    [
        (
            OpinionError("quota", -1, RULE, REMEDY),
            "quota 的值 -1：名额按项目计数；填 0 或以上。",
            "quota is -1: a quota counts projects; use 0 or more.",
            -1,
        ),
        (
            ChangeError("quota", Words("过低", "too low"), RULE, REMEDY),
            "quota 的值 过低：名额按项目计数；填 0 或以上。",
            "quota is too low: a quota counts projects; use 0 or more.",
            "过低 / too low",
        ),
    ],
)
def test_a_refusal_is_whole_in_each_language(
    error: AssignmentError | OpinionError, zh: str, en: str, value: object
) -> None:
    problem = refused(error)
    assert (problem.zh, problem.en) == (zh, en)
    assert [place.model_dump() for place in problem.errors] == [
        {"pointer": "quota", "value": value, "rule": f"{RULE.zh} / {RULE.en}", "remedy": f"{REMEDY.zh} / {REMEDY.en}"}
    ]


def test_rules_without_a_plan_are_told_in_each_language() -> None:
    assert BLOCKED is not None
    problem = refused(Blocked(BLOCKED))
    assert problem.zh == (
        "规则互相矛盾，无法组成专家组：2 个专家组共要求 5 个席位，专家库的工作量上限只允许 3 个。"
        f"可行的最小调整：{BLOCKED.remedy.zh}。"
    )
    assert problem.en == (
        "No panels keep all rules: 2 panels ask for 5 seats, the loads of the pool allow 3. "
        f"The cheapest way out: {BLOCKED.remedy.en}."
    )
    assert not CHINESE.search(problem.en)
    assert [(place.rule, place.remedy) for place in problem.errors] == [
        (BLOCKED.causes[0].text.both, BLOCKED.remedy.both)
    ]


def test_a_broken_rule_is_told_in_both_languages() -> None:
    unit = Cap("units", np.arange(3), np.zeros(3, dtype=np.int64), np.ones(2, dtype=np.int64), ("台州大学",))
    problem = Problem(CALL.project_ids, CALL.expert_ids, CALL.scores, CALL.size, CALL.load_max, caps=(unit,))
    assert [place.model_dump() for place in broken(check(problem, [[0, 1], [2]]))] == [
        {
            "pointer": "p0",
            "value": "2",
            "rule": "单位上限（台州大学）：至多 1 / units 台州大学: at most 1",
            "remedy": "更换专家 / replace the expert",
        },
        {"pointer": "p1", "value": "1", "rule": "每组人数：2 / size: 2", "remedy": "更换专家 / replace the expert"},
    ]


def test_a_way_out_that_is_not_proven_the_cheapest_does_not_claim_it() -> None:
    assert BLOCKED is not None
    problem = refused(Blocked(replace(BLOCKED, is_cheapest=False)))
    assert problem.zh.endswith(f"。一种可行的调整：{BLOCKED.remedy.zh}。")
    assert problem.en.endswith(f" A way out: {BLOCKED.remedy.en}.")
