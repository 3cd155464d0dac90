"""An expert's own application in the call, and what competes with it in the same field."""

from __future__ import annotations

from collections.abc import Iterator

from matcher.conflicts.finding import Finding
from matcher.conflicts.index import ProjectIndex
from matcher.conflicts.party import Candidate, Submission, Truth
from matcher.domain.codes import code_list
from matcher.domain.texts import sector_label
from matcher.domain.words import Words
from matcher.rules.authority import OWN_PROJECT, Authority


def own_findings(expert: Candidate, index: ProjectIndex, rules: Authority) -> Iterator[Finding]:
    """Own applications and what competes with them: TRUE by a key, UNKNOWN by a name or where a field is unknown.

    What is at worst for a pair is told once.
    """
    window = rules.windows.get(OWN_PROJECT)
    if window is None:
        return
    own: dict[str, tuple[Truth, Words]] = {
        project: (Truth.TRUE, Words("专家本人的申报项目", "the expert's own application"))
        for project in index.with_key(expert.keys)
    }
    for project, name in index.with_member(expert.names):
        own.setdefault(project, (Truth.UNKNOWN, Words(f"与成员同名：{name}", f"a member has the same name: {name}")))
    found = dict(own)
    for mine, (sure, _) in own.items():
        for project, rival in index.by_id.items():
            alike, why = competes(index.by_id[mine], rival)
            truth = Truth(min(sure, alike))
            if truth > found.get(project, (Truth.FALSE,))[0]:
                found[project] = truth, _evidence(mine, sure, why)
    for project, (truth, evidence) in found.items():
        yield Finding(expert.id, project, OWN_PROJECT, truth, evidence, window.words, window.source)


def competes(mine: Submission, other: Submission) -> tuple[Truth, Words]:
    """Whether two applications are in one field, and which: TRUE where one's code is or holds the other's.

    FALSE where both state codes of one scheme and none fits, UNKNOWN where they have no scheme in common.
    """
    common = False
    for field in mine.fields:
        for rival in other.fields:
            if field.partition(":")[0] != rival.partition(":")[0]:
                continue
            common = True
            if _within(field, rival) or _within(rival, field):
                return Truth.TRUE, Words(
                    f"同属“{sector_label(rival)}”领域", f"both are in the field {sector_label(rival, 'en')}"
                )
    if common:
        return Truth.FALSE, Words("领域不同", "their fields differ")
    return Truth.UNKNOWN, Words("是否同一领域不明", "whether they are in one field is not known")


def _within(field: str, broader: str) -> bool:
    scheme, _, code = field.partition(":")
    entries, wanted = code_list(scheme), broader.partition(":")[2]
    above: str | None = code
    while above is not None and above != wanted:
        above = entries[above].parent if above in entries else None
    return above is not None


def _evidence(mine: str, sure: Truth, why: Words) -> Words:
    perhaps = sure is not Truth.TRUE
    return Words(
        f"专家{'可能' if perhaps else ''}另有申报项目 {mine}：{why.zh}",
        f"{mine} {'may be' if perhaps else 'is'} the expert's own application: {why.en}",
    )
