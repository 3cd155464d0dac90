"""What a list of plans should come to: the most even probabilities under the rules of composition, in fractions.

No flow decides such a call, but its relaxation is nearly whole (PANELS.md section 2), so that whole plans can follow
fractions. The least sum of squares under every rule, the cap and an expected total is found by PDLP, which takes
squares in the aim.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_matrix, csr_array, vstack

from matcher.assignment.errors import ChangeError
from matcher.assignment.problem import POINTS, Problem
from matcher.assignment.solver.aim import Aim
from matcher.assignment.solver.arcs import first_arcs
from matcher.assignment.solver.linear import SHARDS, Linear, optimise, softened
from matcher.assignment.solver.rows import rows_of
from matcher.domain.words import Words

Matrix = npt.NDArray[np.float64]

WIDTH = 60
"""Experts per project that are looked at, and the share of them per quota (``first_arcs``)."""

PER_SEAT = 4
"""And as many times what the cap makes of a panel: a cap of a tenth needs ten experts for a seat."""

TOLERANCE = 1e-4
ITERATIONS = 20_000

SMALLEST = 1e-3
"""Smaller probabilities are none: a list has some twenty plans."""

MARGIN = 0.1
"""Share of epsilon that is kept back: whole plans follow fractions from a little below (measured: .4 % of a total)."""


def even_target(problem: Problem, best: int, least: int, cap: float) -> Matrix:
    """(P, E) the most even probabilities under the rules with an expected total a little above ``least``.

    Args:
        problem: a call in the order of ids.
        best: solver points of the best plan.
        least: solver points that the expected total must reach.
        cap: highest probability of a pair that is not pinned.

    Raises:
        ChangeError: the relaxation says how far the cap lets the expected total reach, and that is not enough.
    """
    arcs = first_arcs(problem, max(WIDTH, int(PER_SEAT * problem.size.max() / cap)))
    program = Aim().program(problem, arcs, rows_of(problem, arcs))
    program = replace(program, high=np.where(program.low > 0, 1.0, cap))
    reach = _reach(program)
    if reach is None or reach * POINTS < least:
        raise cap_too_low(reach, least / POINTS)
    asked = min(least + MARGIN * (best - least), (least + reach * POINTS) / 2) / POINTS
    target = np.zeros((problem.n_projects, problem.n_experts))
    x = np.rint(_most_even(program, asked) / SMALLEST) * SMALLEST
    target[arcs.project, arcs.expert] = x
    return target


def cap_too_low(reach: float | None, least: float) -> ChangeError:
    """A refusal that says which expected total the cap allows; none where it leaves panels unfilled."""
    if reach is None:
        rule = Words("在此上限下无法排满各专家组", "under it the panels cannot be filled")
    else:
        rule = Words(
            f"在此上限下期望总分可达 {reach:.4f}，epsilon 要求 {least:.4f}",
            f"under it the expected total reaches {reach:.4f}, epsilon asks for {least:.4f}",
        )
    return ChangeError("cap", Words("过低", "too low"), rule, Words("放宽 epsilon 或 cap", "widen epsilon or the cap"))


def _reach(program: Linear) -> float | None:
    """The largest expected total; none where the cap leaves a least count unmet."""
    count = len(program.worth)
    solution = optimise(softened(program, 2 * float(np.abs(program.worth).max(initial=1.0)) * 100), TOLERANCE)
    if solution.x[count:].sum() > 10 * TOLERANCE * count**0.5:
        return None
    return float(program.worth @ solution.x[:count])


def _most_even(program: Linear, total: float) -> npt.NDArray[np.float64]:
    from ortools.pdlp import solvers_pb2
    from ortools.pdlp.python import pdlp

    count = len(program.worth)
    quadratic = pdlp.QuadraticProgram()
    quadratic.objective_vector = np.zeros(count)
    quadratic.set_objective_matrix_diagonal(np.ones(count))
    quadratic.constraint_matrix = csc_matrix(vstack([program.matrix, csr_array(program.worth[None, :])]))
    quadratic.constraint_lower_bounds = np.append(program.lower, total)
    quadratic.constraint_upper_bounds = np.append(program.upper, np.inf)
    quadratic.variable_lower_bounds = program.low
    quadratic.variable_upper_bounds = program.high
    params = solvers_pb2.PrimalDualHybridGradientParams()
    params.num_shards = SHARDS  # fixed, so that the number of threads cannot change the order of a sum
    params.num_threads = 2
    params.termination_criteria.simple_optimality_criteria.eps_optimal_relative = TOLERANCE
    params.termination_criteria.simple_optimality_criteria.eps_optimal_absolute = TOLERANCE
    params.termination_criteria.iteration_limit = ITERATIONS
    result = pdlp.primal_dual_hybrid_gradient(quadratic, params, None)
    x: npt.NDArray[np.float64] = np.clip(np.array(result.primal_solution), program.low, program.high)
    return x
