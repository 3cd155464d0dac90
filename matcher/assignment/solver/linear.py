"""The linear relaxation over candidate pairs: fractional seats and the prices of all rules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csc_matrix, csr_array, hstack, vstack

from matcher.assignment.certificate import Certificate
from matcher.assignment.problem import Problem
from matcher.assignment.solver.pricing import primary_cap
from matcher.assignment.solver.rows import Rows

Floats = npt.NDArray[np.float64]

SIMPLEX_COLUMNS = 25_000
"""Above this many columns the first-order method is faster (measured: 3 s against 5 s at 47,000)."""

SHARDS = 8
"""Fixed, so that the number of threads cannot change the order of a sum."""


@dataclass(frozen=True, eq=False)
class Linear:
    """maximise worth @ x under lower <= matrix @ x <= upper, low <= x <= high."""

    worth: Floats
    matrix: csr_array
    lower: Floats
    upper: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, eq=False)
class Relaxation:
    """A solution and one price per row: worth gained per unit of room."""

    x: Floats
    price: Floats


def optimise(program: Linear, tolerance: float, warm: Relaxation | None = None) -> Relaxation:
    """Solve a linear program: small ones by the simplex method, large ones by PDLP to a relative tolerance."""
    if len(program.worth) <= SIMPLEX_COLUMNS:
        return simplex(program)
    return _first_order(program, tolerance, warm)


def softened(program: Linear, penalty: float) -> Linear:
    """The program with a costly way out of every least count, so that it has a solution and its prices stay small."""
    row = np.flatnonzero(program.lower > 0)
    count = len(row)
    way_out = csr_array((np.ones(count), (row, np.arange(count))), shape=(len(program.lower), count))
    return Linear(
        worth=np.concatenate([program.worth, np.full(count, -penalty)]),
        matrix=csr_array(hstack([program.matrix, way_out])),
        lower=program.lower,
        upper=program.upper,
        low=np.concatenate([program.low, np.zeros(count)]),
        high=np.concatenate([program.high, program.lower[row]]),
    )


def certificate_of(problem: Problem, rows: Rows, price: Floats) -> Certificate:
    """Row prices as a certificate: signs made valid, the primary cap left to the panels."""
    start = problem.n_projects + problem.n_experts
    stop = start + len(rows.quota)
    quota = np.zeros((problem.n_projects, len(problem.all_quotas)))
    quota[rows.quota_project, rows.quota] = -price[start:stop]
    cap_price = price[stop : stop + len(rows.cap)]
    primary = primary_cap(problem)
    kept = (cap_price > 0) & (rows.cap != primary)
    return Certificate(
        weight=np.ones(problem.n_projects),
        offset=0.0,
        expert=price[problem.n_projects : start].copy(),
        quota=quota,
        cap_row=np.column_stack([rows.cap, rows.cap_project, rows.cap_group])[kept],
        cap_price=cap_price[kept],
        primary=primary,
    )


def simplex(program: Linear) -> Relaxation:
    """HiGHS dual simplex: a vertex and exact prices."""
    equal = program.lower == program.upper
    most = ~equal & np.isfinite(program.upper)
    least = ~equal & ((program.lower > 0) | np.isinf(program.upper))
    solution = linprog(
        -program.worth,
        A_ub=vstack([program.matrix[most], -program.matrix[least]]),
        b_ub=np.concatenate([program.upper[most], -program.lower[least]]),
        A_eq=program.matrix[equal] if equal.any() else None,
        b_eq=program.upper[equal] if equal.any() else None,
        bounds=np.column_stack([program.low, program.high]),
        method="highs-ds",
    )
    price = np.zeros(len(program.lower))
    if solution.status != 0:
        raise AssertionError(f"a softened program has a solution: {solution.message}")
    if equal.any():
        price[equal] = -solution.eqlin.marginals
    below = -solution.ineqlin.marginals
    price[most] += below[: int(most.sum())]
    price[least] -= below[int(most.sum()) :]
    return Relaxation(solution.x, price)


def _first_order(program: Linear, tolerance: float, warm: Relaxation | None) -> Relaxation:
    from ortools.pdlp import solvers_pb2
    from ortools.pdlp.python import pdlp

    quadratic = pdlp.QuadraticProgram()
    quadratic.objective_vector = -program.worth
    quadratic.constraint_matrix = csc_matrix(program.matrix)
    quadratic.constraint_lower_bounds = program.lower
    quadratic.constraint_upper_bounds = program.upper
    quadratic.variable_lower_bounds = program.low
    quadratic.variable_upper_bounds = program.high
    params = solvers_pb2.PrimalDualHybridGradientParams()
    params.num_shards = SHARDS
    params.num_threads = 2
    params.termination_criteria.simple_optimality_criteria.eps_optimal_relative = tolerance
    params.termination_criteria.simple_optimality_criteria.eps_optimal_absolute = tolerance
    params.termination_criteria.iteration_limit = 20_000
    start = None
    if warm is not None:
        start = pdlp.PrimalAndDualSolution()
        start.primal_solution = warm.x
        start.dual_solution = -warm.price
    result = pdlp.primal_dual_hybrid_gradient(quadratic, params, start)
    x = np.clip(np.array(result.primal_solution), program.low, program.high)
    return Relaxation(x, -np.array(result.dual_solution))
