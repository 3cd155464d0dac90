"""Judged queries over the demonstration records: who asks, and how well each judged candidate fits.

`golden/queries.jsonl`: id, purpose, candidate_kind and either subject_id or text. `golden/judgments.jsonl`: query,
candidate, grade and grounds. Grades: 3 the asker would take the meeting now; 2 worth seeing, one thing is weak; 1
touches the matter; 0 does not fit or is barred.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from matcher.domain import Kind, Purpose, Record, offer_kind
from matcher.domain.codes import data_folder
from matcher.tables import read

JUDGED_ON = date(2026, 11, 1)
"""The day as of which the judgments hold: ages and deadlines count from here."""

GRADES = (0, 1, 2, 3)

FILES = {
    Kind.PROJECT: "projects",
    Kind.FUND: "funds",
    Kind.LOAN: "loans",
    Kind.INSURANCE: "insurance",
    Kind.EXPERT: "experts",
}


class GoldenError(ValueError):
    """The golden set contradicts itself or the records; the message names file, line, value and rule."""


@dataclass(frozen=True, slots=True)
class GoldenQuery:
    """One query. subject: a record or a typed need. grades, grounds: by candidate id."""

    id: str
    purpose: Purpose
    candidate_kind: Kind
    subject: Record | str
    grades: Mapping[str, int]
    grounds: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Golden:
    """All queries, and the records among which candidates are ranked."""

    queries: tuple[GoldenQuery, ...]
    records: Mapping[Kind, tuple[Record, ...]]


def load_golden(folder: Path | None = None) -> Golden:
    """The golden set in a data folder that has `demo/` and `golden/`; the one that comes with Matcher if None.

    Raises GoldenError for an unknown record, a wrong grade, missing grounds, or the same judgment twice.
    """
    home = folder or data_folder()
    records = {kind: _records(home / "demo" / f"{name}.jsonl", kind) for kind, name in FILES.items()}
    by_id = {kind: {record.id: record for record in rows} for kind, rows in records.items()}
    judged = _judgments(home / "golden" / "judgments.jsonl")
    path = home / "golden" / "queries.jsonl"
    queries = tuple(_query(path, line, row, by_id, judged) for line, row in _lines(path))
    _check_queries(path, queries, judged)
    return Golden(queries, records)


def _records(path: Path, kind: Kind) -> tuple[Record, ...]:
    found = read(path, kind)
    if not found.is_clean:
        raise GoldenError(f"{path.name}: {found.errors[0]}; correct the row")
    return found.records


def _lines(path: Path) -> list[tuple[int, dict[str, Any]]]:
    rows = []
    for line, text in enumerate(path.read_bytes().splitlines(), 1):
        try:
            rows.append((line, orjson.loads(text)))
        except orjson.JSONDecodeError as error:
            raise GoldenError(f"{path.name} line {line}: no JSON object ({error}); write one object a line") from error
    return rows


def _judgments(path: Path) -> dict[str, dict[str, tuple[int, str, int]]]:
    """query -> candidate -> grade, grounds, line."""
    found: dict[str, dict[str, tuple[int, str, int]]] = {}
    for line, row in _lines(path):
        grade, grounds = row.get("grade"), str(row.get("grounds", "")).strip()
        if grade not in GRADES:
            raise GoldenError(f"{path.name} line {line}: grade is {grade!r}; give 0, 1, 2 or 3")
        if not grounds:
            raise GoldenError(f"{path.name} line {line}: grounds are empty; say in a sentence why the grade is {grade}")
        of_query = found.setdefault(str(row.get("query")), {})
        candidate = str(row.get("candidate"))
        if candidate in of_query:
            raise GoldenError(
                f"{path.name} line {line}: {candidate} was judged for {row['query']} on line {of_query[candidate][2]};"
                " keep one of the two"
            )
        of_query[candidate] = (grade, grounds, line)
    return found


def _query(
    path: Path,
    line: int,
    row: dict[str, Any],
    by_id: Mapping[Kind, Mapping[str, Record]],
    judged: Mapping[str, Mapping[str, tuple[int, str, int]]],
) -> GoldenQuery:
    where = f"{path.name} line {line}"
    try:
        purpose, kind = Purpose.of(row["purpose"]), Kind.of(row["candidate_kind"])
    except (KeyError, ValueError) as error:
        raise GoldenError(f"{where}: {error}; give id, purpose, candidate_kind and subject_id or text") from error
    found = judged.get(row["id"], {})
    for candidate, (_, _, judged_line) in found.items():
        if candidate not in by_id[kind]:
            raise GoldenError(f"judgments.jsonl line {judged_line}: no {kind} is called {candidate!r}")
    subject: Record | str = row.get("text") or ""
    if not subject:
        asking = Kind.PROJECT if kind is offer_kind(purpose) else offer_kind(purpose)
        if row.get("subject_id") not in by_id[asking]:
            raise GoldenError(f"{where}: no {asking} is called {row.get('subject_id')!r}")
        subject = by_id[asking][row["subject_id"]]
    grades = {candidate: grade for candidate, (grade, _, _) in found.items()}
    return GoldenQuery(
        row["id"], purpose, kind, subject, grades, {one: grounds for one, (_, grounds, _) in found.items()}
    )


def _check_queries(path: Path, queries: tuple[GoldenQuery, ...], judged: Mapping[str, Any]) -> None:
    ids = [query.id for query in queries]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise GoldenError(f"{path.name}: {', '.join(twice)} stands twice; query ids are unique")
    if orphans := sorted(set(judged) - set(ids)):
        raise GoldenError(f"judgments.jsonl: no query is called {', '.join(orphans)}; add it to {path.name}")
    if empty := [query.id for query in queries if not any(query.grades.values())]:
        raise GoldenError(f"{path.name}: nothing fits {', '.join(empty)}; a query needs one grade above 0")
