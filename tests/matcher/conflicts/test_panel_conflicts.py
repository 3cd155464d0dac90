"""Conflicts in three values, each with its evidence, window and source."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from matcher.conflicts import (
    Candidate,
    Refused,
    Relation,
    Submission,
    Truth,
    find_conflicts,
)
from matcher.conflicts.errors import FactError
from matcher.conflicts.own import competes
from matcher.domain.naming import one_spelling
from matcher.domain.words import Words
from matcher.rules.authority import KINDS, authorities, authority, read_authority
from matcher.rules.errors import RuleDataError
from matcher.rules.limits import Limits

TODAY = date(2026, 11, 23)
POLICY = replace(authority("policy"), limits=Limits())
"""Its conflicts alone; test_panel_limits has who may judge at all."""
PROJECT = Submission(
    "p1",
    organisations=("台州大学",),
    people=("李四",),
    keys=("li@tzu.edu",),
    competitors=("椒江泵业股份有限公司",),
    fields=("ipc:H02",),
)


def _truth(*ties: Relation, project: Submission = PROJECT) -> list[tuple[str, Truth]]:
    found = find_conflicts([Candidate("e1", ties=ties)], [project], POLICY, TODAY)
    return [(finding.kind, finding.truth) for finding in found.findings]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2020, 1, 1), None, [Truth.TRUE]),
        (date(2020, 1, 1), date(2023, 11, 23), [Truth.TRUE]),
        (date(2020, 1, 1), date(2023, 11, 22), []),
        (None, date(2023, 11, 22), []),
        (None, None, [Truth.UNKNOWN]),
        (date(2027, 1, 1), None, [Truth.UNKNOWN]),
        (date(2024, 1, 1), date(2030, 1, 1), [Truth.TRUE]),
    ],
)
def test_employment_counts_three_years_and_asks_where_dates_are_unknown(
    start: date | None, end: date | None, expected: list[Truth]
) -> None:
    assert _truth(Relation("employment", "台州大学", start, end)) == [("employment", truth) for truth in expected]


def test_every_kind_of_tie_has_a_window_with_a_source() -> None:
    assert set(POLICY.windows) == set(KINDS)
    for name in authorities():
        assert all(window.source for window in authority(name).windows.values())


def test_lasting_ties_never_lapse() -> None:
    old = date(1990, 1, 1)
    assert _truth(Relation("supervision", "李四", old, date(1993, 1, 1))) == [("supervision", Truth.TRUE)]
    assert _truth(Relation("kin", "李四")) == [("kin", Truth.TRUE)]


def test_a_named_competitor_counts_as_the_project_does() -> None:
    assert _truth(Relation("share", "椒江泵业有限公司", date(2025, 1, 1))) == [("share", Truth.TRUE)]


def test_an_affiliate_by_name_is_a_question() -> None:
    tie = Relation("employment", "台州大学附属医院", date(2020, 1, 1))
    found = find_conflicts([Candidate("e1", ties=(tie,))], [PROJECT], POLICY, TODAY)
    assert [(f.kind, f.truth) for f in found.findings] == [("employment", Truth.UNKNOWN)]
    assert "family of organisations" in found.findings[0].evidence.en


def test_finding_carries_evidence_dates_rule_and_source() -> None:
    tie = Relation("co_author", "李四", date(2024, 3, 1), date(2024, 3, 1), source="CNKI")
    (finding,) = find_conflicts([Candidate("e1", ties=(tie,))], [PROJECT], POLICY, TODAY).findings
    assert finding.evidence == Words(
        "与成员“李四”有“合著”关系：至 2024-03-01（来源：CNKI）",
        "co-author with member 李四: until 2024-03-01 (read in CNKI)",
    )
    assert finding.rule == Words("结束后 5 年内有效", "counts for 5 years after its end")
    assert finding.source == POLICY.windows["co_author"].source
    assert (finding.start, finding.end) == (tie.start, tie.end)


def test_a_member_is_found_by_key_for_certain_and_by_name_as_a_question() -> None:
    by_key = find_conflicts([Candidate("e1", keys=("LI@tzu.edu",))], [PROJECT], POLICY, TODAY)
    by_name = find_conflicts([Candidate("e1", names=("李 四",))], [PROJECT], POLICY, TODAY)
    assert by_key.findings[0].truth is Truth.TRUE
    assert by_name.findings[0].truth is Truth.UNKNOWN


def test_one_finding_says_that_an_expert_declared_nothing() -> None:
    other = Submission("p2")
    experts = [Candidate("e1", ties=(Relation("employment", "台州大学"),)), Candidate("e2", ties_declared=False)]
    found = find_conflicts(experts, [PROJECT, other], POLICY, TODAY)
    assert np.array_equal(found.open, [[True, True], [False, True]])
    assert [(f.project, f.kind) for f in found.between("e2", "p2")] == [("", "declaration")]
    assert len(found.findings) == 2


def test_keys_and_people_have_no_family() -> None:
    project = Submission("proj-1", keys=("proj-1", "91330000AAAA"), people=("欧阳娜娜",))
    ties = tuple(Relation("adviser", party, date(2025, 1, 1)) for party in ("proj-10", "91330000", "欧阳娜娜工作室"))
    assert not find_conflicts([Candidate("e1", ties=ties)], [project], POLICY, TODAY).findings


def test_refusals_are_few_and_have_reasons() -> None:
    four = tuple(Refused(f"e{i}", "竞争对手") for i in range(4))
    assert find_conflicts([Candidate("e1")], [Submission("p1", refused=four[:3])], POLICY, TODAY).barred.all()
    with pytest.raises(FactError, match="may refuse 3"):
        find_conflicts([], [Submission("p1", refused=four)], POLICY, TODAY)
    with pytest.raises(FactError, match="has a reason"):
        find_conflicts([], [Submission("p1", refused=(Refused("e1", " "),))], POLICY, TODAY)


def test_names_have_one_spelling() -> None:
    assert one_spelling("台州泵业（集团）有限公司") == one_spelling("台州泵业集团") == "台州泵业"
    assert one_spelling("Acme Co., Ltd.") == one_spelling("ＡＣＭＥ")


@pytest.mark.parametrize(
    ("mine", "other", "expected"),
    [
        (("ipc:H01M",), ("ipc:H01M",), Truth.TRUE),
        (("ipc:H01",), ("ipc:H01M",), Truth.TRUE),
        (("ipc:H01M",), ("ipc:H",), Truth.TRUE),
        (("ipc:H01M",), ("ipc:H01L",), Truth.FALSE),
        (("ipc:H01M", "sei:新能源"), ("ipc:A61B", "sei:太阳能产业"), Truth.TRUE),
        (("ipc:H01M", "sei:新能源"), ("ipc:A61B",), Truth.FALSE),
        (("ipc:H01M",), ("sei:新能源",), Truth.UNKNOWN),
        (("ipc:H01M",), (), Truth.UNKNOWN),
    ],
)
def test_two_applications_compete_in_one_field(mine: tuple[str, ...], other: tuple[str, ...], expected: Truth) -> None:
    """Whichever of the two is the expert's own."""
    assert competes(Submission("p1", fields=mine), Submission("p2", fields=other))[0] is expected
    assert competes(Submission("p1", fields=other), Submission("p2", fields=mine))[0] is expected


