"""Shortages that counting alone reveals: too few experts for a panel, a rule or the whole call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from matcher.assignment.names import LOAD_MAX, LOAD_MIN, SIZE, cap_name, quota_name
from matcher.assignment.problem import BoolArray, IntArray, Problem, Quota
from matcher.assignment.solver.arcs import blocks
from matcher.domain.words import Words


@dataclass(frozen=True, slots=True)
class Cause:
    """Projects and rules that cannot hold together, and why in numbers."""

    projects: tuple[str, ...]
    rules: tuple[str, ...]
    text: Words


def count_shortages(problem: Problem) -> list[Cause]:
    """Causes found by counting, panel by panel, then over the pool; empty proves nothing."""
    found = list(_panels(problem))
    return found or list(_pool(problem))


def _panels(problem: Problem) -> Iterator[Cause]:
    working = problem.load_max > 0
    anybody = Words("无利益冲突且不缺席的专家", "experts without conflict or absence")
    for rows in blocks(problem):
        allowed = problem.allowed(rows) & working
        size = problem.size[rows]
        yield from _panel_counts(problem, rows, allowed.sum(axis=1), size, SIZE.en, anybody)
        for quota in problem.all_quotas:
            kind = quota_name(quota.name)
            members = allowed @ quota.members.astype(np.float32)
            yield from _panel_counts(problem, rows, members.astype(np.int64), quota.least[rows], quota.name, kind)
            others = Words(f"{kind.zh}以外的专家", f"experts outside {kind.en}")
            free = allowed.sum(axis=1) - members.astype(np.int64)
            yield from _panel_counts(problem, rows, free, size - quota.most[rows], f"at most {quota.name}", others)
        yield from _cap_counts(problem, rows, allowed)
    yield from _pinned(problem)
    yield from _quota_sums(problem)


def _panel_counts(
    problem: Problem, rows: slice, has: IntArray, needs: IntArray, rule: str, what: Words
) -> Iterator[Cause]:
    for row in np.flatnonzero(has < needs):
        name = problem.project_ids[rows.start + int(row)]
        text = Words(
            f"{name} 需要 {needs[row]} 名{what.zh}，专家库中有 {has[row]} 名",
            f"{name} needs {needs[row]} {what.en}, the pool has {has[row]}",
        )
        yield Cause((name,), (rule,), text)


def _pinned(problem: Problem) -> Iterator[Cause]:
    """Pinned seats can leave too few for a quota."""
    if not problem.forced:
        return
    project, expert = np.array(problem.forced, dtype=np.int64).T
    free = problem.size - np.bincount(project, minlength=problem.n_projects)
    for quota in problem.all_quotas:
        lacks = quota.least - np.bincount(project[quota.members[expert]], minlength=problem.n_projects)
        for p in np.flatnonzero(lacks > free):
            name, kind = problem.project_ids[p], quota_name(quota.name)
            text = Words(
                f"{name} 的固定席位之外还有 {free[p]} 个席位，尚缺 {lacks[p]} 名{kind.zh}",
                f"the pinned seats of {name} leave {free[p]}, {lacks[p]} {kind.en} are lacking",
            )
            yield Cause((name,), (quota.name, "forced"), text)


def _cap_counts(problem: Problem, rows: slice, allowed: BoolArray) -> Iterator[Cause]:
    """A cap can leave too few seats for the panel's size or for a quota."""
    asks: list[tuple[Words, BoolArray, IntArray]] = [(SIZE, np.ones(problem.n_experts, dtype=bool), problem.size)]
    asks += [(quota_name(quota.name), quota.members, quota.least) for quota in problem.all_quotas if quota.least.any()]
    for cap in problem.all_caps:
        if not cap.is_partition or not len(cap.expert):
            continue
        order = np.argsort(cap.group, kind="stable")
        expert, starts = cap.expert[order], np.flatnonzero(np.diff(cap.group[order], prepend=-1))
        outside = np.ones(problem.n_experts, dtype=bool)
        outside[cap.expert] = False
        for rule, members, needs in asks:
            mine = allowed & members
            counts = np.add.reduceat(mine[:, expert], starts, axis=1, dtype=np.int64)
            seats = np.minimum(counts, cap.most[rows, None]).sum(axis=1) + (mine & outside).sum(axis=1)
            for row in np.flatnonzero((seats < needs[rows]) & (mine.sum(axis=1) >= needs[rows])):
                p = rows.start + int(row)
                project = problem.project_ids[p]
                text = Words(
                    f"{project} 的{rule.zh}要求 {needs[p]} 名，"
                    f"按{cap_name(cap.name).zh}（至多 {cap.most[p]} 名）只能安排 {seats[row]} 名",
                    f"{project} needs {needs[p]} for {rule.en}, "
                    f"at most {cap.most[p]} per {cap.name} leaves {seats[row]}",
                )
                yield Cause((project,), (rule.en, cap.name), text)


