"""The conflict rules over all experts and projects: TRUE bars, UNKNOWN asks the expert, each with its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from matcher.conflicts.errors import FactError
from matcher.conflicts.identity import one_spelling, same_family
from matcher.conflicts.party import Candidate, Relation, Submission, Truth
from matcher.conflicts.presets import Authority, Window

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Finding:
    """One conflict or open question between an expert and a project.

    ``start`` and ``end`` are the tie's dates, ``rule`` its window in words, ``source`` where that rule stands.
    """

    expert: str
    project: str
    kind: str
    truth: Truth
    evidence: str
    rule: str
    source: str
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """An expert's answer about a project: a conflict of this kind exists, or does not."""

    expert: str
    project: str
    kind: str
    conflict: bool
    on: date


@dataclass(frozen=True, eq=False)
class Conflicts:
    """All findings of a call.

    ``barred`` and ``open`` are (P, E) bool in the order of ``projects`` and ``experts``: pairs that may not be, and
    pairs that wait for a declaration.
    """

    projects: tuple[str, ...]
    experts: tuple[str, ...]
    findings: tuple[Finding, ...]
    barred: BoolArray
    open: BoolArray

    def between(self, expert: str, project: str) -> tuple[Finding, ...]:
        """The findings about one pair, worst first."""
        mine = [f for f in self.findings if f.expert == expert and f.project == project]
        return tuple(sorted(mine, key=lambda finding: (-finding.truth, finding.kind)))

    def questions(self, seats: Sequence[Sequence[int]]) -> tuple[Finding, ...]:
        """What must be declared before these panels are released: the open findings of seated pairs."""
        seated = {(self.projects[p], self.experts[e]) for p, panel in enumerate(seats) for e in panel}
        return tuple(f for f in self.findings if f.truth is Truth.UNKNOWN and (f.project, f.expert) in seated)


def find_conflicts(
    experts: Sequence[Candidate],
    projects: Sequence[Submission],
    rules: Authority,
    today: date,
    declarations: Sequence[Declaration] = (),
) -> Conflicts:
    """Every conflict and open question of a call under the rules of an authority.

    Raises:
        FactError: an applicant refuses more experts than allowed, or without a reason.
    """
    for project in projects:
        _check_refusals(project, rules)
    index = _Index(projects)
    answers = {(d.expert, d.project, d.kind): d for d in declarations}
    found = [
        _answered(finding, answers)
        for expert in experts
        for finding in _findings(expert, projects, index, rules, today)
    ]
    row = {project.id: n for n, project in enumerate(projects)}
    column = {expert.id: n for n, expert in enumerate(experts)}
    barred = np.zeros((len(projects), len(experts)), dtype=bool)
    asked = np.zeros_like(barred)
    for finding in found:
        place = row[finding.project], column[finding.expert]
        barred[place] |= finding.truth is Truth.TRUE
        asked[place] |= finding.truth is Truth.UNKNOWN
    kept = sorted(
        (f for f in found if f.truth is not Truth.FALSE), key=lambda f: (f.project, f.expert, f.kind, f.evidence)
    )
    return Conflicts(tuple(row), tuple(column), tuple(kept), barred, asked & ~barred)


class _Index:
    """Projects by the names and keys of everybody who stands behind or against them."""

    def __init__(self, projects: Sequence[Submission]) -> None:
        self.by_name: dict[str, list[tuple[str, str]]] = {}
        self.by_start: dict[str, list[str]] = {}
        for project in projects:
            for what, names in (
                ("applicant", project.organisations), ("member", project.people), ("competitor", project.competitors),
                ("key", project.keys),
            ):  # fmt: skip
                for name in names:
                    self.by_name.setdefault(one_spelling(name), []).append((project.id, what))
        for name in self.by_name:
            self.by_start.setdefault(name[:4], []).append(name)

    def matches(self, party: str) -> Iterator[tuple[str, str, Truth]]:
        """Projects that a tie's party touches: TRUE by the same name, UNKNOWN by a family of organisations."""
        name = one_spelling(party)
        for project, what in self.by_name.get(name, ()):
            yield project, what, Truth.TRUE
        for other in self.by_start.get(name[:4], ()):
            if same_family(name, other):
                for project, what in self.by_name[other]:
                    if what != "member":
                        yield project, what, Truth.UNKNOWN


