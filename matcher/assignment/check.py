"""An independent judge of plans: counts every rule anew and recomputes the bound from the stored prices.

Nothing here comes from the solvers: only the description of the call, the panels and the record of prices; shared are
the names of the rules. The arithmetic is plain, project by project, so that an auditor can follow it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from matcher.assignment.errors import FormatError
from matcher.assignment.names import KEPT_APART, LEAD, SIZE, cap_name, quota_name, soft_name
from matcher.assignment.terms import Taste
from matcher.domain.words import Words

if TYPE_CHECKING:
    from matcher.assignment.certificate import Certificate
    from matcher.assignment.problem import Problem
    from matcher.assignment.result import Result

SCALE = 1_000_000
"""Scores count in millionths, as the record says."""

TOTAL, BOUND = Words("总分", "total"), Words("总分上界", "bound")


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule: where, which, what was found and what was allowed."""

    project: str
    rule: Words
    found: str
    allowed: Words

    def __str__(self) -> str:
        zh = f"{self.project or '整体'}：{self.rule.zh}为 {self.found}，应为：{self.allowed.zh}"
        en = f"{self.project or 'call'}: {self.rule.en} is {self.found}, allowed {self.allowed.en}"
        return Words(zh, en).both


def check(problem: Problem, seats: Sequence[Sequence[int]]) -> list[Violation]:
    """Every broken rule of a plan, in the order of projects; empty when the plan is clean."""
    found: list[Violation] = []
    if len(seats) != len(problem.project_ids):
        return [
            Violation("", Words("专家组数量", "number of panels"), str(len(seats)), _just(len(problem.project_ids)))
        ]
    for p, panel in enumerate(seats):
        found += _panel(problem, p, list(panel))
    load = Counter(e for panel in seats for e in panel)
    for e, name in enumerate(problem.expert_ids):
        least = 0 if problem.load_min is None else int(problem.load_min[e])
        if not least <= load[e] <= problem.load_max[e]:
            rule = Words(f"{name} 的工作量", f"load of {name}")
            found.append(Violation("", rule, str(load[e]), _between(least, problem.load_max[e])))
    return found


def _panel(problem: Problem, p: int, panel: list[int]) -> list[Violation]:
    name = problem.project_ids[p]
    strangers = [e for e in panel if not 0 <= e < len(problem.expert_ids)]
    if strangers:
        return [Violation(name, Words("专家序号", "experts"), str(strangers), _between(0, len(problem.expert_ids) - 1))]
    found: list[Violation] = []
    if len(panel) != problem.size[p]:
        found.append(Violation(name, SIZE, str(len(panel)), _just(problem.size[p])))
    for e, times in Counter(panel).items():
        if times > 1:
            rule = Words(f"{problem.expert_ids[e]} 的席位", f"seats of {problem.expert_ids[e]}")
            found.append(Violation(name, rule, str(times), _just(1)))
        if problem.forbidden is not None and problem.forbidden[p, e]:
            rule, allowed = Words("不得安排的专家", "forbidden pair"), Words("无利益冲突", "no conflict")
            found.append(Violation(name, rule, problem.expert_ids[e], allowed))
    for project, expert in problem.forced:
        if project == p and expert not in panel:
            pinned = problem.expert_ids[expert]
            found.append(Violation(name, Words(f"{pinned} 的固定席位", f"pinned seat of {pinned}"), "0", _just(1)))
    return found + _composition(problem, p, panel)


def _composition(problem: Problem, p: int, panel: list[int]) -> list[Violation]:
    name = problem.project_ids[p]
    found: list[Violation] = []
    for quota in problem.quotas:
        count = sum(bool(quota.members[e]) for e in panel)
        if not quota.least[p] <= count <= quota.most[p]:
            allowed = _between(quota.least[p], quota.most[p])
            found.append(Violation(name, quota_name(quota.name), str(count), allowed))
    if problem.lead is not None and not any(problem.lead[e] for e in panel):
        found.append(Violation(name, quota_name(LEAD), "0", Words("至少 1", "at least 1")))
    for cap in problem.caps:
        inside = np.isin(cap.expert, panel)
        for group, count in sorted(Counter(cap.group[inside].tolist()).items()):
            if count > cap.most[p]:
                rule, allowed = cap_name(cap.name, cap.label(group)), _at_most(cap.most[p])
                found.append(Violation(name, rule, str(count), allowed))
    for a, b in problem.apart:
        if a in panel and b in panel:
            pair = f"{problem.expert_ids[a]}, {problem.expert_ids[b]}"
            found.append(Violation(name, cap_name(KEPT_APART), pair, Words("不得同时在组", "not both")))
    return found


def _just(value: object) -> Words:
    return Words(str(value), str(value))


def _between(least: int, most: int) -> Words:
    return Words(f"{least} 至 {most}", f"{least} to {most}")


def _at_most(most: int) -> Words:
    return Words(f"至多 {most}", f"at most {most}")


def total_of(problem: Problem, seats: Sequence[Sequence[int]]) -> float:
    """The sum of the scores of all seats, counted in millionths."""
    return sum(round(float(problem.scores[p, e]) * SCALE) for p, panel in enumerate(seats) for e in panel) / SCALE


def bound_of(problem: Problem, proof: Certificate) -> float:
    """The upper bound that the prices prove, in score units, over every plan the rules allow.

    Raises:
        FormatError: the prices are not those of this call, or one has a sign that proves nothing.
    """
    _check_proof(problem, proof)
    experts = range(len(problem.expert_ids))
    least = np.zeros(len(experts)) if problem.load_min is None else problem.load_min
    bound = proof.offset + sum(
        float(price) * float(problem.load_max[e] if price > 0 else least[e]) for e, price in enumerate(proof.expert)
    )
    quotas = [(quota.members, quota.least, quota.most) for quota in problem.quotas]
    if problem.lead is not None:
        quotas.append((problem.lead, np.ones_like(problem.size), problem.size))
    rows, group_of = _rows_by_project(proof), _group_of(problem, proof.primary)
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
        bound += _best_panel(problem, proof, group_of, p, gain)
    return bound


