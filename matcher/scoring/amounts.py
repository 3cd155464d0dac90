"""Amounts: the trapezoid of DOMAIN 4.2, what a loan costs and what a policy costs after subsidy."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
from numpy.typing import NDArray

from matcher.columns import Columns
from matcher.columns.pairs import Block
from matcher.domain.insurance import InsuranceProduct
from matcher.domain.money import to_fen
from matcher.domain.taxonomy import Guarantee

Numbers = NDArray[np.float32]

_LEAST = np.float32(1e-6)
"""A fen in 万元: the logarithm needs a floor."""

_LOG2 = np.float32(np.log(2.0))


def log_amount(amounts: Numbers) -> Numbers:
    """Natural logarithm of amounts in 万元, float32; 0 counts as a fen, NaN stays."""
    logs: Numbers = np.maximum(amounts, _LEAST)
    return np.log(logs, out=logs)


def open_bounds(low: Numbers, high: Numbers) -> tuple[Numbers, Numbers]:
    """Bounds in which a missing side is open; both NaN where nothing is stated."""
    silent = np.isnan(low)
    silent &= np.isnan(high)
    low, high = np.fmax(low, np.float32(0)), np.fmin(high, np.float32(np.inf))
    for bound in (low, high):
        np.copyto(bound, np.float32(np.nan), where=silent)
    return low, high


Bounds = Callable[[slice], tuple[Numbers, Numbers]]
"""Rows of offers -> their low and high bound, NaN where unstated."""


def trapezoid(need: tuple[Numbers, Numbers], offer: Bounds) -> Block:
    """How well amounts asked (m,) low and high fit amounts offered (n,) low and high: DOMAIN 4.2.

    1 where the need meets low..high, 0 below low / 2 and above 2 high, linear in log10 between; an interval counts
    with its best point. A missing bound of an offer is open; -1 where the need or both bounds are unknown. In logs all
    four sides are plain differences: the value is the smaller of (log high need - log a) and (log d - log low need),
    over log 2, in logarithms of any base.
    """
    need_low, need_high = (log_amount(bound) for bound in need)

    def block(i: slice, j: slice) -> Numbers:
        low, high = open_bounds(*offer(j))
        a, d = log_amount(low) - _LOG2, log_amount(high) + _LOG2
        np.copyto(a, np.float32(-np.inf), where=low <= _LEAST)
        value: Numbers = need_high[i, None] - a[None]
        np.minimum(value, d[None] - need_low[i, None], out=value)
        value /= _LOG2
        np.clip(value, 0, 1, out=value)
        return np.fmax(value, np.float32(-1), out=value)

    return block


def ratio_fit(need: Numbers, low: Numbers, high: Numbers) -> Block | None:
    """1 where low <= need <= high, falling to 0 at half of it: (m,) needs against (n,) bounds; -1 where unknown."""
    low, high = open_bounds(low, high)
    if np.isnan(need).all() or np.isnan(low).all():
        return None
    wanted = np.where(need > 0, need, np.nan)
    with np.errstate(divide="ignore"):
        one_over_low = (1 / low.astype(np.float64)).astype(np.float32)

    def block(i: slice, j: slice) -> Numbers:
        value: Numbers = np.minimum(high[None, j] / wanted[i, None], wanted[i, None] * one_over_low[None, j])
        value = 2 * value - 1
        np.clip(value, 0, 1, out=value)
        return np.fmax(value, np.float32(-1), out=value)

    return block


def loan_cost(loans: Columns, prime_rate: float) -> Numbers:
    """Rate plus guarantee fee per year, per product; a cap of n times the base rate counts in full. NaN if unknown.

    The fee counts where the product takes no unsecured loans.
    """
    rate = loans["rate_fixed"]
    rate = np.where(np.isnan(rate), np.float32(prime_rate) + loans["rate_basis_points"] / np.float32(1e4), rate)
    rate = np.where(np.isnan(rate), np.float32(prime_rate) * loans["rate_multiple"], rate)
    guarantee = loans["guarantee"]
    unsecured = guarantee & guarantee.dtype.type(1 << Guarantee.UNSECURED.position) != 0
    fee = np.where(unsecured | np.isnan(loans["guarantee_fee"]), np.float32(0), loans["guarantee_fee"])
    cost: Numbers = (rate + fee).astype(np.float32)
    return cost


def premium_after_subsidy(products: Columns) -> Numbers:
    """What a policy costs after the subsidy as a share of its limit, per product; NaN where the rate is unknown."""
    rate, limit = products["premium_rate"], products["limit"]
    share, cap = products["subsidy_share"], products["subsidy_cap"]
    subsidy = rate * np.where(np.isnan(share), np.float32(0), share)
    with np.errstate(divide="ignore", invalid="ignore"):
        capped = np.where(np.isnan(cap) | np.isnan(limit), subsidy, np.minimum(subsidy, cap / limit))
    net: Numbers = (rate - capped).astype(np.float32)
    return net


def net_premium(product: InsuranceProduct, limit: Decimal) -> Decimal | None:
    """The premium in 万元 for a limit: limit x rate x (1 - s), the subsidy capped, to the fen; None without rate.

    Premium and subsidy are each rounded half up to the fen, as they are billed.
    """
    if product.premium_rate is None:
        return None
    premium = to_fen(limit * Decimal(str(product.premium_rate)))
    if product.subsidy is None:
        return premium
    subsidy = to_fen(premium * Decimal(str(product.subsidy.share)))
    if product.subsidy.cap is not None:
        subsidy = min(subsidy, product.subsidy.cap)
    return (premium - subsidy).quantize(Decimal("0.000001"), ROUND_HALF_UP)
