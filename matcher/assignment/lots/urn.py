"""The urn (签筒): the equally likely plans that a draw picks from, and how often each pair is among them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from matcher.assignment.lots.halving import halved
from matcher.assignment.problem import POINTS, IntArray, Problem
from matcher.assignment.result import Seats


class Method(StrEnum):
    """How an urn is made: from exact probabilities, or plan by plan."""

    MARGINALS = "marginals"
    LIST = "list"


@dataclass(frozen=True, eq=False)
class Urn:
    """Equally likely plans for a call in the order of ids.

    Attributes:
        problem: the call.
        method: how it was made.
        size: number of plans; a power of two where the method is ``marginals``.
        project: (n,) int64 projects of the pairs that are in some plan, ascending, then by expert.
        expert: (n,) int64 their experts.
        count: (n,) int64 the number of plans that each is in: its probability times ``size``.
        plans: the plans one by one, where the method is ``list``.
    """

    problem: Problem
    method: Method
    size: int
    project: IntArray
    expert: IntArray
    count: IntArray
    plans: tuple[Seats, ...] = ()

    @classmethod
    def of_plans(cls, problem: Problem, plans: tuple[Seats, ...]) -> Urn:
        """An urn of listed plans."""
        keys = [p * problem.n_experts + e for seats in plans for p, panel in enumerate(seats) for e in panel]
        key, count = np.unique(np.array(keys, dtype=np.int64), return_counts=True)
        project, expert = np.divmod(key, problem.n_experts)
        return cls(problem, Method.LIST, len(plans), project, expert, count.astype(np.int64), plans)

    def plan(self, number: int) -> Seats:
        """The plan of a number, 0 to ``size`` - 1; experts ascend."""
        if self.method is Method.LIST:
            return self.plans[number]
        pairs = self.project, self.expert, self.count
        for level in range(self.size.bit_length() - 1):
            pairs = halved(*pairs, second=bool(number >> level & 1))
        panels: list[list[int]] = [[] for _ in range(self.problem.n_projects)]
        for p, e in zip(pairs[0].tolist(), pairs[1].tolist(), strict=True):
            panels[p].append(e)
        return tuple(tuple(panel) for panel in panels)

    def probabilities(self) -> dict[tuple[str, str], float]:
        """How likely each pair is, by the ids of project and expert; pairs that are in no plan are left out."""
        projects, experts = self.problem.project_ids, self.problem.expert_ids
        pairs = zip(self.project.tolist(), self.expert.tolist(), self.count.tolist(), strict=True)
        return {(projects[p], experts[e]): count / self.size for p, e, count in pairs}

    @property
    def expected_total(self) -> float:
        """The mean total of the plans."""
        return int((self.problem.points(self.project, self.expert) * self.count).sum()) / (POINTS * self.size)

    @property
    def highest_probability(self) -> float:
        """The probability of the surest pair that is not pinned."""
        pinned = np.array([p * self.problem.n_experts + e for p, e in self.problem.forced], dtype=np.int64)
        free = ~np.isin(self.project * self.problem.n_experts + self.expert, pinned)
        return int(self.count[free].max(initial=0)) / self.size

    def hash(self) -> str:
        """SHA-256 of the plans, or of the pairs' counts from which the plans follow."""
        projects, experts = self.problem.project_ids, self.problem.expert_ids
        lines = [f"{self.method} {self.size}"]
        lines += [
            f"{projects[p]}\t{experts[e]}\t{count}"
            for p, e, count in zip(self.project.tolist(), self.expert.tolist(), self.count.tolist(), strict=True)
        ]
        lines += [
            f"{number}\t{projects[p]}\t{','.join(experts[e] for e in panel)}"
            for number, seats in enumerate(self.plans)
            for p, panel in enumerate(seats)
        ]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()
