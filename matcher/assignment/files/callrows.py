"""The rows of a call file (``callfile`` shows one whole)."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["roles", "languages", "fields", "senior", "may_lead"]
Group = Literal["units", "cities", "regions"]

LARGEST = 1_000_000
Count = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
"""Fits the arrays of whole numbers; what it may be in its place is said by ``validation``, which knows the place."""

Id = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Name = Annotated[str, Field(max_length=1_000)]
Weight = Annotated[float, Field(ge=0, le=LARGEST, allow_inf_nan=False)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ProjectRow(_Row):
    """A project of the call."""

    id: Id
    name: Name = ""
    size: Count = 5


class ExpertRow(_Row):
    """An expert of the pool; ``year_left`` is what the year's limit leaves, ``recent`` counts seats held lately.

    ``evidences`` are the texts that ``reasons`` number from 0; ``thin`` says that they are too few to go by alone.
    """

    id: Id
    name: Name = ""
    roles: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    senior: bool = False
    may_lead: bool = False
    load_max: Count = 4
    load_min: Count = 0
    year_left: Count | None = None
    recent: int = Field(default=0, ge=0, le=LARGEST)
    evidences: tuple[str, ...] = ()
    thin: bool = False


class ScoreRow(_Row):
    """The expertise of an expert for a project."""

    project: str
    expert: str
    score: float


class ReasonRow(_Row):
    """Why experts suit a project, column by column: how well (0..1), and which of their evidences say so, best first.

    Empty evidences: the expert has none, and the mean of the group stands in. Experts who are not named have no reason.
    """

    project: str
    experts: tuple[str, ...]
    expertise: tuple[float | None, ...]
    best: tuple[tuple[int, ...], ...]


class PairRow(_Row):
    """A pair that may not be, and why: ``reason`` names the rule, ``zh`` and ``en`` say what was found.

    It bars the expert from every project if it names none.
    """

    project: str = ""
    expert: str
    reason: str = ""
    zh: str = ""
    en: str = ""
    source: str = ""


class QuestionRow(_Row):
    """What an expert must declare before a panel with the expert is released; about every project if it names none."""

    expert: str
    project: str = ""
    kind: str
    zh: str = ""
    en: str = ""
    source: str = ""


class DeclarationRow(_Row):
    """An expert's answer; it settles a question of its kind. A declared conflict bars the pair, whatever was asked."""

    expert: str
    project: str = ""
    kind: str = "declaration"
    conflict: bool
    on: datetime.date
    note: str = ""


class QuotaRow(_Row):
    """Seats of a kind: a count, or a share of the panel's size rounded up; for some projects or all."""

    of: Kind
    value: str = ""
    least: int = Field(default=0, ge=0, le=LARGEST)
    share: float = Field(default=0.0, ge=0, le=1)
    most: int | None = Field(default=None, ge=0, le=LARGEST)
    projects: tuple[str, ...] | None = None


class CapRow(_Row):
    """Most seats of one group: a count, or a share of the panel's size rounded down."""

    of: Group
    most: Count | None = None
    share: float | None = Field(default=None, gt=0, le=1)


class LeadRow(_Row):
    """Who may lead a panel."""

    of: Literal["senior", "may_lead"] = "may_lead"


class SpreadRow(_Row):
    """What every seat of a panel beyond the first of its region or city weighs."""

    of: Literal["regions", "cities"]
    weight: Weight = 1.0


class SoftRow(_Row):
    """What the soft terms weigh: each recent seat of an expert, a pair that was drawn lately, a repeated region."""

    rotation: Weight = 1.0
    lately: Weight = 4.0
    spread: SpreadRow | None = None


class CallRow(_Row):
    """The whole file."""

    name: str = ""
    odd: bool = False
    projects: tuple[ProjectRow, ...]
    experts: tuple[ExpertRow, ...]
    scores: tuple[ScoreRow | tuple[float, ...], ...]
    missing_score: float | None = None
    forbidden: tuple[PairRow, ...] = ()
    questions: tuple[QuestionRow, ...] = ()
    declarations: tuple[DeclarationRow, ...] = ()
    forced: tuple[tuple[str, str], ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    quotas: tuple[QuotaRow, ...] = ()
    caps: tuple[CapRow, ...] = ()
    lead: LeadRow | None = None
    lately: tuple[tuple[str, str], ...] = ()
    soft: SoftRow = SoftRow()
    reasons: tuple[ReasonRow, ...] = ()