def _check_proof(problem: Problem, proof: Certificate) -> None:
    """Refuse prices that do not fit the call or prove nothing."""
    remedy = Words("使用求解时写出的方案", "give the plan as the solver wrote it")
    projects, experts = len(problem.project_ids), len(problem.expert_ids)
    quotas = len(problem.quotas) + (problem.lead is not None)
    for name, prices, shape in (
        ("weight", proof.weight, (projects,)),
        ("expert", proof.expert, (experts,)),
        ("quota", proof.quota, (projects, quotas)),
        ("cap_price", proof.cap_price, (len(proof.cap_row),)),
    ):
        if prices.shape != shape or not np.isfinite(prices).all():
            rule = Words(f"应为 {shape} 个有限数", f"finite numbers of shape {shape}")
            raise FormatError(f"certificate.{name}", prices.shape, rule, remedy)
        if name in ("weight", "cap_price") and (prices < 0).any():
            rule = Words("价格与权重不为负", "prices of caps and weights are not negative")
            raise FormatError(f"certificate.{name}", float(prices.min()), rule, remedy)
    kinds = len(problem.caps) + bool(problem.apart)
    if len(proof.cap_row) and not (
        (proof.cap_row >= 0).all() and (proof.cap_row[:, 0] < kinds).all() and (proof.cap_row[:, 1] < projects).all()
    ):
        rule = Words("指向本批次的规则与项目", "it names rules and projects of the call")
        raise FormatError("certificate.cap_row", "outside", rule, remedy)


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


def _group_of(problem: Problem, primary: int) -> dict[int, int]:
    """The group of each expert under the cap that the bound keeps; nobody has one where it keeps none."""
    if not 0 <= primary < len(problem.caps):
        return {}
    cap = problem.caps[primary]
    found: dict[int, int] = {}
    for expert, group in zip(cap.expert.tolist(), cap.group.tolist(), strict=True):
        # Somebody of two groups counts in one only: fewer rules, still a bound.
        found.setdefault(expert, group)
    return found


def _best_panel(
    problem: Problem,
    proof: Certificate,
    group_of: dict[int, int],
    p: int,
    gain: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> float:
    """The most that the panel's seats can gain: pinned seats as they are, the rest best first within one cap."""
    pinned = [e for project, e in problem.forced if project == p]
    worth = float(gain[pinned].sum())
    open_seats = int(problem.size[p]) - len(pinned)
    barred = np.zeros(len(gain), dtype=bool) if problem.forbidden is None else problem.forbidden[p].copy()
    barred[pinned] = True
    room = int(problem.caps[proof.primary].most[p]) if group_of else open_seats
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


def likings_of(problem: Problem, seats: Sequence[Sequence[int]]) -> dict[str, float]:
    """What each soft term adds to the preference of a plan: pair by pair, and panel by panel where groups repeat."""
    likings: dict[str, float] = {}
    for term in problem.soft:
        if isinstance(term, Taste):
            likings[term.name] = sum(float(term.worth[p, e]) for p, panel in enumerate(seats) for e in panel)
        else:
            memberships = list(zip(term.expert.tolist(), term.group.tolist(), strict=True))
            held = [Counter(group for e, group in memberships if e in panel) for panel in map(set, seats)]
            likings[term.name] = -term.weight * sum(count - 1 for groups in held for count in groups.values())
    return likings


def check_soft(
    problem: Problem, seats: Sequence[Sequence[int]], claimed: dict[str, float], tolerance: float = 1e-6
) -> list[Violation]:
    """Soft terms whose claimed worth is not what the plan has."""
    found: list[Violation] = []
    for term, liked in likings_of(problem, seats).items():
        told = claimed.get(term)
        if told is None or abs(told - liked) > tolerance * max(1.0, abs(liked)):
            found.append(Violation("", soft_name(term), str(told), _just(liked)))
    return found


def verify(result: Result, tolerance: float = 1e-6) -> list[Violation]:
    """Everything wrong with a result: broken rules, a total below the claim, a bound that its prices do not prove."""
    problem = result.problem
    found = check(problem, result.seats)
    if found:
        return found
    total, bound = total_of(problem, result.seats), bound_of(problem, result.certificate)
    slack = tolerance * max(1.0, abs(bound))
    if abs(total - result.total) > slack:
        found.append(Violation("", TOTAL, str(result.total), _just(total)))
    if bound > result.bound + slack:
        found.append(Violation("", BOUND, str(result.bound), Words(f"按价格为 {bound}", f"{bound} from the prices")))
    if total > bound + slack:
        found.append(Violation("", TOTAL, str(total), Words(f"至多为上界 {bound}", f"at most the bound {bound}")))
    if result.soft is not None:
        claimed = {term.term: term.preference for term in result.soft.terms}
        found += check_soft(problem, result.seats, claimed, tolerance)
        liked, most = sum(likings_of(problem, result.seats).values()), result.soft.bound
        if most is not None and liked > most + tolerance * max(1.0, abs(most)):
            allowed = Words(f"至多为上界 {most}", f"at most the bound {most}")
            found.append(Violation("", Words("软性条件", "soft terms"), str(liked), allowed))
        if total < result.soft.least_total - slack:
            least = result.soft.least_total
            allowed = Words(f"计入软性条件后至少 {least}", f"at least {least} beside soft terms")
            found.append(Violation("", TOTAL, str(total), allowed))
    return found
