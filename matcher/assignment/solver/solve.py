"""The ladder of solvers: flow for plain loads, generated columns and exact search for composition and fairness."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from matcher.assignment.problem import POINTS, BoolArray, Problem
from matcher.assignment.result import Goal, Listener, Progress, Result, Status
from matcher.assignment.solver.aim import Aim
from matcher.assignment.solver.arcs import Arcs, seats_of
from matcher.assignment.solver.clock import Clock
from matcher.assignment.solver.diagnosis import Blocked, diagnose
from matcher.assignment.solver.fairness import best_weakest, bounded_by_one, floors_at
from matcher.assignment.solver.flow import solve_flow
from matcher.assignment.solver.generation import Master, generate
from matcher.assignment.solver.order import in_given_order, in_id_order
from matcher.assignment.solver.seating import closer, fairest, seat
from matcher.assignment.solver.soft import prefer

BISECTIONS = 8
"""Steps between a floor that no plan reaches and one that a known plan has."""

FLOOR_PRECISION = 2e-3
"""The floor is settled when the share between reached and not reached is this small."""


def solve(
    problem: Problem,
    goal: Goal | None = None,
    seed: int = 0,
    progress: Listener = lambda _: None,
    limit: float = math.inf,
) -> Result:
    """The best panels for a call, with a proven bound; the same call and seed give the same panels.

    Args:
        problem: the call.
        goal: weakest panel first, then the total (``Goal``).
        seed: decides which projects meet in a group when a call is too large for one search of its soft terms.
        progress: called between steps; what it raises cancels the solve.
        limit: seconds after which no further improvement is begun: the plan that stands comes back with its proven
            gap; a floor that there was no time for stands at what the plan's weakest panel has (``Floor.mean``). The
            first plan is always finished. With a limit the plan depends on the machine's speed.

    Raises:
        Blocked: the rules leave no plan; its diagnosis names projects and rules.
    """
    clock = Clock.with_limit(limit)
    ordered = in_id_order(problem)
    stages = _Stages(ordered.problem, goal or Goal(), progress, clock)
    result, master = stages.largest_total()
    if stages.goal.floor_share is not None:
        result = stages.raise_weakest(result, master, stages.goal.floor_share)
    if problem.soft and not clock.is_over():
        floors = None if result.floor is None else floors_at(ordered.problem, result.floor.mean)
        result = prefer(result, floors, stages.goal.soft_share, seed, progress)
    return in_given_order(ordered, problem, result, clock.spent)


@dataclass(frozen=True, eq=False)
class _Stages:
    """The stages of one solve."""

    problem: Problem
    goal: Goal
    progress: Listener
    clock: Clock

    def largest_total(self) -> tuple[Result, Master | None]:
        """The plan of the largest total, and the relaxation behind it where there is one."""
        found = self._by_flow() if self.problem.is_plain else self._by_columns(None, None)
        if found is None:
            diagnosis = diagnose(self.problem)
            if diagnosis is None:
                raise AssertionError("a call that can be seated is seated")
            raise Blocked(diagnosis)
        return found

    def raise_weakest(self, plan: Result, known: Master | None, share: float) -> Result:
        """The largest total among the plans whose weakest panel reaches its share of the proven best."""
        floor = bounded_by_one(self.problem, share)
        if plan.minimum >= floor.mean - 0.5 / POINTS:
            return replace(plan, floor=floor)
        if self.clock.is_over():
            return replace(plan, floor=replace(floor, mean=plan.minimum))
        fairer = self._by_columns(floor.mean, known, patient=False)
        if fairer is not None:
            return replace(fairer[0], floor=floor)
        if self.clock.is_over():
            return replace(plan, floor=replace(floor, mean=plan.minimum))
        by_all, lowest = best_weakest(self.problem, share, self.progress, self.clock, known)
        if by_all.bound < floor.bound:
            floor = by_all
            fairer = self._by_columns(floor.mean, known)
            if fairer is not None:
                return replace(fairer[0], floor=floor)
        # Whole experts may not reach what fractions reach.
        best = self._fairest(plan, [lowest] if known is None else [lowest, known], floor.mean)
        fairer = None if self.clock.is_over() else self._by_columns(best.minimum, known, plan=best)
        if fairer is not None and fairer[0].total >= best.total:
            best = fairer[0]
        return replace(best, floor=replace(floor, mean=min(floor.mean, best.minimum)))

    def _fairest(self, plan: Result, masters: Sequence[Master], mean: float) -> Result:
        """The plan with the strongest weakest panel that is found: by a search, in large calls by halving the way from
        the plan that is known up to the mean that was not reached.
        """
        problem = self.problem
        found = fairest(problem, masters, plan.keys, self.clock)
        if found is not None:
            self.progress(Progress("weakest panel", 0, total=found.points / POINTS))
            fair = replace(plan, seats=seats_of(problem, found.arcs, found.x), status=Status.WITHIN_GAP)
            return fair if fair.minimum > plan.minimum else plan
        best, high = plan, mean
        for _ in range(BISECTIONS):
            if self.clock.is_over() or high - best.minimum <= FLOOR_PRECISION * abs(high):
                break
            middle = (best.minimum + high) / 2
            fairer = self._by_columns(middle, masters[-1], close=False)
            if fairer is None:
                high = middle
            else:
                best = fairer[0]
        return best

    def _by_flow(self) -> tuple[Result, None] | None:
        flow = solve_flow(self.problem, self.progress)
        if flow is None:
            return None
        seats = seats_of(self.problem, flow.arcs, flow.x)
        return Result(self.problem, seats, flow.bound, _status(flow.bound, flow.arcs, flow.x), flow.certificate), None

    def _by_columns(
        self,
        mean: float | None,
        known: Master | None,
        close: bool = True,
        plan: Result | None = None,
        patient: bool = True,
    ) -> tuple[Result, Master] | None:
        """The plan of the largest total, above a floor where ``mean`` gives one; none where none was found."""
        problem = self.problem
        floors = None if mean is None else floors_at(problem, mean)
        master = generate(problem, Aim(floors), self.progress, self.clock, known, patient)
        keys = None if plan is None else plan.keys
        seated = None if master is None else seat(problem, master, floors, self.goal.gap, keys)
        if master is None or seated is None:
            return None
        if close:
            seated = closer(problem, master, seated, floors, self.goal.gap, self.clock)
        self.progress(Progress("seat", 0, bound=master.bound, total=seated.points / POINTS))
        status = Status.OPTIMAL if seated.proven else _status(master.bound, seated.arcs, seated.x)
        seats = seats_of(problem, seated.arcs, seated.x)
        return Result(problem, seats, master.bound, status, master.certificate), master


def _status(bound: float, arcs: Arcs, x: BoolArray) -> Status:
    reached = bound * POINTS - float(arcs.points[x].sum()) < 0.5
    return Status.OPTIMAL if reached else Status.WITHIN_GAP
