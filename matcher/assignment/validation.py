"""What a call for panels must satisfy to have a meaning at all. Contradictions between rules: ``diagnosis``."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from matcher.assignment.errors import ProblemError
from matcher.assignment.names import cap_name, quota_name
from matcher.assignment.terms import SoftTerm, Spread, Taste
from matcher.domain.words import Words

if TYPE_CHECKING:
    from matcher.assignment.problem import Cap, Problem, Quota

MAX_SCORE = 1000.0
"""Larger scores would leave the exact range of the integer points."""

UNPIN = Words("取消固定一个席位", "unpin a seat")


def validate_problem(problem: Problem) -> None:
    """Refuse a call without meaning.

    Raises:
        ProblemError: the first broken rule, with field, value and remedy.
    """
    projects, experts = problem.n_projects, problem.n_experts
    if not projects:
        raise ProblemError(
            "project_ids",
            (),
            Words("评审须有项目", "a call judges something"),
            Words("至少加一个项目", "add at least one project"),
        )
    if not experts:
        raise ProblemError(
            "expert_ids",
            (),
            Words("专家组需要专家", "panels need experts"),
            Words("向专家库添加专家", "add experts to the pool"),
        )
    _unique("project_ids", problem.project_ids)
    _unique("expert_ids", problem.expert_ids)
    _shape("scores", problem.scores, (projects, experts))
    _shape("size", problem.size, (projects,))
    _shape("load_max", problem.load_max, (experts,))
    _scores(problem)
    _sizes(problem)
    _loads(problem)
    if problem.forbidden is not None:
        _shape("forbidden", problem.forbidden, (projects, experts))
    if problem.lead is not None:
        _shape("lead", problem.lead, (experts,))
    _unique("quotas", tuple(quota.name for quota in problem.all_quotas))
    _unique("caps", tuple(cap.name for cap in problem.all_caps))
    for quota in problem.quotas:
        _quota(problem, quota)
    for cap in problem.caps:
        _cap(problem, cap)
    _unique("soft", tuple(term.name for term in problem.soft))
    for term in problem.soft:
        _term(problem, term)
    _pairs(problem)


def _unique(name: str, ids: tuple[str, ...]) -> None:
    twice = [value for value, count in Counter(ids).items() if count > 1]
    if twice:
        raise ProblemError(
            name,
            twice[0],
            Words("一个编号只能指一项", "an id names one thing only"),
            Words("合并重复项，或改其中一个编号", "merge the duplicates or rename one"),
        )


def _shape(name: str, array: npt.NDArray[np.generic], shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        raise ProblemError(
            name,
            array.shape,
            Words(f"形状须为 {shape}", f"its shape is {shape}"),
            Words("每个项目、每位专家各给一个值", "give one value per project and expert"),
        )


def _scores(problem: Problem) -> None:
    low, high = float(problem.scores.min()), float(problem.scores.max())
    if not (np.isfinite(low) and np.isfinite(high)) or max(-low, high) > MAX_SCORE:
        where = ~np.isfinite(problem.scores) | (np.abs(problem.scores) > MAX_SCORE)
        p, e = np.argwhere(where)[0]
        raise ProblemError(
            f"scores[{problem.project_ids[p]}, {problem.expert_ids[e]}]",
            float(problem.scores[p, e]),
            Words(f"分数须为有限数，绝对值至多 {MAX_SCORE:g}", f"scores are finite and at most {MAX_SCORE:g}"),
            Words("改为禁止该组合，或换算分数", "forbid the pair instead, or rescale"),
        )


def _sizes(problem: Problem) -> None:
    for p in np.flatnonzero(problem.size < 1)[:1]:
        name = f"size[{problem.project_ids[p]}]"
        raise ProblemError(
            name,
            int(problem.size[p]),
            Words("专家组至少有一个席位", "a panel has a seat"),
            Words("填 1 或以上，或不列该项目", "use 1 or more, or leave the project out"),
        )
    if problem.odd:
        for p in np.flatnonzero(problem.size % 2 == 0)[:1]:
            name = f"size[{problem.project_ids[p]}]"
            size = int(problem.size[p])
            raise ProblemError(
                name,
                size,
                Words("按规则专家组人数须为单数", "panels are odd under this rule"),
                Words(f"填 {size - 1} 或 {size + 1}", f"use {size - 1} or {size + 1}"),
            )


def _loads(problem: Problem) -> None:
    for e in np.flatnonzero(problem.load_max < 0)[:1]:
        name = f"load_max[{problem.expert_ids[e]}]"
        raise ProblemError(
            name,
            int(problem.load_max[e]),
            Words("工作量按席位计数", "a load counts seats"),
            Words("填 0 或以上", "use 0 or more"),
        )
    if problem.load_min is None:
        return
    _shape("load_min", problem.load_min, (problem.n_experts,))
    for e in np.flatnonzero((problem.load_min < 0) | (problem.load_min > problem.load_max))[:1]:
        name = f"load_min[{problem.expert_ids[e]}]"
        most = int(problem.load_max[e])
        raise ProblemError(
            name,
            int(problem.load_min[e]),
            Words(f"须在 0 与工作量上限 {most} 之间", f"it lies between 0 and load_max {most}"),
            Words("调低该值", "lower it"),
        )


def _quota(problem: Problem, quota: Quota) -> None:
    _shape(f"quota {quota.name}.members", quota.members, (problem.n_experts,))
    _shape(f"quota {quota.name}.least", quota.least, (problem.n_projects,))
    _shape(f"quota {quota.name}.most", quota.most, (problem.n_projects,))
    for p in np.flatnonzero((quota.least < 0) | (quota.least > np.minimum(quota.most, problem.size)))[:1]:
        raise ProblemError(
            f"quota {quota.name}[{problem.project_ids[p]}]",
            (int(quota.least[p]), int(quota.most[p])),
            Words(
                f"须 0 ≤ 最少 ≤ 最多，且最少不超过每组人数 {int(problem.size[p])}",
                f"0 <= least <= most and least <= size {int(problem.size[p])}",
            ),
            Words("减少最少人数，或扩大专家组", "lower the least count or enlarge the panel"),
        )


def _cap(problem: Problem, cap: Cap) -> None:
    _shape(f"cap {cap.name}.most", cap.most, (problem.n_projects,))
    _shape(f"cap {cap.name}.group", cap.group, cap.expert.shape)
    for p in np.flatnonzero(cap.most < 0)[:1]:
        name = f"cap {cap.name}[{problem.project_ids[p]}]"
        raise ProblemError(
            name, int(cap.most[p]), Words("上限按席位计数", "a cap counts seats"), Words("填 0 或以上", "use 0 or more")
        )
    _memberships(problem, f"cap {cap.name}", cap)


def _term(problem: Problem, term: SoftTerm) -> None:
    name = f"soft {term.name}"
    if isinstance(term, Taste):
        _shape(f"{name}.worth", term.worth, (problem.n_projects, problem.n_experts))
        finite = Words("须为有限数", "it is finite")
        for p, e in np.argwhere(~np.isfinite(term.worth))[:1]:
            pair = f"{name}.worth[{problem.project_ids[p]}, {problem.expert_ids[e]}]"
            raise ProblemError(pair, float(term.worth[p, e]), finite, Words("填 0 表示无所谓", "use 0 for no matter"))
        return
    if not 0 <= term.weight < np.inf:
        raise ProblemError(
            f"{name}.weight",
            term.weight,
            Words("须为有限数，不为负", "it is finite and not negative"),
            Words("填 0 或以上", "use 0 or more"),
        )
    _shape(f"{name}.group", term.group, term.expert.shape)
    _memberships(problem, name, term)


def _memberships(problem: Problem, name: str, rule: Cap | Spread) -> None:
    """Experts and groups are positions, and no membership is named twice."""
    if len(rule.expert) and not (
        rule.expert.min() >= 0 and rule.expert.max() < problem.n_experts and rule.group.min() >= 0
    ):
        raise ProblemError(
            name,
            Words("归属", "membership"),
            Words("专家与分组须为序号", "experts and groups are positions"),
            Words("只用名单中的专家", "use known experts"),
        )
    pairs = rule.expert * (int(rule.group.max(initial=0)) + 1) + rule.group
    if len(np.unique(pairs)) < len(pairs):
        raise ProblemError(
            name,
            Words("归属", "membership"),
            Words("每项归属只写一次", "each membership is named once"),
            Words("删去重复项", "drop the duplicates"),
        )


def _pairs(problem: Problem) -> None:
    for pair in problem.apart:
        if len(set(pair)) != 2 or not all(0 <= e < problem.n_experts for e in pair):
            raise ProblemError(
                "apart",
                tuple(problem.expert_ids[e] if 0 <= e < problem.n_experts else e for e in pair),
                Words("须为专家库中两位不同的专家", "it names two different experts of the pool"),
                Words("改正这一对", "correct the pair"),
            )
    seen: set[tuple[int, int]] = set()
    for p, e in problem.forced:
        if not (0 <= p < problem.n_projects and 0 <= e < problem.n_experts):
            raise ProblemError(
                "forced",
                (p, e),
                Words("须为本次评审的项目与专家", "it names a project and an expert of the call"),
                Words("改正这一对", "correct the pair"),
            )
        name = f"forced[{problem.project_ids[p]}, {problem.expert_ids[e]}]"
        if (p, e) in seen:
            raise ProblemError(
                name,
                Words("重复", "twice"),
                Words("一个席位只固定一次", "a seat is pinned once"),
                Words("删去其中一项", "drop one of the two"),
            )
        seen.add((p, e))
        if problem.forbidden is not None and problem.forbidden[p, e]:
            raise ProblemError(
                name,
                Words("不得安排", "forbidden"),
                Words("存在利益冲突、拒绝或缺席", "a conflict or refusal stands against it"),
                Words("取消固定该席位", "unpin the seat"),
            )
    _forced_fit(problem)


def _forced_fit(problem: Problem) -> None:
    """Pinned seats alone must not break a rule; the message says which."""
    if not problem.forced:
        return
    project, expert = np.array(problem.forced, dtype=np.int64).T
    load = np.bincount(expert, minlength=problem.n_experts)
    for e in np.flatnonzero(load > problem.load_max)[:1]:
        name = f"forced[{problem.expert_ids[e]}]"
        raise ProblemError(
            name,
            int(load[e]),
            Words(f"该专家的工作量上限为 {problem.load_max[e]}", f"the expert's load is at most {problem.load_max[e]}"),
            UNPIN,
        )
    seats = np.bincount(project, minlength=problem.n_projects)
    for p in np.flatnonzero(seats > problem.size)[:1]:
        name = f"forced[{problem.project_ids[p]}]"
        raise ProblemError(
            name,
            int(seats[p]),
            Words(f"该专家组只有 {problem.size[p]} 个席位", f"the panel has {problem.size[p]} seats"),
            UNPIN,
        )
    for quota in problem.all_quotas:
        counted = np.bincount(project[quota.members[expert]], minlength=problem.n_projects)
        for p in np.flatnonzero(counted > quota.most)[:1]:
            name = f"forced[{problem.project_ids[p]}]"
            raise ProblemError(
                name,
                int(counted[p]),
                Words(
                    f"{quota_name(quota.name).zh}至多 {quota.most[p]} 名", f"at most {quota.most[p]} of {quota.name}"
                ),
                UNPIN,
            )
    panels: dict[int, list[int]] = {}
    for p, e in problem.forced:
        panels.setdefault(p, []).append(e)
    for cap in problem.all_caps:
        for p, members in panels.items():
            groups = cap.group[np.isin(cap.expert, members)]
            counts = np.bincount(groups, minlength=1)
            for group in np.flatnonzero(counts > cap.most[p])[:1]:
                rule = cap_name(cap.name, cap.label(int(group)))
                raise ProblemError(
                    f"forced[{problem.project_ids[p]}]",
                    [problem.expert_ids[e] for e in sorted(members)],
                    Words(f"{rule.zh}至多 {cap.most[p]} 名", f"at most {cap.most[p]} of {rule.en}"),
                    Words("取消固定其中一个席位", "unpin one of them"),
                )
