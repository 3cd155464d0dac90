"""Why a call has no plan: the fewest projects and rules that block, and the cheapest way out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack

from matcher.assignment.errors import AssignmentError
from matcher.assignment.names import FORBIDDEN, KEPT_APART, LEAD, LOAD, LOAD_MAX, LOAD_MIN, SIZE, cap_name, quota_name
from matcher.assignment.problem import Problem
from matcher.assignment.solver.arcs import Arcs, all_arcs, first_arcs, is_forced
from matcher.assignment.solver.part import of_projects
from matcher.assignment.solver.rows import Floats, Rows, rows_of
from matcher.assignment.solver.shortage import Cause, count_shortages
from matcher.domain.words import Words

COSTS = {"size": 5.0, "load": 1.0, "quota": 2.0, "cap": 2.0}
"""What one step of each rule costs in the cheapest relaxation: an extra seat of work is easier to ask for than a
waived rule, and an empty seat is the last resort."""

ALL_PAIRS = 200_000
"""Up to this many pairs the relaxation looks at all of them."""

COUNTED_PAIRS, COUNTED_WIDTH = 5_000, 20
"""Where counting has named the cause: all pairs up to so many, beyond that so many experts per panel."""

NODES = 200
INFEASIBLE = 2

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Change:
    """One step of a relaxation: which rule gives way, where, and by how many seats."""

    rule: Words
    subject: str
    by: int

    @property
    def words(self) -> Words:
        """The step as a person reads it."""
        step = "增加" if self.by > 0 else "减少"
        verb = step if self.rule in (SIZE, LOAD_MAX, LOAD_MIN) else "放宽"
        return Words(
            f"{self.subject} 的{self.rule.zh}{verb} {abs(self.by)}", f"{self.rule.en} of {self.subject} by {self.by:+d}"
        )


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What blocks, and the cheapest relaxation found; ``is_cheapest`` when no cheaper one exists."""

    causes: tuple[Cause, ...]
    changes: tuple[Change, ...]
    is_cheapest: bool

    @property
    def summary(self) -> Words:
        """The causes in one line."""
        told, more = Words.joined([cause.text for cause in self.causes[:5]]), " …" if len(self.causes) > 5 else ""
        return Words(told.zh + more, told.en + more)

    @property
    def remedy(self) -> Words:
        """The cheapest relaxation in words."""
        if not self.changes:
            return Words("放宽所列规则之一，或扩充专家库", "relax one of the named rules or enlarge the pool")
        steps, more = [change.words for change in self.changes[:8]], " …" if len(self.changes) > 8 else ""
        zh, en = "、".join(step.zh for step in steps), ", ".join(step.en for step in steps)
        return Words(f"把 {zh}{more}", f"change {en}{more}")