def test_an_authority_without_a_rule_on_own_projects_finds_none() -> None:
    windows = {kind: window for kind, window in POLICY.windows.items() if kind != "own_project"}
    mine = Candidate("e1", keys=("li@tzu.edu",))
    assert not find_conflicts([mine], [PROJECT], replace(POLICY, windows=windows), TODAY).findings


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('version="1"\nsource="s"\n[windows]\nkin={years=1}\n', "windows.kin is .*every window names its source"),
        ('version="1"\nsource="s"\n[windows]\nkin={source="s"}\n', "it states years or forever = true"),
        ('version="1"\nsource="s"\n[windows]\nkin={years=-1,source="s"}\n', "windows.kin is -1: years are counted"),
        ('version="1"\nsource="s"\n[windows]\nlove={years=1,source="s"}\n', "windows.love is 'love': known kinds are"),
        ('version="1"\nsource="s"\n', "it states windows; add the key"),
        ("version=", "it is a TOML file; correct the file"),
    ],
)
def test_rule_data_is_checked(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RuleDataError, match=told):
        read_authority(path)


def test_an_unknown_authority_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(RuleDataError, match="known are achievement_evaluation, chongqing, ningxia, policy, tender"):
        authority("nobody")


@pytest.mark.parametrize(
    ("kind", "party", "start", "end", "told"),
    [
        ("kin", "x", date(2020, 1, 2), date(2020, 1, 1), "start <= end; swap the dates"),
        ("love", "x", None, None, "known kinds are employment"),
        ("kin", " ", None, None, "a tie has another side; name the person or organisation"),
    ],
)
def test_a_tie_contradicting_itself_is_refused(
    kind: str, party: str, start: date | None, end: date | None, told: str
) -> None:
    with pytest.raises(FactError, match=told):
        Relation(kind, party, start, end)
