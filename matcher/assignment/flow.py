"""Plain loads: the exact plan as a flow of least cost, on generated columns, with prices that prove it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matcher.assignment.arcs import Arcs, all_arcs, arcs_of, first_arcs, is_forced, keys_of, merged
from matcher.assignment.certificate import Certificate
from matcher.assignment.linear import Linear, simplex
from matcher.assignment.pricing import price
from matcher.assignment.problem import POINTS, BoolArray, IntArray, Problem
from matcher.assignment.result import Listener, Progress

DENSE_PAIRS = 300_000
"""Up to this many pairs the flow takes them all at once."""

WIDTH = 40
ROUNDS = 30
UNFILLED = 10
"""A seat left empty costs this many times the spread of the scores, times the longest exchange."""


@dataclass(frozen=True, eq=False)
class Flow:
    """Chosen pairs, their prices, the bound these prove over all pairs; ``empty`` seats could not be filled."""

    arcs: Arcs
    x: BoolArray
    certificate: Certificate
    bound: float
    empty: IntArray


def solve_flow(problem: Problem, progress: Listener) -> Flow | None:
    """The plan of the largest total under sizes, loads and forbidden or forced pairs; none when there is none."""
    pairs = problem.n_projects * problem.n_experts
    arcs = all_arcs(problem) if pairs <= DENSE_PAIRS else first_arcs(problem, WIDTH)
    for step in range(ROUNDS):
        x = cheapest(problem, arcs)
        if x is None:
            wider = arcs_of(problem, keys_of(problem, first_arcs(problem, WIDTH * 4 ** (step + 1))))
            if len(wider) <= len(arcs):
                return None
            arcs = wider
            continue
        certificate = _prices(problem, arcs, x)
        priced = price(problem, certificate)
        progress(Progress("flow", step, bound=priced.bound, total=float(arcs.points[x].sum()) / POINTS))
        more = np.setdiff1d(priced.keys, keys_of(problem, arcs))
        reached = priced.bound * POINTS - float(arcs.points[x].sum()) < 0.5
        if reached or not len(more):
            return Flow(arcs, x, certificate, priced.bound, np.empty(0, np.int64))
        arcs = merged(problem, arcs, more)
    raise AssertionError("column generation of a flow ends: every round adds pairs")


def cheapest(problem: Problem, arcs: Arcs) -> BoolArray | None:
    """(n,) bool the best plan over the pairs, by OR-tools' cost-scaling flow; none when they hold no plan."""
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    projects, experts = problem.n_projects, problem.n_experts
    forced = is_forced(problem, arcs)
    # Large enough to beat any chain of exchanges, small enough for 64 bits after the solver's own scaling.
    reward = 2 * (int(np.abs(arcs.points).max(initial=0)) + 1) * (min(projects, experts) + 1)
    flow = SimpleMinCostFlow()
    sink = projects + experts
    cost = np.where(forced, -arcs.points - 2 * reward, -arcs.points)
    used = flow.add_arcs_with_capacity_and_unit_cost(
        arcs.project, arcs.expert + projects, np.ones(len(arcs), dtype=np.int64), cost
    )
    seats = np.arange(projects, sink)
    bound = np.flatnonzero(problem.least_load)
    flow.add_arcs_with_capacity_and_unit_cost(
        seats, np.full(experts, sink), problem.load_max - problem.least_load, np.zeros(experts, dtype=np.int64)
    )
    low = flow.add_arcs_with_capacity_and_unit_cost(
        seats[bound], np.full(len(bound), sink), problem.least_load[bound], np.full(len(bound), -reward)
    )
    flow.set_nodes_supplies(np.arange(projects), problem.size)
    flow.set_node_supply(sink, -problem.n_seats)
    if flow.solve() != flow.OPTIMAL:
        return None
    x = np.asarray(flow.flows(used)) > 0
    kept = bool((np.asarray(flow.flows(low)) == problem.least_load[bound]).all()) if len(bound) else True
    return x if kept and bool(x[forced].all()) else None


def _prices(problem: Problem, arcs: Arcs, x: BoolArray) -> Certificate:
    if problem.load_min is not None or problem.forced:
        expert = _simplex_prices(problem, arcs)
    else:
        expert = _shortest_paths(problem, arcs, x) / POINTS
    return Certificate(
        weight=np.ones(problem.n_projects),
        offset=0.0,
        expert=np.asarray(expert, dtype=np.float64),
        quota=np.zeros((problem.n_projects, 0)),
        cap_row=np.empty((0, 3), dtype=np.int64),
        cap_price=np.empty(0),
    )


def _shortest_paths(problem: Problem, arcs: Arcs, x: BoolArray) -> IntArray:
    """(E,) the smallest expert prices that support a plan, in points: Bellman-Ford over all pairs at once."""
    unused = np.flatnonzero(~x)
    order = unused[np.argsort(arcs.expert[unused], kind="stable")]
    expert_of, project_of, points = arcs.expert[order], arcs.project[order], arcs.points[order]
    starts = np.flatnonzero(np.diff(expert_of, prepend=-1))
    taken = np.flatnonzero(x)
    begins = np.flatnonzero(np.diff(arcs.project[taken], prepend=-1))
    worth = np.zeros(problem.n_experts, dtype=np.int64)
    for _ in range(2 * min(problem.n_projects, problem.n_experts) + 2):
        marginal = np.minimum.reduceat(arcs.points[taken] - worth[arcs.expert[taken]], begins)
        raised = worth.copy()
        if len(starts):
            wish = np.maximum.reduceat(points - marginal[project_of], starts)
            raised[expert_of[starts]] = np.maximum(raised[expert_of[starts]], wish)
        if np.array_equal(raised, worth):
            break
        worth = raised
    return worth


def _simplex_prices(problem: Problem, arcs: Arcs) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Prices for calls with least loads or pinned seats, from the linear program over the same pairs."""
    from matcher.assignment.rows import rows_of

    rows = rows_of(problem, arcs)
    program = Linear(
        arcs.points / POINTS, rows.matrix, rows.lower, rows.upper, is_forced(problem, arcs).astype(float),
        np.ones(len(arcs)),
    )  # fmt: skip
    return simplex(program).price[problem.n_projects : problem.n_projects + problem.n_experts]
