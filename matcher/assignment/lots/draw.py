"""Regulated draw (随机抽取): panels drawn among good plans, replayable from the record by anybody.

A draw first fills an urn (``urn``) with equally likely plans, each obeying every hard rule, as different as the rules
of the draw allow: no pair of project and expert is likelier than ``cap``, and the expected total is within ``epsilon``
of the best. The seed then picks one. Under plain loads the probabilities are exact (``marginals``), else the plans are
listed one by one (``planlist``); the record says which. The urn does not depend on the seed, so its hash can be
announced before the seed is known, and ``replay`` fills it again and compares. ``drawcheck`` judges an urn.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace

import numpy as np

from matcher.assignment.lots.drawrules import DrawRules
from matcher.assignment.lots.marginals import has_marginals, marginal_urn
from matcher.assignment.lots.planlist import list_urn
from matcher.assignment.lots.urn import Method, Urn
from matcher.assignment.problem import Problem
from matcher.assignment.result import Goal, Listener, Progress, Result, Seats
from matcher.assignment.solver.order import Ordered, in_id_order
from matcher.assignment.solver.solve import solve
from matcher.domain.words import Words


@dataclass(frozen=True, slots=True)
class DrawRecord:
    """What an auditor needs: given the call, everything follows from these values.

    ``urn_hash`` is that of the probabilities or of the list, as ``method`` says; ``size`` counts the plans in the urn,
    of which the seed picked ``number`` by its ``ticket`` (``ticket_of``).
    """

    seed: str
    rules: DrawRules
    method: Method
    pool_hash: str
    urn_hash: str
    size: int
    ticket: str
    number: int
    best_total: float
    expected_total: float
    highest_probability: float


TOLD = {
    "method": Words("抽取方法", "the method"),
    "urn_hash": Words("签筒哈希", "the hash of the urn"),
    "size": Words("签筒方案数", "the number of plans in the urn"),
    "ticket": Words("种子对应的签号", "the ticket of the seed"),
    "number": Words("抽中的方案", "the plan that the seed picks"),
    "best_total": Words("最高总分", "the best total"),
    "expected_total": Words("期望总分", "the expected total"),
    "highest_probability": Words("最高概率", "the highest probability"),
}
"""What a replay compares, and how it is told."""


@dataclass(frozen=True, eq=False)
class Draw:
    """The drawn panels, the record of how they came about, and what was drawn from.

    ``best`` is the plan of the largest total with its proof, in the order of the call; ``urn`` is in the order of ids.
    """

    seats: Seats
    record: DrawRecord
    best: Result
    urn: Urn


def draw(problem: Problem, seed: str, rules: DrawRules | None = None, progress: Listener = lambda _: None) -> Draw:
    """Draw panels; the same call, seed and rules draw the same panels.

    Args:
        problem: the call.
        seed: announced before the draw, any text: a lottery number, a hash fixed beforehand.
        rules: how much is left to chance.
        progress: called after each plan.

    Raises:
        Blocked: the rules leave no plan.
        ChangeError: the cap leaves no expected total within epsilon; it says how far it reaches.
    """
    rules = rules or DrawRules()
    problem = replace(problem, soft=())  # chance decides where the draw is free, not the soft terms
    best = solve(problem, Goal(floor_share=None), progress=progress)
    pool = pool_hash(problem)
    ordered = in_id_order(problem)
    urn = _urn(ordered, best, rules, progress)
    ticket = ticket_of(seed, pool)
    number = int(ticket, 16) % urn.size
    record = DrawRecord(
        seed=seed,
        rules=rules,
        method=urn.method,
        pool_hash=pool,
        urn_hash=urn.hash(),
        size=urn.size,
        ticket=ticket,
        number=number,
        best_total=best.total,
        expected_total=urn.expected_total,
        highest_probability=urn.highest_probability,
    )
    return Draw(ordered.given(urn.plan(number)), record, best, urn)


def ticket_of(seed: str, pool: str) -> str:
    """SHA-256 of the seed and the pool's hash: a number that picks the plan of its remainder by the urn's size."""
    return hashlib.sha256("\x1f".join((seed, "pick", pool)).encode()).hexdigest()


def replay(problem: Problem, record: DrawRecord, seats: Seats) -> list[Words]:
    """Draw again from a record; every difference in words, empty when the record holds."""
    pool = pool_hash(problem)
    if pool != record.pool_hash:
        return [
            Words(
                f"评审文件与记录不符：哈希为 {pool}，记录为 {record.pool_hash}",
                f"the call is not the one of the record: hash {pool}, recorded {record.pool_hash}",
            )
        ]
    again = draw(problem, record.seed, record.rules)
    found = [
        Words(f"{told.zh}为 {value}，记录为 {recorded}", f"{told.en} is {value}, recorded {recorded}")
        for name, told in TOLD.items()
        for value, recorded in [(getattr(again.record, name), getattr(record, name))]
        if value != recorded
    ]
    if again.seats != tuple(tuple(sorted(panel)) for panel in seats):
        found.append(Words("专家组与抽取结果不同", "the panels differ from those drawn"))
    return found


def pool_hash(problem: Problem) -> str:
    """SHA-256 of scores and hard rules, whatever the order of projects and experts; soft terms decide no draw."""
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


def _urn(ordered: Ordered, best: Result, rules: DrawRules, progress: Listener) -> Urn:
    points = sum(best.panel_points)
    # A small total may be negative: epsilon is then a share of its size all the same.
    least = math.ceil(points - rules.epsilon * abs(points) - 1e-6)
    if has_marginals(ordered.problem):
        urn = marginal_urn(ordered.problem, least, rules.cap)
        progress(Progress("draw", 0, bound=best.total, total=urn.expected_total))
        return urn
    return list_urn(ordered.problem, points, least, rules.cap, rules.plans, progress)
