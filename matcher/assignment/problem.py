"""A call for panels as the solver sees it: who may sit where, how many, and under which rules.

Everything is addressed by position: project 3 is ``problem.project_ids[3]``, expert 7 is
``problem.expert_ids[7]``. Ids are for people, for tie-breaks and for the record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from matcher.assignment.names import KEPT_APART, LEAD
from matcher.assignment.terms import SoftTerm
from matcher.assignment.validation import validate_problem

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.floating]

POINTS = 1_000_000
"""Solver points of a score of 1.0: scores are compared as integers, so equal means equal."""


@dataclass(frozen=True, eq=False)
class Quota:
    """How many of a kind of expert a panel must and may have: roles, seniority, languages, fields.

    ``members`` (E,) bool says who is of the kind; ``least`` and ``most`` (P,) int64 count seats.
    """

    name: str
    members: BoolArray
    least: IntArray
    most: IntArray


@dataclass(frozen=True, eq=False)
class Cap:
    """At most ``most[p]`` experts of one group in a panel: units, cities, regions, pairs kept apart.

    Membership is a list of pairs, expert ``expert[i]`` in group ``group[i]``, so that dual posts count twice.
    ``labels`` names the groups.
    """

    name: str
    expert: IntArray
    group: IntArray
    most: IntArray
    labels: tuple[str, ...] = ()

    @cached_property
    def is_partition(self) -> bool:
        """Nobody belongs to two groups."""
        return len(np.unique(self.expert)) == len(self.expert)

    @cached_property
    def n_groups(self) -> int:
        """Number of groups."""
        return int(self.group.max(initial=-1)) + 1

    def label(self, group: int) -> str:
        """The name of a group."""
        return self.labels[group] if group < len(self.labels) else str(group)


@dataclass(frozen=True, eq=False)
class Problem:
    """A frozen, validated call for panels.

    Args:
        project_ids: one id per project, unique.
        expert_ids: one id per expert, unique.
        scores: (P, E) float32, expertise of each expert for each project, finite.
        size: (P,) seats per panel, at least 1.
        load_max: (E,) most seats per expert in this call (``loads.remaining`` joins it with the year).
        load_min: (E,) fewest seats per expert; none means 0.
        forbidden: (P, E) bool, True where the pair may not be: conflict, refusal, absence.
        forced: pairs (project, expert) that must be: pinned seats.
        quotas: kinds of expert with a least and most count per panel.
        caps: groups with a most count per panel. The first that is a partition sharpens the bound most.
        apart: pairs of experts who may not share a panel.
        lead: (E,) bool, who may lead a panel (主审); each panel then has one who may.
        soft: terms of the preference (rotation, pairs drawn lately, spread over regions); they decide between plans
            whose totals differ by no more than the goal allows.
        odd: panel sizes must be odd (tender law; DOMAIN 4.3).

    Raises:
        ProblemError: the first broken rule, with field, value and remedy.
    """

    project_ids: tuple[str, ...]
    expert_ids: tuple[str, ...]
    scores: npt.NDArray[np.float32]
    size: IntArray
    load_max: IntArray
    load_min: IntArray | None = None
    forbidden: BoolArray | None = None
    forced: tuple[tuple[int, int], ...] = ()
    quotas: tuple[Quota, ...] = ()
    caps: tuple[Cap, ...] = ()
    apart: tuple[tuple[int, int], ...] = ()
    lead: BoolArray | None = None
    soft: tuple[SoftTerm, ...] = ()
    odd: bool = field(default=False)

    def __post_init__(self) -> None:
        validate_problem(self)

    @property
    def n_projects(self) -> int:
        """Number of projects, P."""
        return len(self.project_ids)

    @property
    def n_experts(self) -> int:
        """Number of experts, E."""
        return len(self.expert_ids)

    @property
    def n_seats(self) -> int:
        """Seats of all panels."""
        return int(self.size.sum())

    @cached_property
    def least_load(self) -> IntArray:
        """(E,) fewest seats per expert; zeros where the call has none."""
        return np.zeros(self.n_experts, dtype=np.int64) if self.load_min is None else self.load_min

    @cached_property
    def all_quotas(self) -> tuple[Quota, ...]:
        """The quotas, with the lead reviewer as one more: at least one expert who may lead."""
        if self.lead is None:
            return self.quotas
        return (*self.quotas, Quota(LEAD, self.lead, np.ones_like(self.size), self.size))

    @cached_property
    def all_caps(self) -> tuple[Cap, ...]:
        """The caps, with the pairs kept apart as groups of two with a cap of one."""
        if not self.apart:
            return self.caps
        expert = np.array(self.apart, dtype=np.int64).ravel()
        group = np.repeat(np.arange(len(self.apart), dtype=np.int64), 2)
        names = tuple(f"{self.expert_ids[a]}, {self.expert_ids[b]}" for a, b in self.apart)
        return (*self.caps, Cap(KEPT_APART, expert, group, np.ones_like(self.size), names))

    @cached_property
    def is_plain(self) -> bool:
        """Only sizes, loads and forbidden or forced pairs: a flow decides it exactly."""
        return not self.all_quotas and not self.all_caps

    def allowed(self, rows: slice | Sequence[int] | IntArray) -> BoolArray:
        """(rows, E) bool: True where the pair may be."""
        if self.forbidden is None:
            return np.ones((len(self.size[rows]), self.n_experts), dtype=bool)
        return ~self.forbidden[rows]

    def points(self, project: IntArray, expert: IntArray) -> IntArray:
        """Integer points of pairs; what the total adds up."""
        return np.rint(self.scores[project, expert].astype(np.float64) * POINTS).astype(np.int64)
