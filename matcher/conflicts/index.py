"""The projects of a call by the names and keys of everybody who stands behind or against them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum

from matcher.conflicts.identity import one_key
from matcher.conflicts.party import Submission, Truth
from matcher.domain.naming import one_spelling, same_family
from matcher.domain.words import Words


class Side(Enum):
    """On which side of a project a name stands."""

    PROJECT = Words("项目", "project")
    APPLICANT = Words("申请方", "applicant")
    UNIT = Words("成员单位", "a member's employer")
    MEMBER = Words("成员", "member")
    COMPETITOR = Words("竞争方", "competitor")
    KEY = Words("标识", "key")

    @property
    def is_organisation(self) -> bool:
        """Whether it may have a family of organisations; projects, people and keys do not."""
        return self in (Side.APPLICANT, Side.UNIT, Side.COMPETITOR)


class ProjectIndex:
    """Projects by name, by key and by the first letters of organisations."""

    def __init__(self, projects: Sequence[Submission]) -> None:
        self.by_id = {project.id: project for project in projects}
        self._by_name: dict[str, list[tuple[str, Side]]] = {}
        self._by_key: dict[str, list[str]] = {}
        self._by_start: dict[str, list[str]] = {}
        for project in projects:
            for key in dict.fromkeys(map(one_key, project.keys)):
                self._by_key.setdefault(key, []).append(project.id)
            for side, names in (
                (Side.PROJECT, (project.name,)),
                (Side.APPLICANT, project.organisations),
                (Side.UNIT, project.units),
                (Side.MEMBER, project.people),
                (Side.COMPETITOR, project.competitors),
            ):
                for name in dict.fromkeys(one_spelling(name) for name in names if name):
                    self._by_name.setdefault(name, []).append((project.id, side))
        for name, sides in self._by_name.items():
            if any(side.is_organisation for _, side in sides):
                self._by_start.setdefault(name[:4], []).append(name)

    def with_key(self, keys: Sequence[str]) -> tuple[str, ...]:
        """Projects that have one of the keys."""
        return tuple(dict.fromkeys(project for key in keys for project in self._by_key.get(one_key(key), ())))

    def with_member(self, names: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Projects with a member of one of the names, and the name."""
        for name in names:
            for project, side in self._by_name.get(one_spelling(name), ()):
                if side is Side.MEMBER:
                    yield project, name

    def matches(self, party: str) -> Mapping[str, tuple[Side, Truth]]:
        """Projects that a tie's party touches: TRUE by the same key or name, UNKNOWN by a family of organisations.

        A project is told once, by the surest way.
        """
        name = one_spelling(party)
        found = dict.fromkeys(self._by_key.get(one_key(party), ()), (Side.KEY, Truth.TRUE))
        for project, side in self._by_name.get(name, ()):
            found.setdefault(project, (side, Truth.TRUE))
        for other in self._by_start.get(name[:4], ()):
            for project, side in self._by_name[other] if same_family(name, other) else ():
                if side.is_organisation:
                    found.setdefault(project, (side, Truth.UNKNOWN))
        return found
