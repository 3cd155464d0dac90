"""The conflict rules over all experts and projects: TRUE bars, UNKNOWN asks the expert, each with its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from matcher.conflicts.errors import FactError
from matcher.conflicts.identity import one_spelling, same_family
from matcher.conflicts.party import Candidate, Relation, Submission, Truth
from matcher.domain.taxonomy import TieKind
from matcher.domain.words import Words
from matcher.rules.authority import OWN_PROJECT, Authority, Window

BoolArray = npt.NDArray[np.bool_]

DECLARATION = "declaration"
"""The kind of the question to an expert who has not declared ties at all."""

TIE_WORDS = {kind.name.lower(): Words(str(kind), kind.en) for kind in TieKind} | {
    OWN_PROJECT: Words("本人项目", "own project"),
    DECLARATION: Words("未申报", "no declaration yet"),
}
"""Kinds of conflict as people read them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One conflict or open question between an expert and a project; ``project`` is "" where it is about all of them.

    ``start`` and ``end`` are the tie's dates, ``rule`` its window in words, ``source`` where that rule stands.
    """

    expert: str
    project: str
    kind: str
    truth: Truth
    evidence: Words
    rule: Words
    source: str
    start: date | None = None
    end: date | None = None


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
        mine = [f for f in self.findings if f.expert == expert and f.project in (project, "")]
        return tuple(sorted(mine, key=lambda finding: (-finding.truth, finding.kind)))


def find_conflicts(
    experts: Sequence[Candidate],
    projects: Sequence[Submission],
    rules: Authority,
    today: date,
) -> Conflicts:
    """Every conflict and open question of a call under the rules of an authority.

    Raises:
        FactError: an applicant refuses more experts than allowed, or without a reason.
    """
    for project in projects:
        _check_refusals(project, rules)
    index = _Index(projects)
    found = [finding for expert in experts for finding in _findings(expert, index, rules, today)]
    row = {project.id: n for n, project in enumerate(projects)}
    column = {expert.id: n for n, expert in enumerate(experts)}
    barred = np.zeros((len(projects), len(experts)), dtype=bool)
    asked = np.zeros_like(barred)
    for finding in found:
        place = row.get(finding.project, slice(None)), column[finding.expert]
        barred[place] |= finding.truth is Truth.TRUE
        asked[place] |= finding.truth is Truth.UNKNOWN
    kept = sorted(
        (f for f in found if f.truth is not Truth.FALSE), key=lambda f: (f.project, f.expert, f.kind, f.evidence.en)
    )
    return Conflicts(tuple(row), tuple(column), tuple(kept), barred, asked & ~barred)


_APPLICANT, _MEMBER, _COMPETITOR, _KEY = (
    Words("申请方", "applicant"), Words("成员", "member"), Words("竞争方", "competitor"), Words("标识", "key"),
)  # fmt: skip
_ORGANISATIONS = _APPLICANT, _COMPETITOR
"""Sides that may have a family of organisations; people and keys do not."""


class _Index:
    """Projects by the names and keys of everybody who stands behind or against them, by field and by refusal."""

    def __init__(self, projects: Sequence[Submission]) -> None:
        self.by_id = {project.id: project for project in projects}
        self.by_field: dict[str, list[str]] = {}
        self.by_refused: dict[str, list[tuple[str, str]]] = {}
        self.by_name: dict[str, list[tuple[str, Words]]] = {}
        self.by_start: dict[str, list[str]] = {}
        for project in projects:
            self.by_field.setdefault(project.field, []).append(project.id)
            for who, reason in project.refused:
                self.by_refused.setdefault(who, []).append((project.id, reason))
            for what, names in (
                (_APPLICANT, project.organisations),
                (_MEMBER, project.people),
                (_COMPETITOR, project.competitors),
                (_KEY, project.keys),
            ):
                for name in names:
                    self.by_name.setdefault(one_spelling(name), []).append((project.id, what))
        for name, sides in self.by_name.items():
            if any(what in _ORGANISATIONS for _, what in sides):
                self.by_start.setdefault(name[:4], []).append(name)

    def known_as(self, names: Sequence[str], side: Words) -> Iterator[tuple[str, str]]:
        """Projects with this name or key on that side, and the name."""
        for name in names:
            for project, what in self.by_name.get(one_spelling(name), ()):
                if what is side:
                    yield project, name

    def matches(self, party: str) -> Iterator[tuple[str, Words, Truth]]:
        """Projects that a tie's party touches: TRUE by the same name, UNKNOWN by a family of organisations."""
        name = one_spelling(party)
        for project, what in self.by_name.get(name, ()):
            yield project, what, Truth.TRUE
        for other in self.by_start.get(name[:4], ()):
            if same_family(name, other):
                for project, what in self.by_name[other]:
                    if what in _ORGANISATIONS:
                        yield project, what, Truth.UNKNOWN


