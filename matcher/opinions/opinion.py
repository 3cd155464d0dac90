"""What an expert says about a project: scores per dimension and a comment."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field


class OpinionError(Exception):
    """A refusal that names the field, the value found, the rule and the remedy."""

    def __init__(self, field: str, value: object, rule: str, remedy: str) -> None:
        super().__init__(f"{field} is {value!r}: {rule}; {remedy}")
        self.field = field
        self.value = value
        self.rule = rule
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Dimension:
    """A side of a project that experts score, with its weight in the sum; scores run from ``low`` to ``high``."""

    key: str
    zh: str
    weight: float = 1.0
    low: float = 0.0
    high: float = 100.0

    def __post_init__(self) -> None:
        if not (self.weight > 0 and self.low < self.high):
            raise OpinionError(
                f"dimension {self.key}", (self.weight, self.low, self.high), "weight > 0, low < high", "correct it"
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


def check_opinions(opinions: tuple[Opinion, ...], dimensions: tuple[Dimension, ...]) -> None:
    """Refuse scores outside their range, unknown dimensions and second opinions.

    Raises:
        OpinionError: the first mistake, with project, expert and dimension.
    """
    known = {dimension.key: dimension for dimension in dimensions}
    if not known:
        raise OpinionError("dimensions", (), "something is judged", "name at least one dimension")
    seen: set[tuple[str, str]] = set()
    for opinion in opinions:
        name = f"opinion of {opinion.expert} on {opinion.project}"
        if (opinion.project, opinion.expert) in seen:
            raise OpinionError(name, "twice", "an expert gives one opinion per project", "keep the last")
        seen.add((opinion.project, opinion.expert))
        for key, score in opinion.scores.items():
            if key not in known:
                raise OpinionError(f"{name}, {key}", score, f"dimensions are {', '.join(known)}", "correct the name")
            dimension = known[key]
            if not (math.isfinite(score) and dimension.low <= score <= dimension.high):
                rule = f"scores run from {dimension.low:g} to {dimension.high:g}"
                raise OpinionError(f"{name}, {key}", score, rule, "correct the score or leave it out")
