"""Explanations: what is said is what was computed, and only from what the reader may see."""

from datetime import date

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from matcher.columns import Columns
from matcher.domain import Expert, Fund, InsuranceProduct, Kind, LoanProduct, Project, Purpose, offer_kind
from matcher.domain.access import redact
from matcher.domain.record import Level
from matcher.rules import Context, evaluate
from matcher.scoring import Pool, score
from matcher.scoring.explain import Request, explain
from matcher.scoring.questions import list_questions, open_conditions
from tests.matcher.rules.strategies import OFFERS, TODAY, projects

CONTEXT = Context(TODAY)
XIANJU = LoanProduct(
    id="xianju",
    name="科信贷",
    licence_regions=["仙居"],
    titles_any_of=["科技型中小企业", "高新技术企业"],
    company_age_min_months=12,
    amount_max_unsecured=300,
    amount_min=100,
)


@pytest.mark.parametrize("purpose", list(Purpose))
def test_points_add_up_and_agree_with_the_ranking(purpose):
    @budget(max_examples=40, deadline=None, report_multiple_bugs=False)
    @given(projects, st.lists(OFFERS[str(purpose)], min_size=1, max_size=4), st.booleans())
    def check(project, offers, forwards):
        offers = [offer.model_copy(update={"id": f"o{i}"}) for i, offer in enumerate(offers)]
        semantic = np.linspace(0.1, 0.9, len(offers)).astype(np.float32)
        p, o = Columns.of(Kind.PROJECT, [project]), Columns.of(offer_kind(purpose), offers)
        pool = Pool.of(purpose, o, CONTEXT)
        if forwards:
            matches = explain(Request(purpose, project, offers, semantic, o), CONTEXT, pool)
        else:
            matches = [
                explain(Request(purpose, offer, [project], semantic[i : i + 1]), CONTEXT, pool)[0]
                for i, offer in enumerate(offers)
            ]
        totals = score(purpose, p, o, semantic[None, :], CONTEXT, pool).total[0]
        verdicts = evaluate(purpose, p, o, CONTEXT).verdict[0]
        for match, total, verdict in zip(matches, totals, verdicts, strict=True):
            assert match.score == pytest.approx(float(total), abs=0.0051)
            assert round(sum(round(part.points * 100) for part in match.parts)) == round(match.score * 100)
            assert match.verdict == ("INELIGIBLE", "NEED_INFO", "ELIGIBLE")[verdict]
            assert 3 <= len(match.reasons) <= 5
            assert all(reason.text_zh and reason.text_en for reason in match.reasons)
            assert not any("{" in text for said in match.reasons for text in (said.text_zh, said.text_en))
            assert (match.verdict == "NEED_INFO") <= bool(match.questions)
            orjson.dumps(match)

    check()


def test_a_bank_hears_why_what_to_ask_and_what_would_help():
    company = Project(
        id="p",
        name="智能水泵",
        applicant_kind="企业",
        region="331024",
        titles=["科技型中小企业"],
        legal_entity={"founded_on": date(2026, 3, 23)},
        financing_need={"loan": {"amount_max": 80}},
    )
    match = explain(Request(Purpose.LOAN, XIANJU, [company]), CONTEXT)[0]
    assert match.verdict == "INELIGIBLE"
    assert [reason.text_zh for reason in match.reasons[:2]] == [
        "企业成立 8 个月，不足 12 个月",
        "贷款需求 不超过 80 万元，低于最低额度 100 万元",
    ]
    assert match.reasons[1].text_en == "Needs up to 800,000 CNY, below the least of 1 million CNY"
    assert [found.text_zh for found in match.counterfactuals] == [
        "成立满 12 个月后可申请，或下限降到 8 个月",
        "最低额度降到 80 万元或更低即可",
    ]
    assert [question.field for question in match.questions] == ["dishonest_listed"]


def test_ticket_counterfactual_names_the_bound_to_move():
    project = Project(id="p", financing_need={"equity": {"amount_max": 200}})
    match = explain(Request(Purpose.INVESTMENT, project, [Fund(id="f", ticket_min=500)]), CONTEXT)[0]
    found = {counter.condition: counter.text_zh for counter in match.counterfactuals}
    assert found == {"ticket": "单笔下限降到 200 万元或更低即可覆盖需求"}


def test_a_stale_offer_is_asked_only_whether_it_still_holds():
    fund = Fund(id="f", valid_until=date(2026, 1, 1), regions=["331000"], region_mode="必须落地", employees_max=5)
    match = explain(Request(Purpose.INVESTMENT, Project(id="p", region="440305"), [fund]), CONTEXT)[0]
    assert match.verdict == "NEED_INFO"
    assert [question.text_zh for question in match.questions] == ["该信息已于 2026-01-01 到期，现在是否仍然有效？"]


