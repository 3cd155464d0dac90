"""First prices of experts: a market in which projects bid softly for the best experts under the loads.

Column generation begins with few pairs per project. The best by score crowd on a few wanted experts; what a project
can have is the best after prices. Here projects of a sample spread their seats over experts in proportion to
exp((score - price) / temperature), and prices rise until nobody's demand is above the load (Sinkhorn's scaling with an
inequality on one side); the temperature falls in steps. The prices only choose pairs: bounds are computed apart.
With them a call of 10,000 x 20,000 needs four rounds; without them three rounds left a third of its seats empty.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from matcher.assignment.problem import BoolArray, IntArray, Problem

Floats = npt.NDArray[np.float32]

MARKET = 25_000
"""Seats of a call from which first prices pay for themselves."""

SAMPLE = 1_000
"""Projects that bid; the loads are cut to their share of the seats."""

TEMPERATURES = 0.1, 0.05, 0.02, 0.01, 0.005
"""In shares of the range of scores. At the last one the price of a scarce expert is known to about .01."""

STEPS = 40
"""Adjustments at each temperature."""

NOTHING = np.float32(1e-30)
"""Shares below count as none: numbers near the end of float32 would slow the products tenfold."""


def first_prices(problem: Problem) -> Floats:
    """(E,) float32 prices >= 0 of a seat of each expert, in score units; the same on any number of threads."""
    bidders = np.arange(0, problem.n_projects, max(1, problem.n_projects // SAMPLE))
    scores = problem.scores[bidders]
    width = float(scores.max() - scores.min()) or 1.0
    if problem.forbidden is not None:
        scores[problem.forbidden[bidders]] = -np.inf
    members, wanted = _kinds(problem, bidders)
    room = (problem.load_max * (wanted.sum() / problem.n_seats)).astype(np.float32)
    prices = np.zeros(problem.n_experts, dtype=np.float32)
    with threadpool_limits(1, user_api="blas"):  # the order of a sum must not depend on threads
        for temperature in TEMPERATURES:
            prices = _settled(scores, prices, members, wanted, room, np.float32(temperature * width))
    return prices


def _settled(
    scores: Floats, prices: Floats, members: Floats, wanted: Floats, room: Floats, temperature: np.float32
) -> Floats:
    """The prices after some adjustments at one temperature."""
    gain = scores - prices
    best = np.nan_to_num(gain.max(axis=1, keepdims=True), neginf=0.0)
    share = np.exp((gain - best) / temperature)
    share[share < NOTHING] = 0.0
    weight = np.ones(len(prices), dtype=np.float32)
    dearest = np.exp(np.minimum(prices / temperature, np.float32(80.0)))
    for _ in range(STEPS):
        spread = share @ (members * weight[:, None])
        bids = np.divide(wanted, spread, out=np.zeros_like(wanted), where=spread > NOTHING)
        demand = ((share.T @ bids) * members).sum(axis=1) * weight
        with np.errstate(over="ignore"):  # an expert whom nobody wants costs nothing: infinity gives way to ``dearest``
            weight = np.minimum(weight * room / np.maximum(demand, NOTHING), dearest).astype(np.float32)
    return np.maximum(prices - temperature * np.log(np.maximum(weight, NOTHING)), 0).astype(np.float32)


def _kinds(problem: Problem, bidders: IntArray) -> tuple[Floats, Floats]:
    """Seats by the kind of expert that they ask for: (E, k) who is of the kind, (n, k) seats; the last kind is anybody.

    Quotas that share experts with an earlier one are left out: the relaxation knows them.
    """
    kinds = list(_apart(problem))
    members = np.ones((problem.n_experts, len(kinds) + 1), dtype=np.float32)
    wanted = np.zeros((len(bidders), len(kinds) + 1), dtype=np.float32)
    for number, (who, least) in enumerate(kinds):
        members[:, number], wanted[:, number] = who, least[bidders]
    wanted[:, -1] = np.maximum(problem.size[bidders] - wanted.sum(axis=1), 0)
    return members, wanted


def _apart(problem: Problem) -> Iterator[tuple[BoolArray, IntArray]]:
    taken = np.zeros(problem.n_experts, dtype=bool)
    for quota in problem.all_quotas:
        if quota.least.any() and not (taken & quota.members).any():
            taken |= quota.members
            yield quota.members, quota.least
