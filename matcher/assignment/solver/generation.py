"""Column generation: the relaxation over all pairs, solved on the few that matter, with a certified bound."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from matcher.assignment.certificate import Certificate
from matcher.assignment.problem import POINTS, IntArray, Problem
from matcher.assignment.result import Listener, Progress
from matcher.assignment.solver.aim import Aim
from matcher.assignment.solver.arcs import Arcs, arcs_of, first_arcs, keys_of, merged
from matcher.assignment.solver.clock import Clock
from matcher.assignment.solver.linear import SIMPLEX_COLUMNS, Floats, Relaxation, optimise, softened
from matcher.assignment.solver.market import MARKET, first_prices
from matcher.assignment.solver.pricing import price
from matcher.assignment.solver.rows import Rows, rows_of

WIDTH = 30
"""Experts per project in the first choice of pairs. With 20 the prices of a scarce pool take twice the rounds."""

TOLERANCES = (1e-3, 1e-3, 1e-4, 1e-4, 3e-5, 1e-5)
"""Relative tolerances of the first-order method, round by round; the bound is computed apart and always holds."""

KNOWN = 2
"""Tolerances left out where the pairs of another aim's relaxation are there from the start."""

NARROW = 16
"""Experts per project when first prices guide the choice."""

ROUNDS = 16

PENALTY = 1.5
"""What a missing seat costs at first, in best scores; more where a call is that tight."""

SCALES = 1, 10, 100, 1000
"""Times that it costs as much where it was too little."""

MISSING, EXACT_MISSING = 1e-5, 1e-9
"""Share of seats that may be missing from the relaxation by rounding alone: first-order method and simplex."""

CLOSE = 2e-5
"""Generation ends when the bound is within this share of the restricted optimum."""


@dataclass(frozen=True, eq=False)
class Master:
    """The relaxation at its end: pairs, fractional seats, prices, and the bound that they prove."""

    arcs: Arcs
    relaxation: Relaxation
    certificate: Certificate
    bound: float


def generate(
    problem: Problem, aim: Aim, progress: Listener, clock: Clock, known: Master | None = None, patient: bool = True
) -> Master | None:
    """The relaxation over every pair; none when even all pairs leave no fractional plan, or, where the caller is not
    patient, when the first penalty for missing seats leaves none.

    ``known`` is the relaxation of the same call for another aim: its pairs are the first choice. Each round prices all
    pairs (``pricing``), keeps the best bound seen, and adds the pairs of each project's best panel under the prices.
    Pairs are never dropped: with few pairs the prices swing (measured on skew1000x2500s5). Once the clock is over the
    first relaxation that seats everybody is the last.
    """
    arcs = _first_choice(problem) if known is None else known.arcs
    best: Master | None = None
    warm: Relaxation | None = None
    penalties = [PENALTY * scale * float(np.abs(arcs.points).max(initial=1)) / POINTS for scale in SCALES]
    tolerances = TOLERANCES if known is None else TOLERANCES[KNOWN:]
    if not patient:
        penalties = penalties[:1]
    for step in range(ROUNDS):
        rows = rows_of(problem, arcs)
        hard = aim.program(problem, arcs, rows)
        program = softened(hard, penalties[0])
        relaxation = optimise(program, tolerances[min(step, len(tolerances) - 1)], warm)
        certificate = aim.certificate(problem, rows, relaxation)
        priced = price(problem, certificate, extra=5)
        gained = np.inf if best is None else best.bound - priced.bound
        if best is None or priced.bound < best.bound:
            best = Master(arcs, relaxation, certificate, priced.bound)
        best = replace(best, arcs=arcs, relaxation=relaxation)
        progress(Progress("bound", step, bound=best.bound))
        more = np.setdiff1d(priced.keys, keys_of(problem, arcs))
        exact = len(program.worth) <= SIMPLEX_COLUMNS and not len(more)
        close = priced.bound - float(program.worth @ relaxation.x) <= CLOSE * abs(priced.bound)
        settled = step >= len(tolerances) and gained <= CLOSE / 4 * abs(priced.bound)
        if exact or close or settled or clock.is_over():
            missing = float(relaxation.x[len(hard.worth) :].sum())
            by_simplex = len(program.worth) <= SIMPLEX_COLUMNS
            if missing <= (EXACT_MISSING if by_simplex else MISSING) * problem.n_seats:
                break
            if exact or close or settled:
                penalties.pop(0)
            if not penalties:
                return None
        wider = merged(problem, arcs, more)
        warm = _carried(problem, arcs, rows, relaxation, wider)
        arcs = wider
    if best is None:
        raise AssertionError("at least one round was made")
    return replace(best, bound=price(problem, best.certificate, precise=True).bound)


def _first_choice(problem: Problem) -> Arcs:
    if problem.n_seats < MARKET:
        return first_arcs(problem, WIDTH)
    return first_arcs(problem, NARROW, first_prices(problem))


def candidates(problem: Problem, master: Master, extra: int) -> Arcs:
    """The pairs that a good plan is made of: those of the fractional plan and the near-best under the prices."""
    held = keys_of(problem, master.arcs)[master.relaxation.x[: len(master.arcs)] > 1e-4]
    return arcs_of(problem, np.concatenate([held, price(problem, master.certificate, extra).keys]))


def shares(problem: Problem, master: Master, arcs: Arcs) -> Floats:
    """(n,) how much of each of these seats the relaxation gives; pairs that it does not know get nothing."""
    known, wanted = keys_of(problem, master.arcs), keys_of(problem, arcs)
    place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[place] == wanted, master.relaxation.x[place], 0.0)


def _carried(problem: Problem, arcs: Arcs, rows: Rows, relaxation: Relaxation, wider: Arcs) -> Relaxation:
    """A relaxation carried over to more pairs: new pairs and rows start at zero, what an aim adds stays."""
    more = relaxation.x[len(arcs) :]
    x = np.zeros(len(wider) + len(more))
    x[np.searchsorted(keys_of(problem, wider), keys_of(problem, arcs))] = relaxation.x[: len(arcs)]
    x[len(wider) :] = more
    wide_rows = rows_of(problem, wider)
    floors = relaxation.price[len(rows.lower) :]
    price_ = np.zeros(len(wide_rows.lower) + len(floors))
    price_[len(wide_rows.lower) :] = floors
    shared = problem.n_projects + problem.n_experts + len(rows.quota)
    price_[:shared] = relaxation.price[:shared]
    old, new = _cap_keys(problem, rows), _cap_keys(problem, wide_rows)
    order = np.argsort(new)
    price_[shared + order[np.searchsorted(new[order], old)]] = relaxation.price[shared : len(rows.lower)]
    return Relaxation(x, price_)


def _cap_keys(problem: Problem, rows: Rows) -> IntArray:
    width = max((cap.n_groups for cap in problem.all_caps), default=0) + 1
    return (rows.cap * problem.n_projects + rows.cap_project) * width + rows.cap_group