def _quota_sums(problem: Problem) -> Iterator[Cause]:
    """Quotas of kinds that nobody shares must fit into the panel together."""
    quotas: list[Quota] = []
    taken = np.zeros(problem.n_experts, dtype=bool)
    for quota in problem.quotas:
        if quota.least.any() and not (taken & quota.members).any():
            quotas.append(quota)
            taken |= quota.members
    if len(quotas) < 2:
        return
    needs = np.sum([quota.least for quota in quotas], axis=0)
    for p in np.flatnonzero(needs > problem.size):
        name = problem.project_ids[p]
        parts = [(quota_name(quota.name), quota.least[p]) for quota in quotas]
        text = Words(
            f"{name} 有 {problem.size[p]} 个席位，各类专家合计要求 {needs[p]} 名"
            f"（{'、'.join(f'{kind.zh} {least} 名' for kind, least in parts)}）",
            f"{name} has {problem.size[p]} seats, its quotas ask for {needs[p]} "
            f"({', '.join(f'{kind.en} {least}' for kind, least in parts)})",
        )
        yield Cause((name,), (SIZE.en, *(quota.name for quota in quotas)), text)


def _pool(problem: Problem) -> Iterator[Cause]:
    everyone = np.ones(problem.n_experts, dtype=bool)
    yield from _loads(problem, SIZE.en, Words("席位", "seats"), everyone, problem.size)
    for quota in problem.all_quotas:
        kind = quota_name(quota.name)
        inside = Words(f"{kind.zh}席位", f"seats of {kind.en}")
        yield from _loads(problem, quota.name, inside, quota.members, quota.least)
        rule, outside = f"at most {quota.name}", Words(f"{kind.zh}以外的席位", f"seats outside {kind.en}")
        yield from _loads(problem, rule, outside, ~quota.members, problem.size - quota.most)
    least = int(problem.least_load.sum())
    if least > problem.n_seats:
        text = Words(
            f"专家工作量下限合计要求 {least} 个席位，各专家组共有 {problem.n_seats} 个",
            f"the least loads ask for {least} seats, the panels have {problem.n_seats}",
        )
        yield Cause((), (LOAD_MIN.en,), text)


def _loads(problem: Problem, rule: str, what: Words, members: BoolArray, needs: IntArray) -> Iterator[Cause]:
    """Together the panels may ask for more seats than the members' loads give; the fewest such panels are named."""
    gives = int(np.minimum(problem.load_max, problem.n_projects)[members].sum())
    if int(needs.sum()) <= gives:
        return
    order = np.argsort(-needs, kind="stable")
    count = int(np.searchsorted(np.cumsum(needs[order]), gives, side="right")) + 1
    chosen = np.sort(order[:count])
    text = Words(
        f"{count} 个专家组共要求 {needs[chosen].sum()} 个{what.zh}，专家库的工作量上限只允许 {gives} 个",
        f"{count} panels ask for {needs[chosen].sum()} {what.en}, the loads of the pool allow {gives}",
    )
    yield Cause(tuple(problem.project_ids[p] for p in chosen), (rule, LOAD_MAX.en), text)
