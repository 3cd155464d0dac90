"""Explanations: verdict, parts in points, reasons, questions and what would change the verdict (DOMAIN 4.5).

Everything is computed once for all candidates of a list, then said one by one from templates and field values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.columns import Columns
from matcher.domain import Kind, Project, Purpose, Record, offer_kind
from matcher.matches import Match, SentencePair
from matcher.rules.condition import Condition
from matcher.rules.context import Context
from matcher.rules.kleene import NOT_ASKED, TRUE, UNKNOWN
from matcher.rules.purposes import conditions
from matcher.rules.verdicts import Verdict, bind
from matcher.scoring.part import Setting
from matcher.scoring.pool import Pool
from matcher.scoring.say import Said, Speaker
from matcher.scoring.scores import in_detail


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be explained.

    subject: a project or an offer. candidates: records of the other side; all redacted to the reader's level.
    semantic: (len(candidates),) float32 as in `score`. columns: those of the candidates, built if None.
    evidence: per candidate the sentences that carry the similarity.
    decides: condition -> candidates of the whole list that its answer settles (`Verdicts.open`), to sort questions.
    """

    purpose: Purpose
    subject: Record
    candidates: Sequence[Record]
    semantic: NDArray[np.float32] | None = None
    columns: Columns | None = None
    evidence: Sequence[Sequence[SentencePair]] | None = None
    decides: Mapping[str, int] | None = None


def explain(request: Request, context: Context, pool: Pool | None = None) -> list[Match]:
    """One `Match` per candidate, in their order; the same scores and verdicts as `score` and `evaluate` give.

    pool: of all visible offers, the one that ranked the list; made of the candidates if None.
    """
    if not request.candidates:
        return []
    setting = _setting(request, context, pool)
    detail = in_detail(request.purpose, setting)
    states = _states(request.purpose, setting)
    hard = np.array([state for condition, state in states if condition.is_hard]).reshape(-1, len(request.candidates))
    verdict = hard.min(axis=0, initial=TRUE)
    asked, still_open = (hard != NOT_ASKED).sum(axis=0), (hard == UNKNOWN).sum(axis=0)
    completeness = (detail.known + asked - still_open) / (len(detail.values) + asked)
    speaker = Speaker(request.purpose, request.subject, context, dict(request.decides or {}))
    return [
        speaker.match(
            candidate,
            Said(
                Verdict(int(verdict[k])),
                round(float(detail.total[k]), 2),
                round(float(completeness[k]), 4),
                {name: float(value[k]) for name, value in detail.values.items()},
                float(detail.minus[k]),
                [(condition, int(state[k])) for condition, state in states if state[k] != NOT_ASKED],
                tuple(request.evidence[k]) if request.evidence is not None else (),
            ),
        )
        for k, candidate in enumerate(request.candidates)
    ]


def _setting(request: Request, context: Context, pool: Pool | None) -> Setting:
    """The columns of both sides, the subject's of one row."""
    is_project = isinstance(request.subject, Project)
    offer = offer_kind(request.purpose)
    subject_kind, candidate_kind = (Kind.PROJECT, offer) if is_project else (offer, Kind.PROJECT)
    subject = Columns.of(subject_kind, [request.subject])
    others = Columns.of(candidate_kind, request.candidates) if request.columns is None else request.columns
    projects, offers = (subject, others) if is_project else (others, subject)
    semantic = None if request.semantic is None else request.semantic.reshape(len(projects), len(offers))
    pool = Pool.of(request.purpose, offers, context) if pool is None else pool
    return Setting(projects, offers, semantic, context, pool)


def _states(purpose: Purpose, setting: Setting) -> list[tuple[Condition, NDArray[np.int8]]]:
    """Each condition that is asked with its state per candidate."""
    by_name = {condition.name: condition for condition in conditions(purpose)}
    shape = (len(setting.projects), len(setting.offers))
    everything = slice(0, shape[0]), slice(0, shape[1])
    return [
        (by_name[name], np.broadcast_to(block(*everything), shape).ravel())
        for name, block in bind(list(by_name.values()), setting.projects, setting.offers, setting.context)
    ]
