"""The exact search over candidate pairs (HiGHS through SciPy)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from matcher.assignment.aim import Aim
from matcher.assignment.arcs import Arcs
from matcher.assignment.linear import Linear
from matcher.assignment.problem import POINTS, BoolArray, FloatArray, IntArray, Problem
from matcher.assignment.rows import rows_of
from matcher.assignment.softrows import preferred

NODES = 400
"""Branches looked at before the best plan found is taken: a limit by work, so that it is the same everywhere."""

OPTIMAL, LIMIT = 0, 1


@dataclass(frozen=True, eq=False)
class Chosen:
    """(n,) bool seats over the pairs, and whether nothing better exists among these pairs."""

    x: BoolArray
    proven: bool


def search(
    problem: Problem,
    arcs: Arcs,
    floors: IntArray | None = None,
    charge: IntArray | None = None,
    gap: float = 0.0,
    nodes: int = NODES,
) -> Chosen | None:
    """The largest total over the pairs under every rule; none when the pairs hold no plan that was found.

    Args:
        problem: the call.
        arcs: the candidate pairs.
        floors: (P,) least panel points, where floors hold.
        charge: (E,) points taken off each expert's seats in the objective, not in the floors.
        gap: relative gap at which to stop.
        nodes: branches looked at before giving up.
    """
    if not len(arcs):
        return None
    program = Aim(floors).program(problem, arcs, rows_of(problem, arcs))
    cost = -program.worth if charge is None else charge[arcs.expert] / POINTS - program.worth
    return _solved(program, cost, [], gap, nodes)


def search_preferred(
    problem: Problem,
    arcs: Arcs,
    least: int,
    floors: IntArray | None = None,
    nodes: int = NODES,
) -> Chosen | None:
    """The largest preference over the pairs under every rule among plans of at least ``least`` points in all.

    Args:
        problem: the call, with soft terms.
        arcs: the candidate pairs.
        least: solver points that the total must reach.
        floors: (P,) least panel points, where floors hold.
        nodes: branches looked at before giving up.
    """
    program = preferred(problem, arcs, Aim(floors).program(problem, arcs, rows_of(problem, arcs)))
    points = np.zeros((1, len(program.worth)))
    points[0, : len(arcs)] = arcs.points / POINTS
    total = LinearConstraint(points, (least - 0.5) / POINTS, np.inf)  # whole points, so no less
    found = _solved(program, -program.worth, [total], 0.0, nodes)
    chosen = found and Chosen(found.x[: len(arcs)], found.proven)  # the other columns count repeats
    return chosen if chosen is not None and arcs.points[chosen.x].sum() >= least else None


def _solved(
    program: Linear, cost: FloatArray, further: list[LinearConstraint], gap: float, nodes: int
) -> Chosen | None:
    solution = milp(
        cost,
        constraints=[LinearConstraint(program.matrix, program.lower, program.upper), *further],
        integrality=np.ones(len(cost)),
        bounds=Bounds(program.low, program.high),
        options={"mip_rel_gap": gap, "node_limit": nodes},
    )
    return None if solution.x is None else Chosen(solution.x > 0.5, proven=solution.status == OPTIMAL)
