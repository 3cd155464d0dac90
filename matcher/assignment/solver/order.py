"""The order of ids: solvers see every call in it, so that the order of the input cannot change a plan."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from matcher.assignment.certificate import Certificate
from matcher.assignment.names import KEPT_APART
from matcher.assignment.problem import Cap, IntArray, Problem, Quota
from matcher.assignment.result import Floor, Result, Seats
from matcher.assignment.terms import SoftTerm, Spread, Taste


@dataclass(frozen=True, eq=False)
class Ordered:
    """A call with projects and experts in the order of their ids, and where each project, expert and group stood."""

    problem: Problem
    project: IntArray
    expert: IntArray
    groups: dict[str, IntArray]

    def given(self, seats: Seats) -> Seats:
        """Panels as the call was given."""
        moved: list[tuple[int, ...]] = [()] * len(seats)
        for p, panel in enumerate(seats):
            moved[int(self.project[p])] = tuple(sorted(int(self.expert[e]) for e in panel))
        return tuple(moved)


def in_id_order(problem: Problem) -> Ordered:
    """The call in the order of ids; ``project[i]`` is where the i-th project stood. Rules sort by name."""
    project = np.array(sorted(range(problem.n_projects), key=problem.project_ids.__getitem__), dtype=np.int64)
    expert = np.array(sorted(range(problem.n_experts), key=problem.expert_ids.__getitem__), dtype=np.int64)
    unchanged = bool((np.diff(project) > 0).all() and (np.diff(expert) > 0).all())
    moved = problem if unchanged else _moved(problem, project, expert)
    groups: dict[str, IntArray] = {}
    caps: list[Cap] = []
    for cap in sorted(moved.caps, key=lambda cap: cap.name):
        tidy, groups[cap.name] = _tidy(cap)
        caps.append(tidy)
    pairs = [(min(pair), max(pair)) for pair in moved.apart]
    order = sorted(range(len(pairs)), key=pairs.__getitem__)
    groups[KEPT_APART] = np.array(order, dtype=np.int64)
    moved = replace(
        moved,
        quotas=tuple(sorted(moved.quotas, key=lambda quota: quota.name)),
        caps=tuple(caps),
        apart=tuple(pairs[n] for n in order),
        forced=tuple(sorted(moved.forced)),
        soft=tuple(_tidy_term(term) for term in sorted(moved.soft, key=lambda term: term.name)),
    )
    return Ordered(moved, project, expert, groups)


def _moved(problem: Problem, project: IntArray, expert: IntArray) -> Problem:
    back_project, back_expert = np.argsort(project), np.argsort(expert)
    grid = np.ix_(project, expert)
    return replace(
        problem,
        project_ids=tuple(problem.project_ids[p] for p in project),
        expert_ids=tuple(problem.expert_ids[e] for e in expert),
        scores=problem.scores[grid],
        size=problem.size[project],
        load_max=problem.load_max[expert],
        load_min=None if problem.load_min is None else problem.load_min[expert],
        forbidden=None if problem.forbidden is None else problem.forbidden[grid],
        forced=tuple((int(back_project[p]), int(back_expert[e])) for p, e in problem.forced),
        quotas=tuple(Quota(q.name, q.members[expert], q.least[project], q.most[project]) for q in problem.quotas),
        caps=tuple(Cap(c.name, back_expert[c.expert], c.group, c.most[project], c.labels) for c in problem.caps),
        apart=tuple((int(back_expert[a]), int(back_expert[b])) for a, b in problem.apart),
        lead=None if problem.lead is None else problem.lead[expert],
        soft=tuple(_moved_term(term, grid, back_expert) for term in problem.soft),
    )


def _moved_term(term: SoftTerm, grid: tuple[IntArray, ...], back_expert: IntArray) -> SoftTerm:
    if isinstance(term, Taste):
        return Taste(term.name, term.worth[grid])
    return Spread(term.name, back_expert[term.expert], term.group, term.weight)


def _tidy_term(term: SoftTerm) -> SoftTerm:
    if isinstance(term, Taste):
        return term
    tidy, _ = _tidy(Cap(term.name, term.expert, term.group, np.empty(0, dtype=np.int64)))
    return Spread(term.name, tidy.expert, tidy.group, term.weight)


def _tidy(cap: Cap) -> tuple[Cap, IntArray]:
    """Memberships by expert, groups numbered by their first member; and the number that each group had."""
    order = np.lexsort((cap.group, cap.expert))
    expert, group = cap.expert[order], cap.group[order]
    named, first, number = np.unique(group, return_index=True, return_inverse=True)
    by_first = np.argsort(first, kind="stable")
    place = np.empty(len(named), dtype=np.int64)
    place[by_first] = np.arange(len(named))
    group = place[number]
    order = np.lexsort((group, expert))
    old = named[by_first]
    labels = tuple(cap.label(int(g)) for g in old)
    return Cap(cap.name, expert[order], group[order], cap.most, labels), old


def in_given_order(ordered: Ordered, problem: Problem, result: Result, seconds: float) -> Result:
    """A result for the call as it was given."""
    seats = ordered.given(result.seats)
    certificate = _certificate(ordered, problem, result.certificate)
    floor = result.floor and Floor(
        result.floor.mean, result.floor.bound, _certificate(ordered, problem, result.floor.certificate)
    )
    return replace(result, problem=problem, seats=seats, certificate=certificate, floor=floor, seconds=seconds)


def _certificate(ordered: Ordered, problem: Problem, proof: Certificate) -> Certificate:
    """Prices moved back to the places, rules and groups of the given call."""
    inner = ordered.problem
    weight, expert = np.empty_like(proof.weight), np.empty_like(proof.expert)
    weight[ordered.project] = proof.weight
    expert[ordered.expert] = proof.expert
    quota_at = {quota.name: n for n, quota in enumerate(inner.all_quotas)}
    cap_at = {cap.name: n for n, cap in enumerate(problem.all_caps)}
    quota = np.empty_like(proof.quota)
    for n, rule in enumerate(problem.all_quotas):
        quota[ordered.project, n] = proof.quota[:, quota_at[rule.name]]
    row = proof.cap_row.copy()
    for n, cap in enumerate(inner.all_caps):
        mine = proof.cap_row[:, 0] == n
        row[mine, 0] = cap_at[cap.name]
        row[mine, 2] = ordered.groups[cap.name][proof.cap_row[mine, 2]]
    row[:, 1] = ordered.project[proof.cap_row[:, 1]]
    primary = cap_at[inner.all_caps[proof.primary].name] if proof.primary >= 0 else -1
    return Certificate(weight, proof.offset, expert, quota, row, proof.cap_price, primary)
