"""Trapezoid, prices and premiums, to the fen."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.columns import Columns
from matcher.domain import InsuranceProduct, Kind, LoanProduct
from matcher.scoring.amounts import loan_cost, net_premium, premium_after_subsidy, trapezoid


def _fit(need, offer):
    arrays = [np.array([np.nan if value is None else value], np.float32) for value in (*need, *offer)]
    block = trapezoid((arrays[0], arrays[1]), lambda j: (arrays[2][j], arrays[3][j]))
    value = float(block(slice(0, 1), slice(0, 1))[0, 0])
    return None if value < 0 else value


@pytest.mark.parametrize(
    ("need", "offer", "value"),
    [
        ((100, 100), (50, 200), 1.0),
        ((50, 50), (50, 200), 1.0),
        ((25, 25), (50, 200), 0.0),
        ((400, 400), (50, 200), 0.0),
        ((35.35534, 35.35534), (50, 200), 0.5),
        ((282.8427, 282.8427), (50, 200), 0.5),
        ((10, 35.35534), (50, 200), 0.5),
        ((0, np.inf), (50, 200), 1.0),
        ((1000, 1000), (50, None), 1.0),
        ((1, 1), (None, 200), 1.0),
        ((0, 0), (0, 200), 1.0),
        ((100, 100), (None, None), None),
        ((None, None), (50, 200), None),
    ],
)
def test_trapezoid_in_log_amount(need, offer, value):
    assert _fit(need, offer) == (None if value is None else pytest.approx(value, abs=1e-5))


@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(1, 1000), st.integers(1, 1000))
def test_an_interval_counts_with_its_best_point(a, b, c, d):
    low, high = sorted((a, b))
    offer = tuple(sorted((c, d)))
    points = [_fit((x, x), offer) for x in np.geomspace(low, high, 60)]
    assert _fit((low, high), offer) >= max(points) - 1e-5
    # the best point may lie between two of the sampled ones, by less than one step of the logarithm
    assert _fit((low, high), offer) <= max(points) + np.log2(high / low) / 59 + 1e-5


def test_premium_of_story_7_to_the_fen():
    """limit x r x (1 - s), capped: 150 万 at 2.5 % with 80 % subsidy, at most 2 万."""
    product = InsuranceProduct(id="i", premium_rate=0.025, subsidy={"share": 0.8})
    assert net_premium(product, Decimal(150)) == Decimal("0.75")
    capped = InsuranceProduct(id="i", premium_rate=0.025, subsidy={"share": 0.8, "cap": 2})
    assert net_premium(capped, Decimal(150)) == Decimal("1.75")
    assert net_premium(InsuranceProduct(id="i", premium_rate=0.025), Decimal(150)) == Decimal("3.75")
    assert net_premium(InsuranceProduct(id="i"), Decimal(150)) is None


def test_a_premium_with_a_fraction_of_a_fen_is_rounded_once_per_bill():
    """10.0001 万 x 1.85 % is 1,850.0185 yuan, billed 1,850.02; half of it is 925.01, so 925.01 remain."""
    product = InsuranceProduct(id="i", premium_rate=0.0185, subsidy={"share": 0.5})
    assert net_premium(product, Decimal("10.0001")) == Decimal("0.092501")


@given(st.integers(1, 10**9), st.integers(0, 10_000), st.integers(0, 100), st.none() | st.integers(0, 10**7))
def test_premium_never_leaves_the_fen_and_never_goes_below_zero(fen, rate, share, cap):
    subsidy = {"share": share / 100} | ({} if cap is None else {"cap": Decimal(cap) / 10**6})
    product = InsuranceProduct(id="i", premium_rate=rate / 10_000, subsidy=subsidy)
    premium = net_premium(product, Decimal(fen) / 10**6)
    assert premium >= 0
    assert premium * 10**6 == (premium * 10**6).to_integral_value()
    gross = fen * rate / 10_000
    assert float(premium) * 1e6 == pytest.approx(
        max(gross * (1 - share / 100), gross - (1e18 if cap is None else cap)), abs=1.01
    )


def test_what_a_loan_costs():
    """Henan: 1.3 x base; Xianju: 6‰ a month with a fee of 2 %; ICBC: 3.85 %; LPR plus 45 points unsecured."""
    products = [
        LoanProduct(id="a", rate={"kind": "cap", "multiple": 1.3}),
        LoanProduct(id="b", rate={"kind": "fixed", "value": 0.072}, guarantee=["政府性担保"], guarantee_fee_max=0.02),
        LoanProduct(id="c", rate={"kind": "fixed", "value": 0.0385}),
        LoanProduct(id="d", rate={"kind": "lpr", "basis_points": 45}, guarantee=["信用"], guarantee_fee_max=0.02),
        LoanProduct(id="e"),
    ]
    cost = loan_cost(Columns.of(Kind.LOAN, products), 0.03)
    assert cost[:4].tolist() == pytest.approx([0.039, 0.092, 0.0385, 0.0345])
    assert np.isnan(cost[4])


def test_what_a_policy_costs_as_a_share_of_its_limit():
    """首台(套) of Zhejiang: rate at most 2 %, subsidy 90 % in year 1, here capped at 1 万 of 100."""
    products = [
        InsuranceProduct(id="a", premium_rate=0.02, subsidy={"share": 0.9}),
        InsuranceProduct(id="b", premium_rate=0.02, subsidy={"share": 0.9, "cap": 1}, limit_aggregate=100),
        InsuranceProduct(id="c", limit_aggregate=100),
    ]
    price = premium_after_subsidy(Columns.of(Kind.INSURANCE, products))
    assert price[:2].tolist() == pytest.approx([0.002, 0.01])
    assert np.isnan(price[2])
