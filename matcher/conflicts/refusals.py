"""Experts whom applicants refuse: few, each with a reason, and never asked about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from matcher.conflicts.errors import FactError
from matcher.conflicts.finding import Finding
from matcher.conflicts.identity import one_key
from matcher.conflicts.party import Candidate, Refused, Submission, Truth
from matcher.domain.naming import one_spelling, same_family
from matcher.domain.words import Words
from matcher.rules.authority import Authority

REFUSED = "refused"
"""The kind of conflict, as rule data name it; an authority without such a window hears no refusals."""

Refusals = Mapping[str, Sequence[tuple[str, Refused]]]
"""Who is refused, as key and as name -> (project, refusal)."""


def read_refusals(projects: Sequence[Submission], rules: Authority) -> Refusals:
    """The refusals of a call.

    Raises:
        FactError: an applicant refuses more experts than the authority allows, or one without a reason.
    """
    by_whom: dict[str, list[tuple[str, Refused]]] = {}
    if REFUSED not in rules.windows:
        return by_whom
    for project in projects:
        _check(project, rules.refusals_most)
        for refused in project.refused:
            for known_as in {one_key(refused.expert), one_spelling(refused.expert)}:
                by_whom.setdefault(known_as, []).append((project.id, refused))
    return by_whom


def refusal_findings(expert: Candidate, refusals: Refusals, rules: Authority) -> Iterator[Finding]:
    """The projects whose applicant refuses the expert, by id, key or name.

    A name bars as well as a key does: the applicant need not know more, the expert must not be asked, and a namesake
    loses one seat at most. A unit that the expert never worked at, nor at one of its family, means somebody else.
    """
    ways = {*map(one_key, (expert.id, *expert.keys)), *map(one_spelling, expert.names)}
    found = {
        project: refused
        for way in sorted(ways)
        for project, refused in refusals.get(way, ())
        if _meant(expert, refused)
    }
    for project, refused in found.items():
        window = rules.windows[REFUSED]
        evidence = Words(f"申请人要求回避：{refused.reason}", f"refused by the applicant: {refused.reason}")
        yield Finding(expert.id, project, REFUSED, Truth.TRUE, evidence, window.words, window.source)


def _meant(expert: Candidate, refused: Refused) -> bool:
    if not refused.unit or not expert.employers:
        return True
    unit = one_spelling(refused.unit)
    return any(unit == own or same_family(unit, own) for own in map(one_spelling, expert.employers))


def _check(project: Submission, most: int | None) -> None:
    name = f"project {project.id}.refused"
    if most is not None and len(project.refused) > most:
        rule = Words(f"申请人最多可要求 {most} 人回避", f"an applicant may refuse {most}")
        raise FactError(name, len(project.refused), rule, Words("缩短名单", "shorten the list"))
    for refused in project.refused:
        if not refused.reason.strip():
            rule = Words("要求回避须说明理由", "every refusal has a reason")
            raise FactError(name, refused.expert, rule, Words("写明理由", "state it"))
