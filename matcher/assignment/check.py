"""An independent judge of plans: counts every rule anew and recomputes the bound from the stored prices.

Nothing here comes from the solvers: only the description of the call, the panels and the record of prices. The
arithmetic is plain, project by project, so that an auditor can follow it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matcher.assignment.certificate import Certificate
    from matcher.assignment.problem import Problem
    from matcher.assignment.result import Result

SCALE = 1_000_000
"""Scores count in millionths, as the record says."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule: where, which, what was found and what was allowed."""

    project: str
    rule: str
    found: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.project or 'call'}: {self.rule} is {self.found}, allowed {self.allowed}"


def check(problem: Problem, seats: Sequence[Sequence[int]]) -> list[Violation]:
    """Every broken rule of a plan, in the order of projects; empty when the plan is clean."""
    found: list[Violation] = []
    if len(seats) != len(problem.project_ids):
        return [Violation("", "number of panels", str(len(seats)), str(len(problem.project_ids)))]
    for p, panel in enumerate(seats):
        found += _panel(problem, p, list(panel))
    load = Counter(e for panel in seats for e in panel)
    for e, name in enumerate(problem.expert_ids):
        least = 0 if problem.load_min is None else int(problem.load_min[e])
        if not least <= load[e] <= problem.load_max[e]:
            found.append(Violation("", f"load of {name}", str(load[e]), f"{least} to {problem.load_max[e]}"))
    return found


def _panel(problem: Problem, p: int, panel: list[int]) -> list[Violation]:
    name = problem.project_ids[p]
    strangers = [e for e in panel if not 0 <= e < len(problem.expert_ids)]
    if strangers:
        return [Violation(name, "experts", str(strangers), f"0 to {len(problem.expert_ids) - 1}")]
    found: list[Violation] = []
    if len(panel) != problem.size[p]:
        found.append(Violation(name, "size", str(len(panel)), str(problem.size[p])))
    for e, times in Counter(panel).items():
        if times > 1:
            found.append(Violation(name, f"seats of {problem.expert_ids[e]}", str(times), "1"))
        if problem.forbidden is not None and problem.forbidden[p, e]:
            found.append(Violation(name, "forbidden pair", problem.expert_ids[e], "no conflict"))
    for project, expert in problem.forced:
        if project == p and expert not in panel:
            found.append(Violation(name, "pinned seat", "empty", problem.expert_ids[expert]))
    return found + _composition(problem, p, panel)


def _composition(problem: Problem, p: int, panel: list[int]) -> list[Violation]:
    name = problem.project_ids[p]
    found: list[Violation] = []
    for quota in problem.quotas:
        count = sum(bool(quota.members[e]) for e in panel)
        if not quota.least[p] <= count <= quota.most[p]:
            found.append(Violation(name, quota.name, str(count), f"{quota.least[p]} to {quota.most[p]}"))
    if problem.lead is not None and not any(problem.lead[e] for e in panel):
        found.append(Violation(name, "lead reviewer", "nobody may lead", "at least 1"))
    for cap in problem.caps:
        inside = np.isin(cap.expert, panel)
        for group, count in sorted(Counter(cap.group[inside].tolist()).items()):
            if count > cap.most[p]:
                found.append(Violation(name, f"{cap.name} {cap.label(group)}", str(count), f"at most {cap.most[p]}"))
    for a, b in problem.apart:
        if a in panel and b in panel:
            pair = f"{problem.expert_ids[a]}, {problem.expert_ids[b]}"
            found.append(Violation(name, "kept apart", pair, "not both"))
    return found


def total_of(problem: Problem, seats: Sequence[Sequence[int]]) -> float:
    """The sum of the scores of all seats, counted in millionths."""
    return sum(round(float(problem.scores[p, e]) * SCALE) for p, panel in enumerate(seats) for e in panel) / SCALE


