"""Experts and projects as the conflict engine sees them: names, keys, employers, ties with dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from matcher.conflicts.errors import FactError
from matcher.domain.taxonomy import ExpertRole, ExpertTitle
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
    """An expert: every name and number the person is known by, all ties, and what limits of an authority ask about.

    Attributes:
        names: they do not identify for certain; ``keys`` do (e-mail, ORCID, staff number of a unit).
        ties: to people and organisations, posts too, dual ones as well.
        ties_declared: whether the expert was asked for ties.
        roles, titles: None while unknown.
        works_since: first day of the earliest post that is known.
        reviews_this_year, yearly_most: seats of the calendar year, and the expert's own limit on them.
        same_as: id of the entry that stands for this person in the pool, where this one is a further entry of the
            same person, and ``same_by`` the key that both have.
    """

    id: str
    names: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    ties: tuple[Relation, ...] = ()
    ties_declared: bool = True
    roles: tuple[ExpertRole, ...] | None = None
    titles: tuple[ExpertTitle, ...] | None = None
    birth_year: int | None = None
    works_since: date | None = None
    reviews_this_year: int = 0
    yearly_most: int | None = None
    same_as: str = ""
    same_by: str = ""

    @property
    def employers(self) -> tuple[str, ...]:
        """Every unit that a post is known at, past ones too."""
        return tuple(tie.party for tie in self.ties if tie.kind == "employment")


@dataclass(frozen=True, slots=True)
class Refused:
    """An expert whom an applicant refuses: by id, key or name, of a unit where one is stated, and why."""

    expert: str
    reason: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """A project: who stands behind it, who competes with it by name, and whom its applicant refuses.

    Attributes:
        name: of the project.
        organisations: the applicant, its affiliates and investors; ``units``: employers of the team.
        people: members of the team by name.
        keys: what identifies the project or its people for certain (number, credit code, e-mail, ORCID).
        fields: industries as ``scheme:code``; two projects that share one compete.
    """

    id: str
    name: str = ""
    organisations: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    competitors: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
