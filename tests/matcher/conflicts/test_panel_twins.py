"""Who stands in the pool twice, and which two experts may not share a panel."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.conflicts import Candidate, Relation, Truth, judge
from matcher.conflicts.identity import find_twins
from matcher.domain import Expert, Project
from matcher.domain.record import Level
from matcher.rules.authority import authority
from matcher.rules.limits import Limits

TODAY = date(2026, 11, 23)
POLICY = replace(authority("policy"), limits=Limits())
PROJECTS = [Project(id="P1", name="阀门", legal_entity={"name": "台州阀门公司"}), Project(id="P2", name="水泵")]


def expert(entry: str, **known: object) -> Expert:
    return Expert.model_validate({"id": entry, "ties": ()} | known)


def found(*pool: Expert) -> list[tuple[str, str, str, Truth]]:
    conflicts = judge(PROJECTS, pool, POLICY, TODAY).found
    return [(f.expert, f.project, f.kind, f.truth) for f in conflicts.findings]


def apart(*pool: Expert) -> list[tuple[str, str, str]]:
    return [(one.first, one.second, one.kind) for one in judge(PROJECTS, pool, POLICY, TODAY).found.apart]


def test_twins_are_certain_by_key_and_possible_by_entryand_employer() -> None:
    post = (Relation("employment", "台州大学", date(2020, 1, 1)),)
    pool = [
        Candidate("a", ("王五",), ("w@x.cn",), post),
        Candidate("b", ("Wang Wu",), ("W@x.cn ",)),
        Candidate("c", ("王五",), (), post),
    ]
    assert [(t.first, t.second, t.certain, t.evidence.en) for t in find_twins(pool)] == [
        ("a", "b", True, "the same key W@x.cn "),
        ("a", "c", False, "the same name 王五 at 台州大学"),
    ]


def test_marks_within_a_key_count() -> None:
    assert not find_twins([Candidate("a", keys=("w.li@x.cn",)), Candidate("b", keys=("wli@x.cn",))])


def test_the_fullest_entry_stands_for_the_person_with_all_ties_and_all_reviews() -> None:
    """The tie under the poorer entry bars the richer one; the year's seats are counted together."""
    poor = expert(
        "E1",
        name="Wang Wu",
        emails=["w@x.cn"],
        ties=[{"kind": "顾问", "party": "台州阀门公司", "start": "2025-01-01"}],
        reviews=[{"date": "2026-03-01"}],
        max_reviews_per_year=4,
        secrecy={"ties": 3},
    )
    rich = expert(
        "E2",
        name="王五",
        emails=["W@x.cn", "wang@y.cn"],
        titles=["正高"],
        roles=["技术"],
        fields=["sei:新材料"],
        profile="阀门",
        reviews=[{"date": "2026-03-01"}, {"date": "2026-04-01"}, {"date": "2025-04-01"}],
    )
    judged = judge(PROJECTS, [poor, rich], POLICY, TODAY)
    assert [(f.expert, f.project, f.kind, f.truth) for f in judged.found.findings] == [
        ("E1", "", "twin", Truth.TRUE),
        ("E2", "P1", "adviser", Truth.TRUE),
    ]
    assert judged.found.findings[0].evidence.zh == "与 E2 为同一人，标识相同：w@x.cn"
    assert judged.found.barred.tolist() == [[True, True], [True, False]]
    person = judged.candidates[1]
    assert (person.names, person.keys) == (("王五", "Wang Wu"), ("w@x.cn", "wang@y.cn"))
    assert (person.reviews_this_year, person.yearly_most) == (2, 4)
    assert judged.pool[1].secrecy == {"ties": Level.SECRET}
    assert judged.pool[0] == poor


def test_entries_that_hang_together_by_different_keys_are_one_person() -> None:
    pool = [
        expert("E1", emails=["a@x.cn"]),
        expert("E2", emails=["a@x.cn"], orcid="0000-0002-1825-0097"),
        expert("E3", orcid="0000-0002-1825-0097"),
    ]
    assert found(*pool) == [("E1", "", "twin", Truth.TRUE), ("E3", "", "twin", Truth.TRUE)]