def test_a_failed_pilot_cannot_be_insured():
    """Story 7: a project whose pilot already failed is INELIGIBLE with reason."""
    product = InsuranceProduct(id="i", covered_risks=["中试失败"], stages=["中试放大"])
    project = Project(id="p", verification_stage="中试放大", occurred_risks=["中试失败"])
    match = explain(Request(Purpose.INSURANCE, product, [project]), CONTEXT)[0]
    assert match.verdict == "INELIGIBLE"
    assert match.reasons[0].text_zh == "已发生 中试失败，不能再投保"


def test_nothing_hidden_changes_an_explanation():
    """Two projects that differ in hidden fields only are the same to a fund before consent, to the byte."""
    open_part = {"id": "p", "teaser": "一种水泵", "region": "331024", "trl": 4}
    secret = Project(
        **open_part,
        name="名字",
        description="密",
        verification_budget=80,
        dishonest_listed=True,
        earlier_investors=["天使一号"],
        collateral=["不动产"],
        legal_entity={"name": "甲公司", "total_assets": 5, "founded_on": date(2020, 1, 1)},
    )
    plain = Project(**open_part, legal_entity={"founded_on": date(2020, 1, 1)})
    fund = Fund(id="f", name="天使一号", first_round_only=True, revenue_or_assets_max=1, employees_max=3)
    said = [
        orjson.dumps(explain(Request(Purpose.INVESTMENT, fund, [redact(project, Level.PLATFORM)]), CONTEXT))
        for project in (secret, plain)
    ]
    assert said[0] == said[1]
    full = orjson.dumps(explain(Request(Purpose.INVESTMENT, fund, [redact(secret, Level.CONSENTED)]), CONTEXT))
    assert "天使一号".encode() in full
    assert full != said[0]


def test_an_empty_mandate_is_asked_first_what_decides_most():
    """Story 2."""
    rows = [
        Project(id="p1", region="331024", trl=3),
        Project(id="p2", region="331002"),
        Project(id="p3", region="331000", financing_need={"equity": {"amount_max": 50}}),
    ]
    fund, columns = Fund(id="f", name="某基金", thesis="投早投小"), Columns.of(Kind.PROJECT, rows)
    f = Columns.of(Kind.FUND, [fund])
    verdicts = evaluate(Purpose.INVESTMENT, columns, f, CONTEXT)
    decides = open_conditions(Purpose.INVESTMENT, columns, f, verdicts, CONTEXT)
    matches = explain(Request(Purpose.INVESTMENT, fund, rows, np.full(3, 0.5, np.float32)), CONTEXT)
    assert {match.verdict for match in matches} == {"ELIGIBLE"}
    assert max(match.completeness for match in matches) < 0.5
    questions = list_questions(Purpose.INVESTMENT, fund, columns, matches, decides, CONTEXT)
    assert [(question.field, question.decides) for question in questions] == [
        ("regions", 3),
        ("ticket_min", 1),
        ("trl_min", 1),
    ]


def test_a_project_is_asked_first_what_most_funds_want_to_know():
    project = Project(id="p", region="331024")
    funds = [Fund(id=f"f{i}", company_age_max_months=60) for i in range(3)] + [Fund(id="g", employees_max=20)]
    p, o = Columns.of(Kind.PROJECT, [project]), Columns.of(Kind.FUND, funds)
    decides = open_conditions(Purpose.INVESTMENT, p, o, evaluate(Purpose.INVESTMENT, p, o, CONTEXT), CONTEXT)
    matches = explain(Request(Purpose.INVESTMENT, project, funds, None, o, None, decides), CONTEXT)
    questions = list_questions(Purpose.INVESTMENT, project, o, matches, decides, CONTEXT)
    assert [(question.field, question.decides) for question in questions] == [
        ("legal_entity.founded_on", 3),
        ("legal_entity.employees", 1),
    ]


def test_an_expert_is_judged_with_a_warning_that_a_person_decides():
    match = explain(Request(Purpose.EXPERT, Project(id="p"), [Expert(id="e", consent_at=TODAY)]), CONTEXT)[0]
    assert match.verdict == "NEED_INFO"
    assert [question.text_zh for question in match.questions] == ["请专家申报与项目各方的利益关系"]
    assert match.warnings[0].text_zh == "排序仅供参考，由指定人员决定"
