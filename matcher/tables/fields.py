"""The fields of a record as columns see them: the path, what is written there, its labels and its unit.

A group that a record holds once (`legal_entity`, `financing_need.equity`) is spread over columns of its own; a group
that it holds many times (`ip`, `deals`) is one column with one item a line.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from matcher.domain import KINDS, Kind, field
from matcher.domain.codes import GbCode, IpcCode, LocalCode, RegionCode, Sector, SeiCode
from matcher.domain.loan import Rate
from matcher.domain.money import Wan
from matcher.domain.record import Line, Months, Part, Percent, Prose, RecordId, Share
from matcher.domain.term import Term


class Shape(StrEnum):
    """What is written in one cell."""

    ID = "id"
    LINE = "line"
    PROSE = "prose"
    AMOUNT = "amount"
    PERCENT = "percent"
    FRACTION = "fraction"
    MONTHS = "months"
    WHOLE = "whole"
    DECIMAL = "decimal"
    YES_NO = "yes or no"
    DATE = "date"
    TERM = "term"
    CODE = "code"
    RATE = "rate"
    PART = "part"
    MAP = "map"


_CODES: dict[Any, str] = {
    RegionCode: "regions",
    GbCode: "gb",
    SeiCode: "sei",
    IpcCode: "ipc",
    LocalCode: "local",
    Sector: "sector",
}
_SHAPES: dict[Any, Shape] = {
    Wan: Shape.AMOUNT,
    Months: Shape.MONTHS,
    RecordId: Shape.ID,
    Prose: Shape.PROSE,
    Line: Shape.LINE,
}


@dataclass(frozen=True, slots=True)
class Leaf:
    """One column of a record.

    path: the fields from the record inwards. detail: the vocabulary of a TERM, the name of the code list of a CODE, the
    model of a PART. many: several values in one cell. zh and en: the labels as people read them.
    """

    path: tuple[str, ...]
    shape: Shape
    detail: Any
    many: bool
    zh: str
    en: str
    also: tuple[str, ...]
    unit: str | None

    @property
    def dotted(self) -> str:
        """The path as text."""
        return ".".join(self.path)


@cache
def leaves(kind: Kind) -> tuple[Leaf, ...]:
    """The columns of a kind in the order of its fields; the id first."""
    every = tuple(_leaves(KINDS[kind], (), ()))
    return tuple(sorted(every, key=lambda leaf: leaf.path != ("id",) and leaf.path[0] in _FRAME))


@cache
def part_leaves(model: type[Part]) -> tuple[Leaf, ...]:
    """The attributes of an item, in the order in which a cell gives them."""
    return tuple(_leaf((name,), *_kind_of(hint), model, name) for name, hint in _hints(model).items())


_FRAME = ("source", "valid_from", "valid_until", "evidence", "secrecy")
"""Fields of every record, which stand after the kind's own."""


def _leaves(model: type[BaseModel], path: tuple[str, ...], parents: tuple[tuple[str, str], ...]) -> Any:
    for name, hint in _hints(model).items():
        shape, detail, many = _kind_of(hint)
        here = (*path, name)
        if shape is Shape.PART and not many:
            info = model.model_fields[name]
            yield from _leaves(detail, here, (*parents, (field.zh(info), field.en(info))))
        else:
            yield _leaf(here, shape, detail, many, model, name, parents)


def _leaf(
    path: tuple[str, ...],
    shape: Shape,
    detail: Any,
    many: bool,
    model: type[BaseModel],
    name: str,
    parents: tuple[tuple[str, str], ...] = (),
) -> Leaf:
    info = model.model_fields[name]
    zh, en = field.zh(info), field.en(info)
    if path == ("id",):
        zh, en = "编号", "ID"
    if parents and parents[-1][0] and _is_shared(model):
        zh, en = f"{parents[-1][0]}{zh}", f"{parents[-1][1]}: {en.lower()}"
    if not zh:
        zh, en = f"{''.join(parent for parent, _ in parents)}{name}", name
        if parents:
            en = f"{parents[-1][1]}: {name}"
    return Leaf(path, shape, detail, many, zh, en, field.also(info), field.unit(info))


def _is_shared(model: type[BaseModel]) -> bool:
    """Whether a group stands in several places (each kind of need), so that its labels need the place before them."""
    return model.__name__ == "Need"


@cache
def _hints(model: type[BaseModel]) -> dict[str, Any]:
    hints = get_type_hints(model, include_extras=True)
    return {name: _known(hints[name]) for name in model.model_fields}


def _known(hint: Any) -> Any:
    """The type of a known value: `X | None` without the None."""
    if get_origin(hint) in {Union, UnionType}:
        return next(part for part in get_args(hint) if part is not NoneType)
    return hint


def _kind_of(hint: Any) -> tuple[Shape, Any, bool]:
    """Shape, detail and whether there are many, from a field's type."""
    if get_origin(hint) is tuple:
        shape, detail, _ = _kind_of(get_args(hint)[0])
        return shape, detail, True
    if get_origin(hint) is dict:
        return Shape.MAP, get_args(hint)[1], False
    if hint in _SHAPES:
        return _SHAPES[hint], None, False
    if (codes := _CODES.get(hint)) is not None:
        return Shape.CODE, codes, False
    return (*_plain(hint), False)


def _plain(hint: Any) -> tuple[Shape, Any]:
    base = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    if get_origin(base) is Literal:
        return Shape.LINE, None
    if base is Rate:
        return Shape.RATE, Rate
    if issubclass(base, Term):
        return Shape.TERM, base
    if issubclass(base, Part):
        return Shape.PART, base
    if base is float:
        return ({str(Percent): Shape.PERCENT, str(Share): Shape.FRACTION}.get(str(hint), Shape.DECIMAL)), None
    return {str: Shape.LINE, int: Shape.WHOLE, bool: Shape.YES_NO, date: Shape.DATE}[base], None