def bound_of(problem: Problem, proof: Certificate) -> float:
    """The upper bound that the prices prove, in score units, over every plan the rules allow.

    Raises:
        ValueError: a price has a sign that proves nothing.
    """
    if (proof.cap_price < 0).any() or (proof.weight < 0).any():
        raise ValueError("certificate: prices of caps and weights are not negative")
    experts = range(len(problem.expert_ids))
    least = np.zeros(len(experts)) if problem.load_min is None else problem.load_min
    bound = proof.offset + sum(
        float(price) * float(problem.load_max[e] if price > 0 else least[e]) for e, price in enumerate(proof.expert)
    )
    quotas = [(quota.members, quota.least, quota.most) for quota in problem.quotas]
    if problem.lead is not None:
        quotas.append((problem.lead, np.ones_like(problem.size), problem.size))
    rows = _rows_by_project(proof)
    caps = _groups_by_cap(problem)
    apart = len(problem.caps)
    for p in range(len(problem.project_ids)):
        gain = np.rint(problem.scores[p].astype(np.float64) * SCALE) / SCALE * proof.weight[p] - proof.expert
        for number, (members, low, high) in enumerate(quotas):
            reward = float(proof.quota[p, number])
            gain = gain + reward * members
            bound -= reward * float(low[p] if reward > 0 else high[p])
        for cap, group, price in rows.get(p, ()):
            gain[caps[cap][group]] -= price
            bound += price * (1.0 if cap == apart else float(problem.caps[cap].most[p]))
        bound += _best_panel(problem, proof.primary, p, gain)
    return bound


def _rows_by_project(proof: Certificate) -> dict[int, list[tuple[int, int, float]]]:
    rows: dict[int, list[tuple[int, int, float]]] = {}
    for (cap, p, group), price in zip(proof.cap_row.tolist(), proof.cap_price.tolist(), strict=True):
        rows.setdefault(p, []).append((cap, group, price))
    return rows


def _groups_by_cap(problem: Problem) -> list[dict[int, list[int]]]:
    """Members of each group, per cap; pairs kept apart come last."""
    groups: list[dict[int, list[int]]] = []
    for cap in problem.caps:
        members: dict[int, list[int]] = {}
        for expert, group in zip(cap.expert.tolist(), cap.group.tolist(), strict=True):
            members.setdefault(group, []).append(expert)
        groups.append(members)
    groups.append({number: list(pair) for number, pair in enumerate(problem.apart)})
    return groups


def _best_panel(problem: Problem, primary: int, p: int, gain: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    """The most that the panel's seats can gain: pinned seats as they are, the rest best first within one cap."""
    pinned = [e for project, e in problem.forced if project == p]
    worth = float(gain[pinned].sum())
    open_seats = int(problem.size[p]) - len(pinned)
    barred = np.zeros(len(gain), dtype=bool) if problem.forbidden is None else problem.forbidden[p].copy()
    barred[pinned] = True
    group_of: dict[int, int] = {}
    room = open_seats
    if 0 <= primary < len(problem.caps):
        cap = problem.caps[primary]
        room = int(cap.most[p])
        for expert, group in zip(cap.expert.tolist(), cap.group.tolist(), strict=True):
            # Somebody of two groups counts in one only: fewer rules, still a bound.
            group_of.setdefault(expert, group)
    taken: Counter[int] = Counter()
    for e in np.argsort(-gain, kind="stable").tolist():
        if not open_seats:
            break
        group = group_of.get(e)
        if barred[e] or (group is not None and taken[group] >= room):
            continue
        if group is not None:
            taken[group] += 1
        worth += float(gain[e])
        open_seats -= 1
    return worth


def verify(result: Result, tolerance: float = 1e-6) -> list[Violation]:
    """Everything wrong with a result: broken rules, a total below the claim, a bound that its prices do not prove."""
    problem = result.problem
    found = check(problem, result.seats)
    if found:
        return found
    total, bound = total_of(problem, result.seats), bound_of(problem, result.certificate)
    slack = tolerance * max(1.0, abs(bound))
    if abs(total - result.total) > slack:
        found.append(Violation("", "total", str(result.total), str(total)))
    if bound > result.bound + slack:
        found.append(Violation("", "bound", str(result.bound), f"{bound} from the prices"))
    if total > bound + slack:
        found.append(Violation("", "total", str(total), f"at most the bound {bound}"))
    if result.soft is not None and problem.preference is not None:
        liked = sum(float(problem.preference[p, e]) for p, panel in enumerate(result.seats) for e in panel)
        if abs(liked - result.soft.preference) > tolerance * max(1.0, abs(liked)):
            found.append(Violation("", "soft terms", str(result.soft.preference), str(liked)))
        if total < result.soft.least_total - slack:
            found.append(Violation("", "total", str(total), f"at least {result.soft.least_total} beside soft terms"))
    return found
