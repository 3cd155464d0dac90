"""Values as people read them, in both languages."""

from datetime import date
from decimal import Decimal

import pytest

from matcher.columns import Columns
from matcher.domain import Fund, Kind, LoanProduct, Project
from matcher.domain.show import field_value, money, percent, plain, show_field, span
from matcher.rules import Context
from matcher.scoring.amounts import loan_cost
from matcher.scoring.values import value_of

CONTEXT = Context(date(2026, 11, 23))


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("200", ("200 万元", "2 million CNY")),
        ("50", ("50 万元", "500,000 CNY")),
        ("1.75", ("1.75 万元", "17,500 CNY")),
        ("0.092501", ("0.092501 万元", "925.01 CNY")),
        ("12000.5", ("12000.5 万元", "120.005 million CNY")),
        ("0", ("0 万元", "0 CNY")),
    ],
)
def test_money(amount, shown):
    assert money(Decimal(amount)) == shown


def test_spans_open_and_closed():
    assert span(Decimal(50), Decimal(200)) == ("50–200 万元", "500,000 CNY to 2 million CNY")
    assert span(None, Decimal(200)) == ("不超过 200 万元", "up to 2 million CNY")
    assert span(Decimal(50), None) == ("50 万元以上", "500,000 CNY or more")
    assert span(Decimal(50), Decimal(50)) == money(Decimal(50))
    assert span(None, None) == ("未提供", "not given")


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("stages", ("种子、天使", "seed, angel")),
        ("regions", ("仙居县", "Xianju")),
        ("sectors_exclude", ("房地产业", "Real estate")),
        ("lead", ("是", "yes")),
        ("investment_period_end", ("2030-12-31", "2030-12-31")),
        ("company_age_max_months", ("60 个月", "60 months")),
        ("max_share", ("20 %", "20 %")),
        ("employees_max", ("未提供", "not given")),
        ("exclusions", ("无", "none")),
    ],
)
def test_fields_of_every_form(path, shown):
    fund = Fund(
        id="f",
        stages=["种子", "天使"],
        regions=["331024"],
        sectors_exclude=["gb:K"],
        lead=True,
        investment_period_end=date(2030, 12, 31),
        company_age_max_months=60,
        max_share=20,
        exclusions=[],
    )
    assert show_field(fund, path) == shown


def test_long_lists_are_cut():
    fund = Fund(id="f", sectors_include=[f"text:词{i}" for i in range(6)])
    assert show_field(fund, "sectors_include") == ("词0、词1、词2、词3等 6 项", "词0, 词1, 词2, 词3 and 2 more")


def test_a_path_through_something_unknown_is_unknown():
    project = Project(id="p")
    assert field_value(project, "legal_entity.employees") is None
    assert show_field(project, "legal_entity.employees") == ("未提供", "not given")


def test_numbers_without_exponent():
    assert plain(Decimal("1E+3")) == "1000"
    assert percent(0.0385) == ("3.85 %", "3.85 %")


def test_the_cost_that_is_shown_is_the_cost_that_is_scored():
    products = [
        LoanProduct(id="a", rate={"kind": "fixed", "value": 0.072}, guarantee=["抵押"], guarantee_fee_max=0.02),
        LoanProduct(id="b", rate={"kind": "cap", "multiple": 1.3}, guarantee=["信用"], guarantee_fee_max=0.02),
        LoanProduct(id="c", rate={"kind": "lpr", "basis_points": -20}),
    ]
    costs = loan_cost(Columns.of(Kind.LOAN, products), CONTEXT.prime_rate)
    assert [value_of(product, "loan_cost", CONTEXT)[0] for product in products] == [
        percent(float(round(float(cost), 6)))[0] for cost in costs
    ]
