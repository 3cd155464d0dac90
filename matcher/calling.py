"""A call for panels over records: experts as rows, scores of the ranking, conflicts and open questions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import cast

import numpy as np

from embeddings.encoder import Encoder
from matcher.assignment.errors import ProblemError
from matcher.assignment.files.callrows import (
    CallRow,
    CapRow,
    ExpertRow,
    LeadRow,
    PairRow,
    ProjectRow,
    QuestionRow,
    QuotaRow,
    SoftRow,
)
from matcher.conflicts import Candidate, Conflicts, Truth, judge
from matcher.conflicts.eligibility import roles_that_count, seats_left
from matcher.conflicts.finding import TWIN
from matcher.domain import Expert, Level, Project, Purpose, Record
from matcher.domain.access import redact
from matcher.domain.expert import Review
from matcher.domain.taxonomy import ExpertTitle
from matcher.domain.words import Words
from matcher.expertise.keeping import kept_reasons, shown_texts
from matcher.expertise.scores import CallScores, call_scores
from matcher.rules.authority import Authority, usual_authority
from matcher.rules.context import Context
from matcher.rules.expert import NO_CONFLICT
from matcher.rules.kleene import FALSE
from matcher.rules.purposes import conditions
from matcher.rules.verdicts import bind

LATELY = timedelta(days=365)
"""Reviews of the last year count for rotation, and as pairs drawn lately."""


@dataclass(frozen=True, slots=True)
class CallRules:
    """The shape of every panel of a call, and whose rules say who may judge what."""

    size: int = 5
    odd: bool = False
    load_max: int = 4
    quotas: tuple[QuotaRow, ...] = ()
    caps: tuple[CapRow, ...] = ()
    lead: LeadRow | None = None
    soft: SoftRow = field(default_factory=SoftRow)
    authority: Authority = field(default_factory=usual_authority)

    @classmethod
    def of_authority(cls, authority: Authority, size: int | None = None, load_max: int = 4) -> "CallRules":
        """What an authority asks of a panel; its smallest size if none is given.

        Raises ProblemError for a size that the authority does not allow.
        """
        if size is not None and authority.sizes and size not in authority.sizes:
            allowed = [str(each) for each in authority.sizes]
            raise ProblemError(
                "size",
                size,
                Words(
                    f"{authority.name} 规定每组人数为 {'、'.join(allowed)}",
                    f"{authority.name} allows {', '.join(allowed)}",
                ),
                Words("选其中之一", "choose one of them"),
            )
        roles = dict.fromkeys([*authority.least, *authority.share])
        counts = {"units": authority.unit_most, "cities": authority.city_most}
        return cls(
            size=size or min(authority.sizes, default=5),
            odd=authority.odd,
            load_max=load_max,
            quotas=tuple(
                QuotaRow(
                    of="roles", value=role, least=authority.least.get(role, 0), share=authority.share.get(role, 0.0)
                )
                for role in roles
            ),
            caps=tuple(CapRow.model_validate({"of": of, "most": most}) for of, most in counts.items() if most),
            authority=authority,
        )


def call_of(
    name: str, rules: CallRules, projects: Sequence[Record], experts: Sequence[Record], encoder: Encoder, today: date
) -> CallRow:
    """The call over records that were cut down to what their reader may see; the same records give the same call.

    Conflicts and limits are found in the whole records; scores, names and everything else in what level 2 shows.
    Scores are those of the ranking for the purpose `expert`, 0..1, with the expertise of evidences as their text part
    (`matcher.expertise`); the call keeps these evidences and which of them speak for whom. A pair is forbidden by a
    conflict under the rules of the authority, with what was found, and by any other hard condition that fails (an
    expert who does not consent). What is not known yet becomes a question to the expert, to be answered before a panel
    is released. Experts who sat much in the last year, and projects that they judged in it, are left to others as far
    as the total allows (soft).
    """
    asked = [cast(Project, one) for one in sorted(projects, key=_id)]
    judged = judge(asked, [cast(Expert, one) for one in experts], rules.authority, today)
    asked = [redact(one, Level.CONSENTED) for one in asked]
    pool = [redact(one, Level.CONSENTED) for one in judged.pool]
    context = Context(today)
    made = call_scores(asked, pool, encoder, context)
    return CallRow(
        name=name,
        odd=rules.odd,
        projects=tuple(ProjectRow(id=one.id, name=one.label, size=rules.size) for one in asked),
        experts=tuple(
            _row(one, candidate, rules, today).model_copy(update={"evidences": texts, "thin": bool(thin)})
            for one, candidate, texts, thin in zip(
                pool, judged.candidates, shown_texts(made), made.judged.expertise.thin, strict=True
            )
        ),
        scores=tuple(tuple(np.round(line.astype(np.float64), 4).tolist()) for line in made.scores),
        forbidden=(*_conflicts(judged.found), *_forbidden(made, asked, pool, context)),
        questions=_questions(judged.found),
        apart=tuple((one.first, one.second) for one in judged.found.apart),
        quotas=rules.quotas,
        caps=rules.caps,
        lead=rules.lead,
        lately=tuple(
            (project.id, expert.id)
            for expert in pool
            for seen in [{review.project for review in _lately(expert, today)}]
            for project in asked
            if seen & {project.id, project.label}
        ),
        soft=rules.soft,
        reasons=kept_reasons(made, asked, pool),
    )


def twins(call: CallRow) -> list[PairRow | QuestionRow]:
    """Who stands in the pool twice: entries barred as another's twin, and those that may be one person with another."""
    barred = [row for row in call.forbidden if row.reason == TWIN]
    return [*barred, *(row for row in call.questions if row.kind == TWIN)]


