"""Regulated draw (随机抽取): panels drawn among near-best plans, replayable from the record by anybody.

A draw first makes a list of plans, each obeying every hard rule and within ``epsilon`` of the best total, in which no
pair of project and expert appears more often than ``cap`` allows; then the seed picks one. So nobody's chance to sit in
a given panel exceeds the cap, and quality is not left to chance. The record holds the seed, the hash of the call
and the hash of the list; ``replay`` makes the list again and compares.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np

from matcher.assignment.errors import ChangeError
from matcher.assignment.order import in_id_order
from matcher.assignment.problem import POINTS, FloatArray, IntArray, Problem
from matcher.assignment.result import Goal, Listener, Progress, Result, Seats
from matcher.assignment.solve import solve
from matcher.domain.words import Words

HALVINGS = 12
"""Times that the noise is halved to bring a plan within epsilon; then it is none."""


@dataclass(frozen=True, slots=True)
class DrawRules:
    """How much is left to chance.

    Args:
        epsilon: every plan of the list has at least (1 - epsilon) of the best total.
        cap: highest probability of any pair of project and expert; pinned seats are exempt.
        plans: length of the list.
    """

    epsilon: float = 0.05
    cap: float = 0.5
    plans: int = 20

    def __post_init__(self) -> None:
        if not 0 < self.epsilon < 1:
            raise ChangeError(
                "epsilon",
                self.epsilon,
                Words("须为总分的比例，在 0 与 1 之间", "a share of the total between 0 and 1"),
                Words("填 0.05", "use 0.05"),
            )
        if not 0 < self.cap <= 1:
            raise ChangeError(
                "cap",
                self.cap,
                Words("须为概率，大于 0，至多 1", "a probability above 0, at most 1"),
                Words("填 0.5", "use 0.5"),
            )
        if self.plans < 1 or int(self.cap * self.plans) < 1:
            raise ChangeError(
                "plans",
                self.plans,
                Words("cap 与 plans 之积须至少为 1", "cap x plans is at least one"),
                Words("增加备选方案数", "make the list longer"),
            )


@dataclass(frozen=True, slots=True)
class DrawRecord:
    """What an auditor needs: given the call, everything follows from these values."""

    seed: str
    rules: DrawRules
    pool_hash: str
    list_hash: str
    number: int
    best_total: float
    totals: tuple[float, ...]
    highest_probability: float


@dataclass(frozen=True, slots=True)
class Draw:
    """The drawn panels and the record of how they came about."""

    seats: Seats
    record: DrawRecord


def draw(problem: Problem, seed: str, rules: DrawRules | None = None, progress: Listener = lambda _: None) -> Draw:
    """Draw panels; the same call, seed and rules draw the same panels.

    Args:
        problem: the call.
        seed: announced before the draw, any text: a lottery number, a hash fixed beforehand.
        rules: how much is left to chance.
        progress: called after each plan.

    Raises:
        Blocked: the rules leave no plan, or the cap leaves too few within epsilon; a wider epsilon or cap helps.
    """
    rules = rules or DrawRules()
    problem = replace(problem, soft=())  # chance decides where the draw is free, not the soft terms
    best = solve(problem, Goal(floor_share=None), progress=progress)
    plans = _plans(problem, best, seed, rules, progress)
    number = int.from_bytes(_digest(seed, "pick", pool_hash(problem)), "big") % len(plans)
    used = _uses(problem, plans)
    totals = tuple(total for _, total in plans)
    record = DrawRecord(
        seed=seed,
        rules=rules,
        pool_hash=pool_hash(problem),
        list_hash=_list_hash(problem, [seats for seats, _ in plans]),
        number=number,
        best_total=best.total,
        totals=totals,
        highest_probability=int(used.max(initial=0)) / len(plans),
    )
    return Draw(plans[number][0], record)


def replay(problem: Problem, record: DrawRecord, seats: Seats) -> list[str]:
    """Draw again from a record; every difference in words, empty when the record holds."""
    if pool_hash(problem) != record.pool_hash:
        return [f"the call is not the one of the record: hash {pool_hash(problem)}, recorded {record.pool_hash}"]
    again = draw(problem, record.seed, record.rules)
    found = []
    if again.record.list_hash != record.list_hash:
        found.append(f"the list of plans differs: hash {again.record.list_hash}, recorded {record.list_hash}")
    if again.record.number != record.number:
        found.append(f"the seed picks plan {again.record.number}, recorded {record.number}")
    if again.seats != tuple(tuple(sorted(panel)) for panel in seats):
        found.append("the panels differ from those drawn")
    return found


def pool_hash(problem: Problem) -> str:
    """SHA-256 of everything in the call that can change a plan, whatever the order of its projects and experts."""
    ordered = in_id_order(problem).problem
    digest = hashlib.sha256()
    for ids in (ordered.project_ids, ordered.expert_ids):
        digest.update("\x1f".join(ids).encode() + b"\x1e")
    arrays = [ordered.scores.astype("<f4"), ordered.size, ordered.load_max, ordered.least_load]
    arrays += [ordered.allowed(slice(None)), np.array(ordered.forced, dtype=np.int64), np.array(ordered.apart)]
    arrays += [array for q in ordered.all_quotas for array in (q.members, q.least, q.most)]
    arrays += [array for c in ordered.caps for array in (c.expert, c.group, c.most)]
    for array in arrays:
        digest.update(f"{array.shape}{array.dtype.kind}".encode())
        digest.update(np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).tobytes())
    for name in (*(q.name for q in ordered.all_quotas), *(c.name for c in ordered.caps)):
        digest.update(name.encode() + b"\x1e")
    return digest.hexdigest()


def _plans(
    problem: Problem, best: Result, seed: str, rules: DrawRules, progress: Listener
) -> list[tuple[Seats, float]]:
    most = int(rules.cap * rules.plans + 1e-9)
    used = np.zeros((problem.n_projects, problem.n_experts), dtype=np.int64)
    plans: list[tuple[Seats, float]] = []
    for number in range(rules.plans):
        spent = used >= most
        for p, e in problem.forced:
            spent[p, e] = False
        capped = replace(problem, forbidden=(problem.allowed(slice(None)) ^ True) | spent)
        seats, total = _near_best(capped, best.total * (1 - rules.epsilon), _noise(problem, seed, number))
        plans.append((seats, total))
        for p, panel in enumerate(seats):
            used[p, list(panel)] += 1
        progress(Progress("draw", number, bound=best.total, total=total))
    return plans


def _near_best(problem: Problem, least: float, noise: FloatArray) -> tuple[Seats, float]:
    """A plan that follows the noise as far as the total allows."""
    strength = float(problem.scores.max() - problem.scores.min())
    for step in range(HALVINGS + 1):
        scores = problem.scores + noise * np.float32(strength if step < HALVINGS else 0.0)
        seats = solve(replace(problem, scores=scores.astype(np.float32)), Goal(floor_share=None, gap=1e-3)).seats
        total = _total(problem, seats)
        if total >= least:
            return seats, total
        strength /= 2
    raise ChangeError(
        "cap",
        Words("过低", "too low"),
        Words(
            f"在此上限下其余方案的总分最高为 {total:.4f}，epsilon 要求 {least:.4f}",
            f"under it the best further plan has {total:.4f}, epsilon asks for {least:.4f}",
        ),
        Words("放宽 epsilon 或 cap", "widen epsilon or the cap"),
    )


def _total(problem: Problem, seats: Seats) -> float:
    pairs = np.array([(p, e) for p, panel in enumerate(seats) for e in panel], dtype=np.int64)
    return float(problem.points(pairs[:, 0], pairs[:, 1]).sum()) / POINTS


def _noise(problem: Problem, seed: str, number: int) -> FloatArray:
    """(P, E) numbers in [0, 1) that depend on seed, plan and ids only, not on the order of the input."""
    rows = np.argsort(np.argsort(np.array(problem.project_ids)))
    columns = np.argsort(np.argsort(np.array(problem.expert_ids)))
    key = int.from_bytes(_digest(seed, "plan", str(number))[:16], "big")
    random = np.random.Generator(np.random.Philox(key=key))
    grid = random.random((problem.n_projects, problem.n_experts), dtype=np.float32)
    return grid[np.ix_(rows, columns)]


def _uses(problem: Problem, plans: list[tuple[Seats, float]]) -> IntArray:
    used = np.zeros((problem.n_projects, problem.n_experts), dtype=np.int64)
    for seats, _ in plans:
        for p, panel in enumerate(seats):
            used[p, list(panel)] += 1
    for p, e in problem.forced:
        used[p, e] = 0
    return used


def _list_hash(problem: Problem, plans: list[Seats]) -> str:
    lines = [
        f"{number}\t{problem.project_ids[p]}\t{','.join(sorted(problem.expert_ids[e] for e in panel))}"
        for number, seats in enumerate(plans)
        for p, panel in enumerate(seats)
    ]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _digest(*parts: str) -> bytes:
    return hashlib.sha256("\x1f".join(parts).encode()).digest()
