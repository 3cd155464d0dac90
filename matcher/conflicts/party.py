"""Experts and projects as the conflict engine sees them: names, employers, addresses, ties with dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from matcher.conflicts.errors import FactError
from matcher.conflicts.presets import KINDS


class Truth(IntEnum):
    """Kleene's three values; OR is the maximum."""

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2


@dataclass(frozen=True, slots=True)
class Relation:
    """A tie of an expert to a person or organisation; a missing end means that it goes on, if it has a start.

    ``source`` says where it was read: the record, a publication, the expert's declaration.
    """

    kind: str
    party: str
    start: date | None = None
    end: date | None = None
    source: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise FactError("tie.kind", self.kind, f"known kinds are {', '.join(KINDS)}", "choose one")
        if not self.party.strip():
            raise FactError("tie.party", self.party, "a tie has another side", "name the person or organisation")
        if self.start and self.end and self.start > self.end:
            raise FactError(
                f"tie to {self.party}", (self.start.isoformat(), self.end.isoformat()), "start <= end", "swap the dates"
            )


@dataclass(frozen=True, slots=True)
class Candidate:
    """An expert: every name, address and number the person is known by, and all ties.

    ``keys`` identify for certain (ORCID, e-mail, staff number); ``names`` do not. ``ties`` include employment, dual
    posts too. ``projects`` are own applications in the call. ``ties_declared`` says whether the expert was asked.
    """

    id: str
    names: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    ties: tuple[Relation, ...] = ()
    projects: tuple[str, ...] = ()
    birth_year: int | None = None
    reviews_this_year: int = 0
    ties_declared: bool = True


@dataclass(frozen=True, slots=True)
class Submission:
    """A project: who stands behind it, who competes with it by name, and whom its applicant refuses, with reasons."""

    id: str
    organisations: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    competitors: tuple[str, ...] = ()
    field: str = ""
    refused: tuple[tuple[str, str], ...] = ()
