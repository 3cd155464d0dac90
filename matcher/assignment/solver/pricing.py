"""One pass over all pairs: the certified bound of a set of prices, and the pairs that a solver lacked."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from matcher.assignment.certificate import Certificate
from matcher.assignment.problem import POINTS, Cap, FloatArray, IntArray, Problem
from matcher.assignment.solver.arcs import BLOCK, blocks

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Priced:
    """What a pass found: a valid upper bound in score units, and the keys of each project's best panel."""

    bound: float
    keys: IntArray


def primary_cap(problem: Problem) -> int:
    """The cap that the bound keeps inside the panels: the finest partition; none is -1."""
    partitions = [(cap.n_groups, -number) for number, cap in enumerate(problem.all_caps) if cap.is_partition]
    return -max(partitions)[1] if partitions else -1


def price(problem: Problem, prices: Certificate, extra: int = 0, precise: bool = False) -> Priced:
    """The Lagrangian bound of the prices over every allowed pair.

    Args:
        problem: the call.
        prices: any prices of the right signs.
        extra: how many near-best experts per project to report beyond the best panel.
        precise: compare in float64. Otherwise large calls compare in float32, which is twice as fast, may take a
            near-best expert for the best, and so understates the bound by its rounding: good for finding pairs,
            not for a record.
    """
    precise = precise or problem.n_projects * problem.n_experts <= BLOCK
    charges = _Charges(problem, prices)
    total, keys = charges.constant, []
    for rows in blocks(problem, BLOCK // 2 if precise else BLOCK):
        value = charges.reduced(rows, np.dtype(np.float64 if precise else np.float32))
        best, expert, _ = charges.best_panels(value, rows, extra)
        total += best
        kept = expert >= 0
        project = np.broadcast_to(np.arange(rows.start, rows.stop)[:, None], expert.shape)
        keys.append(project[kept] * problem.n_experts + expert[kept])
    return Priced(total, np.concatenate(keys))


def near_pairs(problem: Problem, prices: Certificate, slack: float, most: int) -> IntArray | None:
    """Keys of the pairs that cost at most ``slack`` (score units) of the bound when they are forced.

    Other pairs cannot be in a plan within ``slack`` of the bound. None when there are more than ``most``: where the
    slack is wide, nearly every pair of a large call is near, and listing them would take minutes and gigabytes.
    """
    charges = _Charges(problem, prices)
    keys = [np.empty(0, dtype=np.int64)]
    for rows in blocks(problem):
        value = charges.reduced(rows, np.dtype(np.float32))
        _, expert, marginal = charges.best_panels(value, rows, 0)
        # Float32 rounding of the reduced scores must not hide a pair.
        near = value >= (marginal - slack - 1e-5)[:, None]
        keys.append(np.flatnonzero(near.ravel()) + rows.start * problem.n_experts)
        kept = expert >= 0
        project = np.broadcast_to(np.arange(rows.start, rows.stop)[:, None], expert.shape)
        keys.append(project[kept] * problem.n_experts + expert[kept])
        if sum(map(len, keys)) > 2 * most:  # a near pair may be listed twice
            return None
    found = np.unique(np.concatenate(keys))
    return found if len(found) <= most else None


def hardest_panel(problem: Problem) -> int:
    """The project whose best experts have the lowest mean score, all other panels and all quotas left aside."""
    charges = _Charges(problem, _no_prices(problem))
    means = []
    for rows in blocks(problem):
        value = charges.reduced(rows, np.dtype(np.float32))
        _, expert, _ = charges.best_panels(value, rows, 0)
        row, column = np.nonzero(expert >= 0)
        points = problem.points(row + rows.start, expert[row, column])
        means.append(np.bincount(row, weights=points, minlength=len(expert)) / problem.size[rows])
    total = np.concatenate(means)
    for p, e in problem.forced:
        total[p] += float(problem.points(np.array([p]), np.array([e]))[0]) / problem.size[p]
    return int(np.argmin(total))


def alone(problem: Problem, p: int) -> Certificate:
    """Prices that bound the weakest panel's mean by what one project could have if there were no others."""
    weight = np.zeros(problem.n_projects)
    weight[p] = 1.0 / float(problem.size[p])
    return replace(_no_prices(problem), weight=weight)


def _no_prices(problem: Problem) -> Certificate:
    return Certificate(
        weight=np.ones(problem.n_projects),
        offset=0.0,
        expert=np.zeros(problem.n_experts),
        quota=np.zeros((problem.n_projects, len(problem.all_quotas))),
        cap_row=np.empty((0, 3), dtype=np.int64),
        cap_price=np.empty(0),
        primary=primary_cap(problem),
    )


class _Charges:
    """The prices arranged for dense passes."""

    def __init__(self, problem: Problem, prices: Certificate) -> None:
        self.problem, self.prices = problem, prices
        quotas = problem.all_quotas
        members = np.array([quota.members for quota in quotas], dtype=bool).reshape(len(quotas), problem.n_experts)
        patterns, self.pattern = np.unique(members, axis=1, return_inverse=True)
        # One price per project and kind of expert; summed quota by quota so that threads cannot change a digit.
        self.reward = np.zeros((problem.n_projects, patterns.shape[1]))
        for number in range(len(quotas)):
            self.reward += prices.quota[:, number, None] * patterns[number]
        self.caps = _cap_charges(problem, prices)
        self.forced = _forced_of(problem)
        self.groups = _groups(problem, prices.primary)
        self.constant = prices.offset + self._rule_constant()

    def _rule_constant(self) -> float:
        problem, prices = self.problem, self.prices
        high, low = np.maximum(prices.expert, 0), np.maximum(-prices.expert, 0)
        total = float(high @ problem.load_max - low @ problem.least_load)
        for number, quota in enumerate(problem.all_quotas):
            reward = prices.quota[:, number]
            total += float(np.maximum(-reward, 0) @ quota.most - np.maximum(reward, 0) @ quota.least)
        for number, cap in enumerate(problem.all_caps):
            mine = prices.cap_row[:, 0] == number
            total += float(prices.cap_price[mine] @ cap.most[prices.cap_row[mine, 1]])
        return total

    def reduced(self, rows: slice, kind: np.dtype[np.floating]) -> FloatArray:
        """(rows, E) reduced scores; pairs that may not be are -inf."""
        problem, prices = self.problem, self.prices
        value = problem.scores[rows].astype(kind)
        if kind == np.float64:
            value = np.rint(value * POINTS) / POINTS
        value *= prices.weight[rows, None].astype(kind)
        value -= prices.expert.astype(kind)
        if problem.all_quotas:
            value += self.reward[rows].astype(kind)[:, self.pattern]
        for charge, member in self.caps:
            part = (charge[rows] @ member).tocoo()
            value[part.coords] -= part.data.astype(kind)
        if problem.forbidden is not None:
            value[problem.forbidden[rows]] = -np.inf
        return value

    def best_panels(self, value: FloatArray, rows: slice, extra: int) -> tuple[float, IntArray, FloatArray]:
        """The worth of the best panels of a block, their experts (rows, k), -1 where none, and their last seats."""
        size = self.problem.size[rows].copy()
        fixed = 0.0
        for p, experts in self.forced.items():
            if rows.start <= p < rows.stop:
                row = p - rows.start
                fixed += float(self._exact(np.full(len(experts), p), experts).sum())
                value[row, experts] = -np.inf
                size[row] -= len(experts)
        width = int(size.max(initial=0))
        columns = value.shape[1]
        reach = min(columns, 2 * width + 16 + extra)
        while True:
            top = (
                np.argpartition(value, columns - reach, axis=1)[:, columns - reach :]
                if reach < columns
                else (np.broadcast_to(np.arange(columns), value.shape))
            )
            order = np.argsort(-np.take_along_axis(value, top, axis=1), axis=1, kind="stable")
            top = np.take_along_axis(top, order, axis=1)
            kept = self._within_cap(top, rows) & np.isfinite(np.take_along_axis(value, top, axis=1))
            rank = np.cumsum(kept, axis=1)
            if reach == columns or bool((rank[:, -1] >= size).all()):
                break
            reach = min(columns, 4 * reach)
        chosen = kept & (rank <= size[:, None])
        row, column = np.nonzero(chosen)
        worth = self._exact(row + rows.start, top[row, column])
        # An unfillable panel contributes what it has; the call is then infeasible anyway.
        wanted = kept & (rank <= size[:, None] + extra)
        last = np.where(chosen, np.take_along_axis(value, top, axis=1), np.inf).min(axis=1)
        last[(rank[:, -1] < size) | ~np.isfinite(last)] = -np.inf
        return fixed + float(worth.sum()), np.where(wanted, top, -1), last

    def _within_cap(self, top: IntArray, rows: slice) -> npt.NDArray[np.bool_]:
        if self.groups is None:
            return np.ones(top.shape, dtype=bool)
        cap: Cap = self.problem.all_caps[self.prices.primary]
        group = self.groups[top]
        earlier = np.zeros(top.shape, dtype=np.int64)
        for shift in range(1, top.shape[1]):
            if shift > 64:
                return _rank_in_group(group) < cap.most[rows][:, None]
            earlier[:, shift:] += group[:, shift:] == group[:, :-shift]
        return np.asarray((earlier < cap.most[rows][:, None]) | (group < 0))

    def _exact(self, project: IntArray, expert: IntArray) -> Floats:
        """Reduced scores of pairs in float64."""
        problem, prices = self.problem, self.prices
        value = problem.points(project, expert) / POINTS * prices.weight[project] - prices.expert[expert]
        value += self.reward[project, self.pattern[expert]]
        for charge, member in self.caps:
            dense = (charge[project].multiply(member.T.tocsr()[expert])).sum(axis=1)
            value -= np.asarray(dense).ravel()
        return value


def _rank_in_group(group: IntArray) -> IntArray:
    """(r, k) how many earlier entries of the row are of the same group; strangers (-1) rank 0."""
    rows, width = group.shape
    key = (group + 1) + np.arange(rows)[:, None] * (int(group.max(initial=0)) + 2)
    flat = key.ravel()
    order = np.argsort(flat, kind="stable")
    ordered = flat[order]
    first = np.searchsorted(ordered, ordered, side="left")
    rank = np.empty(rows * width, dtype=np.int64)
    rank[order] = np.arange(rows * width) - first
    return np.where(group < 0, 0, rank.reshape(rows, width))


def _groups(problem: Problem, primary: int) -> IntArray | None:
    if primary < 0:
        return None
    cap = problem.all_caps[primary]
    groups = np.full(problem.n_experts, -1, dtype=np.int64)
    groups[cap.expert] = cap.group
    return groups


def _forced_of(problem: Problem) -> dict[int, IntArray]:
    forced: dict[int, list[int]] = {}
    for p, e in sorted(problem.forced):
        forced.setdefault(p, []).append(e)
    return {p: np.array(experts, dtype=np.int64) for p, experts in forced.items()}


def _cap_charges(problem: Problem, prices: Certificate) -> list[tuple[csr_array, csr_array]]:
    charges = []
    for number, cap in enumerate(problem.all_caps):
        mine = (prices.cap_row[:, 0] == number) & (prices.cap_price > 0)
        if not mine.any():
            continue
        place = (prices.cap_row[mine, 1], prices.cap_row[mine, 2])
        charge = csr_array((prices.cap_price[mine], place), shape=(problem.n_projects, cap.n_groups))
        member = csr_array((np.ones(len(cap.expert)), (cap.group, cap.expert)), shape=(cap.n_groups, problem.n_experts))
        charges.append((charge, member))
    return charges
