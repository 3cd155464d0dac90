"""The relaxation of the last goal: what the preference cannot exceed, and the pairs of the plans near that bound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_array, csr_array

from matcher.assignment.problem import BoolArray, IntArray, Problem
from matcher.assignment.solver.aim import Aim
from matcher.assignment.solver.arcs import Arcs
from matcher.assignment.solver.linear import Linear, simplex
from matcher.assignment.solver.rows import rows_of
from matcher.assignment.solver.softrows import preferred, with_total

FIRST_COLUMNS = 12_000
"""Pairs that the first round looks at."""

MORE_COLUMNS = 6_000
"""Pairs that a round adds at most, those that gain most."""

ROUNDS = 8
"""Most rounds; a bound holds after any of them."""

GAIN = 1e-7
"""A pair that gains less is not worth a round."""


@dataclass(frozen=True, eq=False)
class Relaxed:
    """A bound on the preference of the plans over the pairs, and (n,) what forcing each pair would cost of it."""

    bound: float
    cost: np.ndarray[tuple[int], np.dtype[np.float64]]


def relaxed(problem: Problem, arcs: Arcs, first: BoolArray, least: int, floors: IntArray | None) -> Relaxed:
    """The relaxation over the pairs, by column generation from those that ``first`` marks.

    Args:
        problem: the call, with soft terms.
        arcs: the candidate pairs.
        first: (n,) bool, pairs of the first round; a plan of ``least`` points is among them.
        least: solver points that the total must reach.
        floors: (P,) least panel points, where floors hold.
    """
    program = with_total(
        preferred(problem, arcs, Aim(floors).program(problem, arcs, rows_of(problem, arcs))), arcs, least
    )
    columns = csc_array(program.matrix)
    active = np.ones(len(program.worth), dtype=bool)
    active[: len(arcs)] = first
    bound = np.inf
    for _ in range(ROUNDS):
        solution = simplex(_of_columns(program, columns, active))
        gain = program.worth - columns.T @ solution.price
        bound = min(bound, float(program.worth[active] @ solution.x) + float(gain[~active].clip(min=0).sum()))
        used = np.zeros(len(active), dtype=bool)
        used[active] = solution.x > GAIN
        wanted = np.flatnonzero(~active & (gain > GAIN))
        if not len(wanted):
            break
        active[wanted[np.argsort(-gain[wanted], kind="stable")[:MORE_COLUMNS]]] = True
    return Relaxed(bound, np.where(used, 0.0, np.maximum(-gain, 0.0))[: len(arcs)])


def _of_columns(program: Linear, columns: csc_array, active: BoolArray) -> Linear:
    return Linear(
        program.worth[active],
        csr_array(columns[:, active]),
        program.lower,
        program.upper,
        program.low[active],
        program.high[active],
    )
