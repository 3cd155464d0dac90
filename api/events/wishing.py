"""Wishes and proposals as people's notes, and the meetings that they and the organizer make possible."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import Connection

from api.events.building import planner_event
from api.events.document import EventDocument, key
from api.events.state import KeptMeeting
from api.store import cases
from matcher.domain.record import RecordId, broken
from matcher.scheduling.wishes import DECLINE_REASONS, MOST_WISHES, Wish, consented

WISH, PROPOSAL = "wish", "proposal"
"""What the notes are about; their key is a party's id."""


class WishRow(BaseModel):
    """A yes or a no to one partner."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    partner: RecordId
    answer: Literal["accepted", "declined"] = "accepted"
    reason: str = Field("", description="of a refusal: one of " + "、".join(DECLINE_REASONS))
    must: bool = Field(False, description="the organizer alone may set it: the meeting must be held")

    @model_validator(mode="after")
    def _reason(self) -> "WishRow":
        if self.answer == "declined" and self.reason not in DECLINE_REASONS:
            raise broken("reason", "a refusal names its reason", "use one of " + "、".join(DECLINE_REASONS))
        return self


class WishOrder(BaseModel):
    """All wishes of one party, the dearest first; they take the place of its earlier ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    party: RecordId
    wishes: Annotated[tuple[WishRow, ...], Field(max_length=MOST_WISHES)]

    @model_validator(mode="after")
    def _whole(self) -> "WishOrder":
        partners = [row.partner for row in self.wishes]
        if self.party in partners:
            raise broken("itself", f"{self.party} cannot meet itself", "name another party")
        twice = [one for n, one in enumerate(partners) if one in partners[:n]] if _repeats(partners) else []
        if twice:
            raise broken("twice", f"{twice[0]} is wished for twice", "keep one of them")
        return self


class Proposed(BaseModel):
    """A partner that the ranked lists of both sides propose: match score 0..100, worth to both 0..1000, reasons."""

    model_config = ConfigDict(frozen=True)

    partner: str
    rank: int
    score: float
    worth: int
    reasons: tuple[str, ...] = ()


def _repeats(partners: Sequence[str]) -> bool:
    return len(set(partners)) < len(partners)


def orders(connection: Connection, case_id: str, document: EventDocument) -> list[tuple[WishOrder, str]]:
    """Each party's newest wishes and the organisation that gave them; of parties that still take part."""
    known = {party.id for party in document.parties}
    found = [(WishOrder.model_validate(n.body), n.org) for n in cases.notes(connection, case_id, WISH)]
    return [(_among(order, known), org) for order, org in found if order.party in known]


def _among(order: WishOrder, known: set[str]) -> WishOrder:
    return order.model_copy(update={"wishes": tuple(row for row in order.wishes if row.partner in known)})


def proposals(connection: Connection, case_id: str) -> dict[str, tuple[Proposed, ...]]:
    """Party -> proposed partners, best first."""
    notes = cases.notes(connection, case_id, PROPOSAL)
    return {note.key: tuple(Proposed.model_validate(row) for row in note.body["partners"]) for note in notes}


def planner_wishes(document: EventDocument, given: Sequence[WishOrder]) -> list[Wish]:
    """The wishes as the planner reads them."""
    number = {party.id: position for position, party in enumerate(document.parties)}
    return [
        Wish(number[order.party], number[row.partner], rank, row.answer, row.reason, row.must)
        for order in given
        for rank, row in enumerate(order.wishes, 1)
    ]


def possible_meetings(
    document: EventDocument,
    given: Sequence[WishOrder],
    proposed: Mapping[str, Sequence[Proposed]],
    before: Sequence[KeptMeeting] = (),
) -> tuple[KeptMeeting, ...]:
    """The meetings to choose from: those of `before` keep their numbers, new ones follow.

    Wishes that consent does not allow yet, and pairs that may not meet, are in the list as banned, with the reason.
    """
    made = _wished(document, given, proposed) | {
        key(row.parties): KeptMeeting(**row.model_dump()) for row in document.meetings
    }
    refused = {key((o.party, r.partner)): (o.party, r) for o in given for r in o.wishes if r.answer == "declined"}
    for pair in document.do_not_meet:
        if key(pair) in made:
            made[key(pair)] = made[key(pair)].model_copy(update={"banned": "不得会面 / do not meet"})
    for each, meeting in made.items():
        said = next((refused[pair] for pair in combinations(each, 2) if pair in refused), None)
        if said is not None:
            made[each] = meeting.model_copy(update={"banned": f"{said[0]} 已拒绝：{said[1].reason} / declined"})
    order = {key(meeting.parties): n for n, meeting in enumerate(before)}
    kept = [
        made.get(each, old.model_copy(update={"banned": "已无意向 / no longer wished", "must": False}))
        for each, old in zip(order, before, strict=True)
    ]
    return (*kept, *(made[each] for each in sorted(made.keys() - order.keys())))


def _wished(
    document: EventDocument, given: Sequence[WishOrder], proposed: Mapping[str, Sequence[Proposed]]
) -> dict[tuple[str, ...], KeptMeeting]:
    event, ids = planner_event(document), [party.id for party in document.parties]
    allowed = consented(event, planner_wishes(document, given), match_scores(document, proposed), document.consent)
    made = {}
    for order in given:
        for row in order.wishes:
            pair = (order.party, row.partner)
            made[key(pair)] = KeptMeeting(parties=key(pair), banned="one side has not accepted")
    for meeting in allowed.meetings:
        sides = tuple(ids[p] for p in meeting.parties)
        made[key(sides)] = KeptMeeting(parties=sides, score=meeting.score, wishes=meeting.wishes, must=meeting.required)
    return made


def match_scores(document: EventDocument, proposed: Mapping[str, Sequence[Proposed]]) -> dict[tuple[int, int], int]:
    """Pair (smaller party first) -> match score 0..1000."""
    number = {party.id: position for position, party in enumerate(document.parties)}
    scores: dict[tuple[int, int], int] = {}
    for party, rows in proposed.items():
        for row in rows:
            if party in number and row.partner in number:
                a, b = sorted((number[party], number[row.partner]))
                scores[a, b] = round(10 * row.score)
    return scores
