"""The facade: lists are exact, equal in both forms, closed to what is not allowed, and explained to the last digit."""

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from pyroaring import BitMap

from matcher.domain import KINDS, Fund, Kind, Level, Project, Purpose, Record, offer_kind
from matcher.domain.codes import data_folder
from matcher.domain.taxonomy import Round
from matcher.matches import MatchList
from matcher.matchmaker import Matchmaker
from matcher.retrieval import shortlist as shortlist_module
from matcher.retrieval.catalogue import Catalogue
from matcher.rules.verdicts import Verdict
from matcher.scoring.exposure import Policy
from tests.matcher.toy import ToyEncoder

TODAY = date(2026, 11, 23)
FILES = {
    Kind.PROJECT: "projects",
    Kind.FUND: "funds",
    Kind.LOAN: "loans",
    Kind.INSURANCE: "insurance",
    Kind.EXPERT: "experts",
}
PURPOSES = list(Purpose)


def demo(kind: Kind) -> list[Record]:
    lines = (data_folder() / "demo" / f"{FILES[kind]}.jsonl").read_text("utf-8").splitlines()
    return [KINDS[kind].model_validate_json(line) for line in lines]


@pytest.fixture(scope="module")
def catalogues() -> dict[Kind, Catalogue]:
    found = {kind: Catalogue(kind, Level.CONSENTED, ToyEncoder()) for kind in FILES}
    for kind, catalogue in found.items():
        catalogue.put(demo(kind))
    return found


@pytest.fixture
def matchmaker() -> Matchmaker:
    return Matchmaker.of(TODAY)


