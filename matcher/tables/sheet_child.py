"""Reads one sheet of a workbook in a process of its own, within limits; run as a script, never imported by the parent.

    python -I sheet_child.py PATH MEMORY_BYTES CPU_SECONDS UNPACKED_BYTES

CPU_SECONDS is the time until the first row; a timer of this process's own work ends it then (SIGPROF), so that a busy
machine refuses no file that a quiet one takes.

Writes lines of JSON: first {"sheet", "others", "hidden_rows", "merged"} or {"refused": why, "found": …}, then lists of
[row number, cells]. A cell is null, a number, a text, true or false, {"d": day}, {"t": time} or, where it cannot be
read, {"x": kind, "v": what stands there}. Nothing here uses the rest of the package: the process starts in a blink and
has nothing to lose.
"""

import json
import os
import re
import resource
import signal
import sys
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NoReturn
from xml.etree import ElementTree
from xml.parsers import expat

WIDEST = 1000
LONGEST_CELL = 1_000_000
LONGEST_GAP = 20_000
"""Blank rows in a row; below them stands a stray cell, not a table."""
BIGGEST_EXACT = 10**15
ROWS_IN_LINE = 200
MOST_PARTS = 5000
MOST_CPU_SECONDS = 60
WORDS_SHEET = "词表 Words"
"""The second sheet of a template."""

_SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TRIGGERS = (b"<f", b'hidden="1"', b't="e"')
_PERCENT_FORMATS = {9, 10}
_CELL_NAME = re.compile(r"([A-Z]+)(\d+)")


def limit(memory_bytes: int, cpu_seconds: float) -> None:
    """Sets the limits of this process; no core file is left by a crash."""
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
    for what, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, MOST_CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(what, (value, value))


def say(value: Any) -> None:
    """One line to the parent."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def refuse(why: str, found: object = "") -> NoReturn:
    """Says why the file is refused and ends the process."""
    say({"refused": why, "found": str(found)[:200]})
    sys.stdout.flush()
    os._exit(0)


def check_container(path: str, unpacked_bytes: int) -> zipfile.ZipFile:
    """The workbook's archive; refuses what is none, has macros or is too large, before anything is unpacked."""
    with open(path, "rb") as file:  # noqa: PTH123 - the child imports as little as it can
        head = file.read(8)
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            content = head + file.read()
            refuse("encrypted" if "EncryptedPackage".encode("utf-16-le") in content else "old")
    try:
        archive = zipfile.ZipFile(path)
        parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, NotImplementedError) as problem:
        refuse("broken", problem)
    names = {part.filename for part in parts}
    if len(parts) > MOST_PARTS:
        refuse("parts", len(parts))
    if any(part.flag_bits & 1 for part in parts):
        refuse("encrypted")
    if any(name.endswith("vbaProject.bin") for name in names):
        refuse("macros")
    if "xl/workbook.bin" in names or "mimetype" in names:
        refuse("other")
    if "xl/workbook.xml" not in names:
        refuse("no workbook")
    if b"macroEnabled" in archive.read("[Content_Types].xml") if "[Content_Types].xml" in names else b"":
        refuse("macros")
    size = sum(part.file_size for part in parts)
    if size > unpacked_bytes:
        refuse("unpacks", size)
    return archive


class Details:
    """What the fast reader does not tell of a sheet: cells without a value, percentages, hidden rows."""

    def __init__(self) -> None:
        self.special: dict[tuple[int, int], tuple[str, str]] = {}
        self.percent: set[tuple[int, int]] = set()
        self.hidden_rows = 0


def details_of(archive: zipfile.ZipFile, name: str) -> Details:
    """Reads the sheet's XML a second time, only where a cheap look says that there is something to find."""
    details = Details()
    part = part_of(archive, name)
    if part is None:
        return details
    percent_styles = styles_of(archive)
    if percent_styles or triggered(archive, part):
        scan(archive, part, percent_styles, details)
    return details


