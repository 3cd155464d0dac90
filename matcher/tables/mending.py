"""The rows that failed, as a file to mend: their cells as found and what is wrong, ready to be imported again."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from matcher.domain.words import Words
from matcher.tables.cell_text import Plain, safe
from matcher.tables.errors import RowError, UnusableFileError
from matcher.tables.headers import ERROR_HEADER
from matcher.tables.intake import Intake
from matcher.tables.writing import LONGEST_SHEET_CELL, published, write_csv, write_xlsx

_ERROR_KEY = "_error"


def write_mend_file(intake: Intake, path: Path, language: str = "zh") -> int:
    """Writes the bad rows of an intake to .xlsx, .csv or .jsonl with a last column of errors; gives their number.

    The column of errors is passed over when the file comes back. Raises UnusableFileError for another ending.
    """
    errors = _by_row(intake.errors, language)
    with published(path) as draft:
        if path.suffix.lower() in {".jsonl", ".ndjson"}:
            return _write_objects(intake, errors, draft)
        if path.suffix.lower() == ".csv":
            return write_csv(_rows(intake, errors), draft) - 1
        if path.suffix.lower() == ".xlsx":
            return write_xlsx(map(_fitting, _rows(intake, errors)), draft) - 1
    raise UnusableFileError(
        Words(f"不支持的文件类型 {path.suffix}", f"files of type {path.suffix} cannot be written"),
        Words("使用 .xlsx、.csv 或 .jsonl", "use .xlsx, .csv or .jsonl"),
    )


def _by_row(errors: Sequence[RowError], language: str) -> dict[int, str]:
    told: dict[int, list[str]] = {}
    for error in errors:
        told.setdefault(error.row, []).append(error.text(language))
    return {row: "\n".join(texts) for row, texts in told.items()}


def _rows(intake: Intake, errors: dict[int, str]) -> Iterator[list[Plain]]:
    """The header and the bad rows; objects are spread over columns with dotted names."""
    if intake.header:
        width = max([len(intake.header), *(len(bad.cells) for bad in intake.bad_rows)])
        kept = [place for place in range(width) if _head(intake, place) != ERROR_HEADER]
        yield [*(safe(_head(intake, place)) for place in kept), ERROR_HEADER]
        for bad in intake.bad_rows:
            cells = [bad.cells[place] if place < len(bad.cells) else None for place in kept]
            yield [*map(_plain, cells), errors.get(bad.row)]
        return
    flat = [(bad.row, _flat(bad.cells[0])) for bad in intake.bad_rows]
    names = list(dict.fromkeys(name for _, item in flat for name in item))
    yield [*names, ERROR_HEADER]
    for row, item in flat:
        yield [*(_plain(item.get(name)) for name in names), errors.get(row)]


def _head(intake: Intake, place: int) -> str:
    return intake.header[place] if place < len(intake.header) else ""


def _flat(item: Any) -> dict[str, Any]:
    """An object with its groups spread over dotted names; a line that is no object as it is."""
    if not isinstance(item, dict):
        return {"line": item}
    flat: dict[str, Any] = {}
    for key, value in item.items():
        if key == _ERROR_KEY:
            continue
        if isinstance(value, dict) and value and key not in {"evidence", "secrecy", "rate"}:
            flat |= {f"{key}.{inner}": one for inner, one in _flat(value).items()}
        else:
            flat[key] = value
    return flat


def _plain(cell: Any) -> Plain:
    """A cell as it was found."""
    if cell is None or (isinstance(cell, (int, float, date)) and not isinstance(cell, bool)):
        return cell
    if isinstance(cell, str):
        return safe(cell)
    if isinstance(cell, bool):
        return "是" if cell else "否"
    return orjson.dumps(cell).decode() if isinstance(cell, (list, dict)) else safe(str(cell))


def _fitting(row: list[Plain]) -> list[Plain]:
    """The row with texts as long as a workbook can hold and without characters that it cannot; they are bad anyway."""
    return [_cut(cell) if isinstance(cell, str) else cell for cell in row]


def _cut(text: str) -> str:
    text = "".join(c if c >= " " or c in "\t\n" else "�" for c in text[: LONGEST_SHEET_CELL + 1])
    return text if len(text) <= LONGEST_SHEET_CELL else text[: LONGEST_SHEET_CELL - 1] + "…"


def _write_objects(intake: Intake, errors: dict[int, str], path: Path) -> int:
    with path.open("wb") as file:
        for bad in intake.bad_rows:
            item = _object(intake, bad.cells)
            file.write(orjson.dumps({**item, _ERROR_KEY: errors.get(bad.row)}, default=str) + b"\n")
    return len(intake.bad_rows)


def _object(intake: Intake, cells: Sequence[Any]) -> dict[str, Any]:
    if intake.header:
        return {name: cell for name, cell in zip(intake.header, cells, strict=False) if name and cell not in {None, ""}}
    return cells[0] if isinstance(cells[0], dict) else {"line": cells[0]}