def ranking(matches: MatchList) -> list[tuple[str, float]]:
    return [(match.id, match.score) for match in matches.items]


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("from_project", [True, False])
def test_bounds_find_what_comparing_everybody_finds(
    purpose: Purpose,
    from_project: bool,
    catalogues: dict[Kind, Catalogue],
    matchmaker: Matchmaker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    subject = demo(Kind.PROJECT if from_project else offer_kind(purpose))[3]
    catalogue = catalogues[offer_kind(purpose) if from_project else Kind.PROJECT]
    everybody = matchmaker.rank(purpose, subject, catalogue, 5)
    monkeypatch.setattr(shortlist_module, "SMALL_POOL", 0)
    monkeypatch.setattr(shortlist_module, "_PROMISING", 8)
    assert ranking(matchmaker.rank(purpose, subject, catalogue, 5)) == ranking(everybody)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_points_add_up_to_the_score_shown(
    purpose: Purpose, catalogues: dict[Kind, Catalogue], matchmaker: Matchmaker
) -> None:
    for subject in demo(Kind.PROJECT)[:20]:
        for match in matchmaker.rank(purpose, subject, catalogues[offer_kind(purpose)], 10).items:
            assert sum(Decimal(str(part.points)) for part in match.parts) == Decimal(str(match.score))


def test_values_of_parts_are_said_in_both_languages(catalogues: dict[Kind, Catalogue], matchmaker: Matchmaker) -> None:
    project = demo(Kind.PROJECT)[0].model_copy(update={"trl": 4, "round": Round.SEED, "verification_stage": None})
    for match in matchmaker.rank(Purpose.INVESTMENT, project, catalogues[Kind.FUND], 10).items:
        stage = next(part for part in match.parts if part.name == "stage")
        assert (stage.subject_value_zh, stage.subject_value_en) == ("种子、TRL 4", "seed, TRL 4")
        for part in match.parts:
            assert (part.subject_value_zh is None) == (part.subject_value_en is None)
            assert (part.candidate_value_zh is None) == (part.candidate_value_en is None)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_list_without_explanations_is_the_same_list(
    purpose: Purpose, catalogues: dict[Kind, Catalogue], matchmaker: Matchmaker
) -> None:
    subjects = demo(Kind.PROJECT)[:5]
    catalogue = catalogues[offer_kind(purpose)]
    for subject, ranked in zip(subjects, matchmaker.top(purpose, subjects, catalogue, 7), strict=True):
        matches = matchmaker.rank(purpose, subject, catalogue, 7)
        assert [(one.candidate_id, one.verdict) for one in ranked] == [(one.id, one.verdict) for one in matches.items]
        np.testing.assert_allclose([one.score for one in ranked], [one.score for one in matches.items], atol=0.011)
        assert [one.rank for one in ranked] == list(range(1, len(ranked) + 1))


def test_shared_attention_caps_who_is_shown_most(catalogues: dict[Kind, Catalogue], matchmaker: Matchmaker) -> None:
    """DOMAIN 4.6: nobody in more than a quarter of the lists, and at most 3 of 10 places for one manager."""
    projects, funds = demo(Kind.PROJECT)[:60], {fund.id: fund for fund in demo(Kind.FUND)}
    asked = (Purpose.INVESTMENT, projects, catalogues[Kind.FUND], 10)
    plain = Counter(line.candidate_id for found in matchmaker.top(*asked) for line in found)
    lists = list(matchmaker.top(*asked, policy=Policy.of_rulebook()))
    shared = Counter(line.candidate_id for found in lists for line in found)
    assert max(plain.values()) > 15
    assert max(shared.values()) <= 15
    assert len(shared) >= len(plain)
    for found in lists:
        managers = Counter(fund.manager for line in found if isinstance(fund := funds[line.candidate_id], Fund))
        assert max((count for manager, count in managers.items() if manager), default=0) <= 3
        assert [line.rank for line in found] == list(range(1, len(found) + 1))


def test_what_is_not_allowed_changes_nothing(catalogues: dict[Kind, Catalogue], matchmaker: Matchmaker) -> None:
    """Equal to a catalogue that never held the hidden rows, down to counts, questions and evidence."""
    funds, subject = demo(Kind.FUND), demo(Kind.PROJECT)[0]
    few = Catalogue(Kind.FUND, Level.CONSENTED, ToyEncoder())
    few.put(funds[:15])
    usual = matchmaker.usual(Purpose.INVESTMENT, few)
    seen = matchmaker.rank(Purpose.INVESTMENT, subject, few, 10, usual=usual)
    allowed = catalogues[Kind.FUND].rows_of(fund.id for fund in funds[:15])
    found = matchmaker.rank(Purpose.INVESTMENT, subject, [(catalogues[Kind.FUND], allowed)], 10, usual=usual)
    assert found.counts == seen.counts
    assert found.excluded == seen.excluded
    assert {match.id for match in found.items} <= {fund.id for fund in funds[:15]}


@pytest.mark.parametrize("policy", [None, Policy.of_rulebook()])
def test_several_catalogues_give_one_list(
    policy: Policy | None, catalogues: dict[Kind, Catalogue], matchmaker: Matchmaker
) -> None:
    """The same scores as in each catalogue alone, merged by score; counts and questions of all together."""
    funds, subject, purpose = demo(Kind.FUND), demo(Kind.PROJECT)[0], Purpose.INVESTMENT
    usual = matchmaker.usual(purpose, catalogues[Kind.FUND])
    some, others = (Catalogue(Kind.FUND, Level.CONSENTED, ToyEncoder()) for _ in range(2))
    some.put(funds[:25])
    others.put(funds[25:])
    sources = [(some, some.live), (others, others.live)]
    found = matchmaker.rank(purpose, subject, sources, 12, usual=usual, policy=policy)
    alone = [matchmaker.rank(purpose, subject, each, 40, usual=usual) for each, _ in sources]
    scores = {item.id: item.score for each in alone for item in each.items}
    assert {item.id: item.score for item in found.items}.items() <= scores.items()
    if policy is None:
        best = sorted(scores, key=lambda one: (-scores[one], one))[:12]
        assert [item.id for item in found.items] == best
        assert any(one in best for one in some.ids_of(some.live)) and any(
            one in best for one in others.ids_of(others.live)
        )
    (short,) = matchmaker.top(purpose, [subject], sources, 12, usual=usual, policy=policy)
    assert [line.candidate_id for line in short] == [item.id for item in found.items]
    assert found.counts.visible == sum(each.counts.visible for each in alone)
    assert found.excluded == dict(Counter(alone[0].excluded) + Counter(alone[1].excluded))
    decides = Counter({q.field: q.decides for q in alone[0].questions})
    decides.update({q.field: q.decides for q in alone[1].questions})
    assert {question.field: question.decides for question in found.questions} == dict(decides)
    assert found.data_version == f"{some.version}-{others.version}"


def test_one_list_by_the_policy_has_at_most_three_of_a_manager_in_ten(
    catalogues: dict[Kind, Catalogue], matchmaker: Matchmaker
) -> None:
    project, funds = demo(Kind.PROJECT)[0], {fund.id: fund for fund in demo(Kind.FUND)}
    best = [item.id for item in matchmaker.rank(Purpose.INVESTMENT, project, catalogues[Kind.FUND], 6).items]
    same = {one: fund.model_copy(update={"manager": "华芯"}) if one in best else fund for one, fund in funds.items()}
    catalogue = Catalogue(Kind.FUND, Level.CONSENTED, ToyEncoder())
    catalogue.put(list(same.values()))

    def of_the_manager(policy: Policy | None) -> int:
        found = matchmaker.rank(Purpose.INVESTMENT, project, catalogue, 10, policy=policy).items
        assert len(found) == 10
        return sum(item.id in best for item in found)

    assert of_the_manager(None) > 3
    assert of_the_manager(Policy.of_rulebook()) == 3


def test_nobody_allowed_gives_an_empty_list(catalogues: dict[Kind, Catalogue], matchmaker: Matchmaker) -> None:
    found = matchmaker.rank(Purpose.LOAN, demo(Kind.PROJECT)[0], [(catalogues[Kind.LOAN], BitMap())], 5)
    assert (found.items, found.counts.visible) == ((), 0)


def test_all_pairs_agree_with_the_verdicts_of_the_lists(
    catalogues: dict[Kind, Catalogue], matchmaker: Matchmaker
) -> None:
    matrix = matchmaker.matrix(Purpose.LOAN, catalogues[Kind.PROJECT], catalogues[Kind.LOAN])
    back = matchmaker.matrix(Purpose.LOAN, catalogues[Kind.LOAN], catalogues[Kind.PROJECT])
    assert matrix.scores.shape == (len(matrix.subject_ids), len(matrix.candidate_ids))
    np.testing.assert_array_equal(matrix.verdicts, back.verdicts.T)
    for row, project in enumerate(demo(Kind.PROJECT)[:5]):
        matches = matchmaker.rank(Purpose.LOAN, project, catalogues[Kind.LOAN], 1000, ineligible=True)
        verdicts = {match.id: match.verdict for match in matches.items}
        assert verdicts == {
            one: Verdict(int(verdict)).name
            for one, verdict in zip(matrix.candidate_ids, matrix.verdicts[row], strict=True)
        }


def test_story_1_a_typed_need_finds_projects_and_says_how_it_was_read(
    catalogues: dict[Kind, Catalogue], matchmaker: Matchmaker
) -> None:
    need = "early 新材料 projects, TRL 3-6, 50-200 万, Zhejiang"
    found = matchmaker.rank(Purpose.INVESTMENT, need, catalogues[Kind.PROJECT], 20)
    assert len(found.items) == 20
    assert found.subject_kind == "fund"
    assert all(len(match.reasons) >= 3 for match in found.items)
    scores = [match.score for match in found.items]
    assert scores == sorted(scores, reverse=True)


def test_sides_that_are_never_matched_are_refused(catalogues: dict[Kind, Catalogue], matchmaker: Matchmaker) -> None:
    with pytest.raises(ValueError, match="not with loan"):
        matchmaker.rank(Purpose.INVESTMENT, demo(Kind.PROJECT)[0], catalogues[Kind.LOAN])
    with pytest.raises(ValueError, match="ask for 1 to 1000"):
        matchmaker.rank(Purpose.LOAN, demo(Kind.PROJECT)[0], catalogues[Kind.LOAN], 0)


def test_a_saved_catalogue_gives_the_same_list(
    tmp_path: Path, catalogues: dict[Kind, Catalogue], matchmaker: Matchmaker
) -> None:
    funds = {fund.id: fund for fund in demo(Kind.FUND)}
    catalogues[Kind.FUND].save(tmp_path)
    opened = Catalogue.open(tmp_path, ToyEncoder(), lambda ids: [funds[one] for one in ids])
    subject = demo(Kind.PROJECT)[0]
    asked = matchmaker.rank(Purpose.INVESTMENT, subject, catalogues[Kind.FUND], 10)
    assert matchmaker.rank(Purpose.INVESTMENT, subject, opened, 10) == asked


def test_a_removed_record_is_found_no_more_and_a_changed_one_as_it_is_now(matchmaker: Matchmaker) -> None:
    projects = demo(Kind.PROJECT)[:30]
    catalogue = Catalogue(Kind.PROJECT, Level.CONSENTED, ToyEncoder())
    catalogue.put(projects)
    fund = demo(Kind.FUND)[0]
    first = matchmaker.rank(Purpose.INVESTMENT, fund, catalogue, 30).items[0].id
    catalogue.remove([first])
    assert first not in {match.id for match in matchmaker.rank(Purpose.INVESTMENT, fund, catalogue, 30).items}
    changed = Project(id=projects[1].id, name="完全不同的内容")
    catalogue.put([changed])
    labels = {match.id: match.label for match in matchmaker.rank(Purpose.INVESTMENT, fund, catalogue, 30).items}
    assert labels[changed.id] == "完全不同的内容"


def test_what_the_level_may_not_see_is_not_in_the_catalogue(matchmaker: Matchmaker) -> None:
    secret = "代号玄铁的配方"
    project = Project(id="p1", name=secret, description=secret, teaser="一种合金", trl=4)
    plain = Project(id="p1", teaser="一种合金", trl=4)
    seen, clean = (Catalogue(Kind.PROJECT, Level.PLATFORM, ToyEncoder()) for _ in range(2))
    seen.put([project])
    clean.put([plain])
    need = f"{secret} 合金"
    assert matchmaker.rank(Purpose.INVESTMENT, need, seen) == matchmaker.rank(Purpose.INVESTMENT, need, clean)
    open_to_owner = Catalogue(Kind.PROJECT, Level.CONSENTED, ToyEncoder())
    open_to_owner.put([project])
    assert matchmaker.rank(Purpose.INVESTMENT, need, open_to_owner).items[0].label == secret