def part_of(archive: zipfile.ZipFile, name: str) -> str | None:
    """The archive's file of a sheet."""
    try:
        sheets = ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{_SPREADSHEET}sheet")
        wanted = next((sheet.get(_RELATION) for sheet in sheets if sheet.get("name") == name), None)
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError):
        return None
    target = next((relation.get("Target", "") for relation in relations if relation.get("Id") == wanted), None)
    if target is None:
        return None
    part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return part if part in archive.namelist() else None


def styles_of(archive: zipfile.ZipFile) -> set[str]:
    """The numbers of the cell styles that show a number as a percentage."""
    try:
        styles = ElementTree.fromstring(archive.read("xl/styles.xml"))
    except (KeyError, ElementTree.ParseError):
        return set()
    formats = {
        int(one.get("numFmtId", "0"))
        for one in styles.iter(f"{_SPREADSHEET}numFmt")
        if "%" in re.sub(r'"[^"]*"', "", one.get("formatCode", ""))
    }
    cells = styles.find(f"{_SPREADSHEET}cellXfs")
    wanted = formats | _PERCENT_FORMATS
    return {
        str(place)
        for place, one in enumerate(cells if cells is not None else ())
        if int(one.get("numFmtId", "0")) in wanted
    }


def triggered(archive: zipfile.ZipFile, part: str) -> bool:
    """Whether the sheet has a formula, an error or a hidden row."""
    tail = b""
    with archive.open(part) as file:
        while chunk := file.read(1 << 20):
            if any(mark in tail + chunk for mark in _TRIGGERS):
                return True
            tail = chunk[-16:]
    return False


def scan(archive: zipfile.ZipFile, part: str, percent_styles: set[str], details: Details) -> None:
    """Walks the sheet's cells with expat."""
    state: dict[str, Any] = {"cell": None, "in": "", "formula": "", "value": ""}

    def start(tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "row" and attributes.get("hidden") in {"1", "true"}:
            details.hidden_rows += 1
        elif tag == "c":
            state.update(cell=attributes, formula=None, value="")
        elif tag == "f" and state["cell"] is not None:
            state.update({"in": "f", "formula": ""})
        elif tag in {"v", "t"}:
            state["in"] = "v"

    def text(data: str) -> None:
        if state["in"] == "f" and len(state["formula"]) < 200:
            state["formula"] += data
        elif state["in"] == "v" and len(state["value"]) < 200:
            state["value"] += data

    def end(tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag in {"f", "v", "t"}:
            state["in"] = ""
        elif tag == "c" and state["cell"] is not None:
            note(state["cell"], state["formula"], state["value"], percent_styles, details)
            state["cell"] = None

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    with archive.open(part) as file:
        try:
            parser.ParseFile(file)
        except expat.ExpatError as problem:
            refuse("broken", problem)


def note(cell: dict[str, str], formula: str | None, value: str, percent_styles: set[str], details: Details) -> None:
    """Keeps what is special about a cell."""
    place = place_of(cell.get("r", ""))
    if place is None:
        return
    if cell.get("t") == "e":
        details.special[place] = ("error", value)
    elif formula is not None and value == "" and cell.get("t") != "str":
        details.special[place] = ("formula", f"={formula}")
    elif cell.get("s") in percent_styles and cell.get("t", "n") == "n":
        details.percent.add(place)


def place_of(name: str) -> tuple[int, int] | None:
    """(row, column) from 0 of a name such as `C7`."""
    found = _CELL_NAME.fullmatch(name)
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]) - 1, column - 1


def cell_of(value: Any, percent: bool) -> Any:
    """A cell as JSON."""
    if isinstance(value, str):
        if len(value) > LONGEST_CELL:
            return {"x": "long", "v": f"{value[:200]}… ({len(value)})"}
        return value or None
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return number_of(value, percent)
    if isinstance(value, datetime):
        return {"t": value.isoformat(sep=" ")}
    return {"d": value.isoformat()} if isinstance(value, date) else str(value)


