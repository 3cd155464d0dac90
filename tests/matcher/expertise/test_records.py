"""Evidences of records: which texts count, in both languages, and what becomes of those who say nothing."""

from datetime import date

import numpy as np
import pytest

from embeddings.loading import load_encoder
from matcher.calling import CallRules, call_of
from matcher.domain import Expert, Project
from matcher.expertise.keeping import LONGEST
from matcher.expertise.records import evidence_texts, judged, project_text
from matcher.expertise.scores import call_scores, on_one_scale
from matcher.rules.context import Context
from tests.matcher.toy import ToyEncoder

TODAY = date(2026, 11, 23)
BATTERY = (
    "硫化物固体电解质的界面副反应",
    "固态电池电解质薄膜的卷对卷涂布",
    "固态电池中试线的环境控制",
)
BATTERY_EN = (
    "Interface reactions of sulfide solid electrolytes",
    "Roll-to-roll coating of electrolyte films for solid-state batteries",
    "Humidity control in a pilot line for solid-state batteries",
)
IMAGING = ("甲状腺超声影像的辅助诊断", "肺结节影像筛查算法的临床评价", "放射科影像数据的质量控制")
IMAGING_EN = (
    "Computer-aided diagnosis of thyroid ultrasound",
    "Clinical evaluation of screening for lung nodules",
    "Quality control of radiology images",
)


def expert(name: str, works: tuple[str, ...] | None = None, **known: object) -> Expert:
    plain = {"consent_at": "2026-01-01", "ties": (), "reviews": ()}
    return Expert.model_validate({"id": name, "works": works, **plain, **known})


def test_works_reviews_that_name_a_project_and_sentences_of_the_profile_count_once_each() -> None:
    reviews = [
        {"date": "2026-10-01", "project": "全钒液流电池"},
        {"date": "2026-09-01", "project": "P017"},
        {"date": "2026-08-01", "project": "固态电池"},
        {"date": "2026-07-01"},
    ]
    one = expert("E", ("论文甲", "论文甲"), profile="做电解质二十年。带过中试线；论文甲", reviews=reviews)
    assert evidence_texts(one, {"固态电池"}) == ("论文甲", "全钒液流电池", "做电解质二十年。", "带过中试线；")
    assert evidence_texts(expert("E")) == ()


def test_a_project_speaks_by_its_texts_and_not_by_its_codes() -> None:
    assert project_text(Project(id="P", name="固态电池", keywords=("电解质",), trl=4)) == "固态电池\n电解质"
    assert project_text(Project(id="P", trl=4, ipc=("H01M",))) == ""


@pytest.mark.parametrize("project", ["固态电池电解质的中试制备", "Pilot production of electrolytes for batteries"])
def test_chinese_and_english_find_each_other(project: str) -> None:
    pool = [expert("1", BATTERY), expert("2", BATTERY_EN), expert("3", IMAGING), expert("4", IMAGING_EN)]
    found = judged([Project(id="P", name=project)], pool, load_encoder("builtin:static"))
    scores = found.expertise.scores[0]
    assert scores[:2].min() > scores[2:].max() + 0.1


def test_the_evidences_are_those_that_speak_for_the_project() -> None:
    one = expert("1", (*IMAGING, *BATTERY))
    projects = [Project(id="P1", name="固态电池电解质的中试制备"), Project(id="P2", name="影像辅助诊断软件")]
    found = judged(projects, [expert("0"), one], load_encoder("builtin:static"))
    assert [sorted(found.best(p, 1)) for p in (0, 1)] == [[3, 4, 5], [0, 1, 2]]
    assert found.best(0, 0) == ()


def test_who_says_nothing_gets_the_mean_of_the_unit_else_of_the_field_and_is_flagged() -> None:
    mine, theirs = ({"name": "灵江材料研究院"},), ({"name": "临江医科大学"},)
    pool = [
        expert("1", BATTERY, employers=mine),
        expert("2", IMAGING, employers=theirs, fields=("ipc:H01M",)),
        expert("3", employers=mine, fields=("ipc:A61B",)),
        expert("4", BATTERY_EN, fields=("ipc:H01M",)),
        expert("5", fields=("ipc:H01M",)),
    ]
    found = judged([Project(id="P", name="固态电池电解质")], pool, ToyEncoder()).expertise
    assert found.scores[0, 2] == found.scores[0, 0]
    assert found.scores[0, 4] == found.scores[0, 3]
    assert found.thin.tolist() == [False, False, True, False, True]


