"""An independent judge of draws: whether an urn gives every panel its seats, keeps the cap and is good enough.

Nothing here comes from the makers of urns: the arithmetic is plain, pair by pair, on the counts and the plans as they
are told. The optimum is judged by the prices of the best plan (``check.bound_of``).
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from matcher.assignment.check import SCALE, TOTAL, Violation, check, total_of, verify
from matcher.assignment.names import FORBIDDEN, LOAD, SIZE
from matcher.domain.words import Words

if TYPE_CHECKING:
    from matcher.assignment.lots.draw import Draw
    from matcher.assignment.lots.urn import Urn
    from matcher.assignment.problem import Problem

CAP = Words("抽中概率", "probability")
EXPECTED = Words("期望总分", "expected total")
DRAWN = Words("抽中的专家", "drawn experts")


def verify_draw(problem: Problem, drawn: Draw) -> list[Violation]:
    """Everything wrong with a draw: its panels, its urn, its expected total against the proven best, its record."""
    urn, record = drawn.urn, drawn.record
    found = check(problem, drawn.seats) + verify(drawn.best) + check_urn(urn, record.rules.cap)
    if found:
        return found
    inside = urn.probabilities()
    for p, panel in enumerate(drawn.seats):
        project = problem.project_ids[p]
        strangers = [e for e in panel if (project, problem.expert_ids[e]) not in inside]
        if strangers:
            found.append(_violation(project, DRAWN, problem.expert_ids[strangers[0]], "在签筒中", "in the urn"))
    best = total_of(problem, drawn.best.seats)
    least = best - record.rules.epsilon * abs(best)
    expected = _expected(urn)
    if expected < least - 1e-6 * max(1.0, abs(best)):
        found.append(_violation("", EXPECTED, f"{expected}", f"至少 {least}", f"at least {least}"))
    for told, value, rule in (
        (record.expected_total, expected, EXPECTED),
        (record.best_total, best, TOTAL),
        (record.highest_probability, _highest(urn), CAP),
    ):
        if not math.isclose(told, value, rel_tol=1e-9, abs_tol=1e-9):
            found.append(_violation("", rule, f"{told}", f"{value}", f"{value}"))
    return found


def check_urn(urn: Urn, cap: float) -> list[Violation]:
    """Broken promises of an urn: seats and loads on the average, pairs that may not be, pins, the cap, the plans."""
    problem, size = urn.problem, urn.size
    found: list[Violation] = []
    seats, load = Counter[int](), Counter[int]()
    pinned = set(problem.forced)
    counts = dict(zip(zip(urn.project.tolist(), urn.expert.tolist(), strict=True), urn.count.tolist(), strict=True))
    for (p, e), count in counts.items():
        seats[p] += count
        load[e] += count
        project, pair = problem.project_ids[p], f"{problem.expert_ids[e]}: {count}/{size}"
        if problem.forbidden is not None and problem.forbidden[p, e]:
            found.append(_violation(project, FORBIDDEN, pair, "无利益冲突", "no conflict"))
        if not 0 < count <= (size if (p, e) in pinned else cap * size + 1e-9):
            found.append(_violation(project, CAP, pair, f"至多 {cap}", f"at most {cap}"))
    for p, e in sorted(pinned):
        if counts.get((p, e), 0) != size:
            pair = f"{problem.expert_ids[e]}: {counts.get((p, e), 0)}/{size}"
            found.append(_violation(problem.project_ids[p], CAP, pair, "固定席位为 1", "1 for a pinned seat"))
    for p, name in enumerate(problem.project_ids):
        if seats[p] != size * int(problem.size[p]):
            found.append(_violation(name, SIZE, f"{seats[p]}/{size}", f"{problem.size[p]}", f"{problem.size[p]}"))
    for e, name in enumerate(problem.expert_ids):
        least = 0 if problem.load_min is None else int(problem.load_min[e])
        if not least * size <= load[e] <= int(problem.load_max[e]) * size:
            allowed = f"{least} 至 {problem.load_max[e]}", f"{least} to {problem.load_max[e]}"
            found.append(_violation("", LOAD, f"{name}: {load[e]}/{size}", *allowed))
    return found + _check_list(urn, counts)


def _check_list(urn: Urn, counts: dict[tuple[int, int], int]) -> list[Violation]:
    """Listed plans one by one, and whether the counts are theirs."""
    found = [violation for plan in urn.plans for violation in check(urn.problem, plan)]
    listed = Counter((p, e) for plan in urn.plans for p, panel in enumerate(plan) for e in panel)
    if urn.plans and listed != Counter(counts):
        found.append(_violation("", CAP, "counts", "与名单一致", "those of the list"))
    return found


def _expected(urn: Urn) -> float:
    scores = urn.problem.scores
    pairs = zip(urn.project.tolist(), urn.expert.tolist(), urn.count.tolist(), strict=True)
    points = sum(round(float(scores[p, e]) * SCALE) * int(count) for p, e, count in pairs)
    return points / (SCALE * urn.size)


def _highest(urn: Urn) -> float:
    pairs = zip(urn.project.tolist(), urn.expert.tolist(), urn.count.tolist(), strict=True)
    pinned = set(urn.problem.forced)
    return max((int(count) for p, e, count in pairs if (p, e) not in pinned), default=0) / urn.size


def _violation(project: str, rule: Words, found: str, zh: str, en: str) -> Violation:
    return Violation(project, rule, found, Words(zh, en))
