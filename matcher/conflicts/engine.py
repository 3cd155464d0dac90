"""The conflict rules over all experts and projects: TRUE bars, UNKNOWN asks the expert, each with its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from matcher.conflicts.eligibility import limit_findings
from matcher.conflicts.finding import DECLARATION, KIND_WORDS, Conflicts, Finding
from matcher.conflicts.index import ProjectIndex, Side
from matcher.conflicts.own import own_findings
from matcher.conflicts.party import Candidate, Relation, Submission, Truth
from matcher.conflicts.refusals import REFUSED, read_refusals, refusal_findings
from matcher.conflicts.together import kept_apart, twin_findings
from matcher.conflicts.windows import counts
from matcher.domain.words import Words
from matcher.rules.authority import Authority


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
    index, refusals = ProjectIndex(projects), read_refusals(projects, rules)
    persons = [expert for expert in experts if not expert.same_as]
    found = [
        finding
        for expert in persons
        for finding in (
            *_tie_findings(expert, index, rules, today),
            *own_findings(expert, index, rules),
            *refusal_findings(expert, refusals, rules),
            *limit_findings(expert, rules, today),
            *_undeclared(expert, rules),
        )
        if finding.truth is not Truth.FALSE
    ]
    found += twin_findings(experts, rules)
    row = {project.id: n for n, project in enumerate(projects)}
    column = {expert.id: n for n, expert in enumerate(experts)}
    barred = np.zeros((len(projects), len(experts)), dtype=bool)
    asked = np.zeros_like(barred)
    for finding in found:
        place = row.get(finding.project, slice(None)), column[finding.expert]
        barred[place] |= finding.truth is Truth.TRUE
        asked[place] |= finding.truth is Truth.UNKNOWN
    kept = sorted(dict.fromkeys(found), key=lambda f: (f.project, f.expert, f.kind, f.evidence.en))
    return Conflicts(tuple(row), tuple(column), tuple(kept), barred, asked & ~barred, kept_apart(persons, rules, today))


def _tie_findings(expert: Candidate, index: ProjectIndex, rules: Authority, today: date) -> Iterator[Finding]:
    for tie in expert.ties:
        window = rules.windows.get(tie.kind)
        if window is None:
            continue
        still, why = counts(tie, window, today)
        for project, (side, alike) in index.matches(tie.party).items():
            truth = Truth(min(still, alike))
            if truth is Truth.UNKNOWN and tie.kind == REFUSED:
                continue  # nobody is asked whether an applicant refused them
            evidence = _evidence(tie, side, why, alike)
            yield Finding(
                expert.id, project, tie.kind, truth, evidence, window.words, window.source, tie.start, tie.end
            )


def _evidence(tie: Relation, side: Side, why: Words, alike: Truth) -> Words:
    """The tie, its dates and where it was read, in a sentence."""
    kind, what = KIND_WORDS[tie.kind], side.value
    family = alike is Truth.UNKNOWN
    return Words(
        f"与{what.zh}“{tie.party}”有“{kind.zh}”关系：{why.zh}"
        + (f"（来源：{tie.source}）" if tie.source else "")
        + ("；名称显示可能属于同一系统单位" if family else ""),
        f"{kind.en} with {what.en} {tie.party}: {why.en}"
        + (f" (read in {tie.source})" if tie.source else "")
        + ("; the names suggest one family of organisations" if family else ""),
    )


def _undeclared(expert: Candidate, rules: Authority) -> Iterator[Finding]:
    if not expert.ties_declared:
        yield Finding(
            expert.id, "", DECLARATION, Truth.UNKNOWN,
            Words("专家尚未申报利益关系", "the expert has not declared ties yet"),
            Words("专家组发布前，每位专家须申报利益关系", "every expert declares ties before a panel is released"),
            rules.source,
        )  # fmt: skip
