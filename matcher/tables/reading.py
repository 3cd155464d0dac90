"""A file to records: CSV, JSON Lines, JSON arrays and spreadsheets, whole or in batches."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path, PurePath
from typing import Any, BinaryIO

from matcher.domain import Kind, Record
from matcher.domain.words import Words
from matcher.tables.assemble import Assembler, warnings_of
from matcher.tables.errors import Notice, RowError, UnusableFileError, shown
from matcher.tables.intake import BadRow, Intake
from matcher.tables.layout import HEADER_WITHIN, find_layout
from matcher.tables.objects import ObjectReader, kind_of_objects
from matcher.tables.sources import BadLine, csv_rows, json_items, opened

BATCH = 1000
"""Rows in a batch: enough to store and embed at once, little enough to hold."""

_PEEK = 20
_MOST_WARNINGS = 100
"""Warnings of one file that are worded; more of the same help nobody."""


def read(source: Path | bytes, kind: Kind | None = None, name: str = "") -> Intake:
    """The records of a file, with every row that failed and why.

    source: a path or the content. kind: of the records, found from the headers where not given. name: the file's name,
    which tells the format by its ending (.csv, .tsv, .jsonl, .ndjson, .json, .xlsx) and may tell the kind; a path has
    its own.
    Raises UnusableFileError where nothing can be read.
    """
    return Intake.joined(list(batches(source, kind, name=name)))


def batches(source: Path | bytes, kind: Kind | None = None, size: int = BATCH, *, name: str = "") -> Iterator[Intake]:
    """The same as `read`, `size` rows at a time, so that memory stays flat; at least one batch, the last may be empty.

    Duplicates are found over the whole file. A file that turns out unusable half-way raises UnusableFileError then.
    """
    name = name or (source.name if isinstance(source, Path) else "")
    form = file_form(source, name)
    if form == "xlsx":
        from matcher.tables.sheets import sheet_rows

        with sheet_rows(source) as (rows, notices):
            yield from _table(rows, kind, name, size, notices)
        return
    with opened(source) as file:
        yield from _table(csv_rows(file), kind, name, size) if form == "csv" else _objects(file, kind, name, size)


_FORMS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xls": "xlsx",
    ".xlsb": "xlsx",
    ".ods": "xlsx",
    ".et": "xlsx",
}
_BINARY = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PK\x05\x06")


def file_form(source: Path | bytes, name: str) -> str:
    """csv, json or xlsx: by the content where that is plain, by the name's ending otherwise.

    Raises UnusableFileError where the two contradict each other, or the ending is none that can be read.
    """
    with opened(source) as file:
        head = file.read(512)
    ending = PurePath(name).suffix.lower()
    if head.startswith(_BINARY):
        if _FORMS.get(ending, "xlsx") != "xlsx":
            raise _wrong_ending(name, "一个工作簿或压缩包", "a workbook or an archive", ".xlsx")
        return "xlsx"
    form = _FORMS.get(ending)
    if form == "xlsx":
        raise _wrong_ending(name, "文本", "text", ".csv")
    if form is None and ending:
        raise UnusableFileError(
            Words(f"不支持的文件类型 {ending}", f"files of type {ending} cannot be read"),
            Words("使用 .xlsx、.csv 或 .jsonl", "use .xlsx, .csv or .jsonl"),
        )
    looks_json = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")
    if form == "csv" and looks_json and head.lstrip()[:2] in (b'{"', b"[{"):
        raise _wrong_ending(name, "JSON", "JSON", ".jsonl")
    return form or ("json" if looks_json else "csv")


def _wrong_ending(name: str, zh: str, en: str, ending: str) -> UnusableFileError:
    return UnusableFileError(
        Words(f"{name} 的内容是{zh}，与扩展名不符", f"{name} holds {en}, which its ending does not say"),
        Words(f"将扩展名改为 {ending} 或选择正确的文件", f"rename it to {ending} or choose the right file"),
    )


@dataclass(slots=True)
class _Batch:
    """Rows gathered until a batch is full."""

    kind: Kind
    name: str
    header: tuple[str, ...]
    records: list[Record] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    warnings: list[Notice] = field(default_factory=list)
    bad_rows: list[BadRow] = field(default_factory=list)

    def add(self, row: int, result: Record | list[RowError], cells: Iterable[Any]) -> None:
        """Takes a row's record or its errors."""
        if isinstance(result, list):
            self.errors += result
            self.bad_rows.append(BadRow(row, tuple(cells)))
        else:
            self.records.append(result)
            self.rows.append(row)
            self.warnings += warnings_of(row, result)

    def __len__(self) -> int:
        return len(self.records) + len(self.bad_rows)

    def done(self) -> Intake:
        """The batch as it leaves."""
        return Intake(
            self.kind,
            self.name,
            self.header,
            tuple(self.records),
            tuple(self.rows),
            tuple(self.errors),
            tuple(self.warnings[:_MOST_WARNINGS]),
            tuple(self.bad_rows),
        )


def _table(
    rows: Iterator[tuple[int, list[Any]]], kind: Kind | None, name: str, size: int, notices: tuple[Notice, ...] = ()
) -> Iterator[Intake]:
    """Batches of a table of cells: the header is found in its first rows, the rest are data."""
    top = list(islice(rows, HEADER_WITHIN))
    layout = find_layout(top, kind, name)
    assembler = Assembler(layout)
    batch = _Batch(layout.kind, name, layout.header, warnings=[*notices, *layout.notices])
    empty = True
    for row, cells in chain((part for part in top if part[0] > layout.header_row), rows):
        empty = False
        batch.add(row, assembler.from_cells(row, cells), cells)
        if len(batch) >= size:
            yield batch.done()
            batch = _Batch(layout.kind, name, layout.header)
    if empty:
        batch.warnings.append(Notice(Words("只有表头，没有数据行", "only a header, no rows of data")))
    if empty or len(batch):
        yield batch.done()


def _objects(file: BinaryIO, kind: Kind | None, name: str, size: int) -> Iterator[Intake]:
    """Batches of a file of JSON objects."""
    items = json_items(file)
    top = list(islice(items, _PEEK))
    if kind is None:
        kind = kind_of_objects([item for _, item in top if isinstance(item, dict)], name)
    reader = ObjectReader.of(kind)
    batch = _Batch(kind, name, ())
    for row, item in chain(top, items):
        if isinstance(item, BadLine):
            remedy = Words("更正该行", "correct the line")
            batch.add(row, [RowError(row, "", "", shown(item.text), item.reason, remedy)], (item.text,))
        else:
            batch.add(row, reader.read(row, item), (item,))
        if reader.notices:
            batch.warnings += reader.notices
            reader.notices.clear()
        if len(batch) >= size:
            yield batch.done()
            batch = _Batch(kind, name, ())
    if len(batch) or not top:
        yield batch.done()
