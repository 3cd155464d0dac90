"""A call for panels as a JSON file that people and programs can write: ids instead of positions, rules in words.

    {"name": "2026 autumn", "odd": true,
     "projects": [{"id": "p1", "size": 5}],
     "experts": [{"id": "e1", "roles": ["技术"], "units": ["台州大学"], "cities": ["台州"], "senior": true,
                  "load_max": 4, "recent": 2}],
     "scores": [{"project": "p1", "expert": "e1", "score": 0.61}],      or a matrix in the order of the lists
     "forbidden": [{"project": "p1", "expert": "e1", "reason": "same employer"}],
     "forced": [["p1", "e2"]], "apart": [["e1", "e2"]],
     "quotas": [{"of": "roles", "value": "技术", "share": 0.5}, {"of": "senior", "least": 1}],
     "caps": [{"of": "units", "most": 1}, {"of": "cities", "most": 2}], "lead": {"of": "senior"},
     "lately": [["p1", "e3"]], "soft": {"rotation": 1, "lately": 4, "spread": {"of": "regions", "weight": 1}},
     "questions": [{"project": "p1", "expert": "e4", "kind": "co_author"}],
     "declarations": [{"project": "p1", "expert": "e4", "kind": "co_author", "conflict": false, "on": "2026-11-23"}]}

A pair without a score may not be, unless ``missing_score`` gives it one.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from matcher.assignment.errors import FormatError, ProblemError
from matcher.assignment.files.arrays import read_problem
from matcher.assignment.files.callrows import (
    CallRow,
    CapRow,
    DeclarationRow,
    ExpertRow,
    Group,
    Kind,
    ProjectRow,
    QuestionRow,
    QuotaRow,
    ScoreRow,
)
from matcher.assignment.files.reasons import Reasons, reasons_of
from matcher.assignment.names import LATELY, ROTATION
from matcher.assignment.problem import BoolArray, Cap, IntArray, Problem, Quota
from matcher.assignment.terms import SoftTerm, Spread, Taste
from matcher.domain.words import Words
from matcher.tables.messages import first_mistake


@dataclass(frozen=True, eq=False)
class Call:
    """A call that was read: the problem, and the rows behind it where the file had any."""

    name: str
    problem: Problem
    projects: tuple[ProjectRow, ...]
    experts: tuple[ExpertRow, ...]
    questions: tuple[QuestionRow, ...] = ()
    declarations: tuple[DeclarationRow, ...] = ()
    reasons: Reasons = field(default_factory=dict)

    @classmethod
    def of(cls, row: CallRow, name: str) -> Call:
        """The call that the rows describe; ProblemError where they contradict themselves."""
        return cls(
            row.name or name,
            problem_from(row),
            row.projects,
            row.experts,
            row.questions,
            row.declarations,
            reasons_of(row.reasons, row.experts),
        )


def read_call(path: Path) -> Call:
    """The call in a JSON file, or in an ``.npz`` archive of ``arrays``.

    Raises:
        FormatError: the file is not one, with the place of the mistake.
        ProblemError: the call contradicts itself.
    """
    if path.suffix == ".npz":
        problem = read_problem(path)
        sizes = problem.size.tolist()
        projects = tuple(ProjectRow(id=p, size=size) for p, size in zip(problem.project_ids, sizes, strict=True))
        return Call(path.stem, problem, projects, tuple(ExpertRow(id=e) for e in problem.expert_ids))
    return Call.of(read_rows(path), path.stem)


def read_rows(path: Path) -> CallRow:
    """The rows of a JSON file, as they stand.

    Raises:
        FormatError: the file is not one, with the place of the mistake.
    """
    try:
        return CallRow.model_validate_json(path.read_bytes().removeprefix(BOM_UTF8))  # editors on Windows write one
    except ValidationError as error:
        place, value, rule = first_mistake(error)
        remedy = Words("格式见 docs/panels.md", "see docs/panels.md for the format")
        raise FormatError(place or str(path), value, rule, remedy) from error


def problem_from(row: CallRow) -> Problem:
    """The problem that a file describes."""
    projects = _positions("projects", [project.id for project in row.projects])
    experts = _positions("experts", [expert.id for expert in row.experts])
    size = np.array([project.size for project in row.projects], dtype=np.int64)
    scores, known = _scores(row, projects, experts)
    forbidden = ~known
    for pair in row.forbidden:
        expert = _at(experts, "forbidden.expert", pair.expert)
        forbidden[_at(projects, "forbidden.project", pair.project) if pair.project else slice(None), expert] = True
    for declared in row.declarations:
        expert = _at(experts, "declarations.expert", declared.expert)
        place = _at(projects, "declarations.project", declared.project) if declared.project else slice(None)
        forbidden[place, expert] |= declared.conflict
    for question in row.questions:
        _at(experts, "questions.expert", question.expert)
        if question.project:
            _at(projects, "questions.project", question.project)
    least = np.array([expert.load_min for expert in row.experts], dtype=np.int64)
    problem = Problem(
        project_ids=tuple(projects),
        expert_ids=tuple(experts),
        scores=scores,
        size=size,
        load_max=np.array([_load(expert) for expert in row.experts], dtype=np.int64),
        load_min=least if least.any() else None,
        forbidden=forbidden if forbidden.any() else None,
        forced=tuple((_at(projects, "forced", p), _at(experts, "forced", e)) for p, e in row.forced),
        quotas=tuple(_quota(row, quota, projects, size) for quota in row.quotas),
        caps=tuple(_cap(row, cap, size) for cap in row.caps),
        apart=tuple((_at(experts, "apart", a), _at(experts, "apart", b)) for a, b in row.apart),
        lead=None if row.lead is None else _members(row, row.lead.of, ""),
        soft=_soft(row, projects, experts),
        odd=row.odd,
    )
    if not row.scores and row.missing_score is None:
        raise FormatError(
            "scores",
            (),
            Words("没有分数的组合不得安排", "a pair without a score may not be"),
            Words("给出分数，或填写 missing_score", "give scores, or a missing_score"),
        )
    return problem


def _soft(row: CallRow, projects: dict[str, int], experts: dict[str, int]) -> tuple[SoftTerm, ...]:
    """The soft terms of which the call says something: recent seats, pairs drawn lately, a spread."""
    terms: list[SoftTerm] = []
    recent = np.array([expert.recent for expert in row.experts], dtype=np.float32)
    shape = (len(projects), len(experts))
    if recent.any():
        terms.append(Taste(ROTATION, np.broadcast_to(np.float32(-row.soft.rotation) * recent, shape)))
    if row.lately:
        worth = np.zeros(shape, dtype=np.float32)
        for project, expert in row.lately:
            worth[_at(projects, "lately", project), _at(experts, "lately", expert)] -= row.soft.lately
        terms.append(Taste(LATELY, worth))
    spread = row.soft.spread
    if spread is not None:
        terms.append(Spread(spread.of, *_memberships(row, spread.of)[:2], spread.weight))
    return tuple(terms)


def _positions(name: str, ids: list[str]) -> dict[str, int]:
    positions = {value: n for n, value in enumerate(ids)}
    if len(positions) < len(ids):
        twice = next(value for n, value in enumerate(ids) if positions[value] != n)
        raise ProblemError(
            name,
            twice,
            Words("一个编号只能指一项", "an id names one thing only"),
            Words("合并重复项，或改其中一个编号", "merge the duplicates or rename one"),
        )
    return positions


def _at(positions: dict[str, int], name: str, value: str) -> int:
    if value not in positions:
        raise ProblemError(
            name,
            value,
            Words("须为本次评审名单中的编号", "it names somebody of the call"),
            Words("补入名单，或改正编号", "add it to the lists or correct the id"),
        )
    return positions[value]


def _load(expert: ExpertRow) -> int:
    return expert.load_max if expert.year_left is None else max(0, min(expert.load_max, expert.year_left))


def _scores(
    row: CallRow, projects: dict[str, int], experts: dict[str, int]
) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.float32]], BoolArray]:
    shape = (len(projects), len(experts))
    scores = np.full(shape, 0.0 if row.missing_score is None else row.missing_score)
    known = np.zeros(shape, dtype=bool)
    matrix = [entry for entry in row.scores if not isinstance(entry, ScoreRow)]
    if matrix:
        _rectangle(matrix, len(row.scores), shape)
        scores[:], known[:] = matrix, True
    for entry in row.scores if not matrix else ():
        assert isinstance(entry, ScoreRow)
        place = _at(projects, "scores.project", entry.project), _at(experts, "scores.expert", entry.expert)
        if known[place]:
            raise FormatError(
                f"scores[{entry.project}, {entry.expert}]",
                entry.score,
                Words("一个组合只有一个分数", "a pair has one score"),
                Words("删去其中一行", "drop one of the two rows"),
            )
        scores[place], known[place] = entry.score, True
    with np.errstate(over="ignore"):  # beyond float32 a score is infinite, and refused as such with its pair
        return scores.astype(np.float32), known | (row.missing_score is not None)


def _rectangle(matrix: list[tuple[float, ...]], entries: int, shape: tuple[int, int]) -> None:
    """Refuse a matrix with too few or too many values, or with scores of single pairs beside it."""
    wrong = [(n, len(values)) for n, values in enumerate(matrix) if len(values) != shape[1]]
    if wrong:
        found = Words(f"第 {wrong[0][0] + 1} 行有 {wrong[0][1]} 个值", f"{wrong[0][1]} values in row {wrong[0][0] + 1}")
    elif len(matrix) != shape[0] or entries != len(matrix):
        found = Words(f"{entries} 行", f"{entries} rows")
    else:
        return
    raise FormatError(
        "scores",
        found,
        Words(f"矩阵须为 {shape[0]} x {shape[1]}", f"a matrix of {shape[0]} x {shape[1]}"),
        Words("补全矩阵", "complete it"),
    )


def _members(row: CallRow, of: Kind, value: str) -> BoolArray:
    if of == "senior":
        return np.array([expert.senior for expert in row.experts], dtype=bool)
    if of == "may_lead":
        return np.array([expert.may_lead for expert in row.experts], dtype=bool)
    return np.array([value in getattr(expert, of) for expert in row.experts], dtype=bool)


def _quota(row: CallRow, quota: QuotaRow, projects: dict[str, int], size: IntArray) -> Quota:
    # A share of 2/3 written as .6667 must not ask for one more than two thirds: four places are meant.
    if (quota.value == "") != (quota.of in ("senior", "may_lead")):
        raise ProblemError(
            f"quotas.{quota.of}",
            quota.value,
            Words(
                "roles、languages、fields 须写 value，其他不写", "roles, languages and fields have a value, others none"
            ),
            Words("补写或删去 value", "give or drop the value"),
        )
    least = np.maximum(quota.least, np.ceil(np.round(quota.share * size, 3) - 0.001)).astype(np.int64)
    most = size.copy() if quota.most is None else np.minimum(quota.most, size)
    if quota.projects is not None:
        meant = np.zeros(len(size), dtype=bool)
        meant[[_at(projects, "quotas.projects", p) for p in quota.projects]] = True
        least, most = np.where(meant, least, 0), np.where(meant, most, size)
    return Quota(quota.value or quota.of, _members(row, quota.of, quota.value), least, most)


def _cap(row: CallRow, cap: CapRow, size: IntArray) -> Cap:
    if (cap.most is None) == (cap.share is None):
        raise ProblemError(
            f"caps.{cap.of}",
            (cap.most, cap.share),
            Words("most 与 share 须且只能填一项", "it states most or share"),
            Words("只填其中一项", "give one of them"),
        )
    expert, group, labels = _memberships(row, cap.of)
    most = np.full_like(size, cap.most) if cap.most is not None else np.floor((cap.share or 1) * size).astype(np.int64)
    return Cap(cap.of, expert, group, most, labels)


def _memberships(row: CallRow, of: Group) -> tuple[IntArray, IntArray, tuple[str, ...]]:
    """Who is of which unit, city or region: (m,) experts, (m,) groups, and the names of the groups."""
    pairs = [(n, name) for n, expert in enumerate(row.experts) for name in dict.fromkeys(getattr(expert, of))]
    labels = tuple(sorted({name for _, name in pairs}))
    number = {name: n for n, name in enumerate(labels)}
    expert = np.array([n for n, _ in pairs], dtype=np.int64)
    return expert, np.array([number[name] for _, name in pairs], dtype=np.int64), labels
