"""One value to one cell, safe against formulas: as people write it where that reads back as the same value, else JSON.

A cell that begins with =, +, -, @, a tab or a line end is run as a formula by spreadsheet programs; such a text gets an
apostrophe before it, which reading takes away again.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from matcher.domain import KINDS, Kind, field
from matcher.domain.codes import code_list
from matcher.domain.term import Term
from matcher.domain.texts import sector_label
from matcher.tables.cells import UNKNOWN, Bounds
from matcher.tables.errors import BadCellError
from matcher.tables.fields import Leaf, Shape, part_leaves
from matcher.tables.headers import resolve
from matcher.tables.layout import make_column
from matcher.tables.rates import rate_text

Plain = str | int | float | date | None
"""What a cell of a written file holds."""

_RISKY = re.compile(r"[=+\-@\t\r]|'+[=+\-@\t\r']")
_NOT_IN_XML = re.compile(r"[\r\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_REMEMBERED = 20_000
_FIRST_SHEET_DAY = date(1900, 3, 1)
_UNITS_EN = {"万元": "10k CNY", "元": "CNY", "月": "months", "年": "years", "人": "people", "%": "%"}


def safe(text: str) -> str:
    """The text as a cell that no spreadsheet program runs."""
    return f"'{text}" if _RISKY.match(text) else text


def header_of(leaf: Leaf, language: str = "zh") -> str:
    """The header under which a field is written, with its unit."""
    unit = leaf.unit if leaf.unit in _UNITS_EN else None
    if language == "en":
        return f"{leaf.en} ({_UNITS_EN[unit]})" if unit else leaf.en
    return f"{leaf.zh}({unit})" if unit else leaf.zh


def writer(kind: Kind, leaf: Leaf, language: str = "zh") -> Callable[[Any], Plain]:
    """The function from a field's value to its cell; None for what is unknown."""
    header = header_of(leaf, language)
    target = resolve(kind, header)
    if target is None or target.leaf.path != leaf.path:
        raise AssertionError(f"the header {header} of {kind} does not mean {leaf.dotted}")
    column = make_column(kind, 0, header, target)
    adapter = _adapter(kind, leaf.path)
    seen: dict[Any, Plain] = {}

    def reads_back(cell: Plain, value: Any) -> bool:
        if cell is None or cell == "":
            return False
        try:
            found = column.read(cell)
            return found is not UNKNOWN and not isinstance(found, Bounds) and adapter.validate_python(found) == value
        except (BadCellError, ValidationError):
            return False

    def write(value: Any) -> Plain:
        if value is None:
            return None
        if isinstance(value, dict):
            return next(cell for cell in _forms(kind, leaf, value, language) if reads_back(cell, value))
        if value not in seen:
            cell = next(cell for cell in _forms(kind, leaf, value, language) if reads_back(cell, value))
            if len(seen) >= _REMEMBERED:
                seen.clear()
            seen[value] = cell
        return seen[value]

    return write


@cache
def _adapter(kind: Kind, path: tuple[str, ...]) -> TypeAdapter[Any]:
    """The validator of the field at a path."""
    model: type[BaseModel] = KINDS[kind]
    for name in path[:-1]:
        inner = model.model_fields[name].annotation
        model = next(
            part
            for part in getattr(inner, "__args__", (inner,))
            if isinstance(part, type) and issubclass(part, BaseModel)
        )
    info = model.model_fields[path[-1]]
    return TypeAdapter(_with_rules(info))


def _with_rules(info: Any) -> Any:
    from typing import Annotated

    return Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation


def _forms(kind: Kind, leaf: Leaf, value: Any, language: str) -> Iterator[Plain]:
    """The cells that could stand for a value, the most readable first; the last always reads back."""
    form = _human(kind, leaf, value, language)
    if isinstance(form, str):
        if not _NOT_IN_XML.search(form):
            yield safe(form)
    else:
        yield form
    if isinstance(value, str) and leaf.shape is Shape.CODE:
        yield value
    yield _json(value)


def _json(value: Any) -> str:
    """The value as JSON in a cell, with what a workbook's XML cannot hold written as an escape."""
    text = json.dumps(_plain(value), ensure_ascii=False)
    return _NOT_IN_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=True)
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return value if isinstance(value, (str, int, float)) else str(value)


def _human(kind: Kind, leaf: Leaf, value: Any, language: str) -> Plain:
    """A value as a person would write it."""
    if leaf.shape is Shape.MAP:
        fields = KINDS[kind].model_fields
        return "；".join(f"{field.zh(fields[name]) or name}={_word(one, language)}" for name, one in value.items())
    if leaf.shape is Shape.PART:
        return "\n".join(_item(kind, leaf, item, language) for item in value) or _none(language)
    if leaf.many:
        return "；".join(_one_of(leaf, one, language) for one in value) or _none(language)
    if leaf.shape in {Shape.TERM, Shape.CODE}:
        return _one_of(leaf, value, language)
    return rate_text(value) if leaf.shape is Shape.RATE else _scalar(value, language)


def _none(language: str) -> str:
    return "none" if language == "en" else "无"


def _one_of(leaf: Leaf, value: Any, language: str) -> str:
    if leaf.shape is not Shape.CODE:
        return _word(value, language)
    return sector_label(value, language) if leaf.detail == "sector" else code_list(leaf.detail).label(value, language)


def _word(value: Any, language: str) -> str:
    if isinstance(value, Term):
        return value.en if language == "en" else str(value)
    return str(int(value)) if isinstance(value, int) else str(value)


def _scalar(value: Any, language: str) -> Plain:
    if isinstance(value, bool):
        return ("yes" if value else "no") if language == "en" else "是" if value else "否"
    if isinstance(value, Decimal):
        number = float(value)
        if Decimal(repr(number)) != value:
            return f"{value:f}"
        return int(number) if number.is_integer() else number
    if isinstance(value, date):
        return value if value >= _FIRST_SHEET_DAY else value.isoformat()
    return value if isinstance(value, (int, float)) else str(value)


def _item(kind: Kind, leaf: Leaf, item: BaseModel, language: str) -> str:
    """An item with its values between bars, as far as they are known."""
    cells = []
    for part in part_leaves(leaf.detail):
        value = getattr(item, part.path[-1])
        form = "" if value is None else _human(kind, part, value, language) if not isinstance(value, BaseModel) else "{"
        cells.append(str(form))
    return " | ".join(cells).rstrip(" |")
