"""A seat falls vacant: fill it alone if the rules allow, else name the fewest others that must move."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from matcher.assignment.changes.fitting import fitting, loads_of
from matcher.assignment.errors import ChangeError
from matcher.assignment.problem import POINTS, BoolArray, IntArray, Problem
from matcher.assignment.result import Seats
from matcher.assignment.solver.arcs import Arcs, arcs_of
from matcher.assignment.solver.diagnosis import Blocked, diagnose
from matcher.assignment.solver.integer import search
from matcher.assignment.solver.part import of_projects
from matcher.domain.words import Words

CHOICES = 40
"""Newcomers per vacant seat that the joint search looks at, and as many per quota that asks."""

NEIGHBOURS = 24
"""Panels that may be drawn into an exchange before the whole call is."""


@dataclass(frozen=True, slots=True)
class Swap:
    """One changed seat: who leaves, who comes, and why; positions of project and experts."""

    project: int
    leaves: int
    comes: int
    reason: str


@dataclass(frozen=True, slots=True)
class Repair:
    """The panels after a repair and what changed: the vacated seats first, then the others that had to move."""

    seats: Seats
    swaps: tuple[Swap, ...]

    @property
    def moved(self) -> tuple[Swap, ...]:
        """Swaps of seats that nobody had vacated."""
        return tuple(swap for swap in self.swaps if swap.reason != VACATED)


VACATED, MOVED = "vacated", "moved to make room"


def repair(
    problem: Problem,
    seats: Seats,
    vacated: Iterable[tuple[int, int]] = (),
    gone: Iterable[int] = (),
    pinned: Iterable[tuple[int, int]] = (),
) -> Repair:
    """Fill vacated seats, keeping all others; only when that cannot be, move as few others as possible.

    Args:
        problem: the call; its forced seats stay too.
        seats: the panels as they are.
        vacated: pairs (project, expert) who cannot sit together any more: a decline, a late tie.
        gone: experts who leave every panel: an illness.
        pinned: seats that must not move even then.

    Raises:
        ChangeError: nothing is named, or a named seat is not held, or is pinned.
        Blocked: no plan is left; its diagnosis says why.
    """
    vacated, gone, pinned = list(vacated), list(gone), list(pinned)
    if not vacated and not gone:
        raise ChangeError(
            "vacated",
            (),
            Words("须有空出的席位或离开的专家", "a seat fell vacant or an expert left"),
            Words("写明席位或专家", "name the seat or the expert"),
        )
    lost = _lost(problem, seats, vacated, gone, pinned)
    if not lost:  # who left held no seat
        return Repair(seats, ())
    changed = _without(problem, lost, frozenset(gone), frozenset(pinned))
    if len(lost) == 1:
        single = _one_seat(changed, seats, *lost[0])
        if single is not None:
            return single
    for group, frozen in _widening(changed, seats, lost):
        plan = _searched(changed, seats, group, frozen, set(lost))
        if plan is not None:
            return Repair(plan, _swaps(seats, plan, set(lost)))
    diagnosis = diagnose(changed)
    if diagnosis is None:
        raise ChangeError(
            "vacated",
            len(lost),
            Words("在搜索范围内找不到补位方案", "no repair was found within the search"),
            Words("重新求解", "solve the call anew"),
        )
    raise Blocked(diagnosis)


def _lost(
    problem: Problem,
    seats: Seats,
    vacated: Iterable[tuple[int, int]],
    gone: Iterable[int],
    pinned: Iterable[tuple[int, int]],
) -> list[tuple[int, int]]:
    away = set(gone)
    lost = {(p, e) for p, panel in enumerate(seats) for e in panel if e in away}
    for p, e in vacated:
        if not 0 <= p < len(seats) or e not in seats[p]:
            raise ChangeError(
                "vacated",
                ", ".join((*problem.project_ids[p : p + 1], *problem.expert_ids[e : e + 1])),
                Words("该专家不在该专家组中", "the expert holds no seat in that panel"),
                Words("填写方案中的席位", "name a seat of the plan"),
            )
        lost.add((p, e))
    for p, e in (*problem.forced, *pinned):
        if (p, e) in lost:
            name = f"{problem.project_ids[p]}, {problem.expert_ids[e]}"
            raise ChangeError(
                "vacated", name, Words("该席位已固定", "the seat is pinned"), Words("先取消固定", "unpin it first")
            )
    return sorted(lost)


def _without(
    problem: Problem, lost: list[tuple[int, int]], gone: frozenset[int], pinned: frozenset[tuple[int, int]]
) -> Problem:
    """The call as it is now: lost pairs forbidden, who is gone without load, pinned seats forced."""
    forbidden = problem.allowed(slice(None)) ^ True
    for p, e in lost:
        forbidden[p, e] = True
    load_max, load_min = problem.load_max.copy(), problem.load_min
    if gone:
        load_max[sorted(gone)] = 0
        load_min = None if load_min is None else np.minimum(load_min, load_max)
    forced = tuple(sorted(set(problem.forced) | pinned))
    return replace(problem, forbidden=forbidden, load_max=load_max, load_min=load_min, forced=forced)


def _one_seat(problem: Problem, seats: Seats, p: int, e: int) -> Repair | None:
    """The best expert who fits the one vacant seat as everything else stands."""
    rest = [member for member in seats[p] if member != e]
    load = loads_of(problem, seats)
    load[e] -= 1
    if load[e] < problem.least_load[e]:
        return None
    candidates = np.flatnonzero(fitting(problem, p, rest, load))
    if not len(candidates):
        return None
    comes = int(candidates[np.argmax(problem.points(np.full(len(candidates), p), candidates))])
    panel = tuple(sorted([*rest, comes]))
    return Repair((*seats[:p], panel, *seats[p + 1 :]), (Swap(p, e, comes, VACATED),))


def _widening(problem: Problem, seats: Seats, lost: list[tuple[int, int]]) -> Iterator[tuple[IntArray, bool]]:
    """Which panels take part, and whether their other seats are frozen: from the vacant seats to the whole call."""
    touched = np.unique([p for p, _ in lost])
    yield touched, True
    yield touched, False
    # Panels whose members could step in, nearest first: they may give somebody up (exchanges of depth two).
    wanted = set(np.flatnonzero(problem.allowed(touched).any(axis=0)).tolist())
    others = [p for p in range(problem.n_projects) if p not in set(touched.tolist())]
    gives = {
        p: max((float(problem.scores[touched, e].max()) for e in seats[p] if e in wanted), default=-1.0) for p in others
    }
    near = sorted((p for p in others if gives[p] >= 0), key=lambda p: (-gives[p], p))
    for count in (NEIGHBOURS, 4 * NEIGHBOURS):
        if near:
            yield np.sort(np.concatenate([touched, np.array(near[:count], dtype=np.int64)])), False
    yield np.arange(problem.n_projects), False


def _searched(
    problem: Problem, seats: Seats, group: IntArray, frozen: bool, lost: set[tuple[int, int]]
) -> Seats | None:
    """The plan that keeps most seats of the group and then scores best; none when the group has no plan."""
    inside = set(group.tolist())
    others = tuple(panel if p not in inside else () for p, panel in enumerate(seats))
    sub = of_projects(problem, group, loads_of(problem, others))
    held = [(n, e) for n, p in enumerate(group.tolist()) for e in seats[p] if (p, e) not in lost]
    if frozen:
        sub = replace(sub, forced=tuple(sorted(set(sub.forced) | set(held))))
    arcs = _choices(sub, held)
    stays = np.isin(arcs.project * sub.n_experts + arcs.expert, [n * sub.n_experts + e for n, e in held])
    # A kept seat outweighs any difference of scores within the group.
    bonus = 0 if frozen else 2 * POINTS * (1 + int(np.ceil(np.abs(sub.scores).max()))) * len(lost)
    chosen = search(sub, Arcs(arcs.project, arcs.expert, arcs.points + bonus * stays))
    if chosen is None:
        return None
    panels = [list(panel) for panel in others]
    for n, e in zip(arcs.project[chosen.x].tolist(), arcs.expert[chosen.x].tolist(), strict=True):
        panels[int(group[n])].append(e)
    return tuple(tuple(sorted(panel)) for panel in panels)


def _choices(problem: Problem, held: list[tuple[int, int]]) -> Arcs:
    """Members and promising newcomers of each panel: the best with load to spare, overall and of each quota."""
    free = problem.allowed(slice(None)) & (problem.load_max > 0)
    kinds: list[BoolArray] = [np.ones(problem.n_experts, dtype=bool)]
    kinds += [quota.members for quota in problem.all_quotas if quota.least.any()]
    keys = [np.array([n * problem.n_experts + e for n, e in held], dtype=np.int64)]
    for n in range(problem.n_projects):
        for members in kinds:
            among = np.flatnonzero(free[n] & members)
            best = among[np.argsort(-problem.scores[n, among], kind="stable")[:CHOICES]]
            keys.append(n * problem.n_experts + best)
    return arcs_of(problem, np.concatenate(keys))


def _swaps(before: Seats, after: Seats, lost: set[tuple[int, int]]) -> tuple[Swap, ...]:
    swaps: list[Swap] = []
    for p, (old, new) in enumerate(zip(before, after, strict=True)):
        gone = sorted(set(old) - set(new))
        leaves = [e for e in gone if (p, e) in lost] + [e for e in gone if (p, e) not in lost]
        comes = sorted(set(new) - set(old))
        for e, newcomer in zip(leaves, comes, strict=True):
            swaps.append(Swap(p, e, newcomer, VACATED if (p, e) in lost else MOVED))
    return tuple(sorted(swaps, key=lambda swap: (swap.reason != VACATED, swap.project, swap.leaves)))
