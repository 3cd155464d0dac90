"""The lead reviewer (主审) of each panel."""

from __future__ import annotations

from matcher.assignment.problem import Problem
from matcher.assignment.result import Seats


def leads(problem: Problem, seats: Seats) -> tuple[int | None, ...]:
    """One lead per panel among those who may lead: whoever leads least so far, then scores best, then by id.

    Panels with the fewest who may lead choose first. None where the call names no leads.
    """
    lead = problem.lead
    if lead is None:
        return (None,) * len(seats)
    may = [[e for e in panel if lead[e]] for panel in seats]
    held = dict.fromkeys((e for panel in may for e in panel), 0)
    chosen: list[int | None] = [None] * len(seats)
    for p in sorted(range(len(seats)), key=lambda p: (len(may[p]), problem.project_ids[p])):
        if may[p]:
            best = min(may[p], key=lambda e: (held[e], -float(problem.scores[p, e]), problem.expert_ids[e]))
            chosen[p] = best
            held[best] += 1
    return tuple(chosen)
