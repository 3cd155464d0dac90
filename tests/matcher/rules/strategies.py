"""Random records with the gaps of real ones, of small vocabularies so that they meet."""

from datetime import date

from hypothesis import strategies as st

from matcher.domain import Expert, Fund, InsuranceProduct, LoanProduct, Project
from matcher.domain.taxonomy import (
    ApplicantKind,
    BudgetKind,
    Collateral,
    CompanyTitle,
    ExpertTitle,
    Guarantee,
    Instrument,
    IpKind,
    IpState,
    LoanPurpose,
    PolicyholderKind,
    RegionMode,
    Risk,
    Round,
    TieKind,
    VerificationStage,
)

TODAY = date(2026, 11, 23)
REGIONS = ("331024", "331000", "330000", "331002", "330106", "310115", "310000", "440305", "100000")
days = st.sampled_from([date(2023, 11, 23), date(2025, 11, 23), date(2025, 11, 24), TODAY, date(2026, 12, 1)])
amounts = st.sampled_from([0, 10, 50, 100, 200, 300, 500, 1000, 2000])


def maybe(values):
    return st.none() | values


def some(values, most=2):
    return maybe(st.lists(values, max_size=most, unique_by=repr))


def _ordered(low, high):
    return (low, high) if low is None or high is None or low <= high else (high, low)