def number_of(value: float, percent: bool) -> Any:
    """A number as JSON: whole ones without a fraction, percentages as the text that is shown."""
    if percent:
        shown = Decimal(repr(value)) * 100
        return f"{shown.quantize(Decimal(1)) if shown == shown.to_integral_value() else shown.normalize():f}%"
    if abs(value) == float("inf"):
        return repr(value)
    return int(value) if abs(value) < BIGGEST_EXACT and value == int(value) else value


def pick_sheet(book: Any) -> tuple[str, list[str]]:
    """The first visible worksheet that is not a template's list of words, and the other visible ones."""
    shown = [
        sheet.name
        for sheet in book.sheets_metadata
        if "Visible" in str(sheet.visible) and "WorkSheet" in str(sheet.typ) and sheet.name != WORDS_SHEET
    ]
    if not shown:
        refuse("no sheet")
    return shown[0], shown[1:]


def rows_of(sheet: Any, details: Details) -> Any:
    """(row number from 1, cells) of every row that holds anything; cells merged downwards are filled down."""
    first = sheet.start[1] if sheet.start else 0
    merges = merged_down(sheet, first)
    special: dict[int, list[tuple[int, Any]]] = {}
    for (row, column), (kind, text) in details.special.items():
        special.setdefault(row, []).append((column - first, {"x": kind, "v": text}))
    down: dict[int, tuple[Any, int]] = {}
    blank = 0
    for row, cells in enumerate(sheet.iter_rows()):
        values = [cell_of(cell, (row, first + place) in details.percent) for place, cell in enumerate(cells)]
        for place, value in special.get(row, ()):
            if 0 <= place < len(values):
                values[place] = value
        for place, last in merges.get(row, ()):
            if 0 <= place < len(values):
                down[place] = (values[place], last)
        if down:
            fill_down(values, down, row)
        blank = 0 if any(value is not None for value in values) else blank + 1
        if blank > LONGEST_GAP:
            refuse("gap", row + 1 - blank)
        if not blank:
            yield [row + 1, values]


def merged_down(sheet: Any, first: int) -> dict[int, list[tuple[int, int]]]:
    """(place, last row) of the cells merged downwards, by the row on which they begin."""
    merges: dict[int, list[tuple[int, int]]] = {}
    for low, high in sheet.merged_cell_ranges or ():
        if high[0] > low[0]:
            merges.setdefault(low[0], []).append((low[1] - first, high[0]))
    return merges


def fill_down(values: list[Any], down: dict[int, tuple[Any, int]], row: int) -> None:
    """Gives the empty cells of a row what stands merged above them; forgets what has ended."""
    for place, (value, last) in list(down.items()):
        if row > last:
            del down[place]
        elif values[place] is None:
            values[place] = value


def main() -> None:
    """Reads the sheet and writes its rows."""
    path, memory_bytes, unpacked_bytes = sys.argv[1], int(sys.argv[2]), int(sys.argv[4])
    limit(memory_bytes, float(sys.argv[3]))
    archive = check_container(path, unpacked_bytes)
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        name, others = pick_sheet(book)
        sheet = book.get_sheet_by_name(name)
    except python_calamine.PasswordError:
        refuse("encrypted")
    except python_calamine.CalamineError as problem:
        refuse("broken", problem)
    if sheet.width > WIDEST:
        refuse("wide", sheet.width)
    if sheet.start and sheet.start[0] > LONGEST_GAP:
        refuse("gap", 1)
    details = details_of(archive, name)
    merged = sum(map(len, merged_down(sheet, 0).values()))
    say({"sheet": name, "others": others, "hidden_rows": details.hidden_rows, "merged": merged})
    sys.stdout.flush()
    signal.setitimer(signal.ITIMER_PROF, 0)
    lines: list[Any] = []
    size = 0
    for row in rows_of(sheet, details):
        lines.append(row)
        size += sum(len(value) for value in row[1] if isinstance(value, str))
        if len(lines) >= ROWS_IN_LINE or size > 2**20:
            say(lines)
            lines, size = [], 0
    say(lines)
    say("end")


if __name__ == "__main__":
    try:
        main()
    except MemoryError:
        refuse("memory")
