"""Where a table's header is and what its columns mean; worked out once per file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from matcher.domain import Kind
from matcher.domain.words import Words
from matcher.tables.amounts import foreign
from matcher.tables.cells import Cell, reader
from matcher.tables.errors import Notice, UnusableFileError, shown
from matcher.tables.fields import Leaf, Shape
from matcher.tables.headers import Pair, Target, is_passed_over, resolve, top_level

HEADER_WITHIN = 30
"""The header is looked for in the first so many rows; titles and notes may stand above it."""

_LONGEST_HEADER = 200
_KNOWN_SHARE = 0.5
"""A second header row is one if at least so many of its words are headers."""


@dataclass(slots=True)
class Column:
    """A column of a file: its place, its header as written, and how a cell becomes a value."""

    place: int
    header: str
    leaf: Leaf
    read: Callable[[Cell], Any]
    pair: Pair | None
    seen: dict[Cell, Any] | None = field(default=None)
    """Values of cells read before, for columns whose cells repeat; None for free text."""

    @property
    def name(self) -> str | None:
        """The record's own field that the column alone fills; None for a field in a group and for ranges."""
        return self.leaf.path[0] if self.pair is None and len(self.leaf.path) == 1 else None


@dataclass(frozen=True, slots=True)
class Layout:
    """The header of a file: kind, columns, the row on which it ends, and all headers as written."""

    kind: Kind
    columns: tuple[Column, ...]
    header: tuple[str, ...]
    header_row: int
    notices: tuple[Notice, ...]


def find_layout(top: Sequence[tuple[int, Sequence[Any]]], kind: Kind | None, name: str) -> Layout:
    """The layout of a table from its first rows, each (row number, cells).

    Raises UnusableFileError where there is no header, the kind is not clear, or two columns mean the same.
    """
    rows = [(number, [_header_text(cell) for cell in cells]) for number, cells in top]
    kind = kind or _kind_of_rows(rows, name)
    place = _header_place(rows, kind)
    if place is None:
        raise _no_header(kind)
    number, headers = rows[place]
    if place and (with_above := _two_rows(kind, rows[place - 1][1], headers)):
        headers = with_above if _matches(kind, with_above) > _matches(kind, headers) else headers
    for number_below, below in rows[place + 1 : place + 3]:
        merged = _two_rows(kind, headers, below)
        if merged is None:
            break
        headers, number = merged, number_below
    columns, notices = make_columns(kind, headers)
    return Layout(kind, columns, tuple(headers), number, notices)


def _header_text(cell: Any) -> str:
    return "" if cell is None else str(cell)[:_LONGEST_HEADER].strip()


def _matches(kind: Kind, headers: Sequence[str]) -> int:
    """How many different fields the headers mean."""
    targets = (resolve(kind, header) for header in headers if header)
    return len({target.leaf.path for target in targets if target})


def _header_place(rows: Sequence[tuple[int, list[str]]], kind: Kind) -> int | None:
    """The row that means the most fields: two at least, or all of a table of one or two columns."""
    found = [_matches(kind, headers) for _, headers in rows]
    best = max(range(len(found)), key=lambda place: (found[place], -place), default=None)
    if best is None:
        return None
    width = len({header for header in rows[best][1] if header})
    return best if found[best] >= min(2, max(1, width)) else None


def _two_rows(kind: Kind, headers: Sequence[str], below: Sequence[str]) -> list[str] | None:
    """The headers joined with a second header row, or as they are if that row repeats them; None if it is data.

    The word of a group stands once over its columns: `股权融资 | | 贷款` over `最低 | 最高 | 金额`.
    """
    said = [word for word in below if word]
    if not said:
        return None
    joined, group, fitting = [], "", 0
    for place in range(max(len(headers), len(below))):
        above = headers[place] if place < len(headers) else ""
        word = below[place] if place < len(below) else ""
        group = above or group
        best = next((text for text in (f"{group}{word}", word) if word and resolve(kind, text)), None)
        fitting += best is not None
        joined.append(above if resolve(kind, above) and (not word or best == word) else best or word or above)
    return joined if fitting >= 2 and fitting >= _KNOWN_SHARE * len(said) else None


