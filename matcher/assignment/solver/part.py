"""The call of some projects alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from matcher.assignment.problem import IntArray, Problem
from matcher.assignment.terms import Taste


def of_projects(problem: Problem, group: IntArray, used: IntArray | None = None) -> Problem:
    """The call of some projects (ascending positions), under the loads that all other seats leave.

    Args:
        problem: the call.
        group: positions of the projects that stay.
        used: (E,) seats that the others hold; none when there are no others, and least loads are then dropped
            unless every project stays.
    """
    place = {int(p): n for n, p in enumerate(group)}
    least = problem.load_min
    if least is not None and used is not None:
        least = np.maximum(least - used, 0)
    elif len(group) < problem.n_projects:
        least = None
    return replace(
        problem,
        project_ids=tuple(problem.project_ids[p] for p in group),
        scores=problem.scores[group],
        size=problem.size[group],
        load_max=problem.load_max if used is None else problem.load_max - used,
        load_min=least,
        forbidden=None if problem.forbidden is None else problem.forbidden[group],
        forced=tuple((place[p], e) for p, e in problem.forced if p in place),
        quotas=tuple(replace(q, least=q.least[group], most=q.most[group]) for q in problem.quotas),
        caps=tuple(replace(c, most=c.most[group]) for c in problem.caps),
        soft=tuple(
            replace(term, worth=term.worth[group]) if isinstance(term, Taste) else term for term in problem.soft
        ),
    )
