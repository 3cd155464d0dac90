"""The weakest panel: its proven best mean score, and the floors that keep a share of it."""

from __future__ import annotations

import numpy as np

from matcher.assignment.problem import POINTS, IntArray, Problem
from matcher.assignment.result import Floor, Listener
from matcher.assignment.solver.aim import Aim
from matcher.assignment.solver.clock import Clock
from matcher.assignment.solver.generation import Master, generate
from matcher.assignment.solver.pricing import alone, hardest_panel, price


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


def bounded_by_one(problem: Problem, share: float) -> Floor:
    """The floor under a bound that is quickly had: no plan lifts its weakest panel above the hardest panel's best."""
    proof = alone(problem, hardest_panel(problem))
    bound = price(problem, proof, precise=True).bound
    return Floor(share * bound, bound, proof)


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
