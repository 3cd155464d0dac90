"""Rows and objects to records: every cell is read, every error of a row is kept, one bad row stops no other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from matcher.domain import KINDS, Project, Record
from matcher.domain.words import Words
from matcher.tables.cells import UNKNOWN, Bounds, one_number
from matcher.tables.errors import BadCellError, Notice, RowError, shown
from matcher.tables.identity import stable_id
from matcher.tables.layout import Column, Layout
from matcher.tables.messages import told

_REMEMBERED = 20_000
"""Values kept per column: cells of vocabularies, codes and amounts repeat."""

_NOT_SEEN = object()


@dataclass(slots=True)
class Assembler:
    """Makes records of one kind from the rows of one file, and remembers which ids the file has used."""

    layout: Layout
    first_row: dict[str, int] = field(default_factory=dict)
    places: tuple[tuple[int, str | None, Column], ...] = ()

    def __post_init__(self) -> None:
        self.places = tuple((column.place, column.name, column) for column in self.layout.columns)

    def from_cells(self, row: int, cells: Sequence[Any]) -> Record | list[RowError]:
        """The record of a row of cells, or its errors."""
        values: dict[str, Any] = {}
        errors: list[RowError] = []
        width = len(cells)
        for place, name, column in self.places:
            cell = cells[place] if place < width else None
            if cell is None or cell == "" or (type(cell) is str and cell.isspace()):
                continue
            try:
                value = _read(column, cell)
                if name is None or name in values or type(value) is Bounds:
                    place_value(values, column, value)
                elif value is not UNKNOWN:
                    values[name] = value
            except BadCellError as problem:
                errors.append(_cell_error(row, column, cell, problem))
        return self.from_values(row, values, errors)

    def from_values(self, row: int, values: dict[str, Any], errors: list[RowError]) -> Record | list[RowError]:
        """The record of values that were read, or all the errors of the row."""
        kind = self.layout.kind
        if not errors and not values:
            return [_row_error(row, Words("该行没有可读取的值", "the row has no value that could be read"))]
        if "id" not in values and not any(error.field == "id" for error in errors):
            values["id"] = stable_id(kind, values)
        repeated = self._repeated(row, values.get("id"))
        try:
            record = KINDS[kind].model_validate(values)
        except ValidationError as problem:
            return [*errors, *self._explained(row, problem, {error.field for error in errors}), *repeated]
        return [*errors, *repeated] or record

    def unless_repeated(self, row: int, record: Record) -> Record | list[RowError]:
        """The record, or an error where an earlier row of the file has its id."""
        return self._repeated(row, record.id) or record

    def _repeated(self, row: int, record_id: object) -> list[RowError]:
        """The error of a row whose id an earlier row has, be that one good or not: both would become one record."""
        if not isinstance(record_id, str):
            return []
        first = self.first_row.setdefault(record_id, row)
        return [] if first == row else [_duplicate(row, record_id, first)]

    def _explained(self, row: int, problem: ValidationError, known_bad: set[str]) -> list[RowError]:
        told_of: dict[tuple[str, Words], RowError] = {}
        for one in problem.errors(include_url=False):
            error = explain(row, one, self._header_of)
            if error.field not in known_bad:
                told_of.setdefault((error.column or error.field, error.rule), error)
        return list(told_of.values())

    def _header_of(self, path: tuple[str, ...]) -> str:
        """The header under which the value of a field stood; the longest known path wins."""
        for length in range(len(path), 0, -1):
            for column in self.layout.columns:
                ends = () if column.pair is None else (column.pair.low, column.pair.high, *column.pair.one)
                if any(known[:length] == path[:length] for known in (column.leaf.path, *ends)):
                    return column.header
        return ".".join(path)


def _read(column: Column, cell: Any) -> Any:
    seen = column.seen
    if seen is None or cell is True or cell is False:  # True == 1 would find the other's value
        return column.read(cell)
    value = seen.get(cell, _NOT_SEEN)
    if value is _NOT_SEEN:
        value = column.read(cell)
        if len(seen) < _REMEMBERED:
            seen[cell] = value
    return value


def place_value(values: dict[str, Any], column: Column, value: Any) -> None:
    """Puts what a cell gave where it belongs in the record; a range goes to the fields of both bounds."""
    if value is UNKNOWN:
        return
    pair = column.pair
    if isinstance(value, Bounds):
        _place_bounds(values, column, value)
    elif pair is None:
        _set(values, column.leaf.path, value)
    else:
        for path in pair.one:
            _set(values, path, value)


def _place_bounds(values: dict[str, Any], column: Column, bounds: Bounds) -> None:
    """A range fills the pair of its column; one bound also suits the column of that bound."""
    span, pair, path = bounds.span, column.pair, column.leaf.path
    if pair is not None and path in {pair.low, pair.high} and pair.one == (path,):
        alone = span.low if span.high is None else span.high if span.low is None else None
        if alone is not None and (span.high is None) != (path == pair.low):
            raise one_number()
    if pair is None:
        wants_high, wants_low = "max" in path[-1] or "cap" in path[-1] or "limit" in path[-1], "min" in path[-1]
        if span.low is None and wants_high:
            _set(values, path, span.high)
        elif span.high is None and wants_low:
            _set(values, path, span.low)
        else:
            raise one_number()
        return
    if span.low is not None:
        _set(values, pair.low, span.low)
    if span.high is not None:
        _set(values, pair.high, span.high)


def _set(values: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        values = values.setdefault(name, {})
    if values.setdefault(path[-1], value) != value:
        raise BadCellError(
            Words("与另一列的值不一致", "says something else than another column of the row"),
            Words("更正其中一列", "correct one of the two"),
        )


def explain(row: int, problem: Mapping[str, Any], header_of: Any = ".".join) -> RowError:
    """One error of pydantic as a RowError; `header_of` gives the header for a path."""
    rule, remedy = told(problem["type"], problem.get("ctx", {}), problem["msg"])
    path = tuple(str(part) for part in problem["loc"])
    value = problem.get("ctx", {}).get("found", problem["input"])
    if not path:
        value = problem.get("ctx", {}).get("found", "")
    names = tuple(part for part in path if not part.isdigit())
    return RowError(row, header_of(names) if names else "", ".".join(path), shown(value), rule, remedy)


def warnings_of(row: int, record: Record) -> tuple[Notice, ...]:
    """What looks wrong in a record but is not refused: a verification stage beside a TRL that seldom belongs to it."""
    if not isinstance(record, Project) or not record.warnings or record.verification_stage is None:
        return ()
    low, high = record.verification_stage.trl_span
    zh = f"验证阶段“{record.verification_stage}”通常对应 TRL {low}-{high}，现为 {record.trl}，请核对"
    return (Notice(Words(zh, record.warnings[0]), row, "trl"),)


def _cell_error(row: int, column: Column, cell: Any, problem: BadCellError) -> RowError:
    return RowError(row, column.header, column.leaf.dotted, shown(cell), problem.rule, problem.remedy)


def _row_error(row: int, rule: Words) -> RowError:
    return RowError(row, "", "", "", rule, Words("补充内容或删除该行", "fill in the row or delete it"))


def _duplicate(row: int, record_id: str, first: int) -> RowError:
    return RowError(
        row,
        "id",
        "id",
        shown(record_id),
        Words(f"与第 {first} 行重复（编号或名称相同）", f"the same record as row {first}: equal id or equal names"),
        Words("删除其中一行，或给出不同的编号", "delete one of the rows or give them different ids"),
    )
