"""What a call for panels must satisfy to have a meaning at all. Contradictions between rules: ``diagnosis``."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from matcher.assignment.errors import ProblemError

if TYPE_CHECKING:
    from matcher.assignment.problem import Cap, Problem, Quota

MAX_SCORE = 1000.0
"""Larger scores would leave the exact range of the integer points."""


def validate_problem(problem: Problem) -> None:
    """Refuse a call without meaning.

    Raises:
        ProblemError: the first broken rule, with field, value and remedy.
    """
    projects, experts = problem.n_projects, problem.n_experts
    if not projects:
        raise ProblemError("project_ids", (), "a call judges something", "add at least one project")
    if not experts:
        raise ProblemError("expert_ids", (), "panels need experts", "add experts to the pool")
    _unique("project_ids", problem.project_ids)
    _unique("expert_ids", problem.expert_ids)
    _shape("scores", problem.scores, (projects, experts))
    _shape("size", problem.size, (projects,))
    _shape("load_max", problem.load_max, (experts,))
    _scores(problem)
    _sizes(problem)
    _loads(problem)
    if problem.forbidden is not None:
        _shape("forbidden", problem.forbidden, (projects, experts))
    if problem.lead is not None:
        _shape("lead", problem.lead, (experts,))
    if problem.preference is not None:
        _shape("preference", problem.preference, (projects, experts))
    _unique("quotas", tuple(quota.name for quota in problem.all_quotas))
    _unique("caps", tuple(cap.name for cap in problem.all_caps))
    for quota in problem.quotas:
        _quota(problem, quota)
    for cap in problem.caps:
        _cap(problem, cap)
    _pairs(problem)


def _unique(name: str, ids: tuple[str, ...]) -> None:
    twice = [value for value, count in Counter(ids).items() if count > 1]
    if twice:
        raise ProblemError(name, twice[0], "an id names one thing only", "merge the duplicates or rename one")


def _shape(name: str, array: npt.NDArray[np.generic], shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        raise ProblemError(name, array.shape, f"its shape is {shape}", "give one value per project and expert")


def _scores(problem: Problem) -> None:
    low, high = float(problem.scores.min()), float(problem.scores.max())
    if not (np.isfinite(low) and np.isfinite(high)) or max(-low, high) > MAX_SCORE:
        where = ~np.isfinite(problem.scores) | (np.abs(problem.scores) > MAX_SCORE)
        p, e = np.argwhere(where)[0]
        raise ProblemError(
            f"scores[{problem.project_ids[p]}, {problem.expert_ids[e]}]",
            float(problem.scores[p, e]),
            f"scores are finite and at most {MAX_SCORE:g}",
            "forbid the pair instead, or rescale",
        )


def _sizes(problem: Problem) -> None:
    for p in np.flatnonzero(problem.size < 1)[:1]:
        name = f"size[{problem.project_ids[p]}]"
        raise ProblemError(name, int(problem.size[p]), "a panel has a seat", "use 1 or more, or leave the project out")
    if problem.odd:
        for p in np.flatnonzero(problem.size % 2 == 0)[:1]:
            name = f"size[{problem.project_ids[p]}]"
            size = int(problem.size[p])
            raise ProblemError(name, size, "panels are odd under this rule", f"use {size - 1} or {size + 1}")


def _loads(problem: Problem) -> None:
    for e in np.flatnonzero(problem.load_max < 0)[:1]:
        name = f"load_max[{problem.expert_ids[e]}]"
        raise ProblemError(name, int(problem.load_max[e]), "a load counts seats", "use 0 or more")
    if problem.load_min is None:
        return
    _shape("load_min", problem.load_min, (problem.n_experts,))
    for e in np.flatnonzero((problem.load_min < 0) | (problem.load_min > problem.load_max))[:1]:
        name = f"load_min[{problem.expert_ids[e]}]"
        most = int(problem.load_max[e])
        raise ProblemError(name, int(problem.load_min[e]), f"it lies between 0 and load_max {most}", "lower it")


def _quota(problem: Problem, quota: Quota) -> None:
    _shape(f"quota {quota.name}.members", quota.members, (problem.n_experts,))
    _shape(f"quota {quota.name}.least", quota.least, (problem.n_projects,))
    _shape(f"quota {quota.name}.most", quota.most, (problem.n_projects,))
    for p in np.flatnonzero((quota.least < 0) | (quota.least > np.minimum(quota.most, problem.size)))[:1]:
        raise ProblemError(
            f"quota {quota.name}[{problem.project_ids[p]}]",
            (int(quota.least[p]), int(quota.most[p])),
            f"0 <= least <= most and least <= size {int(problem.size[p])}",
            "lower the least count or enlarge the panel",
        )


def _cap(problem: Problem, cap: Cap) -> None:
    _shape(f"cap {cap.name}.most", cap.most, (problem.n_projects,))
    _shape(f"cap {cap.name}.group", cap.group, cap.expert.shape)
    for p in np.flatnonzero(cap.most < 0)[:1]:
        name = f"cap {cap.name}[{problem.project_ids[p]}]"
        raise ProblemError(name, int(cap.most[p]), "a cap counts seats", "use 0 or more")
    if len(cap.expert) and not (
        cap.expert.min() >= 0 and cap.expert.max() < problem.n_experts and cap.group.min() >= 0
    ):
        raise ProblemError(f"cap {cap.name}", "membership", "experts and groups are positions", "use known experts")
    pairs = cap.expert * (int(cap.group.max(initial=0)) + 1) + cap.group
    if len(np.unique(pairs)) < len(pairs):
        raise ProblemError(f"cap {cap.name}", "membership", "each membership is named once", "drop the duplicates")


def _pairs(problem: Problem) -> None:
    for pair in problem.apart:
        if len(set(pair)) != 2 or not all(0 <= e < problem.n_experts for e in pair):
            raise ProblemError("apart", pair, "it names two different experts of the pool", "correct the pair")
    seen: set[tuple[int, int]] = set()
    for p, e in problem.forced:
        if not (0 <= p < problem.n_projects and 0 <= e < problem.n_experts):
            raise ProblemError("forced", (p, e), "it names a project and an expert of the call", "correct the pair")
        name = f"forced[{problem.project_ids[p]}, {problem.expert_ids[e]}]"
        if (p, e) in seen:
            raise ProblemError(name, "twice", "a seat is pinned once", "drop one of the two")
        seen.add((p, e))
        if problem.forbidden is not None and problem.forbidden[p, e]:
            raise ProblemError(name, "forbidden", "a conflict or refusal stands against it", "unpin the seat")
    _forced_fit(problem)


def _forced_fit(problem: Problem) -> None:
    """Pinned seats alone must not break a rule; the message says which."""
    if not problem.forced:
        return
    project, expert = np.array(problem.forced, dtype=np.int64).T
    load = np.bincount(expert, minlength=problem.n_experts)
    for e in np.flatnonzero(load > problem.load_max)[:1]:
        name = f"forced[{problem.expert_ids[e]}]"
        raise ProblemError(name, int(load[e]), f"the expert's load is at most {problem.load_max[e]}", "unpin a seat")
    seats = np.bincount(project, minlength=problem.n_projects)
    for p in np.flatnonzero(seats > problem.size)[:1]:
        name = f"forced[{problem.project_ids[p]}]"
        raise ProblemError(name, int(seats[p]), f"the panel has {problem.size[p]} seats", "unpin a seat")
    for quota in problem.all_quotas:
        counted = np.bincount(project[quota.members[expert]], minlength=problem.n_projects)
        for p in np.flatnonzero(counted > quota.most)[:1]:
            name = f"forced[{problem.project_ids[p]}]"
            raise ProblemError(name, int(counted[p]), f"at most {quota.most[p]} of {quota.name}", "unpin a seat")
    panels: dict[int, list[int]] = {}
    for p, e in problem.forced:
        panels.setdefault(p, []).append(e)
    for cap in problem.all_caps:
        for p, members in panels.items():
            groups = cap.group[np.isin(cap.expert, members)]
            counts = np.bincount(groups, minlength=1)
            for group in np.flatnonzero(counts > cap.most[p])[:1]:
                raise ProblemError(
                    f"forced[{problem.project_ids[p]}]",
                    [problem.expert_ids[e] for e in sorted(members)],
                    f"at most {cap.most[p]} of {cap.name} {cap.label(int(group))}",
                    "unpin one of them",
                )