def test_a_project_without_a_text_is_left_open_and_disturbs_nobody() -> None:
    pool = [expert("1", BATTERY), expert("2", IMAGING)]
    told, silent = Project(id="P1", name="固态电池电解质"), Project(id="P2")
    both = call_scores([told, silent], pool, ToyEncoder(), Context(TODAY))
    assert np.isnan(both.expertise[1]).all()
    assert both.scores[1, 0] == both.scores[1, 1]
    assert np.isfinite(both.scores).all()
    assert both.judged.told.tolist() == [True, False]


def test_one_scale_keeps_the_order_and_tells_a_project_that_nobody_knows() -> None:
    similarity = np.array([[0.9, 0.1, 0.2], [0.3, 0.1, 0.2], [0.0, 0.0, 0.0]], np.float32)
    value = on_one_scale(similarity, np.array([True, True, False]))
    assert np.isnan(value[2]).all()
    assert value[0, 0] > value[1, 0] > value[0, 2] == value[1, 2] > value[0, 1] == value[1, 1]


def test_a_call_keeps_the_evidences_cut_short_and_which_of_them_count() -> None:
    long = "固态" * LONGEST
    pool = [expert("1", (*BATTERY, long)), expert("2"), expert("3", IMAGING[:1])]
    call = call_of(
        "一", CallRules(size=1), [Project(id="P", name="电解质薄膜"), Project(id="Q")], pool, ToyEncoder(), TODAY
    )
    texts = {row.id: (row.evidences, row.thin) for row in call.experts}
    assert texts == {
        "1": ((*BATTERY, long[: LONGEST - 1] + "…"), False),
        "2": ((), True),
        "3": (IMAGING[:1], True),
    }
    named, silent = call.reasons
    assert (named.project, named.experts, [len(best) for best in named.best]) == ("P", ("1", "2", "3"), [3, 0, 1])
    assert all(0 <= value <= 1 for value in named.expertise if value is not None)
    assert silent.expertise == (None, None, None)


def test_of_each_role_the_best_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matcher.expertise.keeping.DEPTH", 2)
    pool = [expert(f"{n}", BATTERY[: 1 + n % 3], roles=("技术" if n < 6 else "财务",)) for n in range(9)]
    (row,) = call_of("一", CallRules(size=1), [Project(id="P", name="电解质")], pool, ToyEncoder(), TODAY).reasons
    (scores,) = call_of("一", CallRules(size=1), [Project(id="P", name="电解质")], pool, ToyEncoder(), TODAY).scores
    assert isinstance(scores, tuple)
    best = [sorted(members, key=lambda n: (-scores[n], n))[:2] for members in (range(6), range(6, 9))]
    assert row.experts == tuple(str(n) for n in sorted(n for members in best for n in members))


SECRET = "绝密配方：硫化物固体电解质掺杂"


@pytest.mark.parametrize("field", ["works", "profile", "reviews"])
def test_secret_texts_of_an_expert_change_nothing(field: str) -> None:
    """What is raised to level 3 is never compared, not even for its owner: the call is the same without it."""
    told = {"works": (SECRET,), "profile": SECRET, "reviews": ({"date": "2025-01-01", "project": SECRET},)}[field]
    hidden = expert("1", **({"works": BATTERY[:2]} | {field: told}), secrecy={field: 3})
    without = expert("1", **({"works": BATTERY[:2]} | {field: None}))
    asked = [Project(id="P", name="硫化物固体电解质掺杂")]
    calls = [
        call_of("一", CallRules(size=1), asked, [one, expert("2", IMAGING)], ToyEncoder(), TODAY)
        for one in (hidden, without)
    ]
    parts = [(call.scores, call.reasons, [row.evidences for row in call.experts]) for call in calls]
    assert parts[0] == parts[1]
    assert SECRET not in calls[0].model_dump_json()
    seen = call_of("一", CallRules(size=1), asked, [hidden.model_copy(update={"secrecy": None})], ToyEncoder(), TODAY)
    assert SECRET in seen.model_dump_json()


def test_secret_texts_of_a_project_change_nothing() -> None:
    pool = [expert("1", BATTERY), expert("2", IMAGING)]
    hidden = Project(id="P", name="电池", description=SECRET, secrecy={"description": 3})
    calls = [
        call_of("一", CallRules(size=1), [one], pool, ToyEncoder(), TODAY)
        for one in (hidden, Project(id="P", name="电池"))
    ]
    assert calls[0] == calls[1]
    seen = call_of("一", CallRules(size=1), [hidden.model_copy(update={"secrecy": None})], pool, ToyEncoder(), TODAY)
    assert seen.scores != calls[0].scores
