"""The urn of a call with rules of composition: a list of plans that together come to the most even probabilities.

Each next plan takes the pairs that are most behind their target (``target``), so that the shares of the list follow it
to within a plan or two; every plan obeys every rule, and no pair is in more of them than the cap allows.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from matcher.assignment.errors import ChangeError
from matcher.assignment.lots.target import cap_too_low, even_target
from matcher.assignment.lots.urn import Urn
from matcher.assignment.problem import POINTS, Problem
from matcher.assignment.result import Goal, Listener, Progress, Seats
from matcher.assignment.solver.diagnosis import Blocked
from matcher.assignment.solver.solve import solve
from matcher.domain.words import Words

STRANGER = -1.5
"""Worth of a pair without a target: less than that of any pair that is ahead of its own by a plan."""

GOAL = Goal(floor_share=None, gap=1e-3)


def list_urn(problem: Problem, best: int, least: int, cap: float, length: int, progress: Listener) -> Urn:
    """The urn of ``length`` plans whose mean has at least ``least`` points, no pair in more of them than the cap says.

    Args:
        problem: a call in the order of ids.
        best: solver points of the best plan.
        least: solver points that the mean of the plans must reach.
        cap: highest probability of a pair that is not pinned.
        length: number of plans.
        progress: called after each plan.

    Raises:
        ChangeError: under the cap no such list is found.
    """
    target = even_target(problem, best, least, cap)
    free = np.ones(target.shape, dtype=bool)
    for p, e in problem.forced:
        free[p, e] = False
    most = int(cap * length + 1e-9)
    used = np.zeros(target.shape)
    plans: list[Seats] = []
    total = 0
    for number in range(length):
        behind = np.where(target > 0, (number + 1) * target - used, STRANGER).astype(np.float32)
        spent = ~problem.allowed(slice(None)) | (free & (used >= most))
        try:
            seats = solve(replace(problem, scores=behind, forbidden=spent), GOAL).seats
        except Blocked as blocked:
            raise _spent(number, length) from blocked
        plans.append(seats)
        project, expert = np.array([(p, e) for p, panel in enumerate(seats) for e in panel], dtype=np.int64).T
        used[project, expert] += 1
        total += int(problem.points(project, expert).sum())
        progress(Progress("draw", number, total=total / (POINTS * (number + 1))))
    if total < least * length:
        raise cap_too_low(total / (POINTS * length), least / POINTS)
    return Urn.of_plans(problem, tuple(plans))


def _spent(number: int, length: int) -> ChangeError:
    return ChangeError(
        "cap",
        Words("过低", "too low"),
        Words(
            f"共需 {length} 个方案，{number} 个之后无法再排",
            f"after {number} of {length} plans it leaves no further one",
        ),
        Words("放宽 cap 或增加备选方案数", "widen the cap or make the list longer"),
    )
