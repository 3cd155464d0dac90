"""Plain loads: the exact plan as a flow of least cost, on generated columns, with prices that prove it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matcher.assignment.certificate import Certificate
from matcher.assignment.problem import POINTS, BoolArray, IntArray, Problem
from matcher.assignment.result import Listener, Progress
from matcher.assignment.solver.arcs import Arcs, first_arcs, is_forced, keys_of, merged
from matcher.assignment.solver.linear import Linear, simplex, softened
from matcher.assignment.solver.market import MARKET, first_prices
from matcher.assignment.solver.pricing import price

WIDTH = 40
"""Experts per project in the first choice of pairs; all pairs at once take twice to six times as long (measured from
1,700 pairs on)."""

NARROW = 20
"""Experts per project where first prices guide the choice: 29 s against 64 s at 10,000 x 20,000."""

WIDER = 8
"""Times as many where these hold no plan."""

ROUNDS = 30


@dataclass(frozen=True, eq=False)
class Flow:
    """Chosen pairs, their prices, and the bound that these prove over all pairs."""

    arcs: Arcs
    x: BoolArray
    certificate: Certificate
    bound: float


def solve_flow(problem: Problem, progress: Listener) -> Flow | None:
    """The plan of the largest total under sizes, loads and forbidden or forced pairs; none when there is none."""
    worth = first_prices(problem) if problem.n_seats >= MARKET else None
    width = WIDTH if worth is None else NARROW
    arcs = first_arcs(problem, width, worth)
    empty_cost = 2 * int(np.abs(arcs.points).max(initial=POINTS))
    ceiling = _longest_exchange(problem, arcs)
    for step in range(ROUNDS):
        x = cheapest(problem, arcs, empty_cost)
        while x is None and width < problem.n_experts:  # least loads and pins may need pairs that nobody thought of
            width *= WIDER
            arcs = merged(problem, arcs, keys_of(problem, first_arcs(problem, width)))
            x = cheapest(problem, arcs, empty_cost)
        if x is None:
            return None
        empty = problem.size - np.bincount(arcs.project[x], minlength=problem.n_projects)
        certificate = _prices(problem, arcs, x, empty_cost)
        priced = price(problem, certificate)
        progress(Progress("flow", step, bound=priced.bound, total=float(arcs.points[x].sum()) / POINTS))
        more = np.setdiff1d(priced.keys, keys_of(problem, arcs))
        if not empty.any() and (not len(more) or priced.bound * POINTS - float(arcs.points[x].sum()) < 0.5):
            bound = price(problem, certificate, precise=True).bound
            return Flow(arcs, x, certificate, bound)
        if not len(more):
            # Nothing better stands outside, so the seat is empty because it costs too little, or has to be.
            if empty_cost >= ceiling:
                return None
            empty_cost = min(ceiling, 16 * empty_cost)
        arcs = merged(problem, arcs, more)
    raise AssertionError("column generation of a flow ends: every round adds pairs or raises the cost of a gap")


def _longest_exchange(problem: Problem, arcs: Arcs) -> int:
    """Points that beat any chain of exchanges, small enough for 64 bits after the flow's own scaling."""
    return 2 * (int(np.abs(arcs.points).max(initial=0)) + 1) * (min(problem.n_projects, problem.n_experts) + 1)


def cheapest(problem: Problem, arcs: Arcs, empty_cost: int) -> BoolArray | None:
    """(n,) bool the best plan over the pairs, by OR-tools' cost-scaling flow; none when least loads or pins fail.

    A seat may stay empty at ``empty_cost`` points.
    """
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    projects, experts = problem.n_projects, problem.n_experts
    forced = is_forced(problem, arcs)
    reward = _longest_exchange(problem, arcs)
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
    flow.add_arcs_with_capacity_and_unit_cost(
        np.arange(projects), np.full(projects, sink), problem.size, np.full(projects, empty_cost)
    )
    flow.set_nodes_supplies(np.arange(projects), problem.size)
    flow.set_node_supply(sink, -problem.n_seats)
    if flow.solve() != flow.OPTIMAL:
        return None
    x = np.asarray(flow.flows(used)) > 0
    kept = bool((np.asarray(flow.flows(low)) == problem.least_load[bound]).all()) if len(bound) else True
    return x if kept and bool(x[forced].all()) else None


def _prices(problem: Problem, arcs: Arcs, x: BoolArray, empty_cost: int) -> Certificate:
    if problem.load_min is not None or problem.forced:
        expert = _simplex_prices(problem, arcs, empty_cost)
    else:
        empty = problem.size > np.bincount(arcs.project[x], minlength=problem.n_projects)
        expert = _shortest_paths(problem, arcs, x, np.where(empty, -empty_cost, np.iinfo(np.int64).max)) / POINTS
    return Certificate(
        weight=np.ones(problem.n_projects),
        offset=0.0,
        expert=np.asarray(expert, dtype=np.float64),
        quota=np.zeros((problem.n_projects, 0)),
        cap_row=np.empty((0, 3), dtype=np.int64),
        cap_price=np.empty(0),
    )


def _shortest_paths(problem: Problem, arcs: Arcs, x: BoolArray, most: IntArray) -> IntArray:
    """(E,) the smallest expert prices that support a plan, in points: Bellman-Ford over all pairs at once.

    ``most`` (P,) caps what a project's last seat is worth: the cost of an empty one where it has one.
    """
    unused = np.flatnonzero(~x)
    order = unused[np.argsort(arcs.expert[unused], kind="stable")]
    expert_of, project_of, points = arcs.expert[order], arcs.project[order], arcs.points[order]
    starts = np.flatnonzero(np.diff(expert_of, prepend=-1))
    taken = np.flatnonzero(x)
    begins = np.flatnonzero(np.diff(arcs.project[taken], prepend=-1))
    holders = arcs.project[taken][begins]
    worth = np.zeros(problem.n_experts, dtype=np.int64)
    for _ in range(2 * min(problem.n_projects, problem.n_experts) + 2):
        marginal = most.copy()
        if len(taken):
            last = np.minimum.reduceat(arcs.points[taken] - worth[arcs.expert[taken]], begins)
            marginal[holders] = np.minimum(marginal[holders], last)
        raised = worth.copy()
        if len(starts):
            wish = np.maximum.reduceat(points - marginal[project_of], starts)
            raised[expert_of[starts]] = np.maximum(raised[expert_of[starts]], wish)
        if np.array_equal(raised, worth):
            break
        worth = raised
    return worth


def _simplex_prices(problem: Problem, arcs: Arcs, empty_cost: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Prices for calls with least loads or pinned seats, from the linear program over the same pairs."""
    from matcher.assignment.solver.rows import rows_of

    rows = rows_of(problem, arcs)
    program = Linear(
        arcs.points / POINTS, rows.matrix, rows.lower, rows.upper, is_forced(problem, arcs).astype(float),
        np.ones(len(arcs)),
    )  # fmt: skip
    return simplex(softened(program, empty_cost / POINTS)).price[
        problem.n_projects : problem.n_projects + problem.n_experts
    ]
