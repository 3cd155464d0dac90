"""Prices that prove a bound: the record that lets an auditor verify a plan without the solver."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matcher.assignment.problem import IntArray

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Certificate:
    """Lagrange prices of the rules, in score units.

    For any feasible plan and any non-negative prices (quota prices may have either sign where a quota has both
    a least and a most count), sum over seats of ``weight[p] * score`` is at most

        sum_e expert_high[e] load_max[e] - expert_low[e] load_min[e]
      + sum_pq quota_high most - quota_low least  +  sum_rows cap_price most
      + sum_p  best panel of p under the reduced scores, of the right size and within cap ``primary``.

    Attributes:
        weight: (P,) multipliers of the scores; ones for a bound on the plain total.
        offset: what to add to the bound: minus the floor's share when floors carry multipliers.
        expert: (E,) price of a seat of each expert; positive against load_max, negative against load_min.
        quota: (P, Q) price of each quota; positive rewards members (least), negative charges them (most).
        cap_row: (m, 3) int64 cap, project, group of priced caps.
        cap_price: (m,) their prices, not negative.
        primary: the cap that is kept inside the panels instead of priced; none is -1.
    """

    weight: Floats
    offset: float
    expert: Floats
    quota: Floats
    cap_row: IntArray
    cap_price: Floats
    primary: int = -1
