"""The file of opinions that a reserve list is made from::

    {"opinions": [{"project": "p1", "expert": "e1", "scores": {"innovation": 82, "ip": 70}, "comment": ""}],
     "dimensions": [{"key": "innovation", "zh": "技术创新性", "weight": 1, "low": 0, "high": 100}],
     "quota": 20, "groups": {"p1": "椒江区"}, "group_quota": {"椒江区": 5}}

Only ``opinions`` must be there. The rows serve the HTTP interface too.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from matcher.domain.words import Words
from matcher.opinions.opinion import Dimension, Opinion, OpinionError
from matcher.tables.messages import first_mistake

Id = Annotated[str, Field(min_length=1)]
Score = Annotated[float, Field(strict=True)]
"""Strict, because "true" and "70" in place of a number are slips of whoever wrote the file."""

Quota = Annotated[int, Field(ge=0)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OpinionRow(_Row):
    """What an expert says about a project; a dimension that is left out is missing, never zero."""

    project: Id
    expert: Id
    scores: dict[str, Score] = {}
    comment: str = Field(default="", max_length=10_000)

    def opinion(self) -> Opinion:
        """The opinion of the row."""
        return Opinion(self.project, self.expert, self.scores, self.comment)


class DimensionRow(_Row):
    """A side of a project that experts score."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    zh: str = Field(min_length=1, max_length=40)
    weight: float = Field(default=1.0, gt=0)
    low: float = 0.0
    high: float = 100.0

    def dimension(self) -> Dimension:
        """The dimension of the row; OpinionError where its bounds contradict each other."""
        return Dimension(self.key, self.zh, self.weight, self.low, self.high)


class OpinionFile(_Row):
    """The whole file."""

    opinions: tuple[OpinionRow, ...]
    dimensions: tuple[DimensionRow, ...] = ()
    quota: Quota | None = None
    groups: dict[str, str] = {}
    group_quota: dict[str, Quota] = {}


def read_opinions(path: Path) -> OpinionFile:
    """The opinions in a JSON file.

    Raises:
        OpinionError: the file is not one, with the place of the mistake.
    """
    try:
        return OpinionFile.model_validate_json(path.read_bytes().removeprefix(BOM_UTF8))
    except ValidationError as error:
        place, value, rule = first_mistake(error)
        remedy = Words("格式见 docs/panels.md", "see docs/panels.md for the format")
        raise OpinionError(place or str(path), value, rule, remedy) from error
