"""Small random calls for panels, and every plan that they allow."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from matcher.assignment.problem import Cap, Problem, Quota


def random_call(seed: int, projects: int = 3, experts: int = 6, rich: bool = True) -> Problem:
    """A call with few seats and, where ``rich``, every kind of rule; it may have no plan."""
    random = np.random.default_rng(seed)
    size = random.integers(1, 4, projects)
    load = random.integers(1, projects + 1, experts)
    scores = (random.integers(0, 21, (projects, experts)) / 20).astype(np.float32)
    forbidden = random.random((projects, experts)) < 0.12
    quotas: tuple[Quota, ...] = ()
    caps: tuple[Cap, ...] = ()
    apart: tuple[tuple[int, int], ...] = ()
    lead = None
    least = None
    if rich:
        role = random.integers(0, 2, experts) == 0
        quotas = (Quota("industry", role, np.minimum(random.integers(0, 2, projects), size), size),)
        unit = random.integers(0, max(2, experts // 2), experts)
        second = random.integers(0, experts, 1)
        expert = np.concatenate([np.arange(experts), second])
        group = np.concatenate([unit, (unit[second] + 1)])
        caps = (
            Cap("unit", expert, group, np.ones(projects, dtype=np.int64)),
            Cap("region", np.arange(experts), random.integers(0, 2, experts), np.maximum(size - 1, 1)),
        )
        apart = ((0, 1),) if random.random() < 0.3 else ()
        lead = random.random(experts) < 0.7 if random.random() < 0.3 else None
        least = (random.random(experts) < 0.15).astype(np.int64) if random.random() < 0.3 else None
    return Problem(
        project_ids=tuple(f"p{i}" for i in range(projects)),
        expert_ids=tuple(f"e{i}" for i in range(experts)),
        scores=scores,
        size=size,
        load_max=load,
        load_min=least,
        forbidden=forbidden,
        quotas=quotas,
        caps=caps,
        apart=apart,
        lead=lead,
    )


def every_plan(problem: Problem) -> Iterator[tuple[tuple[int, ...], ...]]:
    """All plans that keep every rule, by trying all panels of each project in turn."""
    panels = [
        [panel for panel in combinations(range(problem.n_experts), int(problem.size[p])) if _fits(problem, p, panel)]
        for p in range(problem.n_projects)
    ]
    yield from _extend(problem, panels, (), [0] * problem.n_experts)


def best_by_hand(problem: Problem) -> tuple[float, float] | None:
    """The largest total, and the largest mean of the weakest panel; none when there is no plan."""
    worth = problem.scores.astype(np.float64)
    best: tuple[float, float] | None = None
    for plan in every_plan(problem):
        sums = [sum(round(worth[p, e] * 1e6) for e in panel) / 1e6 for p, panel in enumerate(plan)]
        total, weakest = sum(sums), min(s / len(panel) for s, panel in zip(sums, plan, strict=True))
        best = (total, weakest) if best is None else (max(best[0], total), max(best[1], weakest))
    return best


def _fits(problem: Problem, p: int, panel: tuple[int, ...]) -> bool:  # noqa: PLR0911 - one return per rule
    members = set(panel)
    if problem.forbidden is not None and problem.forbidden[p, list(panel)].any():
        return False
    if any(not quota.least[p] <= sum(quota.members[e] for e in panel) <= quota.most[p] for quota in problem.quotas):
        return False
    if problem.lead is not None and not problem.lead[list(panel)].any():
        return False
    if any(a in members and b in members for a, b in problem.apart):
        return False
    if any(e not in members for project, e in problem.forced if project == p):
        return False
    for cap in problem.caps:
        seated = [g for e, g in zip(cap.expert.tolist(), cap.group.tolist(), strict=True) if e in members]
        if any(seated.count(g) > cap.most[p] for g in seated):
            return False
    return True


def _extend(
    problem: Problem, panels: list[list[tuple[int, ...]]], plan: tuple[tuple[int, ...], ...], load: list[int]
) -> Iterator[tuple[tuple[int, ...], ...]]:
    if len(plan) == problem.n_projects:
        if all(count >= least for count, least in zip(load, problem.least_load.tolist(), strict=True)):
            yield plan
        return
    for panel in panels[len(plan)]:
        raised = list(load)
        for e in panel:
            raised[e] += 1
        if all(count <= most for count, most in zip(raised, problem.load_max.tolist(), strict=True)):
            yield from _extend(problem, panels, (*plan, panel), raised)