def _findings(expert: Candidate, index: _Index, rules: Authority, today: date) -> Iterator[Finding]:
    for tie in expert.ties:
        window = rules.windows.get(tie.kind)
        if window is None:
            continue
        counts, why = _counts(tie, window, today)
        for project, what, alike in index.matches(tie.party):
            truth = Truth(min(counts, alike))
            if truth is not Truth.FALSE:
                yield Finding(
                    expert.id, project, tie.kind, truth, _evidence(tie, what, why, alike), window.words, window.source,
                    tie.start, tie.end,
                )  # fmt: skip
    yield from _own_part(expert, index, rules)
    yield from _refusals(expert, index, rules)
    if not expert.ties_declared:
        yield Finding(
            expert.id, "", DECLARATION, Truth.UNKNOWN,
            Words("专家尚未申报利益关系", "the expert has not declared ties yet"),
            Words("专家组发布前，每位专家须申报利益关系", "every expert declares ties before a panel is released"),
            rules.source,
        )  # fmt: skip


def _evidence(tie: Relation, what: Words, why: Words, alike: Truth) -> Words:
    """The tie, its dates and where it was read, in a sentence."""
    kind = TIE_WORDS.get(tie.kind, Words(tie.kind, tie.kind))
    family = alike is Truth.UNKNOWN
    return Words(
        f"与{what.zh}“{tie.party}”有“{kind.zh}”关系：{why.zh}"
        + (f"（来源：{tie.source}）" if tie.source else "")
        + ("；名称显示可能属于同一系统单位" if family else ""),
        f"{kind.en} with {what.en} {tie.party}: {why.en}"
        + (f" (read in {tie.source})" if tie.source else "")
        + ("; the names suggest one family of organisations" if family else ""),
    )


def _counts(tie: Relation, window: Window, today: date) -> tuple[Truth, Words]:
    """Whether a tie counts today, and its dates in words."""
    if window.years is None:
        return Truth.TRUE, window.words
    if tie.start is not None and tie.start > today:
        return Truth.UNKNOWN, Words(
            f"开始日期 {tie.start} 晚于今日，或为计划，或为笔误",
            f"it starts on {tie.start}, after today: a plan or a slip of the pen",
        )
    if tie.end is None:
        if tie.start is None and not tie.goes_on:
            return Truth.UNKNOWN, Words("起止日期不明", "its dates are unknown")
        since = Words(f"自 {tie.start} 起，", f"since {tie.start}, ") if tie.start else Words("", "")
        return Truth.TRUE, Words(f"{since.zh}未结束", f"{since.en}with no end")
    if tie.end >= window.reaches_back_to(today):
        return Truth.TRUE, Words(f"至 {tie.end}", f"until {tie.end}")
    return Truth.FALSE, Words(f"已于 {tie.end} 结束", f"it ended on {tie.end}")


def _own_part(expert: Candidate, index: _Index, rules: Authority) -> Iterator[Finding]:
    """The expert stands behind the project, or has an application in the same field of the call."""
    window = rules.windows.get(OWN_PROJECT)
    if window is None:
        return
    found: dict[str, tuple[Truth, Words]] = {}
    own = [index.by_id[project] for project in expert.projects if project in index.by_id]
    theirs = [project.id for project in own] + [project for project, _ in index.known_as(expert.keys, _KEY)]
    for project in theirs:
        found[project] = Truth.TRUE, Words("专家本人的申报项目", "the expert's own application")
    for mine in own:
        evidence = Words(
            f"专家另有申报项目在{mine.field or '本批次'}中竞争",
            f"an own application competes in {mine.field or 'the same call'}",
        )
        for project in index.by_field[mine.field]:
            found.setdefault(project, (Truth.TRUE, evidence))
    for project, name in index.known_as(expert.names, _MEMBER):
        found.setdefault(project, (Truth.UNKNOWN, Words(f"与成员同名：{name}", f"a member has the same name: {name}")))
    for project, (truth, evidence) in found.items():
        yield Finding(expert.id, project, OWN_PROJECT, truth, evidence, window.words, window.source)


def _refusals(expert: Candidate, index: _Index, rules: Authority) -> Iterator[Finding]:
    window = rules.windows.get("refused")
    if window is None:
        return
    for who in dict.fromkeys((expert.id, *expert.keys)):
        for project, reason in index.by_refused.get(who, ()):
            evidence = Words(f"申请人要求回避：{reason}", f"refused by the applicant: {reason}")
            yield Finding(expert.id, project, "refused", Truth.TRUE, evidence, window.words, window.source)


def _check_refusals(project: Submission, rules: Authority) -> None:
    most = rules.refusals_most
    name = f"project {project.id}.refused"
    if most is not None and len(project.refused) > most:
        rule = Words(f"申请人最多可要求 {most} 人回避", f"an applicant may refuse {most}")
        raise FactError(name, len(project.refused), rule, Words("缩短名单", "shorten the list"))
    for who, reason in project.refused:
        if not reason.strip():
            rule = Words("要求回避须说明理由", "every refusal has a reason")
            raise FactError(name, who, rule, Words("写明理由", "state it"))
