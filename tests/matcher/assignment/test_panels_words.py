"""Every refusal and diagnosis is said in Chinese and in English."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from matcher.assignment.errors import AssignmentError
from matcher.assignment.names import LOAD_MIN, SIZE, cap_name, quota_name
from matcher.assignment.problem import Cap, Problem, Quota
from matcher.assignment.solver.diagnosis import Blocked, Change, diagnose
from matcher.domain.words import Words
from tests.matcher.assignment.speech import CHINESE, said_in_both

ROOT = Path(__file__).parents[3]
ONES, TWOS = np.ones(3, dtype=np.int64), np.full(3, 2)
CALL = Problem(
    tuple(f"p{i}" for i in range(3)),
    tuple(f"e{i}" for i in range(6)),
    np.full((3, 6), 0.5, dtype=np.float32),
    TWOS,
    np.full(6, 2),
)
FEW = np.zeros((3, 6), dtype=bool)
FEW[:2, 2:] = True
THREE = np.zeros((3, 6), dtype=bool)
THREE[1, 3:] = True
NOBODY_FOR_P1 = np.zeros((3, 6), dtype=bool)
NOBODY_FOR_P1[1] = True


def _some(*experts: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.isin(np.arange(6), experts)


ONE_UNIT = Cap("units", np.arange(6), np.zeros(6, dtype=np.int64), ONES)
LEGAL = Quota("legal", _some(0, 1, 2, 3), TWOS, TWOS)
NO_LEGAL = Quota("legal", _some(), np.array([0, 1, 0]), TWOS)
ALL_SENIOR = Quota("senior", _some(0, 1, 2, 3, 4, 5), np.zeros(3, dtype=np.int64), np.array([2, 1, 2]))
FEW_JUNIOR = Quota("senior", _some(1, 2, 3, 4, 5), np.zeros(3, dtype=np.int64), ONES)
TWO_FINANCE = Quota("finance", _some(0), ONES, TWOS)
KINDS = tuple(Quota(kind, np.arange(6) % 3 == k, ONES, TWOS) for k, kind in enumerate("abc"))


@pytest.mark.parametrize(
    ("problem", "zh", "en"),
    [
        (
            replace(CALL, forbidden=NOBODY_FOR_P1),
            "p1 需要 2 名无利益冲突且不缺席的专家，专家库中有 0 名",
            "p1 needs 2 experts without conflict or absence, the pool has 0",
        ),
        (
            replace(CALL, quotas=(NO_LEGAL,)),
            "p1 需要 1 名“legal”专家，专家库中有 0 名",
            "p1 needs 1 legal, the pool has 0",
        ),
        (
            replace(CALL, quotas=(ALL_SENIOR,)),
            "p1 需要 1 名高级职称专家以外的专家，专家库中有 0 名",
            "p1 needs 1 experts outside senior, the pool has 0",
        ),
        (
            replace(CALL, lead=_some()),
            "p0 需要 1 名主审，专家库中有 0 名",
            "p0 needs 1 lead reviewer, the pool has 0",
        ),
        (
            replace(CALL, caps=(ONE_UNIT,)),
            "p0 的每组人数要求 2 名，按单位上限（至多 1 名）只能安排 1 名",
            "p0 needs 2 for size, at most 1 per units leaves 1",
        ),
        (
            replace(
                CALL, quotas=(LEGAL,), caps=(Cap("cities", np.arange(4), np.zeros(4, dtype=np.int64), ONES),)
            ),
            "p0 的“legal”专家要求 2 名，按城市上限（至多 1 名）只能安排 1 名",
            "p0 needs 2 for legal, at most 1 per cities leaves 1",
        ),
        (
            replace(CALL, quotas=KINDS),
            "p0 有 2 个席位，各类专家合计要求 3 名（“a”专家 1 名、“b”专家 1 名、“c”专家 1 名）",
            "p0 has 2 seats, its quotas ask for 3 (a 1, b 1, c 1)",
        ),
        (
            replace(CALL, load_max=np.array([1, 1, 1, 1, 1, 0])),
            "3 个专家组共要求 6 个席位，专家库的工作量上限只允许 5 个",
            "3 panels ask for 6 seats, the loads of the pool allow 5",
        ),
        (
            replace(CALL, quotas=(TWO_FINANCE,)),
            "3 个专家组共要求 3 个投融资专家席位，专家库的工作量上限只允许 2 个",
            "3 panels ask for 3 seats of finance, the loads of the pool allow 2",
        ),
        (
            replace(CALL, quotas=(FEW_JUNIOR,)),
            "3 个专家组共要求 3 个高级职称专家以外的席位，专家库的工作量上限只允许 2 个",
            "3 panels ask for 3 seats outside senior, the loads of the pool allow 2",
        ),
        (
            replace(CALL, load_min=TWOS.repeat(2)),
            "专家工作量下限合计要求 12 个席位，各专家组共有 6 个",
            "the least loads ask for 12 seats, the panels have 6",
        ),
        (
            replace(CALL, load_max=np.ones(6, dtype=np.int64), forbidden=FEW),
            "2 个专家组（p0、p1）无法同时满足：专家工作量上限、回避与缺席",
            "2 panels (p0, p1) cannot be filled together under load_max, forbidden pairs",
        ),
        (
            replace(CALL, forbidden=THREE, apart=((0, 1), (0, 2), (1, 2))),
            "1 个专家组（p1）无法同时满足：不得同组、回避与缺席",
            "1 panels (p1) cannot be filled together under kept apart, forbidden pairs",
        ),
    ],
)  # fmt: skip
def test_every_kind_of_cause_is_said_in_both_languages(problem: Problem, zh: str, en: str) -> None:
    diagnosis = diagnose(problem)
    assert diagnosis is not None
    assert diagnosis.causes[0].text == Words(zh, en)
    for words in (diagnosis.summary, diagnosis.remedy, *(cause.text for cause in diagnosis.causes)):
        assert said_in_both(words)
    told = str(Blocked(diagnosis))
    assert told.startswith(f"call 的值 {diagnosis.summary.zh!r}：各项规则不能同时成立；")
    assert f" / call is {diagnosis.summary.en!r}: its rules cannot all hold; " in told


def test_a_way_out_says_which_rule_gives_way_and_by_how_much() -> None:
    told = [
        Change(rule, "p1", by).words
        for rule, by in ((SIZE, -4), (LOAD_MIN, -1), (quota_name("技术"), -2), (cap_name("units", "台州大学"), 1))
    ]
    assert told == [
        Words("p1 的每组人数减少 4", "size of p1 by -4"),
        Words("p1 的专家工作量下限减少 1", "load_min of p1 by -1"),
        Words("p1 的“技术”专家放宽 2", "技术 of p1 by -2"),
        Words("p1 的单位上限（台州大学）放宽 1", "units 台州大学 of p1 by +1"),
    ]


def test_the_cheapest_way_out_is_one_sentence() -> None:
    diagnosis = diagnose(replace(CALL, quotas=(TWO_FINANCE,)))
    assert diagnosis is not None
    assert diagnosis.remedy == Words("把 e0 的专家工作量上限增加 1", "change load_max of e0 by +1")


def test_a_refusal_says_the_value_the_rule_and_the_remedy_twice() -> None:
    rule, remedy = Words("一个席位只固定一次", "a seat is pinned once"), Words("删去其中一项", "drop one of the two")
    assert str(AssignmentError("size", 3, rule, remedy)) == (
        "size 的值 3：一个席位只固定一次；删去其中一项。 / size is 3: a seat is pinned once; drop one of the two."
    )
    assert str(AssignmentError("forced", Words("重复", "twice"), rule, remedy)) == (
        "forced 的值 '重复'：一个席位只固定一次；删去其中一项。"
        " / forced is 'twice': a seat is pinned once; drop one of the two."
    )


def test_every_sentence_in_the_source_has_its_chinese_and_its_english() -> None:
    found = [
        (path.name, place.lineno, zh, en)
        for folder in ("matcher", "matcher/assignment/**", "matcher/opinions", "matcher/cli", "api/panels")
        for path in sorted(ROOT.glob(f"{folder}/*.py"))
        for place, zh, en in _sentences(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert len(found) > 90
    assert [each for each in found if CHINESE.search(each[3]) or not CHINESE.search(each[2])] == []


def _sentences(tree: ast.AST) -> Iterator[tuple[ast.Call, str, str]]:
    """What each Words in the source says in Chinese and in English, but for what is put in; words, not signs alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Words":
            zh, en = (_said(argument) for argument in node.args)
            if any(letter.isalpha() for letter in zh + en):
                yield node, zh, en


def _said(node: ast.expr) -> str:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str))
