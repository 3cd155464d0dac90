"""The exact search over candidate pairs (HiGHS through SciPy)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from matcher.assignment.aim import Aim
from matcher.assignment.arcs import Arcs
from matcher.assignment.problem import POINTS, BoolArray, IntArray, Problem
from matcher.assignment.rows import rows_of

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
    rows = rows_of(problem, arcs)
    program = Aim(floors).program(problem, arcs, rows)
    solution = milp(
        -program.worth if charge is None else charge[arcs.expert] / POINTS - program.worth,
        constraints=LinearConstraint(program.matrix, program.lower, program.upper),
        integrality=np.ones(len(arcs)),
        bounds=Bounds(program.low, program.high),
        options={"mip_rel_gap": gap, "node_limit": nodes},
    )
    if solution.x is None:
        return None
    return Chosen(solution.x > 0.5, proven=solution.status == OPTIMAL)
