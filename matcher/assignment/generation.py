"""Column generation: the relaxation over all pairs, solved on the few that matter, with a certified bound."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from matcher.assignment.aim import Aim
from matcher.assignment.arcs import Arcs, arcs_of, first_arcs, keys_of, merged
from matcher.assignment.certificate import Certificate
from matcher.assignment.linear import SIMPLEX_COLUMNS, Relaxation, optimise
from matcher.assignment.pricing import price
from matcher.assignment.problem import IntArray, Problem
from matcher.assignment.result import Listener, Progress
from matcher.assignment.rows import Rows, rows_of

WIDTH = 30
"""Experts per project in the first choice of pairs. With 20 the prices of a scarce pool take twice the rounds."""

TOLERANCES = (1e-3, 1e-3, 1e-4, 1e-4, 3e-5, 1e-5, 1e-5, 1e-5, 1e-5, 1e-5)
"""Relative tolerances of the first-order method, round by round; the bound is computed apart and always holds."""

CLOSE = 2e-5
"""Generation ends when the bound is within this share of the restricted optimum."""


@dataclass(frozen=True, eq=False)
class Master:
    """The relaxation at its end: pairs, fractional seats, prices, and the bound that they prove."""

    arcs: Arcs
    relaxation: Relaxation
    certificate: Certificate
    bound: float


def generate(problem: Problem, aim: Aim, progress: Listener) -> Master | None:
    """The relaxation over every pair; none when even all pairs leave no fractional plan.

    Each round prices all pairs (``pricing``), keeps the best bound seen, and adds the pairs of each project's best
    panel under the prices. Pairs are never dropped: with few pairs the prices swing (measured on skew1000x2500s5).
    """
    arcs = first_arcs(problem, WIDTH)
    best: Master | None = None
    warm: Relaxation | None = None
    for step, tolerance in enumerate(TOLERANCES):
        rows = rows_of(problem, arcs)
        program = aim.program(problem, arcs, rows)
        relaxation = optimise(program, tolerance, warm)
        if not relaxation.solved:
            arcs, was = first_arcs(problem, min(problem.n_experts, WIDTH * 4 ** (step + 1))), len(arcs)
            if len(arcs) <= was:
                return None
            continue
        certificate = aim.certificate(problem, rows, relaxation)
        priced = price(problem, certificate, extra=5)
        if best is None or priced.bound < best.bound:
            best = Master(arcs, relaxation, certificate, priced.bound)
        best = replace(best, arcs=arcs, relaxation=relaxation)
        value = float(program.worth @ relaxation.x)
        progress(Progress("bound", step, bound=best.bound))
        more = np.setdiff1d(priced.keys, keys_of(problem, arcs))
        exact = len(program.worth) <= SIMPLEX_COLUMNS and not len(more)
        if exact or priced.bound - value <= CLOSE * abs(priced.bound):
            break
        wider = merged(problem, arcs, more)
        warm = _carried(problem, arcs, rows, relaxation, wider)
        arcs = wider
    return best


def candidates(problem: Problem, master: Master, extra: int) -> Arcs:
    """The pairs that a good plan is made of: those of the fractional plan and the near-best under the prices."""
    held = keys_of(problem, master.arcs)[master.relaxation.x[: len(master.arcs)] > 1e-4]
    return arcs_of(problem, np.concatenate([held, price(problem, master.certificate, extra).keys]))


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
