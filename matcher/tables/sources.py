"""Text files row by row: CSV and JSON Lines, from a path or from bytes, never the whole file in memory."""

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from matcher.domain.words import Words
from matcher.tables.encoding import encoding_of
from matcher.tables.errors import UnusableFileError

LONGEST_CELL = 32 * 2**20
"""A CSV cell beyond this is a file with an unclosed quote, not a cell."""

csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))  # the limit belongs to the whole process: only raised

_LARGEST_ARRAY = 64 * 2**20
"""A JSON array is read as a whole; beyond this size JSON Lines are the form to use."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no JSON object, with the reason."""

    text: str
    reason: Words


@contextmanager
def opened(source: Path | bytes) -> Iterator[BinaryIO]:
    """The source as a binary file. Raises UnusableFileError where it cannot be opened or is empty."""
    if isinstance(source, bytes):
        file: BinaryIO = io.BytesIO(source)
    else:
        try:
            file = source.open("rb")
        except OSError as problem:
            reason = problem.strerror or "cannot be opened"
            raise UnusableFileError(
                Words(f"无法打开文件 {source.name}：{reason}", f"{source.name} cannot be opened: {reason}"),
                Words("检查路径和权限", "check the path and your rights"),
            ) from problem
    with file:
        if not file.read(1):
            raise UnusableFileError(
                Words("文件为空", "the file is empty"), Words("选择含有数据的文件", "choose a file with data")
            )
        file.seek(0)
        yield file


def csv_rows(file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """(row number, cells) of a CSV file; rows count from 1, blank ones included, as spreadsheet programs show them."""
    lines = _lines(file, encoding_of(file))
    first = next(lines, "")
    rows = csv.reader(chain([first], lines), delimiter=_separator(first))
    return ((number, row) for number, row in enumerate(_careful(rows), start=1) if any(row))


def _lines(file: BinaryIO, encoding: str) -> Iterator[str]:
    """The lines of a text file with their ends, as csv wants them.

    A line is cut at its byte and then decoded: a text wrapper needs quadratic time for a line of megabytes. Files
    whose lines do not end in that byte go through the wrapper all the same.
    """
    head = file.read(1 << 16)
    file.seek(0)
    if encoding == "utf-16" or (b"\r" in head and b"\n" not in head):
        yield from io.TextIOWrapper(file, encoding=encoding, newline="")
        return
    file.seek(len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0)
    for line in file:
        yield line.decode(encoding)


def _careful(rows: Any) -> Iterator[list[str]]:
    try:
        yield from rows
    except csv.Error as problem:
        raise UnusableFileError(
            Words(
                f"第 {rows.line_num} 行附近不是有效的 CSV：{problem}",
                f"no valid CSV near line {rows.line_num}: {problem}",
            ),
            Words("检查引号是否成对", "look for a quotation mark that is not closed"),
        ) from problem


def _separator(line: str) -> str:
    """Comma, tab or semicolon: the one that stands most often in the first line."""
    return max(",\t;", key=lambda mark: (line.count(mark), -",\t;".index(mark)))


def json_items(file: BinaryIO) -> Iterator[tuple[int, dict[str, Any] | BadLine]]:
    """(line or item number, object) of JSON Lines or of a JSON array of objects."""
    first = file.read(64)
    file.seek(0)
    text = first.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"["):
        yield from _array(file)
        return
    for number, line in enumerate(file, start=1):
        if not line.isspace():
            yield number, _object(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)


def _object(line: bytes) -> dict[str, Any] | BadLine:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as problem:
        reason = _why(line, problem)
        return BadLine(line.decode("utf-8", "replace").strip(), reason)
    if isinstance(value, dict):
        return value
    return BadLine(line.decode().strip(), Words("应为一个 JSON 对象", "one JSON object a line"))


def _why(line: bytes, problem: ValueError) -> Words:
    if b"\x00" in line:
        return Words("含 NUL 字符", "holds NUL characters")
    try:
        line.decode()
    except UnicodeDecodeError:
        return Words("JSON 须为 UTF-8 编码", "JSON is encoded in UTF-8")
    return Words(f"不是有效的 JSON：{problem}", f"no valid JSON: {problem}")


def _array(file: BinaryIO) -> Iterator[tuple[int, dict[str, Any] | BadLine]]:
    content = file.read(_LARGEST_ARRAY + 1)
    if len(content) > _LARGEST_ARRAY:
        raise UnusableFileError(
            Words("JSON 数组超过 64 MB", "the JSON array is larger than 64 MB"),
            Words("改用 JSON Lines，每行一个对象", "use JSON Lines, one object a line"),
        )
    try:
        items = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as problem:
        raise UnusableFileError(
            _why(content, problem), Words("更正该处后重试", "correct the place and try again")
        ) from problem
    for number, item in enumerate(items, start=1):
        if isinstance(item, dict):
            yield number, item
        else:
            yield number, BadLine(str(item), Words("应为一个 JSON 对象", "a JSON object"))
