"""The weakest panel: its proven best mean score, and the floors that keep a share of it."""

from __future__ import annotations

import numpy as np

from matcher.assignment.aim import Aim
from matcher.assignment.certificate import Certificate
from matcher.assignment.clock import Clock
from matcher.assignment.generation import Master, generate
from matcher.assignment.pricing import price, primary_cap
from matcher.assignment.problem import POINTS, IntArray, Problem
from matcher.assignment.result import Floor, Listener, Result


def floors_at(problem: Problem, mean: float) -> IntArray:
    """(P,) least panel points for a mean score; rounded up to what panels can add up to at all."""
    wanted = np.ceil(np.round(mean * problem.size * POINTS, 3)).astype(np.int64)
    step = _step(problem)
    return -(-wanted // step) * step


def _step(problem: Problem) -> int:
    """The greatest common divisor of all points; bids of .25, .5 and 1 move in steps of a quarter."""
    step = 0
    for p in range(problem.n_projects):
        step = int(np.gcd(step, np.gcd.reduce(np.rint(problem.scores[p].astype(np.float64) * POINTS).astype(np.int64))))
        if step == 1:
            break
    return max(step, 1)


def bounded_by_one(problem: Problem, plan: Result, share: float) -> Floor:
    """The floor under a bound that is quickly had: the weakest panel's best experts, all other panels left aside."""
    means = [points / len(panel) for points, panel in zip(plan.panel_points, plan.seats, strict=True)]
    weakest = int(np.argmin(means))
    weight = np.zeros(problem.n_projects)
    weight[weakest] = 1.0 / float(problem.size[weakest])
    alone = Certificate(
        weight=weight,
        offset=0.0,
        expert=np.zeros(problem.n_experts),
        quota=np.zeros((problem.n_projects, len(problem.all_quotas))),
        cap_row=np.empty((0, 3), dtype=np.int64),
        cap_price=np.empty(0),
        primary=primary_cap(problem),
    )
    bound = price(problem, alone).bound
    return Floor(share * bound, bound, alone)


def best_weakest(
    problem: Problem, share: float, progress: Listener, clock: Clock, known: Master | None = None
) -> tuple[Floor, Master]:
    """The proven best mean of the weakest panel (a bound by linear relaxation) with the floor that follows, and the
    relaxation itself.
    """
    master = generate(problem, Aim(weakest=True), progress, clock, known)
    if master is None:
        raise AssertionError("a call with a plan has a relaxation")
    return Floor(share * master.bound, master.bound, master.certificate), master
