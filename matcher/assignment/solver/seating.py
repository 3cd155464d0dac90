"""Whole seats near the relaxation: searched exactly in small calls, rounded in large ones; then the gap is closed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from matcher.assignment.problem import POINTS, BoolArray, IntArray, Problem
from matcher.assignment.solver.arcs import Arcs, all_arcs, arcs_of, first_arcs, keys_of, merged
from matcher.assignment.solver.clock import Clock
from matcher.assignment.solver.generation import Master, candidates, shares
from matcher.assignment.solver.groups import Task
from matcher.assignment.solver.integer import NODES, search, search_weakest
from matcher.assignment.solver.pricing import near_pairs
from matcher.assignment.solver.rounding import whole_seats

SEARCH_ARCS = 6_000
"""Most pairs that go to the exact search at once; of more the relaxation's whole panels are kept."""

EXACT_ARCS, WIDE_EXACT_ARCS = 12_000, 30_000
"""Most pairs that the closing search looks at; the second where the gap is above ``GOOD``. With 26,000 pairs it took
11 s to prove the last .001 %."""

GOOD = 2e-4
"""A gap that is good enough to stop at in a large call."""

WIDE, FEW_ARCS = 2e-3, 3_000
"""Above this gap no search over many pairs has been seen to end; it then looks at so few at the most."""

WORK, LEAST_NODES = 400_000, 4
"""Pairs times branches of the closing search: a branch costs as much as there are pairs."""

COARSE = 2e-5
"""Relative gap of the first search; the closing search goes to the goal's own."""

ALL_PAIRS = 200_000
"""Up to this many pairs the last attempt takes all of them."""


@dataclass(frozen=True, eq=False)
class Seated:
    """A plan as pairs: (n,) bool the chosen ones, and whether a search proved that there is no better plan."""

    arcs: Arcs
    x: BoolArray
    proven: bool = False

    @property
    def points(self) -> int:
        """The total in solver points."""
        return int(self.arcs.points[self.x].sum())


def seat(
    problem: Problem, master: Master, floors: IntArray | None, gap: float, plan: IntArray | None = None
) -> Seated | None:
    """Whole seats near a relaxation; none when no plan was found.

    Above floors, which may be out of reach, few pairs are tried: another floor costs less than a search for the last
    way to keep this one.

    Args:
        problem: the call.
        master: its relaxation.
        floors: (P,) least panel points, where floors hold.
        gap: relative gap at which to stop.
        plan: keys of the pairs of a plan that keeps the floors, where one is known.
    """
    for step, few in enumerate(_choices(problem, master)):
        arcs = few if plan is None else merged(problem, few, plan)
        if step and floors is not None and len(arcs) > SEARCH_ARCS:
            return None
        if len(arcs) <= SEARCH_ARCS:
            chosen = search(problem, arcs, floors, gap=max(gap, COARSE))
            x = None if chosen is None else chosen.x
        else:
            x = whole_seats(Task(problem, arcs, floors), shares(problem, master, arcs), thorough=floors is None)
        if x is not None:
            return Seated(arcs, x)
    return None


def _choices(problem: Problem, master: Master) -> Iterator[Arcs]:
    """Pairs to seat from, few first; whole seats may need pairs that no fraction used."""
    yield candidates(problem, master, 4)
    yield candidates(problem, master, 16)
    if problem.n_projects * problem.n_experts <= ALL_PAIRS:
        yield all_arcs(problem)
    else:
        yield merged(problem, master.arcs, keys_of(problem, first_arcs(problem, 120)))


def closer(problem: Problem, master: Master, plan: Seated, floors: IntArray | None, gap: float, clock: Clock) -> Seated:
    """Close the gap: pairs whose price keeps them out of any better plan are left aside, the rest is searched.

    Args:
        problem: the call.
        master: its relaxation.
        plan: what stands.
        floors: (P,) least panel points, where floors hold.
        gap: relative gap that is good enough.
        clock: nothing is begun beyond its limit.
    """
    slack = master.bound - plan.points / POINTS
    if slack * POINTS < 0.5 or slack <= gap * abs(master.bound) or clock.is_over():
        return plan
    share = slack / abs(master.bound)
    most = EXACT_ARCS if share <= GOOD else WIDE_EXACT_ARCS if share <= WIDE else FEW_ARCS
    keys = near_pairs(problem, master.certificate, slack, most)
    if keys is None:
        return plan
    near = arcs_of(problem, keys)
    chosen = search(problem, near, floors, nodes=nodes_for(near), seconds=clock.left)
    if chosen is None or near.points[chosen.x].sum() < plan.points:
        return plan
    return Seated(near, chosen.x, chosen.proven)


def fairest(problem: Problem, masters: Sequence[Master], plan: IntArray, clock: Clock) -> Seated | None:
    """A plan whose weakest panel is as strong as a search among the likely pairs finds; none where they are too many.

    Args:
        problem: the call.
        masters: relaxations whose likely pairs are looked at.
        plan: keys of the pairs of a plan that is known.
        clock: the search ends with it.
    """
    arcs = arcs_of(problem, np.concatenate([plan, *(keys_of(problem, candidates(problem, m, 4)) for m in masters)]))
    if len(arcs) > SEARCH_ARCS or clock.is_over():
        return None
    x = search_weakest(problem, arcs, nodes_for(arcs), clock.left)
    return None if x is None else Seated(arcs, x)


def nodes_for(arcs: Arcs) -> int:
    """Branches that a search among so many pairs may look at."""
    return max(LEAST_NODES, min(NODES, WORK // max(1, len(arcs))))
