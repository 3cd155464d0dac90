"""The reserve list: projects ranked by corrected scores, with intervals, flags, quotas and a version."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from matcher.domain.words import Words
from matcher.opinions.effects import Effects, fit
from matcher.opinions.opinion import DIMENSIONS, Dimension, Opinion, OpinionError, check_opinions

INTERVAL = 0.9
"""Coverage of the intervals."""

DISAGREEMENT = 0.25
"""Opinions that differ by more than this share of the scale are flagged for talk."""

DECIMALS = 6
"""Scores are compared to this many places, so that equal means equal; then the id decides."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A project on the list.

    Attributes:
        rank: 1 is best; projects without a complete score stand last, without a rank (0).
        score: weighted mean of the corrected dimensions, 0 to 100; ``plain`` the same without correction.
        low, high: 90 % interval of the score; best_rank, worst_rank: the ranks that intervals leave open.
        dimensions: corrected mean per dimension, in its own units; missing where nobody scored it.
        opinions: number of experts heard.
        flags: what a reader must know, in both languages: disagreement, missing dimensions, too few opinions.
        listed: inside the quota.
    """

    project: str
    rank: int
    score: float | None
    plain: float | None
    low: float | None
    high: float | None
    best_rank: int
    worst_rank: int
    dimensions: Mapping[str, float]
    opinions: int
    flags: tuple[str, ...]
    listed: bool


@dataclass(frozen=True, slots=True)
class ReserveList:
    """The ranked projects, how severe each expert was (score units, negative: severe), and the input's hash."""

    entries: tuple[Entry, ...]
    severity: Mapping[str, float]
    version: str

    @property
    def listed(self) -> tuple[Entry, ...]:
        """The projects inside the quota."""
        return tuple(entry for entry in self.entries if entry.listed)


def reserve_list(
    opinions: Sequence[Opinion],
    dimensions: Sequence[Dimension] = DIMENSIONS,
    quota: int | None = None,
    groups: Mapping[str, str] | None = None,
    group_quota: Mapping[str, int] | None = None,
    fewest: int = 3,
) -> ReserveList:
    """Rank projects by their opinions; the same opinions in any order give the same list.

    Args:
        opinions: one per expert and project.
        dimensions: what is scored, with weights.
        quota: how many projects are listed; none lists all with a rank.
        groups: project -> group (county, field), for quotas per group.
        group_quota: group -> most projects listed.
        fewest: opinions below this number are flagged (NSFC: at least 3 valid opinions).

    Raises:
        OpinionError: a score outside its range, an unknown dimension, a second opinion, a negative quota.
    """
    if quota is not None and quota < 0:
        raise OpinionError(
            "quota", quota, Words("名额按项目计数", "a quota counts projects"), Words("填 0 或以上", "use 0 or more")
        )
    ordered = tuple(sorted(opinions, key=lambda opinion: (opinion.project, opinion.expert)))
    sides = tuple(dimensions)
    check_opinions(ordered, sides)
    projects = sorted({opinion.project for opinion in ordered})
    experts = sorted({opinion.expert for opinion in ordered})
    fits = {side.key: _fit(ordered, side, projects, experts) for side in sides}
    drafts = [_draft(n, project, ordered, sides, fits, fewest) for n, project in enumerate(projects)]
    ranked = sorted(drafts, key=_order)
    entries = _listed(_ranked(ranked), quota, groups or {}, group_quota or {})
    weights = sum(side.weight for side in sides)
    severity = {
        expert: round(
            sum(side.weight * float(fits[side.key].expert[n]) * 100 / (side.high - side.low) for side in sides)
            / weights,
            DECIMALS,
        )
        for n, expert in enumerate(experts)
    }
    return ReserveList(entries, severity, _version(ordered, sides, quota, groups or {}, group_quota or {}))


def _fit(opinions: tuple[Opinion, ...], side: Dimension, projects: list[str], experts: list[str]) -> Effects:
    rows = {project: n for n, project in enumerate(projects)}
    columns = {expert: n for n, expert in enumerate(experts)}
    given = [opinion for opinion in opinions if side.key in opinion.scores]
    return fit(
        np.array([rows[opinion.project] for opinion in given], dtype=np.int64),
        np.array([columns[opinion.expert] for opinion in given], dtype=np.int64),
        np.array([opinion.scores[side.key] for opinion in given], dtype=np.float64),
        len(projects),
        len(experts),
    )


