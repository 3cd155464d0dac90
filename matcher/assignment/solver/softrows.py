"""The soft terms of a call as the objective of a linear program over candidate pairs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from matcher.assignment.problem import POINTS, Problem
from matcher.assignment.solver.arcs import Arcs
from matcher.assignment.solver.linear import Linear
from matcher.assignment.terms import Spread, Taste


def preferred(problem: Problem, arcs: Arcs, program: Linear) -> Linear:
    """The program with the preference as its aim; tastes price the pairs, repeats of a group are columns of their own.

    Args:
        problem: the call, with soft terms.
        arcs: the candidate pairs, the first ``len(arcs)`` columns of the program.
        program: the rules.
    """
    worth = np.zeros(len(program.worth))
    for term in problem.soft:
        if isinstance(term, Taste):
            worth[: len(arcs)] += term.worth[arcs.project, arcs.expert]
    program = replace(program, worth=worth)
    for term in problem.soft:
        if isinstance(term, Spread) and term.weight > 0:
            program = _with_repeats(term, arcs, program)
    return program


def _with_repeats(spread: Spread, arcs: Arcs, program: Linear) -> Linear:
    """One more column per project and group that two pairs could meet in: at least its seats less one, at a cost."""
    pair, group = spread.memberships(arcs.expert)
    _, row, count = np.unique(arcs.project[pair] * spread.n_groups + group, return_inverse=True, return_counts=True)
    meet = count > 1
    rows = int(meet.sum())
    kept = meet[row]
    place = (np.cumsum(meet) - 1)[row[kept]]
    seats = csr_array((np.ones(len(place)), (place, pair[kept])), shape=(rows, len(program.worth)))
    beyond = csr_array((-np.ones(rows), (np.arange(rows), np.arange(rows))), shape=(rows, rows))
    above = csr_array((len(program.lower), rows))
    return Linear(
        worth=np.concatenate([program.worth, np.full(rows, -spread.weight)]),
        matrix=csr_array(vstack([hstack([program.matrix, above]), hstack([seats, beyond])])),
        lower=np.concatenate([program.lower, np.full(rows, -np.inf)]),
        upper=np.concatenate([program.upper, np.ones(rows)]),
        low=np.concatenate([program.low, np.zeros(rows)]),
        high=np.concatenate([program.high, (count[meet] - 1).astype(np.float64)]),
    )


def with_total(program: Linear, arcs: Arcs, least: int) -> Linear:
    """The program with one more row: the pairs, its first columns, add up to at least ``least`` points."""
    points = csr_array((arcs.points / POINTS, (np.zeros(len(arcs), dtype=np.int64), np.arange(len(arcs)))),
                       shape=(1, len(program.worth)))  # fmt: skip
    return Linear(
        program.worth,
        csr_array(vstack([program.matrix, points])),
        np.append(program.lower, (least - 0.5) / POINTS),  # whole points, so no less
        np.append(program.upper, np.inf),
        program.low,
        program.high,
    )
