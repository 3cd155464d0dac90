"""Bodies of the requests about panels."""

from dataclasses import replace
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from api.panels.state import Seat
from matcher.assignment.files.callrows import CallRow, CapRow, LeadRow, QuotaRow, SoftRow
from matcher.assignment.lots.drawrules import CAP, EPSILON, PLANS
from matcher.calling import CallRules
from matcher.conflicts.finding import DECLARATION, KIND_WORDS
from matcher.domain.record import RecordId
from matcher.opinions.opinionfile import DimensionRow, OpinionRow
from matcher.rules.authority import Authority, authority, usual_authority

LARGEST_CALL = 500, 2_000
"""Stored projects and experts that one request may bring together; longer calls come as documents."""


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PoolOrder(_Order):
    """Records of the platform whose conflicts are asked for, as the caller may see them."""

    projects: Annotated[tuple[RecordId, ...], Field(min_length=1, max_length=LARGEST_CALL[0])]
    experts: Annotated[tuple[RecordId, ...], Field(min_length=1, max_length=LARGEST_CALL[1])]
    authority: str | None = Field(default=None, description="whose rules judge and shape (`data/rules/panels/`)")

    def judge(self) -> Authority:
        """Whose rules say what a conflict is; RuleDataError for an unknown authority."""
        return usual_authority() if self.authority is None else authority(self.authority)


class Records(PoolOrder):
    """A call over records of the platform, as the caller may see them; pairs under an exclusion are forbidden."""

    size: int | None = Field(default=None, ge=1, le=50, description="experts per project")
    load_max: int = Field(default=4, ge=1, le=1000, description="projects per expert at most")
    odd: bool = False
    quotas: tuple[QuotaRow, ...] = ()
    caps: tuple[CapRow, ...] = ()
    lead: LeadRow | None = None
    soft: SoftRow = SoftRow()

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        if self.authority is not None and (self.odd or self.quotas or self.caps):
            raise ValueError("an authority states odd, quotas and caps itself: leave them out")
        return self

    def rules(self) -> CallRules:
        """The shape of the panels.

        Raises RuleDataError for an unknown authority, ProblemError for a size that it does not allow.
        """
        if self.authority is not None:
            asked = CallRules.of_authority(authority(self.authority), self.size, self.load_max)
            return replace(asked, lead=self.lead, soft=self.soft)
        return CallRules(self.size or 5, self.odd, self.load_max, self.quotas, self.caps, self.lead, self.soft)


class PanelOrder(_Order):
    """A call: a whole document (docs/panels.md), or records of the platform."""

    name: str = Field(min_length=1, max_length=200)
    call: CallRow | None = None
    records: Records | None = None
    floor: float = Field(default=0.98, ge=0, le=1, description="share of the best weakest panel; 0: none")
    seed: int = Field(default=0, ge=0, lt=2**31)
    limit_seconds: float | None = Field(
        default=None, ge=0, le=86_400, description="after so long no further improvement is begun; the gap is told"
    )
    dimensions: tuple[DimensionRow, ...] = ()

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.call is None) == (self.records is None):
            raise ValueError("give either call or records")
        return self


class Declared(_Order):
    """An expert's answer to a question of the kind, or a tie that nobody asked about; about every project if none."""

    expert: str
    project: str = ""
    kind: str = DECLARATION
    conflict: bool
    note: str = Field(default="", max_length=1000)

    @field_validator("kind")
    @classmethod
    def _known(cls, kind: str) -> str:
        if kind not in KIND_WORDS:
            raise ValueError(f"known kinds are {', '.join(KIND_WORDS)}")
        return kind


class DeclarationsOrder(_Order):
    """Declarations of experts."""

    declarations: Annotated[tuple[Declared, ...], Field(min_length=1, max_length=5_000)]


class SeatOrder(_Order):
    """One seat."""

    project: str
    expert: str


class ReplaceOrder(_Order):
    """Seats that fell vacant, and experts who leave every panel. `by` names who comes for a single seat."""

    vacated: tuple[Seat, ...] = ()
    gone: tuple[str, ...] = ()
    by: str | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.vacated and not self.gone:
            raise ValueError("name a vacated seat or an expert who is gone")
        if self.by is not None and (len(self.vacated) != 1 or self.gone):
            raise ValueError("by goes with exactly one vacated seat")
        return self


class DrawOrder(_Order):
    """A regulated draw (随机抽取): the seed is announced before it."""

    seed: str = Field(min_length=1, max_length=200)
    epsilon: float = Field(default=EPSILON, gt=0, lt=1)
    cap: float = Field(default=CAP, gt=0, le=1)
    plans: int = Field(default=PLANS, ge=1, le=200)


class PanelRelease(_Order):
    """Makes the draft known."""

    name: str = Field(min_length=1, max_length=200)


class OpinionsOrder(_Order):
    """Opinions; a later one of the same expert about the same project takes the place of the earlier."""

    opinions: Annotated[tuple[OpinionRow, ...], Field(min_length=1, max_length=5_000)]


POOL_EXAMPLE = {"projects": ["P-2026-001", "P-2026-002"], "experts": ["E001", "E002"], "authority": "policy"}

CALL_EXAMPLE = {
    "name": "2026 年第二批概念验证评审",
    "call": {
        "projects": [{"id": "p1", "size": 2}],
        "experts": [{"id": "e1"}, {"id": "e2"}, {"id": "e3"}],
        "scores": [[0.7, 0.5, 0.6]],
    },
}