class Blocked(AssignmentError):  # noqa: N818 - a state of the call that carries its reasons, not a slip
    """The rules leave no plan; ``diagnosis`` names the projects and rules that block."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        rule = Words("各项规则不能同时成立", "its rules cannot all hold")
        super().__init__("call", diagnosis.summary, rule, diagnosis.remedy)
        self.diagnosis = diagnosis


def diagnose(problem: Problem) -> Diagnosis | None:
    """Why a call has no plan; none when it has one.

    Counting comes first (milliseconds); else an elastic program finds the cheapest relaxation and a deletion filter
    the smallest set of projects and rules that block: each of them is needed for the contradiction.
    """
    causes = count_shortages(problem)
    arcs = _sample(problem) if causes else _pairs(problem)
    way_out = _relaxation(problem, arcs)
    if not causes and way_out is not None and not way_out[0]:
        return None
    changes, proven = way_out if way_out is not None else ((), False)
    is_cheapest = proven and len(arcs) == np.count_nonzero(problem.allowed(slice(None)))
    return Diagnosis(tuple(causes) or (_smallest_conflict(problem, arcs),), changes, is_cheapest)


def _sample(problem: Problem) -> Arcs:
    """Pairs enough to find a way out of a shortage that was counted, within the tenth of a second that it may take.

    Scores do not matter here, and each panel's best would be the same few experts: chance spreads the pairs over
    everybody who has work to give. Measured on 200 x 1,000 (CPU): 4 s over all pairs, .1 s over these.
    """
    if problem.n_projects * problem.n_experts <= COUNTED_PAIRS:
        return all_arcs(problem)
    spread = np.random.default_rng(0).random(problem.scores.shape, dtype=np.float32) + (problem.load_max > 0)
    return first_arcs(replace(problem, scores=spread), COUNTED_WIDTH)


def _pairs(problem: Problem) -> Arcs:
    few = problem.n_projects * problem.n_experts <= ALL_PAIRS
    return all_arcs(problem) if few else first_arcs(problem, 60)


def _relaxation(problem: Problem, arcs: Arcs) -> tuple[tuple[Change, ...], bool] | None:
    """The cheapest changes that leave a plan, and whether that is proven."""
    rows = rows_of(problem, arcs)
    kinds = _kinds(problem, rows)
    cost = np.array([COSTS[kind] for kind in kinds])
    solution = _elastic(problem, arcs, rows, cost)
    if solution is None:
        return None
    slack, proven = solution
    changes = []
    for row in np.flatnonzero(np.abs(slack) > 0.5):
        by = -round(float(slack[row]))
        rule, subject = _name(problem, rows, int(row))
        changes.append(Change((LOAD_MAX if by > 0 else LOAD_MIN) if rule == LOAD else rule, subject, by))
    return tuple(changes), proven


def _elastic(problem: Problem, arcs: Arcs, rows: Rows, cost: Floats) -> tuple[Floats, bool] | None:
    """(m,) how far each row is missed in the cheapest plan: positive below its least, negative above its most."""
    n, m = len(arcs), len(rows.lower)
    unit = eye_array(m, format="csr")
    solution = milp(
        np.concatenate([np.zeros(n), cost, cost]),
        constraints=LinearConstraint(hstack([csr_array(rows.matrix), unit, -unit]), rows.lower, rows.upper),
        integrality=np.concatenate([np.ones(n), np.zeros(2 * m)]),
        bounds=Bounds(
            np.concatenate([is_forced(problem, arcs).astype(float), np.zeros(2 * m)]),
            np.concatenate([np.ones(n), np.where(rows.lower > 0, np.inf, 0.0), _may_exceed(problem, rows)]),
        ),
        options={"node_limit": NODES},
    )
    if solution.x is None:
        return None
    return solution.x[n : n + m] - solution.x[n + m :], solution.status == 0


def _may_exceed(problem: Problem, rows: Rows) -> Floats:
    """Every most count may be exceeded except the size of a panel."""
    room = np.full(len(rows.upper), np.inf)
    room[: problem.n_projects] = 0.0
    return room


def _kinds(problem: Problem, rows: Rows) -> list[str]:
    return (
        ["size"] * problem.n_projects
        + ["load"] * problem.n_experts
        + ["quota"] * len(rows.quota)
        + ["cap"] * len(rows.cap)
    )


def _name(problem: Problem, rows: Rows, row: int) -> tuple[Words, str]:
    """Rule and subject of a row."""
    if row < problem.n_projects:
        return SIZE, problem.project_ids[row]
    row -= problem.n_projects
    if row < problem.n_experts:
        return LOAD, problem.expert_ids[row]
    row -= problem.n_experts
    if row < len(rows.quota):
        quota = problem.all_quotas[rows.quota[row]]
        return quota_name(quota.name), problem.project_ids[rows.quota_project[row]]
    row -= len(rows.quota)
    cap = problem.all_caps[rows.cap[row]]
    return cap_name(cap.name, cap.label(int(rows.cap_group[row]))), problem.project_ids[rows.cap_project[row]]


def _smallest_conflict(problem: Problem, arcs: Arcs) -> Cause:
    """Projects and rules of which none can be dropped without leaving a plan."""
    everywhere = np.arange(problem.n_projects)

    def blocks_projects(kept: list[int]) -> bool:
        return _is_blocked(of_projects(problem, np.array(kept, dtype=np.int64)))

    kept = _minimal([int(p) for p in everywhere], blocks_projects)
    core = of_projects(problem, np.array(kept, dtype=np.int64))
    rules = [LOAD_MAX, *(quota_name(q.name) for q in core.quotas), *(cap_name(c.name) for c in core.caps)]
    rules += [LOAD_MIN] * (core.load_min is not None) + [cap_name(KEPT_APART)] * bool(core.apart)
    rules += [quota_name(LEAD)] * (core.lead is not None) + [FORBIDDEN] * (core.forbidden is not None)
    needed = _minimal(rules, lambda some: _is_blocked(_under(core, {rule.en for rule in some})))
    projects = tuple(problem.project_ids[p] for p in kept)
    named, names = projects[:6], tuple(rule.en for rule in needed)
    zh = f"{len(projects)} 个专家组（{'、'.join(named)}）无法同时满足：{'、'.join(rule.zh for rule in needed)}"
    en = f"{len(projects)} panels ({', '.join(named)}) cannot be filled together under {', '.join(names)}"
    return Cause(projects, names, Words(zh, en))


def _minimal(items: list[Item], blocked: Callable[[list[Item]], bool]) -> list[Item]:
    """A subset that still blocks and of which every item is needed: halves are dropped while that still blocks."""
    kept = list(items)
    chunk = max(1, len(kept) // 2)
    while True:
        start = 0
        while start < len(kept):
            fewer = kept[:start] + kept[start + chunk :]
            if fewer and blocked(fewer):
                kept = fewer
            else:
                start += chunk
        if chunk == 1:
            return kept
        chunk = max(1, chunk // 2)


def _is_blocked(problem: Problem) -> bool:
    arcs = _pairs(problem)
    rows = rows_of(problem, arcs)
    solution = milp(
        np.zeros(len(arcs)),
        constraints=LinearConstraint(rows.matrix, rows.lower, rows.upper),
        integrality=np.ones(len(arcs)),
        bounds=Bounds(is_forced(problem, arcs).astype(float), 1.0),
        options={"node_limit": NODES},
    )
    return int(solution.status) == INFEASIBLE


def _under(problem: Problem, rules: set[str]) -> Problem:
    """The call under some of its rules only."""
    return replace(
        problem,
        load_max=problem.load_max if LOAD_MAX.en in rules else np.full_like(problem.load_max, problem.n_projects),
        load_min=problem.load_min if LOAD_MIN.en in rules else None,
        forbidden=problem.forbidden if FORBIDDEN.en in rules else None,
        quotas=tuple(quota for quota in problem.quotas if quota.name in rules),
        caps=tuple(cap for cap in problem.caps if cap.name in rules),
        apart=problem.apart if KEPT_APART in rules else (),
        lead=problem.lead if LEAD in rules else None,
    )
