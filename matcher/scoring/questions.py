"""What to ask the subject's owner first: the answers that would settle most candidates of the whole list."""

from collections.abc import Sequence

import numpy as np

from matcher.columns import Columns
from matcher.domain import Project, Purpose, Record
from matcher.matches import Match, Question
from matcher.rules.condition import Condition
from matcher.rules.context import Context
from matcher.rules.kleene import UNKNOWN
from matcher.rules.purposes import conditions
from matcher.rules.verdicts import Verdicts, bind, blocks


def open_conditions(
    purpose: Purpose, projects: Columns, offers: Columns, verdicts: Verdicts, context: Context
) -> dict[str, int]:
    """Condition -> candidates that its answer settles: hard ones from the verdicts, preferences counted here.

    A preference settles a part of the score of every candidate that is not excluded.
    """
    soft = [condition for condition in conditions(purpose) if not condition.is_hard]
    found = dict(verdicts.open)
    for name, block in bind(soft, projects, offers, context):
        count = sum(
            int(np.count_nonzero((block(i, j) == UNKNOWN) & (verdicts.verdict[i, j] > 0)))
            for i, j in blocks(len(projects), len(offers))
        )
        if count:
            found[name] = count
    return found


def list_questions(
    purpose: Purpose,
    subject: Record,
    candidates: Columns,
    matches: Sequence[Match],
    decides: dict[str, int],
    context: Context,
) -> tuple[Question, ...]:
    """The questions to the subject's owner, those first that settle most candidates.

    A project is asked what the offers want to know; the wording is that of its best match. An offer is asked for the
    conditions that it never stated: nothing was held against anybody for them, but stating them sharpens the list.
    candidates: the columns of the whole list. decides: from `open_conditions`.
    """
    found: dict[str, Question] = {}
    for condition in conditions(purpose):
        question = (
            _to_project(condition, matches, decides)
            if isinstance(subject, Project)
            else _to_offer(condition, subject, candidates, context)
        )
        if question is not None and question.decides:
            best = found.get(question.field)
            if best is None or best.decides < question.decides:
                found[question.field] = question
    return tuple(sorted(found.values(), key=lambda question: -question.decides))


def _to_project(condition: Condition, matches: Sequence[Match], decides: dict[str, int]) -> Question | None:
    if condition.asks is None or not condition.project or condition.name not in decides:
        return None
    asked = (question for match in matches for question in match.questions if question.field == condition.asked_field)
    best = next(asked, None)
    if best is None:
        zh, en = (text.format_map(_Blank(language)) for language, text in enumerate(condition.asks))
        return Question(condition.asked_field, zh, en, decides[condition.name])
    return Question(best.field, best.text_zh, best.text_en, decides[condition.name])


class _Blank(dict[str, str]):
    """Stands for a value that differs between the candidates."""

    def __init__(self, language: int) -> None:
        super().__init__()
        self._word = ("所要求的", "what is required")[language]

    def __missing__(self, name: str) -> str:
        return self._word


def _to_offer(condition: Condition, offer: Record, projects: Columns, context: Context) -> Question | None:
    if condition.asks_offer is None or any(getattr(offer, name) is not None for name in condition.offer):
        return None
    count = int(np.count_nonzero(condition.test.answerable(projects, context)))
    return Question(condition.offer[0], *condition.asks_offer, count)
