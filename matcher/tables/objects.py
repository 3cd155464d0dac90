"""JSON objects to records: typed values as they stand, texts read like cells, keys under any of their names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from matcher.domain import KINDS, Kind, Record
from matcher.tables.assemble import Assembler, place_value
from matcher.tables.cells import UNKNOWN
from matcher.tables.errors import BadCellError, Notice, RowError, shown
from matcher.tables.fields import Leaf, Shape, leaves
from matcher.tables.headers import is_passed_over, resolve
from matcher.tables.layout import Column, Layout, choose_kind, make_column, unknown_column


@dataclass(slots=True)
class ObjectReader:
    """Makes records of one kind from the objects of one file."""

    assembler: Assembler
    columns: dict[str, Column | None] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    """One for each key that is not known, when it is first met."""

    @classmethod
    def of(cls, kind: Kind) -> "ObjectReader":
        """A reader of objects of a kind."""
        return cls(Assembler(Layout(kind, (), (), 0, ())))

    @property
    def kind(self) -> Kind:
        """The kind of record that is made."""
        return self.assembler.layout.kind

    def read(self, row: int, item: dict[str, Any]) -> Record | list[RowError]:
        """The record of an object, or its errors.

        An object whose keys and values are already those of the model goes through untouched; anything else is read
        key by key.
        """
        if item.get("id"):
            try:
                record = KINDS[self.kind].model_validate(item)
            except ValidationError:
                pass
            else:
                return self.assembler.unless_repeated(row, record)
        values: dict[str, Any] = {}
        errors: list[RowError] = []
        self._read_into(row, item, values, errors, ())
        return self.assembler.from_values(row, values, errors)

    def _read_into(
        self, row: int, item: Mapping[str, Any], values: dict[str, Any], errors: list[RowError], above: tuple[str, ...]
    ) -> None:
        for key, value in item.items():
            if value is None:
                continue
            dotted = ".".join((*above, key))
            if isinstance(value, Mapping) and _is_group(self.kind, dotted):
                self._read_into(row, value, values, errors, (*above, key))
                continue
            for name, part in self._parts(dotted, value):
                self._read_one(row, name, part, values, errors)

    def _parts(self, dotted: str, value: Any) -> list[tuple[str, Any]]:
        """`sectors: {include: […], exclude: […]}`, `trl: {min: 3, max: 6}` and the like, spread over their fields."""
        if not isinstance(value, Mapping):
            return [(dotted, value)]
        if set(value) <= {"name", "code"}:
            return [(dotted, value.get("code") or value.get("name"))]
        stem = dotted.removesuffix("s")
        names = {name: [f"{base}_{name}" for base in (dotted, stem, f"{stem}s")] for name in value}
        paths = {leaf.dotted for leaf in leaves(self.kind)}
        spread = [(next((n for n in options if n in paths), ""), value[name]) for name, options in names.items()]
        return spread if spread and all(name for name, _ in spread) else [(dotted, value)]

    def _read_one(self, row: int, name: str, value: Any, values: dict[str, Any], errors: list[RowError]) -> None:
        column = self._column(name)
        if column is None or value is None:
            return
        try:
            place_value(values, column, _typed(column, value))
        except BadCellError as problem:
            errors.append(RowError(row, name, column.leaf.dotted, shown(value), problem.rule, problem.remedy))

    def _column(self, name: str) -> Column | None:
        if name not in self.columns:
            target = None if is_passed_over(name) else resolve(self.kind, name)
            if target is None and not is_passed_over(name):
                self.notices.append(unknown_column(name))
            self.columns[name] = None if target is None else make_column(self.kind, len(self.columns), name, target)
        return self.columns[name]


def _is_group(kind: Kind, dotted: str) -> bool:
    """Whether fields lie below this path."""
    return any(leaf.dotted.startswith(f"{dotted}.") for leaf in leaves(kind))


def _typed(column: Column, value: Any) -> Any:
    """A value of JSON as the field wants it."""
    leaf, read = column.leaf, column.read
    if isinstance(value, str):
        return read(value) if value.strip() else UNKNOWN
    if isinstance(value, list):
        return _several(leaf, read, value) if leaf.many else value[0] if len(value) == 1 else value
    if isinstance(value, (int, float)) and leaf.shape is not Shape.PART:
        return read(value)
    return (value,) if leaf.many and isinstance(value, Mapping) else value


def _several(leaf: Leaf, read: Callable[[Any], Any], items: list[Any]) -> tuple[Any, ...]:
    """The items of a list, texts among them read like cells of one value each."""
    found: list[Any] = []
    for item in items:
        if isinstance(item, str) and leaf.shape in {Shape.TERM, Shape.CODE}:
            value = read(item) if item.strip() else UNKNOWN
            found.extend(value if isinstance(value, tuple) else () if value is UNKNOWN else (value,))
        elif isinstance(item, Mapping) and set(item) <= {"name", "code"}:
            found.append(item.get("code") or item.get("name"))
        elif item is not None:
            found.append(item)
    return tuple(found)


def kind_of_objects(items: list[dict[str, Any]], name: str) -> Kind:
    """The kind whose fields the first objects of a file have."""
    keys = {key for item in items for key in item}
    scores = {
        kind: len({t.leaf.path for key in keys if (t := resolve(kind, key))} | _groups(kind, keys)) for kind in Kind
    }
    return choose_kind(scores, name)


def _groups(kind: Kind, keys: set[str]) -> set[tuple[str, ...]]:
    return {(key,) for key in keys if _is_group(kind, key)}