def _findings(
    expert: Candidate, projects: Sequence[Submission], index: _Index, rules: Authority, today: date
) -> Iterator[Finding]:
    for tie in expert.ties:
        window = rules.windows.get(tie.kind)
        if window is None:
            continue
        counts, why = _counts(tie, window, today)
        for project, what, alike in index.matches(tie.party):
            truth = Truth(min(counts, alike))
            if truth is not Truth.FALSE:
                evidence = f"{tie.kind} with {what} {tie.party}: {why}" + _read_in(tie.source)
                if alike is Truth.UNKNOWN:
                    evidence += "; the names suggest one family of organisations"
                yield Finding(
                    expert.id, project, tie.kind, truth, evidence, _words(window), window.source, tie.start, tie.end
                )
    yield from _own_part(expert, projects, rules)
    yield from _refusals(expert, projects, rules)
    if not expert.ties_declared:
        for submission in projects:
            yield Finding(
                expert.id, submission.id, "declaration", Truth.UNKNOWN, "the expert has not declared ties yet",
                "every expert declares ties before a panel is released", rules.source,
            )  # fmt: skip


def _counts(tie: Relation, window: Window, today: date) -> tuple[Truth, str]:
    """Whether a tie counts today, and its dates in words."""
    if window.years is None:
        return Truth.TRUE, "it never lapses"
    if tie.start is not None and tie.start > today:
        return Truth.UNKNOWN, f"it starts on {tie.start}, after today: a plan or a slip of the pen"
    if tie.end is None:
        if tie.start is None:
            return Truth.UNKNOWN, "its dates are unknown"
        return Truth.TRUE, f"since {tie.start}, with no end"
    if tie.end >= window.reaches_back_to(today):
        return Truth.TRUE, f"until {tie.end}"
    return Truth.FALSE, f"it ended on {tie.end}"


def _own_part(expert: Candidate, projects: Sequence[Submission], rules: Authority) -> Iterator[Finding]:
    """The expert stands behind the project, or has an application in the same field of the call."""
    window = rules.windows.get("own_project")
    if window is None:
        return
    own = [project for project in projects if project.id in expert.projects]
    keys = {one_spelling(key) for key in expert.keys}
    names = {one_spelling(name) for name in expert.names}
    for project in projects:
        members = {one_spelling(name) for name in project.people}
        if project.id in expert.projects or keys & {one_spelling(key) for key in project.keys}:
            truth, evidence = Truth.TRUE, "the expert's own application"
        elif names & members:
            truth, evidence = Truth.UNKNOWN, f"a member has the same name: {', '.join(sorted(names & members))}"
        elif any(mine.field == project.field for mine in own):
            truth, evidence = Truth.TRUE, f"an own application competes in {project.field or 'the same call'}"
        else:
            continue
        yield Finding(expert.id, project.id, "own_project", truth, evidence, _words(window), window.source)


def _refusals(expert: Candidate, projects: Sequence[Submission], rules: Authority) -> Iterator[Finding]:
    window = rules.windows.get("refused")
    if window is None:
        return
    for project in projects:
        for who, reason in project.refused:
            if who == expert.id or who in expert.keys:
                evidence = f"refused by the applicant: {reason}"
                yield Finding(expert.id, project.id, "refused", Truth.TRUE, evidence, _words(window), window.source)


def _check_refusals(project: Submission, rules: Authority) -> None:
    most = rules.refusals_most
    if most is not None and len(project.refused) > most:
        name = f"project {project.id}.refused"
        raise FactError(name, len(project.refused), f"an applicant may refuse {most}", "shorten the list")
    for who, reason in project.refused:
        if not reason.strip():
            raise FactError(f"project {project.id}.refused", who, "every refusal has a reason", "state it")


def _answered(finding: Finding, answers: Mapping[tuple[str, str, str], Declaration]) -> Finding:
    """An expert's declaration settles what was open; it cannot lift what is proven."""
    answer = answers.get((finding.expert, finding.project, finding.kind))
    if answer is None or finding.truth is not Truth.UNKNOWN:
        return finding
    said = "a conflict" if answer.conflict else "no conflict"
    return Finding(
        finding.expert, finding.project, finding.kind, Truth.TRUE if answer.conflict else Truth.FALSE,
        f"{finding.evidence}; the expert declared {said} on {answer.on}", finding.rule, finding.source, finding.start,
        finding.end,
    )  # fmt: skip


def _words(window: Window) -> str:
    return "never lapses" if window.years is None else f"counts for {window.years} years after its end"


def _read_in(source: str) -> str:
    return f" (read in {source})" if source else ""