def _kind_of_rows(rows: Sequence[tuple[int, list[str]]], name: str) -> Kind:
    """The kind whose headers the table has; the file's name decides between equals."""
    scores = {kind: max((_matches(kind, headers) for _, headers in rows), default=0) for kind in Kind}
    return choose_kind(scores, name)


def choose_kind(scores: dict[Kind, int], name: str) -> Kind:
    """The kind with the most fields known; UnusableFileError where none or several lead and the name tells nothing."""
    best = max(scores.values())
    leaders = [kind for kind, score in scores.items() if score == best]
    named = kind_in_name(name)
    if named and (best == 0 or scores[named] >= 0.8 * best):
        return named
    if best >= 2 and len(leaders) == 1:
        return leaders[0]
    likely = "、".join(leaders) if best else "—"
    raise UnusableFileError(
        Words(f"从表头看不出是哪一类记录（可能：{likely}）", f"the headers do not tell the kind (perhaps {likely})"),
        Words(
            "指明类别：project、fund、loan、insurance、expert 或 center",
            "say the kind: project, fund, loan, insurance, expert or center",
        ),
    )


def kind_in_name(name: str) -> Kind | None:
    """The kind that a file's name begins or ends with (`funds.csv`, `项目-2026.xlsx`)."""
    from pathlib import PurePath

    stem = PurePath(name).stem.lower()
    hits = {
        kind
        for kind in Kind
        for word in (str(kind.value), *kind.synonyms)
        if stem.startswith(word) or stem.endswith(word)
    }
    return hits.pop() if len(hits) == 1 else None


def make_columns(kind: Kind, headers: Sequence[str]) -> tuple[tuple[Column, ...], tuple[Notice, ...]]:
    """The columns of known headers, and a notice for each that is not known. UnusableFileError for a field twice."""
    columns: list[Column] = []
    notices: list[Notice] = []
    taken: dict[tuple[tuple[str, ...], bool], str] = {}
    for place, header in enumerate(headers):
        if not header or is_passed_over(header):
            continue
        target = resolve(kind, header)
        if target is None:
            notices.append(unknown_column(header))
            continue
        key = (target.leaf.path, target.pair is not None and target.pair.one != (target.leaf.path,))
        if key in taken:
            raise _twice(taken[key], header)
        taken[key] = header
        columns.append(make_column(kind, place, header, target))
    return tuple(columns), tuple(notices)


def make_column(kind: Kind, place: int, header: str, target: Target) -> Column:
    """The column of a header whose meaning is known."""
    leaf = target.leaf
    read = _refuse(target.foreign) if target.foreign else reader(leaf, target.unit)
    if leaf.shape is Shape.MAP:
        read = _with_fields(kind, read)
    free_text = leaf.shape in {Shape.ID, Shape.LINE, Shape.PROSE, Shape.PART}
    return Column(place, header, leaf, read, target.pair, None if free_text else {})


def _refuse(unit: str) -> Callable[[Cell], Any]:
    def read(_: Cell) -> Any:
        raise foreign(unit)

    return read


def _with_fields(kind: Kind, read: Callable[[Cell], Any]) -> Callable[[Cell], Any]:
    """A map whose keys are the record's fields, under any of their names."""

    def named(cell: Cell) -> Any:
        value = read(cell)
        return {top_level(kind, key) or key: word for key, word in value.items()} if isinstance(value, dict) else value

    return named


def unknown_column(header: str) -> Notice:
    """What is said of a column that no field has."""
    return Notice(
        Words(
            f"未识别的列「{shown(header)}」，其内容未读取；如需读取请改用模板中的列名",
            f"column “{shown(header)}” is not known and was not read; to have it read, use a name from the template",
        ),
        None,
        header,
    )


def _twice(first: str, second: str) -> UnusableFileError:
    return UnusableFileError(
        Words(
            f"两列含义相同：「{shown(first)}」与「{shown(second)}」",
            f"two columns mean the same: “{shown(first)}” and “{shown(second)}”",
        ),
        Words("删除或改名其中一列", "delete or rename one of them"),
    )


def _no_header(kind: Kind) -> UnusableFileError:
    return UnusableFileError(
        Words(f"前 {HEADER_WITHIN} 行中没有表头", f"no header in the first {HEADER_WITHIN} rows"),
        Words(f"使用模板：matcher template {kind}", f"use the template: matcher template {kind}"),
    )
