"""What an expert says about a project: scores per dimension and a comment."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from matcher.domain.refused import RefusedError
from matcher.domain.words import Words


class OpinionError(RefusedError):
    """An opinion, dimension or quota that cannot be."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A side of a project that experts score, with its weight in the sum; scores run from ``low`` to ``high``."""

    key: str
    zh: str
    weight: float = 1.0
    low: float = 0.0
    high: float = 100.0

    def __post_init__(self) -> None:
        if not (0 < self.weight < math.inf and -math.inf < self.low < self.high < math.inf):
            raise OpinionError(
                f"dimensions[{self.key}]",
                (self.weight, self.low, self.high),
                Words("权重须大于 0，最低分小于最高分，均为有限数", "weight > 0, low < high, all finite"),
                Words("改正该维度", "correct it"),
            )


DIMENSIONS = (
    Dimension("innovation", "技术创新性"),
    Dimension("ip", "知识产权布局"),
    Dimension("market", "商业化前景"),
)
"""The policy's three dimensions (台科〔2026〕3号), alike in weight until a call sets others."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """One expert's opinion of one project; a dimension that was left out is missing, never zero."""

    project: str
    expert: str
    scores: Mapping[str, float] = field(default_factory=dict)
    comment: str = ""


def check_dimensions(dimensions: tuple[Dimension, ...]) -> None:
    """Refuse that nothing is judged, or a dimension named twice.

    Raises:
        OpinionError: which.
    """
    keys = [dimension.key for dimension in dimensions]
    if not keys:
        raise OpinionError(
            "dimensions",
            (),
            Words("须有评价维度", "something is judged"),
            Words("至少写一个维度", "name at least one dimension"),
        )
    if len(set(keys)) < len(keys):
        raise OpinionError(
            "dimensions",
            next(key for n, key in enumerate(keys) if key in keys[:n]),
            Words("一个维度只写一次", "a dimension is named once"),
            Words("删去重复的维度", "drop the second one"),
        )


def check_opinions(opinions: tuple[Opinion, ...], dimensions: tuple[Dimension, ...]) -> None:
    """Refuse scores outside their range, unknown dimensions and second opinions.

    Raises:
        OpinionError: the first mistake, with project, expert and dimension.
    """
    check_dimensions(dimensions)
    known = {dimension.key: dimension for dimension in dimensions}
    seen: set[tuple[str, str]] = set()
    for opinion in opinions:
        name = f"opinions[{opinion.project}, {opinion.expert}]"
        if (opinion.project, opinion.expert) in seen:
            raise OpinionError(
                name,
                2,
                Words("每位专家对每个项目只提一份意见", "an expert gives one opinion per project"),
                Words("保留最后一份", "keep the last"),
            )
        seen.add((opinion.project, opinion.expert))
        for key, score in opinion.scores.items():
            if key not in known:
                raise OpinionError(
                    f"{name}.{key}",
                    score,
                    Words(f"维度为 {'、'.join(known)}", f"dimensions are {', '.join(known)}"),
                    Words("改正名称", "correct the name"),
                )
            dimension = known[key]
            if not (math.isfinite(score) and dimension.low <= score <= dimension.high):
                low, high = dimension.low, dimension.high
                rule = Words(f"分数须在 {low:g} 至 {high:g} 之间", f"scores run from {low:g} to {high:g}")
                raise OpinionError(
                    f"{name}.{key}", score, rule, Words("改正分数，或不填", "correct the score or leave it out")
                )
