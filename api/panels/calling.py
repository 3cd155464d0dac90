"""A call over records of the platform: experts as rows, scores of the ranking, exclusions as forbidden pairs."""

from collections.abc import Sequence
from datetime import date
from typing import cast

import numpy as np

from api.panels.orders import Records
from embeddings.encoder import Encoder
from matcher.assignment.callfile import CallRow, ExpertRow, PairRow, ProjectRow
from matcher.domain import Expert, Kind, Level, Project, Purpose, Record
from matcher.domain.taxonomy import ExpertTitle
from matcher.matchmaker import Matchmaker
from matcher.retrieval.catalogue import Catalogue
from matcher.rules.kleene import FALSE
from matcher.rules.purposes import conditions
from matcher.rules.verdicts import bind


def call_of(
    name: str, order: Records, projects: Sequence[Record], experts: Sequence[Record], encoder: Encoder, today: date
) -> CallRow:
    """The call over records that were cut down to what the caller may see; the same records give the same call.

    Scores are those of the ranking for the purpose `expert`, 0..1; a pair that fails a hard condition (a tie, a
    refusal, an expert who does not consent) is forbidden, with the name of the condition.
    """
    maker = Matchmaker.of(today)
    left = _catalogue(Kind.PROJECT, projects, encoder)
    right = _catalogue(Kind.EXPERT, experts, encoder)
    matrix = maker.matrix(Purpose.EXPERT, left, right)
    return CallRow(
        name=name,
        odd=order.odd,
        projects=tuple(
            ProjectRow(id=one.id, name=cast(Project, one).label, size=order.size) for one in sorted(projects, key=_id)
        ),
        experts=tuple(_row(cast(Expert, one), order.load_max, today) for one in sorted(experts, key=_id)),
        scores=tuple(tuple(float(v) for v in np.round(line / 100, 4)) for line in matrix.scores),
        forbidden=_forbidden(left, right, maker),
        quotas=order.quotas,
        caps=order.caps,
        lead=order.lead,
    )


def _id(record: Record) -> str:
    return record.id


def _catalogue(kind: Kind, records: Sequence[Record], encoder: Encoder) -> Catalogue:
    catalogue = Catalogue(kind, Level.CONSENTED, encoder)
    catalogue.put(sorted(records, key=_id))
    return catalogue


def _forbidden(left: Catalogue, right: Catalogue, maker: Matchmaker) -> tuple[PairRow, ...]:
    rows, columns = list(left.live), list(right.live)
    hard = [condition for condition in conditions(Purpose.EXPERT) if condition.is_hard]
    reasons: dict[tuple[int, int], str] = {}
    for name, block in bind(hard, left.columns, right.columns, maker.context):
        states = np.broadcast_to(block(slice(0, len(rows)), slice(0, len(columns))), (len(rows), len(columns)))
        for p, e in np.argwhere(states == FALSE).tolist():
            reasons.setdefault((p, e), name)
    projects, experts = left.ids_of(rows), right.ids_of(columns)
    return tuple(PairRow(project=projects[p], expert=experts[e], reason=why) for (p, e), why in sorted(reasons.items()))


def _row(expert: Expert, load_max: int, today: date) -> ExpertRow:
    current = [post for post in expert.employers or () if post.end is None or post.end >= today]
    regions = expert.regions or ()
    done = sum(review.date.year == today.year for review in expert.reviews or ())
    senior = ExpertTitle.SENIOR in (expert.titles or ())
    return ExpertRow(
        id=expert.id,
        name=expert.name or "",
        roles=tuple(str(role) for role in expert.roles or ()),
        languages=expert.languages or (),
        fields=expert.fields or (),
        units=tuple(dict.fromkeys(post.name for post in current)),
        cities=tuple(dict.fromkeys(f"{region[:4]}00" for region in regions)),
        regions=tuple(dict.fromkeys(f"{region[:2]}0000" for region in regions)),
        senior=senior,
        may_lead=senior,
        load_max=load_max,
        year_left=None if expert.max_reviews_per_year is None else max(0, expert.max_reviews_per_year - done),
    )
