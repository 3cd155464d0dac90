"""Worked examples of DOMAIN 3.2: real products with their conditions, judged as their texts say."""

from datetime import date

import pytest

from matcher.columns import Columns
from matcher.domain import Fund, InsuranceProduct, Kind, LoanProduct, Project, Purpose, offer_kind
from matcher.rules import Context, Verdict, evaluate

CONTEXT = Context(date(2026, 11, 23))

XIANJU = LoanProduct(  # 仙居 科信贷, 2015 [R26]
    id="xianju",
    licence_regions=["仙居县"],
    company_age_min_months=12,
    titles_any_of=["科技型中小企业", "高新技术企业", "创新型中小企业", "专精特新"],
    amount_max_unsecured=300,
    rate={"kind": "fixed", "value": 0.072},
    guarantee_fee_max=0.02,
)
BOC = LoanProduct(  # 中国银行科创贷 [R24]
    id="boc",
    titles_any_of=["高企", "专精特新", "小巨人", "科技型中小企业"],
    amount_max_unsecured=500,
    amount_max_secured=1000,
    term_max=12,
    guarantee=["信用", "抵押", "法人代表共同借款"],
)
HENGQIN = Fund(  # 横琴天使 [R21]: <= 5 years, assets or revenue <= 2,000, registered there or moves
    id="hengqin",
    company_age_max_months=60,
    revenue_or_assets_max=2000,
    regions=["440402"],
    region_mode="必须落地",
)
GUANGDONG = InsuranceProduct(  # 广东 技术研发应用综合保险 [R30]
    id="guangdong",
    policyholders=["高校院所", "企业", "受让方", "投资人"],
    covered_risks=["研发失败", "小试失败", "中试失败"],
    regions=["广东省"],
)


def _verdict(purpose, project, offer):
    rows = Columns.of(Kind.PROJECT, [project]), Columns.of(offer_kind(purpose), [offer])
    found = evaluate(purpose, *rows, CONTEXT)
    return Verdict(int(found.verdict[0, 0])), set(found.excluded), set(found.open)


def _company(**more):
    fields = {
        "applicant_kind": "企业",
        "region": "331024",
        "titles": ["高企"],
        "dishonest_listed": False,
        "legal_entity": {"founded_on": date(2025, 11, 23), "region": "331024"},
    }
    return Project(id="p", **(fields | more))


def test_a_company_of_xianju_that_is_exactly_one_year_old_can_borrow():
    assert _verdict(Purpose.LOAN, _company(), XIANJU) == (Verdict.ELIGIBLE, set(), set())


@pytest.mark.parametrize(
    ("change", "condition"),
    [
        ({"legal_entity": {"founded_on": date(2025, 11, 24), "region": "331024"}}, "company_age_min"),
        ({"legal_entity": {"founded_on": date(2020, 1, 1), "region": "331002"}}, "licence_region"),
        ({"titles": ["单项冠军"]}, "title"),
        ({"dishonest_listed": True}, "not_dishonest"),
    ],
)
def test_each_condition_of_xianju_excludes_alone(change, condition):
    assert _verdict(Purpose.LOAN, _company(**change), XIANJU) == (Verdict.INELIGIBLE, {condition}, set())


def test_an_unregistered_team_cannot_borrow():
    team = Project(id="p", applicant_kind="团队", dishonest_listed=False)
    assert _verdict(Purpose.LOAN, team, BOC) == (Verdict.INELIGIBLE, {"registered_borrower"}, set())


def test_a_company_that_names_no_title_is_asked_for_them():
    found = _verdict(Purpose.LOAN, _company(titles=None), BOC)
    assert found == (Verdict.NEED_INFO, set(), {"title"})


def test_hengqin_takes_who_moves_and_asks_who_is_silent():
    entity = {"founded_on": date(2021, 11, 23), "revenue_last_year": 5000, "total_assets": 1900}
    willing = _company(legal_entity=entity, land_in=[{"region": "440400", "within_months": 12}])
    assert _verdict(Purpose.INVESTMENT, willing, HENGQIN) == (Verdict.ELIGIBLE, set(), set())
    silent = _company(legal_entity=entity)
    assert _verdict(Purpose.INVESTMENT, silent, HENGQIN) == (Verdict.NEED_INFO, set(), {"must_land"})
    stays = _company(legal_entity=entity, land_in=[])
    assert _verdict(Purpose.INVESTMENT, stays, HENGQIN) == (Verdict.INELIGIBLE, {"must_land"}, set())


def test_hengqin_needs_one_of_assets_and_revenue_within_the_limit_and_five_years():
    move = [{"region": "440402"}]
    both = {"founded_on": date(2021, 11, 22), "revenue_last_year": 2001, "total_assets": 2001}
    found = _verdict(Purpose.INVESTMENT, _company(legal_entity=both, land_in=move), HENGQIN)
    assert found == (Verdict.INELIGIBLE, {"company_age", "revenue_or_assets"}, set())
    half = {"founded_on": date(2024, 1, 1), "revenue_last_year": 2001}
    found = _verdict(Purpose.INVESTMENT, _company(legal_entity=half, land_in=move), HENGQIN)
    assert found == (Verdict.NEED_INFO, set(), {"revenue_or_assets"})


def test_guangdong_insures_institutes_and_firms_there_while_nothing_has_happened():
    firm = _company(legal_entity={"region": "440305"}, region="440305", occurred_risks=[])
    assert _verdict(Purpose.INSURANCE, firm, GUANGDONG) == (Verdict.ELIGIBLE, set(), set())
    failed = _company(legal_entity={"region": "440305"}, region="440305", occurred_risks=["中试失败"])
    assert _verdict(Purpose.INSURANCE, failed, GUANGDONG) == (Verdict.INELIGIBLE, {"not_happened"}, set())
    team = Project(id="p", applicant_kind="团队", region="440305", occurred_risks=[])
    assert _verdict(Purpose.INSURANCE, team, GUANGDONG) == (Verdict.INELIGIBLE, {"policyholder"}, set())
