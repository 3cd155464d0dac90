"""What is found: a conflict or an open question, the experts kept apart, and the words for their kinds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from matcher.conflicts.party import Truth
from matcher.domain.taxonomy import TieKind
from matcher.domain.words import Words
from matcher.rules.authority import OWN_PROJECT

BoolArray = npt.NDArray[np.bool_]

DECLARATION = "declaration"
"""The kind of the question to an expert who has not declared ties at all."""

TWIN = "twin"
"""Two entries of the pool are, or may be, one person."""

AGE, TITLE, WORK = "age", "title", "years_of_work"
"""Limits of an authority on who may judge at all."""

KIND_WORDS = {kind.name.lower(): Words(str(kind), kind.en) for kind in TieKind} | {
    OWN_PROJECT: Words("本人项目", "own project"),
    DECLARATION: Words("未申报", "no declaration yet"),
    TWIN: Words("重复登记", "entered twice"),
    AGE: Words("年龄", "age"),
    TITLE: Words("职称", "title"),
    WORK: Words("从业年限", "years of work"),
}
"""Kinds of finding as people read them; what an expert may be asked and may declare."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One conflict or open question between an expert and a project; ``project`` is "" where it is about all of them.

    ``start`` and ``end`` are the tie's dates, ``rule`` its window or the limit in words, ``source`` where that stands.
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


@dataclass(frozen=True, slots=True)
class Apart:
    """Two experts who may not share a panel, and why."""

    first: str
    second: str
    kind: str
    evidence: Words
    rule: Words
    source: str


@dataclass(frozen=True, eq=False)
class Conflicts:
    """All findings of a call.

    ``barred`` and ``open`` are (P, E) bool in the order of ``projects`` and ``experts``: pairs that may not be, and
    pairs that wait for a declaration. ``apart`` are experts of the pool who may not share a panel.
    """

    projects: tuple[str, ...]
    experts: tuple[str, ...]
    findings: tuple[Finding, ...]
    barred: BoolArray
    open: BoolArray
    apart: tuple[Apart, ...] = ()

    def between(self, expert: str, project: str) -> tuple[Finding, ...]:
        """The findings about one pair, worst first."""
        mine = [f for f in self.findings if f.expert == expert and f.project in (project, "")]
        return tuple(sorted(mine, key=lambda finding: (-finding.truth, finding.kind)))
