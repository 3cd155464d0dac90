"""Who may judge at all: age, titles, years of work and the year's reviews, as an authority's rule data say it."""

from datetime import date
from pathlib import Path

import pytest

from matcher.conflicts import Candidate, Finding, Submission, Truth, find_conflicts
from matcher.conflicts.eligibility import roles_that_count, seats_left
from matcher.domain.taxonomy import ExpertRole, ExpertTitle
from matcher.domain.words import Words
from matcher.rules.authority import Authority, authority, read_authority
from matcher.rules.errors import RuleDataError

TODAY = date(2026, 11, 23)
POLICY, TENDER, NINGXIA = authority("policy"), authority("tender"), authority("ningxia")
SENIOR, ASSOCIATE, EXECUTIVE = ExpertTitle.SENIOR, ExpertTitle.ASSOCIATE, ExpertTitle.EXECUTIVE
TECHNOLOGY, INDUSTRY = ExpertRole.TECHNOLOGY, ExpertRole.INDUSTRY


def limits(rules: Authority, **known: object) -> tuple[Finding, ...]:
    expert = Candidate("e1", **known)  # type: ignore[arg-type]
    return find_conflicts([expert], [Submission("p1"), Submission("p2")], rules, TODAY).findings


@pytest.mark.parametrize(
    ("born", "titles", "truth", "evidence"),
    [
        (1961, (ASSOCIATE,), None, ""),
        (1960, (ASSOCIATE,), Truth.UNKNOWN, "born in 1960, turns 66 this year; the birthday is not known"),
        (1959, (ASSOCIATE,), Truth.TRUE, "born in 1959"),
        (1959, (), Truth.TRUE, "born in 1959"),
        (1956, (SENIOR,), None, ""),
        (1955, (EXECUTIVE, SENIOR), Truth.UNKNOWN, "born in 1955, turns 71 this year; the birthday is not known"),
        (1954, (SENIOR,), Truth.TRUE, "born in 1954"),
        (1961, None, None, ""),
        (1958, None, Truth.UNKNOWN, "born in 1958, turns 68 this year; the title is not known"),
        (1954, None, Truth.TRUE, "born in 1954"),
        (None, (SENIOR,), Truth.UNKNOWN, "the year of birth is not known"),
        (2063, (SENIOR,), Truth.UNKNOWN, "born in 2063: a slip of the pen"),
    ],
)
def test_an_age_has_a_usual_and_a_top_limit(
    born: int | None, titles: tuple[ExpertTitle, ...] | None, truth: Truth | None, evidence: str
) -> None:
    """65, and 70 for 正高. Only the year is known, so in the year of the limit the birthday decides."""
    found = limits(POLICY, birth_year=born, titles=titles)
    assert [(f.project, f.kind, f.truth, f.evidence.en) for f in found] == (
        [] if truth is None else [("", "age", truth, evidence)]
    )


def test_an_expert_over_the_age_is_barred_from_every_project_with_the_rule_and_its_source() -> None:
    found = find_conflicts(
        [Candidate("e1", birth_year=1950), Candidate("e2", birth_year=1980)],
        [Submission("p1"), Submission("p2")],
        POLICY,
        TODAY,
    )
    assert found.barred.tolist() == [[True, False], [True, False]]
    (finding,) = found.between("e1", "p2")
    assert finding.evidence == Words("1950 年出生", "born in 1950")
    assert finding.rule == Words(
        "年龄不超过 65 周岁（正高不超过 70 周岁）", "at most 65 years old (senior: at most 70)"
    )
    assert finding.source.startswith("渝科局发〔2023〕68号")


@pytest.mark.parametrize(
    ("roles", "titles", "truth", "counts"),
    [
        ((TECHNOLOGY,), (ASSOCIATE,), None, (TECHNOLOGY,)),
        ((TECHNOLOGY,), (EXECUTIVE, SENIOR), None, (TECHNOLOGY,)),
        ((TECHNOLOGY,), (EXECUTIVE,), Truth.TRUE, ()),
        ((TECHNOLOGY,), (), Truth.TRUE, ()),
        ((TECHNOLOGY,), None, Truth.UNKNOWN, (TECHNOLOGY,)),
        ((INDUSTRY,), (EXECUTIVE,), None, (INDUSTRY,)),
        ((TECHNOLOGY, INDUSTRY), (EXECUTIVE,), None, (INDUSTRY,)),
        (None, None, None, ()),
    ],
)
def test_a_technical_expert_needs_a_title(
    roles: tuple[ExpertRole, ...] | None,
    titles: tuple[ExpertTitle, ...] | None,
    truth: Truth | None,
    counts: tuple[ExpertRole, ...],
) -> None:
    """Who fills another role too keeps that one."""
    found = limits(NINGXIA, birth_year=1980, roles=roles, titles=titles)
    assert [(f.project, f.kind, f.truth) for f in found] == ([] if truth is None else [("", "title", truth)])
    assert roles_that_count(Candidate("e1", roles=roles, titles=titles), NINGXIA) == counts


