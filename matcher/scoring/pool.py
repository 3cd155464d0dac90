"""What is usual among the offers of a purpose: the scale on which a price is cheap and a record long."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.columns import Columns
from matcher.domain import Purpose
from matcher.rules.context import Context
from matcher.scoring.amounts import loan_cost, premium_after_subsidy
from matcher.scoring.record import recent_deals

ENOUGH = 20
"""Fewer offers that state a value are no sample; the rulebook's values stand in."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Statistics of the visible offers of one level; make them once per catalogue, so that all lists compare.

    track_p95: deals in the months that count, 95th percentile. prices: ascending quantiles of what offers cost.
    """

    track_p95: float
    prices: tuple[float, ...]

    @classmethod
    def of(cls, purpose: Purpose, offers: Columns, context: Context) -> "Pool":
        """The pool of some offers."""
        rules = context.rules.rules
        if purpose is Purpose.INVESTMENT:
            deals = recent_deals(offers, context)
            deals = deals[~np.isnan(deals)]
            usual = float(rules["track_record"]["p95"])
            return cls(max(1.0, float(np.quantile(deals, 0.95))) if len(deals) >= ENOUGH else usual, ())
        if purpose is Purpose.LOAN:
            return cls(1.0, _quantiles(loan_cost(offers, context.prime_rate), rules["price"]["loan_cost"]))
        if purpose is Purpose.INSURANCE:
            return cls(1.0, _quantiles(premium_after_subsidy(offers), rules["price"]["premium_rate"]))
        return cls(1.0, ())

    def cheapness(self, prices: NDArray[np.float32]) -> NDArray[np.float32]:
        """The share of the pool that is dearer, 0..1, NaN where the price is unknown."""
        knots = np.array(self.prices)
        value: NDArray[np.float32] = np.interp(prices, knots, np.linspace(1, 0, len(knots))).astype(np.float32)
        return value


def _quantiles(prices: NDArray[np.float32], usual: list[float]) -> tuple[float, ...]:
    known = prices[~np.isnan(prices)]
    if len(known) < ENOUGH:
        return tuple(usual)
    return tuple(float(q) for q in np.quantile(known, np.linspace(0, 1, 21)))
