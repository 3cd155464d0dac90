"""Projects and experts that a person names, as their positions in the call."""

from __future__ import annotations

from matcher.assignment.errors import ChangeError
from matcher.assignment.problem import Problem
from matcher.domain.words import Words


def expert_at(problem: Problem, field: str, expert: str) -> int:
    """The expert's position.

    Raises:
        ChangeError: the call has no such expert; ``field`` is where the name stood.
    """
    return _at(problem.expert_ids, field, expert, Words("须为本次评审的专家", "it names an expert of the call"))


def seat_at(problem: Problem, field: str, project: str, expert: str) -> tuple[int, int]:
    """The positions of project and expert.

    Raises:
        ChangeError: the call has no such project or expert.
    """
    rule = Words("须为本次评审的项目", "it names a project of the call")
    return _at(problem.project_ids, field, project, rule), expert_at(problem, field, expert)


def _at(ids: tuple[str, ...], field: str, name: str, rule: Words) -> int:
    if name not in ids:
        raise ChangeError(field, name, rule, Words("改正编号", "correct the id"))
    return ids.index(name)