def _draft(
    n: int,
    project: str,
    opinions: tuple[Opinion, ...],
    sides: tuple[Dimension, ...],
    fits: Mapping[str, Effects],
    fewest: int,
) -> Entry:
    mine = [opinion for opinion in opinions if opinion.project == project]
    flags = _flags(mine, sides, fewest)
    known = {side.key: float(fits[side.key].corrected[n]) for side in sides if np.isfinite(fits[side.key].corrected[n])}
    if len(known) < len(sides):
        return Entry(project, 0, None, None, None, None, 0, 0, _rounded(known), len(mine), flags, False)
    share = np.array([side.weight for side in sides]) / sum(side.weight for side in sides)
    scale = np.array([100 / (side.high - side.low) for side in sides])
    low = np.array([side.low for side in sides])
    score = float(share @ ((np.array([known[side.key] for side in sides]) - low) * scale))
    plain = float(share @ ((np.array([fits[side.key].plain[n] for side in sides]) - low) * scale))
    # One expert's dimensions move together, so their errors add up instead of cancelling: the cautious side.
    error = float(share @ (np.array([fits[side.key].error[n] for side in sides]) * scale))
    reach = NormalDist().inv_cdf(0.5 + INTERVAL / 2) * error
    numbers = (score, plain, max(0.0, score - reach), min(100.0, score + reach))
    score, plain, bottom, top = (round(number, DECIMALS) for number in numbers)
    return Entry(project, 0, score, plain, bottom, top, 0, 0, _rounded(known), len(mine), flags, False)


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {key: round(value, DECIMALS) for key, value in values.items()}


def _flags(opinions: list[Opinion], sides: tuple[Dimension, ...], fewest: int) -> tuple[str, ...]:
    flags: list[str] = []
    if len(opinions) < fewest:
        told = Words(f"意见 {len(opinions)} 份，少于 {fewest} 份", f"{len(opinions)} of at least {fewest} opinions")
        flags.append(told.both)
    for side in sides:
        scores = [opinion.scores[side.key] for opinion in opinions if side.key in opinion.scores]
        if len(scores) < len(opinions):
            missing = len(opinions) - len(scores)
            told = Words(
                f"{side.zh}：{len(opinions)} 份意见中缺 {missing} 份",
                f"{side.key}: {missing} of {len(opinions)} opinions are missing",
            )
            flags.append(told.both)
        if len(scores) > 1 and np.std(scores, ddof=1) > DISAGREEMENT * (side.high - side.low):
            span = f"{min(scores):g}", f"{max(scores):g}"
            told = Words(
                f"{side.zh}：专家意见分歧，{span[0]} 至 {span[1]}",
                f"{side.key}: experts disagree, {span[0]} to {span[1]}",
            )
            flags.append(told.both)
    return tuple(flags)


def _order(entry: Entry) -> tuple[float, str]:
    return (np.inf if entry.score is None else -entry.score, entry.project)


def _ranked(ordered: list[Entry]) -> list[Entry]:
    scored = [entry for entry in ordered if entry.low is not None and entry.high is not None]
    lows = np.sort([entry.low or 0.0 for entry in scored])
    highs = np.sort([entry.high or 0.0 for entry in scored])
    result: list[Entry] = []
    for rank, entry in enumerate(ordered, start=1):
        if entry.low is None or entry.high is None:
            result.append(entry)
            continue
        surely_better = len(lows) - int(np.searchsorted(lows, entry.high, side="right"))
        surely_worse = int(np.searchsorted(highs, entry.low, side="left"))
        result.append(replace(entry, rank=rank, best_rank=surely_better + 1, worst_rank=len(scored) - surely_worse))
    return result


def _listed(
    entries: list[Entry], quota: int | None, groups: Mapping[str, str], group_quota: Mapping[str, int]
) -> tuple[Entry, ...]:
    taken: dict[str, int] = {}
    listed = 0
    result: list[Entry] = []
    for entry in entries:
        group = groups.get(entry.project, "")
        most = group_quota.get(group)
        fits = entry.rank > 0 and (quota is None or listed < quota) and (most is None or taken.get(group, 0) < most)
        if fits:
            listed += 1
            taken[group] = taken.get(group, 0) + 1
        result.append(replace(entry, listed=fits))
    return tuple(result)


def _version(
    opinions: tuple[Opinion, ...],
    sides: tuple[Dimension, ...],
    quota: int | None,
    groups: Mapping[str, str],
    group_quota: Mapping[str, int],
) -> str:
    """SHA-256 of everything that can change the list."""
    parts = [repr((side.key, side.weight, side.low, side.high)) for side in sides]
    parts += [repr((o.project, o.expert, sorted(o.scores.items()))) for o in opinions]
    parts += [repr(quota), repr(sorted(groups.items())), repr(sorted(group_quota.items()))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
