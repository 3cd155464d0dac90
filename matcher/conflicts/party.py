"""Experts and projects as the conflict engine sees them: names, employers, addresses, ties with dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from matcher.conflicts.errors import FactError
from matcher.domain.words import Words
from matcher.rules.authority import KINDS


class Truth(IntEnum):
    """Kleene's three values; OR is the maximum."""

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2


@dataclass(frozen=True, slots=True)
class Relation:
    """A tie of an expert to a person or organisation; a missing end means that it goes on, if it has a start.

    ``goes_on`` says that it has no end even where no start is known (a post). ``source`` says where it was read: the
    record, a publication, the expert's declaration.
    """

    kind: str
    party: str
    start: date | None = None
    end: date | None = None
    source: str = ""
    goes_on: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            known = ", ".join(KINDS)
            rule = Words(f"已知种类：{known}", f"known kinds are {known}")
            raise FactError("tie.kind", self.kind, rule, Words("选其中一种", "choose one"))
        if not self.party.strip():
            rule = Words("关系有对方", "a tie has another side")
            raise FactError("tie.party", self.party, rule, Words("写明对方", "name the person or organisation"))
        if self.start and self.end and self.start > self.end:
            dates = self.start.isoformat(), self.end.isoformat()
            rule = Words("开始不晚于结束", "start <= end")
            raise FactError(f"tie to {self.party}", dates, rule, Words("对调日期", "swap the dates"))


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
    """A project: who stands behind it, who competes with it by name, and whom its applicant refuses, with reasons.

    ``keys`` identify it or its people for certain (project number, credit code, e-mail).
    """

    id: str
    organisations: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    competitors: tuple[str, ...] = ()
    field: str = ""
    refused: tuple[tuple[str, str], ...] = ()
