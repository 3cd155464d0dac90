"""The evaluation as a table for people and as JSON for the next program."""

from dataclasses import dataclass
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from matcher.evaluation.comparison import Evaluation, Line
from matcher.evaluation.exposure import Shown
from matcher.evaluation.metrics import METRICS
from matcher.evaluation.significance import Interval


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """What was measured, with what: encoder name and fingerprint, weights, level, seed."""

    made_with: dict[str, Any]
    evaluation: Evaluation
    exposure: list[Shown]


def to_json(report: EvaluationReport) -> bytes:
    """The report as JSON, indented; the same input and seed give the same bytes."""
    return orjson.dumps(report, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def show(report: EvaluationReport, console: Console) -> None:
    """Three tables: the rankers, the rankers per purpose and direction, the exposure."""
    evaluation = report.evaluation
    title = f"{evaluation.queries} queries, {evaluation.judgments} judgments; 95 % intervals over queries"
    console.print(_table(title, evaluation.lines))
    for name, lines in evaluation.groups.items():
        console.print(_table(name, lines))
    console.print(_exposure(report.exposure))
    console.print(" · ".join(f"{key} {value}" for key, value in report.made_with.items()), style="dim", highlight=False)


def _table(title: str, lines: tuple[Line, ...]) -> Table:
    table = Table("ranker", *METRICS, "engine ahead by (nDCG@10)", "judged@10", title=title, title_justify="left")
    for line in lines:
        ahead = "" if line.ahead is None else _difference(line.ahead["nDCG@10"])
        table.add_row(line.ranker, *(_interval(line.metrics[name]) for name in METRICS), ahead, f"{line.judged:.0%}")
    return table


def _exposure(rows: list[Shown]) -> Table:
    table = Table(
        "purpose", "lists of", "show", "lists", "coverage", "Gini", "most shown", title="exposure in the top 10"
    )
    table.title_justify = "left"
    for row in rows:
        shares = (row.report.coverage, row.report.gini, row.report.largest)
        table.add_row(
            row.purpose, row.subject_kind, row.candidate_kind, str(row.lists), *(f"{share:.2f}" for share in shares)
        )
    return table


def _interval(found: Interval) -> str:
    return f"{found.mean:.3f} [{found.low:.3f}, {found.high:.3f}]"


def _difference(found: Interval) -> str:
    return f"{found.mean:+.3f} [{found.low:+.3f}, {found.high:+.3f}]" + ("" if found.is_clear else " ~")
