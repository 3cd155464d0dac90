"""What experts must still declare before panels are released."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from matcher.assignment.files.callrows import DeclarationRow, QuestionRow


def open_questions(
    questions: Sequence[QuestionRow], declarations: Sequence[DeclarationRow], seated: Iterable[tuple[str, str]]
) -> tuple[QuestionRow, ...]:
    """The questions about seated pairs that no declaration answers, each with the project of its seat.

    Args:
        questions: of the call; one without a project is about every seat of the expert.
        declarations: the answers; one without a project answers for all of them.
        seated: pairs (project, expert).
    """
    answered = {(one.expert, one.kind, one.project) for one in declarations}
    asked: dict[str, list[QuestionRow]] = {}
    for question in questions:
        asked.setdefault(question.expert, []).append(question)
    return tuple(
        question.model_copy(update={"project": project})
        for project, expert in seated
        for question in asked.get(expert, ())
        if question.project in ("", project)
        and not answered & {(expert, question.kind, ""), (expert, question.kind, project)}
    )