def _lately(expert: Expert, today: date) -> list[Review]:
    return [review for review in expert.reviews or () if today - LATELY < review.date <= today]


def _id(record: Record) -> str:
    return record.id


def _conflicts(found: Conflicts) -> tuple[PairRow, ...]:
    return tuple(
        PairRow(
            project=one.project,
            expert=one.expert,
            reason=one.kind,
            zh=f"{one.evidence.zh}；{one.rule.zh}",
            en=f"{one.evidence.en}; {one.rule.en}",
            source=one.source,
        )
        for one in found.findings
        if one.truth is Truth.TRUE
    )


def _questions(found: Conflicts) -> tuple[QuestionRow, ...]:
    """What is open about pairs that nothing bars."""
    barred = {(one.project, one.expert) for one in found.findings if one.truth is Truth.TRUE}
    return tuple(
        QuestionRow(
            project=one.project,
            expert=one.expert,
            kind=one.kind,
            zh=one.evidence.zh,
            en=one.evidence.en,
            source=one.source,
        )
        for one in found.findings
        if one.truth is Truth.UNKNOWN and not barred & {(one.project, one.expert), ("", one.expert)}
    )


def _forbidden(
    made: CallScores, projects: Sequence[Project], experts: Sequence[Expert], context: Context
) -> tuple[PairRow, ...]:
    shape = made.scores.shape
    hard = [one for one in conditions(Purpose.EXPERT) if one.is_hard and one.name != NO_CONFLICT]
    reasons: dict[tuple[int, int], str] = {}
    for name, block in bind(hard, made.projects, made.experts, context):
        states = np.broadcast_to(block(slice(0, shape[0]), slice(0, shape[1])), shape)
        for p, e in np.argwhere(states == FALSE).tolist():
            reasons.setdefault((p, e), name)
    return tuple(
        PairRow(project=projects[p].id, expert=experts[e].id, reason=why) for (p, e), why in sorted(reasons.items())
    )


def _row(expert: Expert, candidate: Candidate, rules: CallRules, today: date) -> ExpertRow:
    current = [post for post in expert.employers or () if post.end is None or post.end >= today]
    regions = expert.regions or ()
    senior = ExpertTitle.SENIOR in (expert.titles or ())
    return ExpertRow(
        id=expert.id,
        name=expert.name or "",
        roles=tuple(str(role) for role in roles_that_count(candidate, rules.authority)),
        languages=expert.languages or (),
        fields=expert.fields or (),
        units=tuple(dict.fromkeys(post.name for post in current)),
        cities=tuple(dict.fromkeys(f"{region[:4]}00" for region in regions)),
        regions=tuple(dict.fromkeys(f"{region[:2]}0000" for region in regions)),
        senior=senior,
        may_lead=senior,
        load_max=rules.load_max,
        year_left=seats_left(candidate, rules.authority),
        recent=len(_lately(expert, today)),
    )
