"""What became of the meetings: a note per meeting and side, in the words of DOMAIN 4.7, for reports and learning."""

from collections import defaultdict
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import Connection

from api.events.document import PartyRow
from api.events.state import KeptRelease, State
from api.store import cases
from matcher.domain.record import RecordId, broken
from matcher.scheduling.outcomes import Held, Outcome
from matcher.scheduling.problem import Event
from matcher.scheduling.wishes import DECLINE_REASONS

OUTCOME = "outcome"
"""What the notes are about; their key is the meeting's number and the party."""

PURPOSES = {"fund": "investment", "bank": "loan", "insurer": "insurance", "expert": "expert"}
NextStep = Literal["", "diligence", "term_sheet", "credit_approval", "insurance_application", "closed", "other"]


class OutcomeRow(BaseModel):
    """One side's word on one meeting."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    meeting: Annotated[int, Field(ge=0)]
    party: RecordId = Field(description="whose word this is")
    held: bool
    came: bool = Field(True, description="whether this party came")
    interest: bool | None = None
    reason: str = Field("", description="without interest: one of " + "、".join(DECLINE_REASONS))
    next_step: NextStep = ""
    comment: str = Field("", max_length=2000)

    @model_validator(mode="after")
    def _whole(self) -> "OutcomeRow":
        if self.interest is False and self.reason not in DECLINE_REASONS:
            raise broken("reason", "a refusal names its reason", "use one of " + "、".join(DECLINE_REASONS))
        if (self.interest is not None or self.next_step) and not self.held:
            raise broken(
                "not_held", "interest and next step need a meeting that was held", "set held, or leave them out"
            )
        return self


class OutcomeOrder(BaseModel):
    """Outcomes; of each meeting and party the newest counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcomes: Annotated[tuple[OutcomeRow, ...], Field(min_length=1, max_length=5000)]


def note_of(row: OutcomeRow, state: State, release: KeptRelease) -> tuple[str, dict[str, Any]]:
    """Key and body of the note. `feedback` is for learning: a state of DOMAIN 4.7 per counterpart."""
    party_of = {party.id: party for party in state.event.parties}
    slot = {seat[0]: seat[1] for seat in release.plan.seats}[row.meeting]
    parties = [party_of[one] for one in release.plan.meetings[row.meeting].parties]
    feedback = [_feedback(row, party_of[row.party], other) for other in parties if other.id != row.party and row.held]
    date = state.event.slots[slot].starts_at.date().isoformat()
    body = row.model_dump(mode="json") | {"date": date, "feedback": feedback}
    return f"{row.meeting}/{row.party}", body


def _feedback(row: OutcomeRow, by: PartyRow, other: PartyRow) -> dict[str, Any]:
    project, counterpart = (by, other) if by.kind == "project" else (other, by)
    said = {None: "meeting_held", True: "interest", False: "declined"}[row.interest]
    return {
        "project_id": project.record_id or project.id,
        "counterpart_id": counterpart.record_id or counterpart.id,
        "purpose": PURPOSES.get(counterpart.kind) if project.kind == "project" else None,
        "by": by.record_id or by.id,
        "state": row.next_step if row.next_step not in {"", "other"} else said,
        "reason": row.reason,
    }


def outcomes(connection: Connection, case_id: str, event: Event) -> list[Outcome]:
    """What both sides said of each meeting as one outcome: held if anybody says so, absent who says so of itself."""
    number = {party.id: position for position, party in enumerate(event.parties)}
    by_meeting: dict[int, list[OutcomeRow]] = defaultdict(list)
    for note in cases.notes(connection, case_id, OUTCOME):
        row = OutcomeRow.model_validate({name: note.body[name] for name in OutcomeRow.model_fields})
        if row.party in number:
            by_meeting[row.meeting].append(row)
    return [_joined(meeting, rows, number) for meeting, rows in sorted(by_meeting.items())]


def _joined(meeting: int, rows: list[OutcomeRow], number: dict[str, int]) -> Outcome:
    state: Held = "held" if any(row.held for row in rows) else "no_show"
    return Outcome(
        meeting,
        state,
        absent=tuple(sorted(number[row.party] for row in rows if not row.came)),
        interest={number[row.party]: row.interest for row in rows if row.interest is not None},
        next_step=", ".join(sorted({row.next_step for row in rows if row.next_step})),
    )