def test_where_an_equal_level_will_do_a_missing_title_is_a_question() -> None:
    since = date(2010, 1, 1)
    (finding,) = limits(TENDER, roles=(TECHNOLOGY,), titles=(EXECUTIVE,), works_since=since)
    assert (finding.kind, finding.truth, finding.evidence.zh) == ("title", Truth.UNKNOWN, "职称：CEO/CTO")
    assert finding.rule.zh == "技术专家须具有正高或副高职称或同等专业水平"
    assert finding.source == "招标投标法第三十七条第三款"


@pytest.mark.parametrize(
    ("since", "evidence"),
    [
        (date(2018, 11, 23), None),
        (date(2018, 11, 24), "the earliest known post began on 2018-11-24"),
        (None, "no post has a start"),
    ],
)
def test_years_of_work_that_the_posts_do_not_show_are_a_question(since: date | None, evidence: str | None) -> None:
    """An earlier post may be missing, so nobody is barred by it."""
    found = limits(TENDER, works_since=since)
    assert [(f.kind, f.truth, f.evidence.en) for f in found] == (
        [] if evidence is None else [("years_of_work", Truth.UNKNOWN, evidence)]
    )


@pytest.mark.parametrize(
    ("own", "done", "left"), [(None, 0, 10), (None, 8, 2), (None, 12, 0), (3, 1, 2), (30, 1, 9), (0, 0, 0)]
)
def test_the_year_leaves_what_the_stricter_limit_leaves(own: int | None, done: int, left: int) -> None:
    assert seats_left(Candidate("e", yearly_most=own, reviews_this_year=done), POLICY) == left


def test_without_any_yearly_limit_the_year_leaves_everything(tmp_path: Path) -> None:
    rules = read(tmp_path, "")
    assert seats_left(Candidate("e", reviews_this_year=99), rules) is None
    assert seats_left(Candidate("e", reviews_this_year=1, yearly_most=5), rules) == 4


def read(folder: Path, text: str) -> Authority:
    path = folder / "mine.toml"
    path.write_text(f'version="1"\nsource="s"\nwindows={{}}\n{text}', "utf-8")
    return read_authority(path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[limits.age]\nmost=65", "limits.age is .*every limit names its source"),
        ('[limits.age]\nmost=0\nsource="s"', "limits.age.most is 0: it is a whole number above 0"),
        ('[limits.age]\nmost=65\ntop_most=60\ntop_titles=["正高"]\nsource="s"', "not below the usual limit of 65"),
        ('[limits.age]\nmost=65\ntop_most=70\nsource="s"', "top_titles is None: it lists at least one title"),
        ('[limits.titles."技术"]\nany_of=["院士"]\nsource="s"', "limits.titles.技术 is '院士': known are 正高"),
        ('[limits.titles."魔法"]\nany_of=["正高"]\nsource="s"', "limits.titles is '魔法': known are 技术"),
        ("[limits.work]\nleast=5", "limits.work is .*every limit names its source"),
        ('[panel]\napart=["kin"]', "panel.apart is 'kin': only kinds of tie that have a window"),
    ],
)
def test_limits_that_are_not_complete_are_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(RuleDataError, match=told):
        read(tmp_path, text)


def test_an_authority_may_be_like_another_and_state_what_differs(tmp_path: Path) -> None:
    path = tmp_path / "county.toml"
    path.write_text('version="2"\nsource="县"\nlike="policy"\n[windows]\nkin={years=9,source="县"}\n', "utf-8")
    county = read_authority(path)
    assert (county.version, county.source, county.windows["kin"].years) == ("2", "县", 9)
    assert (county.sizes, county.limits, county.apart) == (POLICY.sizes, POLICY.limits, POLICY.apart)
    assert {kind: window for kind, window in county.windows.items() if kind != "kin"} == {
        kind: window for kind, window in POLICY.windows.items() if kind != "kin"
    }
    path.write_text('version="2"\nsource="县"\nlike="ningxia"\n', "utf-8")
    with pytest.raises(RuleDataError, match="a preset that is like no other"):
        read_authority(path)
    path.write_text('version="2"\nsource="县"\nlike="nobody"\n', "utf-8")
    with pytest.raises(RuleDataError, match="known are"):
        read_authority(path)
