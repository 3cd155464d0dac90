"""The exact search over candidate pairs (HiGHS through SciPy)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from matcher.assignment.problem import BoolArray, FloatArray, IntArray, Problem
from matcher.assignment.solver.aim import Aim
from matcher.assignment.solver.arcs import Arcs
from matcher.assignment.solver.linear import Linear
from matcher.assignment.solver.rows import rows_of
from matcher.assignment.solver.softrows import preferred, with_total

NODES = 400
"""Branches looked at before the best plan found is taken: a limit by work, so that it is the same everywhere."""

OPTIMAL = 0


@dataclass(frozen=True, eq=False)
class Chosen:
    """(n,) bool seats over the pairs, and whether nothing better exists among these pairs."""

    x: BoolArray
    proven: bool


def search(
    problem: Problem,
    arcs: Arcs,
    floors: IntArray | None = None,
    gap: float = 0.0,
    nodes: int = NODES,
    held: BoolArray | None = None,
    seconds: float = math.inf,
) -> Chosen | None:
    """The largest total over the pairs under every rule; none when the pairs hold no plan that was found.

    Args:
        problem: the call.
        arcs: the candidate pairs.
        floors: (P,) least panel points, where floors hold.
        gap: relative gap at which to stop.
        nodes: branches looked at before giving up.
        held: (n,) bool pairs that must be.
        seconds: where somebody waits; the plan then depends on the machine's speed.
    """
    if not len(arcs):
        return None
    program = Aim(floors).program(problem, arcs, rows_of(problem, arcs))
    if held is not None:
        program = replace(program, low=np.maximum(program.low, held))
    return _solved(program, gap, nodes, seconds)


def search_weakest(problem: Problem, arcs: Arcs, nodes: int, seconds: float = math.inf) -> BoolArray | None:
    """(n,) bool the plan over the pairs whose weakest panel has the largest mean score; none when none was found.

    Args:
        problem: the call.
        arcs: the candidate pairs.
        nodes: branches looked at before the best plan found is taken.
        seconds: where somebody waits.
    """
    program = Aim(weakest=True).program(problem, arcs, rows_of(problem, arcs))
    whole = np.append(np.ones(len(arcs)), 0.0)
    chosen = _solved(program, 0.0, nodes, seconds, whole)
    return None if chosen is None else chosen.x[: len(arcs)]


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
    found = _solved(with_total(program, arcs, least), 0.0, nodes)
    chosen = found and Chosen(found.x[: len(arcs)], found.proven)  # the other columns count repeats
    return chosen if chosen is not None and arcs.points[chosen.x].sum() >= least else None


def _solved(
    program: Linear, gap: float, nodes: int, seconds: float = math.inf, whole: FloatArray | None = None
) -> Chosen | None:
    options = {"mip_rel_gap": gap, "node_limit": nodes}
    if math.isfinite(seconds):
        options["time_limit"] = max(0.1, seconds)
    solution = milp(
        -program.worth,
        constraints=LinearConstraint(program.matrix, program.lower, program.upper),
        integrality=np.ones(len(program.worth)) if whole is None else whole,
        bounds=Bounds(program.low, program.high),
        options=options,
    )
    return None if solution.x is None else Chosen(solution.x > 0.5, proven=solution.status == OPTIMAL)
