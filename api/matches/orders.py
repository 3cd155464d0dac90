"""What a caller asks to be matched."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from matcher.domain import KINDS, Kind, Purpose, Record, offer_kind, other_side
from matcher.domain.record import RecordId, broken
from matcher.scoring.exposure import Policy

LARGEST_K = 200
LARGEST_BATCH = 10_000

Filters = dict[str, list[Any] | str | int | float | bool]
K = Annotated[int, Field(ge=1, le=LARGEST_K, description="length of the list at most")]


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    purpose: Purpose = Field(description="investment, loan, insurance or expert")
    filters: Filters = Field(
        default_factory=dict,
        description="field -> value or values of the candidates, as in their list; fields AND, values OR",
    )
    k: K = 20
    fair: bool = Field(
        False,
        description="places by the exposure policy: at most 3 of 10 of one manager, bank or insurer; in a batch nobody "
        "in more than a quarter of the lists and places for the little shown",
    )

    @property
    def policy(self) -> Policy | None:
        """Who gets the places; None: by score alone."""
        return Policy.of_rulebook() if self.fair else None


class MatchOrder(_Order):
    """One ranked list: the subject is a record's id, a record, or a typed need."""

    subject_kind: Kind = Field(
        Kind.PROJECT, description="what the subject is; for a text: what stands behind the need, a project or an offer"
    )
    subject_id: RecordId | None = Field(None, description="id of a stored record")
    subject: dict[str, Any] | None = Field(None, description="a record that is not stored")
    text: Annotated[str, Field(min_length=1, max_length=20_000)] | None = Field(None, description="a typed need")
    explain: bool = Field(True, description="with parts, reasons, questions, counterfactuals and evidence")
    ineligible: bool = Field(False, description="also list who fails a hard condition")

    @model_validator(mode="after")
    def _one_subject(self) -> "MatchOrder":
        given = [name for name in ("subject_id", "subject", "text") if getattr(self, name) is not None]
        if len(given) != 1:
            raise broken("one_subject", "exactly one of subject_id, subject and text", "give one", found=given)
        _check_side(self.purpose, self.subject_kind)
        return self

    @property
    def candidate_kind(self) -> Kind:
        """What is ranked."""
        return other_side(self.purpose, self.subject_kind)

    def record(self) -> Record | None:
        """The inline subject as a domain object; None where another form was given. Raises ValidationError."""
        return (
            None if self.subject is None else KINDS[self.subject_kind].model_validate({"id": "inline"} | self.subject)
        )


class BatchOrder(_Order):
    """Ranked lists for many stored records, as a job."""

    subject_kind: Kind = Kind.PROJECT
    subject_ids: Annotated[list[RecordId], Field(min_length=1, max_length=LARGEST_BATCH)] | None = Field(
        None, description="ids of stored records; all of the own organisation's if absent"
    )

    @model_validator(mode="after")
    def _sides(self) -> "BatchOrder":
        _check_side(self.purpose, self.subject_kind)
        return self

    @property
    def candidate_kind(self) -> Kind:
        """What is ranked."""
        return other_side(self.purpose, self.subject_kind)


def _check_side(purpose: Purpose, subject: Kind) -> None:
    if subject not in {Kind.PROJECT, offer_kind(purpose)}:
        raise broken(
            "sides",
            f"purpose {purpose} matches project with {offer_kind(purpose)}",
            "choose another purpose or subject_kind",
            found=str(subject),
        )


EXAMPLES: dict[str, dict[str, Any]] = {
    "stored project": {"purpose": "investment", "subject_id": "P-2026-001", "k": 20},
    "fund looks for projects": {"purpose": "investment", "subject_kind": "fund", "subject_id": "F-001", "k": 10},
    "typed need": {
        "purpose": "loan",
        "text": "高新技术企业，中试放大需要贷款300万元，台州",
        "filters": {"purposes": ["中试"]},
    },
    "inline project": {"purpose": "insurance", "subject": {"trl": 6, "risks": ["中试失败"]}, "explain": False},
}
"""For the documentation; a test holds them valid."""
