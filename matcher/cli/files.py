"""`matcher template | check`: files for people to fill in, and what is wrong with those that come back."""

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Column, Table
from rich.text import Text

from matcher.domain import Kind
from matcher.tables import Intake, RowError, UnusableFileError, batches, write_mend_file, write_template

app = typer.Typer(no_args_is_help=True, help="Templates to fill in, and files checked before they are imported.")

_SHOWN = 100
"""Errors in the table on the screen; --json and --mend give all."""

_SOME_BAD, _UNUSABLE = 1, 2


def _kind(word: str | None) -> Kind | None:
    """The kind that a word of either language means."""
    if word is None:
        return None
    try:
        return Kind.of(word)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


@app.command()
def template(
    kind: Annotated[str, typer.Argument(help="project, fund, loan, insurance, expert or center")],
    out: Annotated[Path, typer.Option("--out", "-o", help="workbook to write (.xlsx)")],
    language: Annotated[str, typer.Option("--language", "-l", help="zh or en")] = "zh",
) -> None:
    """Write an empty workbook with the headers, notes and drop-downs of a kind."""
    if language not in {"zh", "en"}:
        raise typer.BadParameter(f"{language} is no language of the templates; use zh or en")
    if out.suffix.lower() != ".xlsx":
        raise typer.BadParameter(f"{out.name}: a template is a workbook; give a name that ends in .xlsx")
    chosen = _kind(kind)
    assert chosen is not None
    write_template(chosen, out, language)
    Console().print(str(out), highlight=False)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX or JSON Lines")],
    kind: Annotated[str | None, typer.Option("--kind", "-k", help="kind of the records; else from the headers")] = None,
    mend: Annotated[
        Path | None, typer.Option("--mend", help="write the bad rows with their errors to this file")
    ] = None,
    language: Annotated[str, typer.Option("--language", "-l", help="zh or en")] = "zh",
    as_json: Annotated[bool, typer.Option("--json", help="print JSON instead of a table")] = False,
) -> None:
    """Read a file and say what an import would take and refuse; nothing is stored.

    Exit code 0: every row is good; 1: some are not; 2: the file cannot be used.
    """
    try:
        found = _read(file, _kind(kind))
        if mend is not None and found.bad_rows:
            write_mend_file(found, mend, language)
    except UnusableFileError as error:
        _say_unusable(error, language, as_json=as_json)
        raise typer.Exit(_UNUSABLE) from error
    if as_json:
        typer.echo(orjson.dumps(_summary(found), option=orjson.OPT_INDENT_2).decode())
    else:
        _show(found, language, mend)
    raise typer.Exit(_SOME_BAD if found.bad_rows else 0)


def _read(file: Path, kind: Kind | None) -> Intake:
    """The whole file, with the number of rows read so far on the screen."""
    parts: list[Intake] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(file.name)
        rows = 0
        for part in batches(file, kind):
            parts.append(part)
            rows += part.rows_total
            progress.update(task, description=f"{file.name}: {rows}")
    return Intake.joined(parts)


def _summary(found: Intake) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "rows_total": found.rows_total,
        "rows_good": len(found.records),
        "rows_bad": len(found.bad_rows),
        "errors": [error.as_dict() for error in found.errors],
        "warnings": [notice.as_dict() for notice in found.warnings],
    }


def _say_unusable(error: UnusableFileError, language: str, *, as_json: bool) -> None:
    if as_json:
        unusable = {"rule": _both(error.rule), "remedy": _both(error.remedy)}
        typer.echo(orjson.dumps({"unusable": unusable}, option=orjson.OPT_INDENT_2).decode())
    else:
        Console(stderr=True).print(error.text(language), style="red", highlight=False, markup=False)


def _both(words: Any) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}


def _show(found: Intake, language: str, mend: Path | None) -> None:
    console = Console()
    for notice in found.warnings:
        console.print(notice.text(language), style="yellow", highlight=False, markup=False)
    if found.errors:
        console.print(_table(found.errors[:_SHOWN], language))
    if len(found.errors) > _SHOWN:
        console.print(f"… {len(found.errors) - _SHOWN} more; --json or --mend gives all of them", highlight=False)
    if language == "en":
        text = f"{found.kind}: {len(found.records)} rows good, {len(found.bad_rows)} bad, of {found.rows_total}"
    else:
        text = f"{found.kind}：共 {found.rows_total} 行，可导入 {len(found.records)} 行，有误 {len(found.bad_rows)} 行"
    console.print(text, highlight=False)
    if mend is not None and found.bad_rows:
        console.print(str(mend), highlight=False)


def _table(errors: tuple[RowError, ...], language: str) -> Table:
    english = language == "en"
    heads = ("row", "column", "found", "rule", "remedy") if english else ("行", "列", "值", "规则", "处理")
    table = Table(*(Column(head, overflow="fold") for head in heads))
    for error in errors:
        words = (error.rule.en, error.remedy.en) if english else (error.rule.zh, error.remedy.zh)
        table.add_row(*map(Text, (str(error.row), error.column, error.value[:40], *words)))
    return table