needs = st.builds(
    lambda a, b, purpose, term: (
        dict(zip(("amount_min", "amount_max"), _ordered(a, b), strict=True)) | {"purpose": purpose, "term_months": term}
    ),
    maybe(amounts),
    maybe(amounts),
    maybe(st.sampled_from([str(purpose) for purpose in LoanPurpose])),
    maybe(st.sampled_from([6, 12, 24, 60])),
)
entities = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["甲公司", "乙公司"]),
        "affiliates": st.sampled_from([(), ("丁集团",)]),
        "founded_on": st.sampled_from([date(2021, 11, 23), date(2021, 11, 22), date(2025, 11, 23), date(2026, 3, 31)]),
        "region": st.sampled_from(REGIONS),
        "employees": st.sampled_from([0, 20, 500, 501]),
        "revenue_last_year": amounts,
        "total_assets": amounts,
    },
)
projects = st.builds(
    Project,
    id=st.sampled_from(["p1", "p2"]),
    valid_until=maybe(st.sampled_from([date(2026, 11, 22), date(2027, 1, 1)])),
    name=maybe(st.sampled_from(["项目一", "项目二"])),
    keywords=some(st.sampled_from(["玄铁重剑", "赤霄", "湛卢"])),
    applicant_kind=maybe(st.sampled_from(ApplicantKind)),
    legal_entity=maybe(entities),
    region=maybe(st.sampled_from(REGIONS)),
    titles=some(st.sampled_from(CompanyTitle)),
    industry_gb4754=some(st.sampled_from(["C", "C26", "C39", "K", "K70"])),
    trl=maybe(st.integers(1, 9)),
    verification_stage=maybe(st.sampled_from(VerificationStage)),
    round=maybe(st.sampled_from(Round)),
    ip=some(st.builds(lambda state: {"kind": IpKind.INVENTION, "state": state}, maybe(st.sampled_from(IpState))), 3),
    financing_need=maybe(st.fixed_dictionaries({}, optional={"equity": needs, "loan": needs, "insurance": needs})),
    equity_offered=maybe(st.sampled_from([0, 10])),
    collateral=some(st.sampled_from(Collateral)),
    guarantor=maybe(st.booleans()),
    dishonest_listed=maybe(st.booleans()),
    overdue_records=maybe(st.booleans()),
    innovation_points=maybe(st.sampled_from([0, 60, 100])),
    risks=some(st.sampled_from(Risk), 3),
    occurred_risks=some(st.sampled_from([Risk.PILOT_FAILURE, Risk.CYBER])),
    earlier_investors=some(st.sampled_from(["天使一号", "丙资本"])),
    competitors=some(st.sampled_from(["甲公司", "戊公司"])),
    team=some(
        st.builds(
            lambda name, unit: {"role": "成员", "name": name, "unit": unit},
            maybe(st.sampled_from(["张三", "李四"])),
            maybe(st.sampled_from(["某大学", "己大学"])),
        )
    ),
    land_in=some(st.builds(lambda region: {"region": region}, st.sampled_from(REGIONS))),
    verification_budget=maybe(amounts),
)
deals = st.builds(lambda day, project: {"date": day, "project_id": project}, days, maybe(st.sampled_from(["p1", "p9"])))
funds = st.builds(
    lambda tickets, levels, **rest: Fund(
        **rest,
        **dict(zip(("ticket_min", "ticket_max"), _ordered(*tickets), strict=True)),
        **dict(zip(("trl_min", "trl_max"), _ordered(*levels), strict=True)),
    ),
    st.tuples(maybe(amounts), maybe(amounts)),
    st.tuples(maybe(st.integers(1, 9)), maybe(st.integers(1, 9))),
    id=st.just("f1"),
    valid_from=maybe(st.sampled_from([date(2020, 1, 1), date(2026, 11, 24)])),
    name=maybe(st.sampled_from(["天使一号", "种子二号"])),
    investment_period_end=maybe(days),
    remaining_capital=maybe(st.sampled_from([0, 100])),
    instruments=some(st.sampled_from(Instrument)),
    stages=some(st.sampled_from(Round)),
    verification_stages=some(st.sampled_from(VerificationStage)),
    sectors_include=some(st.sampled_from(["gb:C26", "gb:C", "gb:K", "text:赤霄", "text:鱼肠"])),
    sectors_exclude=some(st.sampled_from(["gb:K", "gb:C26", "text:玄铁重剑"])),
    regions=some(st.sampled_from(REGIONS)),
    region_mode=maybe(st.sampled_from(RegionMode)),
    company_age_max_months=maybe(st.sampled_from([8, 12, 60])),
    employees_max=maybe(st.sampled_from([0, 500])),
    revenue_or_assets_max=maybe(amounts),
    first_round_only=maybe(st.booleans()),
    deals=some(deals, 3),
)
loans = st.builds(
    lambda spans, **rest: LoanProduct(
        **rest, **dict(zip(("company_age_min_months", "company_age_max_months"), _ordered(*spans), strict=True))
    ),
    st.tuples(maybe(st.sampled_from([0, 8, 12, 60])), maybe(st.sampled_from([12, 60]))),
    id=st.just("l1"),
    valid_until=maybe(st.sampled_from([date(2026, 11, 22), date(2027, 1, 1)])),
    licence_regions=some(st.sampled_from(REGIONS)),
    purposes=some(st.sampled_from(LoanPurpose)),
    sectors_include=some(st.sampled_from(["gb:C26", "gb:C", "gb:K"])),
    amount_min=maybe(st.sampled_from([0, 50, 100])),
    amount_max_unsecured=maybe(st.sampled_from([100, 300])),
    amount_max_secured=maybe(st.sampled_from([500, 1000])),
    term_min=maybe(st.sampled_from([0, 6, 12])),
    term_max=maybe(st.sampled_from([12, 36])),
    rate=maybe(
        st.sampled_from(
            [{"kind": "fixed", "value": 0.0385}, {"kind": "lpr", "basis_points": 45}, {"kind": "cap", "multiple": 1.3}]
        )
    ),
    guarantee=some(st.sampled_from(Guarantee)),
    guarantee_fee_max=maybe(st.sampled_from([0.0, 0.01, 0.02])),
    borrower_kinds=some(st.sampled_from(ApplicantKind)),
    titles_any_of=some(st.sampled_from(CompanyTitle)),
    revenue_min=maybe(amounts),
    ip_min=maybe(st.integers(0, 3)),
)
insurances = st.builds(
    InsuranceProduct,
    id=st.just("i1"),
    policyholders=some(st.sampled_from(PolicyholderKind)),
    stages=some(st.sampled_from(VerificationStage)),
    trl_min=maybe(st.integers(1, 5)),
    trl_max=maybe(st.integers(5, 9)),
    covered_risks=some(st.sampled_from([Risk.PILOT_FAILURE, Risk.CYBER, Risk.RD_FAILURE])),
    insured_costs=some(st.sampled_from(BudgetKind)),
    catalogue=maybe(st.just("浙江省首台套目录")),
    regions=some(st.sampled_from(REGIONS)),
    limit_aggregate=maybe(amounts),
    deductible=maybe(st.sampled_from([0, 10])),
    deductible_percent=maybe(st.sampled_from([0, 10, 50])),
    co_insurance=maybe(st.sampled_from([0, 20])),
    premium_rate=maybe(st.sampled_from([0.0, 0.02, 0.05])),
    subsidy=maybe(st.sampled_from([{"share": 0.8}, {"share": 0.5, "cap": 1}])),
)
ties = st.builds(
    lambda kind, party, end, start: {
        "kind": kind,
        "party": party,
        "end": end,
        "start": None if end and start and start > end else start,
    },
    st.sampled_from(TieKind),
    st.sampled_from(["p1", "甲公司", "丙资本", "丁集团", "戊公司", "李四", "别家"]),
    maybe(st.sampled_from([date(2020, 1, 1), *(date(year, 11, day) for year in (2021, 2023) for day in (22, 23))])),
    maybe(st.sampled_from([date(2019, 1, 1), date(2027, 1, 1)])),
)
experts = st.builds(
    Expert,
    id=st.just("e1"),
    consent_at=maybe(days),
    titles=some(st.sampled_from(ExpertTitle)),
    fields=some(st.sampled_from(["gb:C26", "gb:C", "gb:K"])),
    regions=some(st.sampled_from(REGIONS)),
    ties=some(ties),
    employers=some(
        st.builds(lambda name, end: {"name": name, "end": end}, st.sampled_from(["甲公司", "某大学"]), maybe(days))
    ),
    max_reviews_per_year=maybe(st.sampled_from([0, 1, 2])),
    reviews=some(
        st.builds(
            lambda day, late, off: {"date": day, "days_late": late, "deviation": off},
            days,
            maybe(st.sampled_from([-3, 0, 15, 60])),
            maybe(st.sampled_from([-10.0, 0.0, 40.0])),
        ),
        3,
    ),
)
OFFERS = {"investment": funds, "loan": loans, "insurance": insurances, "expert": experts}
