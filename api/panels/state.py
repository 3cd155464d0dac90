"""What is kept of a call for panels: the call itself, what officers pinned, the draft and the releases."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from matcher.assignment.files.callfile import Call, problem_from
from matcher.assignment.files.callrows import CallRow, DeclarationRow, QuestionRow
from matcher.assignment.files.declarations import open_questions
from matcher.assignment.files.planfile import seated, seats_from
from matcher.assignment.files.reasons import Reasons, reasons_of
from matcher.assignment.problem import Problem
from matcher.assignment.result import Seats
from matcher.opinions.opinion import DIMENSIONS, Dimension
from matcher.opinions.opinionfile import DimensionRow

Seat = tuple[str, str]
"""A project and an expert of the call."""


class Release(BaseModel):
    """Panels as they were made known: later changes leave it as it is."""

    model_config = ConfigDict(frozen=True)

    number: int
    name: str
    at: str
    plan: dict[str, Any]


class State(BaseModel):
    """The document of a call; `draft` and the plans of releases are those of `matcher panels`."""

    model_config = ConfigDict(frozen=True)

    call: CallRow
    floor: float = 0.98
    seed: int = 0
    limit_seconds: float | None = None
    dimensions: tuple[DimensionRow, ...] = ()
    pins: tuple[Seat, ...] = ()
    draft: dict[str, Any] | None = None
    releases: tuple[Release, ...] = ()

    def body(self) -> dict[str, Any]:
        """The document as it is kept."""
        return self.model_dump(mode="json")

    def problem(self) -> Problem:
        """The task of the solver: the call, with pinned seats forced."""
        pinned = dict.fromkeys((*self.call.forced, *self.pins))
        return problem_from(self.call.model_copy(update={"forced": tuple(pinned)}))

    def read_call(self) -> Call:
        """The call as exports take it."""
        return replace(Call.of(self.call, self.call.name), problem=self.problem())

    def declared(self, rows: Sequence[DeclarationRow]) -> "State":
        """After declarations: a declared conflict bars the pair, and no pin holds it."""
        call = self.call.model_copy(update={"declarations": (*self.call.declarations, *rows)})
        out = {(one.project, one.expert) for one in rows if one.conflict}

        def kept(seat: Seat) -> bool:
            return seat not in out and ("", seat[1]) not in out

        call = call.model_copy(update={"forced": tuple(filter(kept, call.forced))})
        return self.model_copy(update={"call": call, "pins": tuple(filter(kept, self.pins))})

    def questions(self, plan: dict[str, Any]) -> tuple[QuestionRow, ...]:
        """What experts must still declare before this plan is released."""
        return open_questions(self.call.questions, self.call.declarations, seated(plan))

    def seats(self, plan: dict[str, Any]) -> Seats:
        """The panels of a plan, by the positions of the call."""
        return seats_from(self.problem(), plan)

    def sides(self) -> tuple[Dimension, ...]:
        """What experts score."""
        return tuple(row.dimension() for row in self.dimensions) or DIMENSIONS

    def reasons(self) -> Reasons:
        """Why experts suit projects, as far as the call keeps it; FormatError where its rows contradict themselves."""
        return reasons_of(self.call.reasons, self.call.experts)

    @property
    def standing(self) -> tuple[Literal["draft", "release"], dict[str, Any]] | None:
        """The newest plan: the draft, else the last release."""
        if self.draft is not None:
            return "draft", self.draft
        return ("release", self.releases[-1].plan) if self.releases else None