def test_an_entry_that_declared_ties_speaks_for_one_that_did_not() -> None:
    pool = [expert("E1", emails=["a@x.cn"], name="甲"), Expert(id="E2", emails=["a@x.cn"])]
    assert found(*pool) == [("E2", "", "twin", Truth.TRUE)]


def test_entries_of_one_entryand_employer_are_kept_apart_and_asked() -> None:
    post = [{"name": "台州大学", "start": "2010-01-01"}]
    pool = [expert("E1", name="王五", employers=post), expert("E2", name="王 五", employers=post)]
    assert found(*pool) == [("E1", "", "twin", Truth.UNKNOWN), ("E2", "", "twin", Truth.UNKNOWN)]
    assert apart(*pool) == [("E1", "E2", "twin")]
    elsewhere = expert("E2", name="王五", employers=[{"name": "温州大学"}])
    assert (found(pool[0], elsewhere), apart(pool[0], elsewhere)) == ([], [])


def _components(keys: Sequence[frozenset[int]]) -> list[set[int]]:
    """Persons by plain search."""
    groups: list[set[int]] = []
    for n, own in enumerate(keys):
        near = [group for group in groups if any(own & keys[other] for other in group)]
        groups = [group for group in groups if group not in near] + [{n}.union(*near)]
    return groups


@given(st.lists(st.frozensets(st.integers(0, 6), max_size=3), max_size=7), st.randoms())
def test_every_person_has_one_entry_that_is_not_barred(keys: list[frozenset[int]], random: object) -> None:
    pool = [expert(f"E{n}", emails=[f"k{key}@x.cn" for key in sorted(own)] or None) for n, own in enumerate(keys)]
    shuffled = list(pool)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    judged = judge(PROJECTS, shuffled, POLICY, TODAY)
    barred = {one.id for one in judged.candidates if one.same_as}
    for group in _components(keys):
        standing = {f"E{n}" for n in group} - barred
        assert len(standing) == 1
        assert all(one.same_as in standing for one in judged.candidates if one.id in {f"E{n}" for n in group} & barred)
    assert [one.id for one in judged.pool] == sorted(one.id for one in pool)


@pytest.mark.parametrize(
    ("tie", "pair"),
    [
        ({"kind": "亲属", "party": "李四"}, True),
        ({"kind": "师生", "party": "Li Si", "start": "1998-09-01", "end": "2001-06-30"}, True),
        ({"kind": "亲属", "party": "li@x.cn"}, True),
        ({"kind": "亲属", "party": "E2"}, True),
        ({"kind": "合著", "party": "李四", "start": "2026-01-01"}, False),
        ({"kind": "亲属", "party": "别人"}, False),
        ({"kind": "亲属", "party": "张三"}, False),
    ],
)
def test_kin_and_supervisor_and_student_do_not_share_a_panel(tie: dict[str, str], pair: bool) -> None:
    """The policy names these two kinds; whose tie it is does not matter, and nobody is apart from oneself."""
    pool = [expert("E2", name="李四", other_names=["Li Si"], emails=["li@x.cn"]), expert("E1", name="张三", ties=[tie])]
    kind = {"亲属": "kin", "师生": "supervision"}.get(tie["kind"], "")
    assert apart(*pool) == ([("E1", "E2", kind)] if pair else [])
    assert found(*pool) == []


def test_the_words_of_a_pair_kept_apart_say_whose_tie_it_is() -> None:
    pool = [expert("E2", name="李四"), expert("E3", name="张三", ties=[{"kind": "亲属", "party": "李四"}])]
    (one,) = judge(PROJECTS, pool, POLICY, TODAY).found.apart
    assert one.evidence.zh == "E3 与专家“李四”有“亲属”关系：不论起止日期"
    assert one.evidence.en == "E3 has the tie kin with expert 李四: whatever its dates"


def test_an_authority_that_names_no_kind_keeps_nobody_apart() -> None:
    pool = [expert("E2", name="李四"), expert("E3", name="张三", ties=[{"kind": "亲属", "party": "李四"}])]
    assert judge(PROJECTS, pool, authority("tender"), TODAY).found.apart == ()
