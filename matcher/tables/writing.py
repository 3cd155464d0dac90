"""Records to files: XLSX, CSV and JSON Lines; each can be read again as equal records."""

import csv
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO, Any

from matcher.domain import KINDS, Kind, Record
from matcher.domain.words import Words
from matcher.tables.cell_text import Plain, header_of, writer
from matcher.tables.errors import UnusableFileError
from matcher.tables.fields import Leaf, leaves

LONGEST_SHEET_CELL = 32_767
"""What a cell of a workbook can hold; the rest would be lost."""

_FORMS = {".xlsx": "xlsx", ".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}


def export(
    records: Iterable[Record], path: Path, form: str | None = None, *, kind: Kind | None = None, language: str = "zh"
) -> int:
    """Writes records of one kind to a file and gives their number; the file appears whole or not at all.

    form: xlsx, csv or jsonl, from the path's ending where not given. kind: needed where there may be no record. Cells
    are safe against formulas and numbers stay numbers. Raises UnusableFileError for a form that is none of the three,
    and for a text that is too long for a workbook's cell.
    """
    form = form or _FORMS.get(path.suffix.lower())
    if form not in {"xlsx", "csv", "jsonl"}:
        raise UnusableFileError(
            Words(f"不支持的导出格式 {form or path.suffix}", f"{form or path.suffix} is no form of export"),
            Words("使用 .xlsx、.csv 或 .jsonl", "use .xlsx, .csv or .jsonl"),
        )
    with published(path) as draft:
        if form == "jsonl":
            return _write_jsonl(records, draft)
        rows = _rows(records, kind, language)
        return (write_csv if form == "csv" else write_xlsx)(rows, draft) - 1


@contextmanager
def published(path: Path) -> Iterator[Path]:
    """A draft beside the path that takes its place when all went well, and disappears otherwise."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _write_jsonl(records: Iterable[Record], path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for count, record in enumerate(records, start=1):  # noqa: B007 - the last number is the answer
            file.write(record.model_dump_json(exclude_none=True) + "\n")
    return count


def _rows(records: Iterable[Record], kind: Kind | None, language: str) -> Iterator[list[Plain]]:
    """The header and a row per record."""
    columns: list[tuple[Leaf, Callable[[Any], Plain]]] = []
    for record in records:
        if not columns:
            kind = kind or kind_of(record)
            columns = _columns(kind, language)
            yield [header_of(leaf, language) for leaf, _ in columns]
        yield [write(_value(record, leaf.path)) for leaf, write in columns]
    if not columns:
        if kind is None:
            raise ValueError("no record tells the kind of an empty export; give kind")
        yield [header_of(leaf, language) for leaf in leaves(kind)]


def _columns(kind: Kind, language: str) -> list[tuple[Leaf, Callable[[Any], Plain]]]:
    return [(leaf, writer(kind, leaf, language)) for leaf in leaves(kind)]


def kind_of(record: Record) -> Kind:
    """The kind of a record."""
    return next(kind for kind, model in KINDS.items() if type(record) is model)


def _value(record: Record, path: tuple[str, ...]) -> Any:
    value: Any = record
    for name in path:
        if value is None:
            return None
        value = getattr(value, name)
    return value


def write_csv(rows: Iterable[Sequence[Plain]], path: Path) -> int:
    """Writes rows as CSV in UTF-8 with a byte order mark, by which spreadsheet programs know it; gives their number."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows_out = csv.writer(file)
        for count, row in enumerate(rows, start=1):  # noqa: B007 - the last number is the answer
            rows_out.writerow(["" if cell is None else str(cell) for cell in row])
    return count


def write_xlsx(rows: Iterable[Sequence[Plain]], path: Path, *, title: str = "Sheet1") -> int:
    """Writes rows as the one sheet of a workbook; gives their number."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    count = 0
    try:
        for count, row in enumerate(rows, start=1):
            sheet.append([_typed(WriteOnlyCell(sheet), cell, count) for cell in row])
    except BaseException:
        sheet.close()  # else openpyxl's writer is left open and complains when it is collected
        raise
    with path.open("wb") as file:
        _save(book, file)
    return count


def _save(book: Any, file: IO[bytes]) -> None:
    book.save(file)


def _typed(cell: Any, value: Plain, row: int) -> Any:
    """A cell of the value's own type; a text is never taken for a formula."""
    if value is None:
        return None
    if isinstance(value, float) and float(f"{value:.16g}") != value:
        value = repr(value)  # a workbook keeps 16 digits of a number
    if isinstance(value, str):
        if len(value) > LONGEST_SHEET_CELL:
            raise UnusableFileError(
                Words(
                    f"第 {row} 行有超过 32,767 个字符的内容", f"row {row} holds a text of more than 32,767 characters"
                ),
                Words("导出为 CSV 或 JSON Lines", "export as CSV or JSON Lines"),
            )
        cell.value = value
        cell.data_type = "s"
        return cell
    cell.value = value
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    return cell
