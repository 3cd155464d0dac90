"""`matcher panels conflicts`: who may not judge what, and what must be asked, before anybody is invited."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from matcher.cli.ranking import TodayOption, matchmaker, read_file
from matcher.cli.ranking import told as files_told
from matcher.cli.telling import errors, told
from matcher.conflicts import Conflicts
from matcher.conflicts.listing import document, lines, table
from matcher.domain import Expert, Kind, Project
from matcher.domain.words import Words
from matcher.rules.authority import authority as preset
from matcher.rules.authority import usual_authority
from matcher.tables import UnusableFileError
from matcher.tables.writing import published, write_csv, write_xlsx

AuthorityOption = Annotated[
    str | None, typer.Option(help="whose rules judge: a file of data/rules/panels such as policy or tender")
]


def conflicts(
    projects: Annotated[Path, typer.Argument(help="projects: XLSX, CSV or JSON Lines")],
    experts: Annotated[Path, typer.Argument(help="experts: XLSX, CSV or JSON Lines")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="write there: .xlsx, .csv or .json")] = None,
    authority: AuthorityOption = None,
    language: Annotated[str, typer.Option("--language", "-l", help="of a table: zh or en")] = "zh",
    today: TodayOption = None,
) -> None:
    """Every conflict and open question between projects and experts, with evidence, dates, rule and source."""
    from matcher.conflicts import judge

    with told(), files_told():
        rules, day = usual_authority() if authority is None else preset(authority), matchmaker(today).context.today
        asked = [cast(Project, one) for one in read_file(projects, Kind.PROJECT).records]
        pool = [cast(Expert, one) for one in read_file(experts, Kind.EXPERT).records]
        found = judge(asked, pool, rules, day).found
        made = document(found, rules, day)
        if out is None:
            for line in lines(found):
                typer.echo(line.words.both)
        else:
            _write(found, made, out, language)
    counts = "{pairs} pairs: {barred} may not be, {open} wait for a declaration; {apart} pairs of experts apart"
    errors.print(counts.format(**made["counts"]), highlight=False)


def _write(found: Conflicts, made: dict[str, Any], out: Path, language: str) -> None:
    """Writes the list in the form of the file's ending; the file appears whole or not at all."""
    form = out.suffix.lower()
    if form not in {".xlsx", ".csv", ".json"}:
        raise UnusableFileError(
            Words(f"不支持的导出格式 {out.suffix}", f"{out.suffix} is no form of this list"),
            Words("使用 .xlsx、.csv 或 .json", "use .xlsx, .csv or .json"),
        )
    with published(out) as draft:
        if form == ".json":
            draft.write_text(json.dumps(made, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")
        elif form == ".csv":
            write_csv(table(found, language), draft)
        else:
            write_xlsx(table(found, language), draft, title="利益关系" if language == "zh" else "Conflicts")
