"""One cell to one value: a reader per column, made once per file from the field's shape and the header's unit."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson

from matcher.domain.words import Words
from matcher.tables import words
from matcher.tables.amounts import WAN_PER, amount
from matcher.tables.dates import closes, day_of, read_date
from matcher.tables.errors import BadCellError
from matcher.tables.fields import Leaf, Shape
from matcher.tables.quantities import NUMBER, Span, folded, not_a_number, read_span, to_decimal
from matcher.tables.rates import fraction, read_rate


@dataclass(frozen=True, slots=True)
class Uncomputed:
    """A spreadsheet's cell that has no value to read: a formula never computed, an error, a text beyond all length."""

    why: str
    text: str

    def __str__(self) -> str:
        return self.text


Cell = str | int | float | bool | date | datetime | Uncomputed
"""What a file's cell holds; blank cells never get here."""

_SCIENTIFIC = re.compile(r"\d(\.\d+)?e\+\d+", re.IGNORECASE)
_BIGGEST_EXACT = 10**15
"""Spreadsheets keep 15 digits of a number; the rest of a longer id is lost."""

_CODE_LIKE = frozenset({"credit_code", "registration_no", "filing_no", "number", "unit_code", "staff_no"})
_FORMULA = re.compile(r"'(?=[=+\-@\t\r'])")


class Unknown:
    """What a cell gives that says that nothing is known."""


UNKNOWN = Unknown()


@dataclass(frozen=True, slots=True)
class Bounds:
    """Two bounds found in a column of one number; the column decides which fields they fill."""

    span: Span


def reader(leaf: Leaf, unit: str | None = None) -> Callable[[Cell], Any]:
    """The function from a cell to the value of this field; it raises BadCellError and gives UNKNOWN for blank words.

    unit: of bare numbers, from the header; the field's own unit where the header has none.
    """
    read = _READERS[leaf.shape](leaf, unit or leaf.unit or "")
    if not leaf.many and leaf.shape in _TEXTS:
        return lambda cell: read(cell if type(cell) is str else _as_text(cell))
    if leaf.shape in _NUMBERS:
        return lambda cell: read(cell) if type(cell) is str and cell.isdecimal() else _guarded(leaf, read, cell)
    return lambda cell: _guarded(leaf, read, cell)


def _guarded(leaf: Leaf, read: Callable[[str], Any], cell: Cell) -> Any:
    """Reads what is not free text: JSON as it stands, blank words as unknown or as a known nothing."""
    text = words.clean(_as_text(cell))
    if text[:1] in {"[", "{", '"'} and (value := _json(text)) is not None:
        return value[0]
    low = text.lower()
    if low in words.UNKNOWN or low in words.NOTHING or low in words.NO_LIMIT or low in words.EVERYTHING:
        return _blank(leaf, low)
    return read(_FORMULA.sub("", text, count=1))


def _blank(leaf: Leaf, low: str) -> Any:
    """The value of a word such as 无, -, 不限 or 全部: the vocabulary's own where it has the word."""
    if leaf.shape is Shape.TERM and (member := words.resolver(leaf)(low)) is not None:
        return (member,) if leaf.many else member
    if leaf.shape is Shape.YES_NO and low in words.NOTHING:
        return False
    if leaf.shape is Shape.TERM and leaf.many and low in words.EVERYTHING:
        return words.all_members(leaf)
    if leaf.many and low not in words.UNKNOWN and low not in words.EVERYTHING:
        return ()
    return UNKNOWN


def _json(text: str) -> tuple[Any] | None:
    """The JSON value of a text, in a tuple so that null is told from no JSON."""
    try:
        return (orjson.loads(text),)
    except orjson.JSONDecodeError:
        return None


def _as_text(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Uncomputed):
        raise _uncomputed(cell)
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _BIGGEST_EXACT:
        return str(int(cell))
    if isinstance(cell, datetime):
        return str(cell) if cell.time() != datetime.min.time() else cell.date().isoformat()
    return str(cell)


def _uncomputed(cell: Uncomputed) -> BadCellError:
    rule, remedy = _NO_VALUE[cell.why]
    return BadCellError(rule, remedy)


_NO_VALUE = {
    "formula": (
        Words("公式没有计算结果", "a formula without a computed value"),
        Words("在表格软件中打开并保存，或粘贴为数值", "open and save it in a spreadsheet program, or paste the value"),
    ),
    "error": (
        Words("单元格是错误值", "the cell holds a spreadsheet error"),
        Words("修正公式或改填数值", "mend the formula or write the value"),
    ),
    "long": (
        Words("单元格超过 1,000,000 个字符", "the cell holds more than 1,000,000 characters"),
        Words("缩短内容", "shorten the text"),
    ),
}


def _text(leaf: Leaf, _: str) -> Callable[[str], Any]:
    coded = leaf.shape is Shape.ID or leaf.path[-1] in _CODE_LIKE

    def read(text: str) -> Any:
        text = text.strip()  # control characters are refused by the field's own rule
        if len(text) < 8 and (text.lower() in words.UNKNOWN or text in words.NOTHING):
            return UNKNOWN
        if text[0] == '"' and (value := _json(text)) is not None:
            return value[0]
        if coded and (_SCIENTIFIC.fullmatch(text) or (text.isdigit() is False and _lost_digits(text))):
            raise _scientific(text)
        return text[1:] if _FORMULA.match(text) else text

    return read


def _lost_digits(text: str) -> bool:
    return bool(re.fullmatch(r"\d{15,}\.0", text))


def _scientific(text: str) -> BadCellError:
    return BadCellError(
        Words(
            f"编号成了科学计数 {text[:40]}，末尾数字已丢失",
            f"the code became the number {text[:40]}, its last digits are lost",
        ),
        Words("将该列设为文本格式后重新填写编号", "format the column as text and type the code again"),
    )


def _amount(leaf: Leaf, unit: str) -> Callable[[str], Any]:
    bare = WAN_PER.get(unit, Decimal(1))
    return lambda text: _bounded(text, lambda part: amount(part, bare))


def _yuan(unit: str) -> Callable[[str], Any]:
    """A fee in 元: read as an amount, given in 元."""
    bare = WAN_PER.get(unit, WAN_PER["元"])

    def read(text: str) -> Any:
        value = _one(_bounded(text, lambda part: amount(part, bare)))
        return float(value * 10_000)

    return read


def _bounded(text: str, one: Callable[[str], Decimal | None]) -> Any:
    """One number, or the bounds of a range for the column to place."""
    span = read_span(folded(text), one)
    if span is None:
        raise not_a_number()
    return span.low if span.low == span.high else Bounds(span)


def _one(value: Any) -> Decimal:
    if isinstance(value, Bounds):
        raise one_number()
    return Decimal(value)


def one_number() -> BadCellError:
    """The error of a range where one number is asked."""
    return BadCellError(
        Words("此列只填一个数", "one number, not a range"),
        Words(
            "填写一个数；范围请分填上限与下限两列", "write one number; a range goes into the columns for both bounds"
        ),
    )


def _measured(pattern: str, worth: dict[str, Decimal]) -> Callable[[str, str], Callable[[str], Any]]:
    """A reader maker for numbers with units; `worth` says how much of the field's unit each unit is."""
    compiled = re.compile(pattern, re.IGNORECASE)

    def make(unit: str, own: str) -> Callable[[str], Any]:
        bare = worth.get(unit, Decimal(1)) / worth.get(own, Decimal(1))

        def one(text: str) -> Decimal | None:
            found = compiled.fullmatch(text.strip())
            if found is None:
                return None
            written = found["unit"]
            return to_decimal(found["number"]) * (worth[written] / worth.get(own, Decimal(1)) if written else bare)

        return lambda text: _bounded(text, one)

    return make


_SPAN_OF_TIME = _measured(
    rf"{NUMBER}\s*(?P<unit>个月|月|months?|年|years?|yrs?|天|日|days?)?(?:期)?",
    {
        **dict.fromkeys(("月", "个月", "month", "months"), Decimal(1)),
        **dict.fromkeys(("年", "year", "years", "yr", "yrs"), Decimal(12)),
        **dict.fromkeys(("天", "日", "day", "days"), Decimal(12) / Decimal(365)),
    },
)
_COUNTED = _measured(
    rf"(?:trl\s*|第)?{NUMBER}\s*(?P<unit>万)?\s*(?:人|项|件|个|次|级|分|名|年|倍|期|阶段|家|月|(?:/|每)?(?:年|月))*",
    {"万": Decimal(10_000)},
)
_RATIO = re.compile(r"1\s*:\s*(.+)|(.+)\s*:\s*1")


def _months(leaf: Leaf, unit: str) -> Callable[[str], Any]:
    return _whole_bounds(_SPAN_OF_TIME(unit, "月"), same=unit in {"", "月"})


def _whole(leaf: Leaf, unit: str) -> Callable[[str], Any]:
    return _whole_bounds(_COUNTED("", ""), same=True)


def _whole_bounds(read: Callable[[str], Any], *, same: bool) -> Callable[[str], Any]:
    """A reader of whole numbers; `same` says that a bare number is in the field's own unit."""

    def whole(text: str) -> Any:
        if text.isdecimal() and same:
            return int(text)
        value = read(text)
        if isinstance(value, Bounds):
            return Bounds(Span(*(None if end is None else _to_int(end) for end in (value.span.low, value.span.high))))
        return _to_int(value)

    return whole


def _to_int(value: Decimal) -> Any:
    """The whole number; a number with a fraction stays as it is and is refused with the field's own rule."""
    return int(value) if value == value.to_integral_value() else value


def _decimal(leaf: Leaf, unit: str) -> Callable[[str], Any]:
    if leaf.unit == "元":
        return _yuan(unit)
    read = _SPAN_OF_TIME(unit, "年") if leaf.unit == "年" else _COUNTED("", "")

    def one(text: str) -> Any:
        ratio = _RATIO.fullmatch(folded(text))
        value = read((ratio[1] or ratio[2]) if ratio else text.replace("%", ""))
        number = float(_one(value))
        return number / 100 if "%" in text else number

    return one


def _percent(leaf: Leaf, unit: str) -> Callable[[str], Any]:
    bare = Decimal("0.001") if unit == "‰" else Decimal("0.01")

    def read(text: str) -> Any:
        return float(_one(_bounded(text, lambda part: fraction(part, bare))) * 100)

    return read


def _fraction(leaf: Leaf, unit: str) -> Callable[[str], Any]:
    bare = {"%": Decimal("0.01"), "‰": Decimal("0.001")}.get(unit, Decimal(1))

    def read(text: str) -> Any:
        value = _bounded(text, lambda part: fraction(part, bare))
        if isinstance(value, Bounds) and value.span.low is None and value.span.high is not None:
            return float(value.span.high)
        return float(_one(value))

    return read


def _rate(leaf: Leaf, unit: str) -> Callable[[str], Any]:
    bare = {"%": Decimal("0.01"), "‰": Decimal("0.001")}.get(unit, Decimal(1))
    return lambda text: read_rate(folded(text), bare)


def _yes_no(leaf: Leaf, _: str) -> Callable[[str], Any]:
    return lambda text: words.yes_or_no(folded(text))


def _date(leaf: Leaf, _: str) -> Callable[[str], Any]:
    last = closes(leaf.path[-1])

    def read(text: str) -> Any:
        if last and text in {"长期", "永久", "长期有效", "无固定期限"}:
            return UNKNOWN
        day = read_date(folded(text), closes=last)
        if day is None:
            raise BadCellError(
                Words("无法识别的日期", "no date"),
                Words("按 2024-03-01 填写", "write it as 2024-03-01"),
            )
        return day

    return read


def _named(leaf: Leaf, _: str) -> Callable[[str], Any]:
    """Members of a vocabulary or codes of a list, one or many."""
    resolve = words.resolver(leaf)

    def otherwise(word: str) -> Any:
        if leaf.detail == "sector" and ":" not in word:
            return word
        raise words.unknown_word(leaf, word)

    def one(text: str) -> Any:
        member = resolve(text)
        return otherwise(text) if member is None else member

    return (lambda text: words.split_words(text, resolve, otherwise)) if leaf.many else one


def _lines(leaf: Leaf, unit: str) -> Callable[[str], Any]:
    return words.split_lines if leaf.many else _text(leaf, unit)


def _items(leaf: Leaf, _: str) -> Callable[[str], Any]:
    from matcher.tables.items import read_items

    return lambda text: read_items(leaf.detail, text)


def _map(leaf: Leaf, _: str) -> Callable[[str], Any]:
    from matcher.tables.items import read_map

    return read_map


_TEXTS = frozenset({Shape.ID, Shape.LINE, Shape.PROSE})
_NUMBERS = frozenset({Shape.AMOUNT, Shape.PERCENT, Shape.FRACTION, Shape.MONTHS, Shape.WHOLE, Shape.DECIMAL})
_READERS: dict[Shape, Callable[[Leaf, str], Callable[[str], Any]]] = {
    Shape.ID: _text,
    Shape.LINE: _lines,
    Shape.PROSE: _text,
    Shape.AMOUNT: _amount,
    Shape.PERCENT: _percent,
    Shape.FRACTION: _fraction,
    Shape.MONTHS: _months,
    Shape.WHOLE: _whole,
    Shape.DECIMAL: _decimal,
    Shape.YES_NO: _yes_no,
    Shape.DATE: _date,
    Shape.TERM: _named,
    Shape.CODE: _named,
    Shape.RATE: _rate,
    Shape.PART: _items,
    Shape.MAP: _map,
}


def read_any(leaf: Leaf, value: Any, read: Callable[[Cell], Any]) -> Any:
    """A typed JSON value as the field wants it: texts are read like cells, a single value stands for a list of one."""
    if isinstance(value, str):
        return read(value) if value.strip() else UNKNOWN
    if isinstance(value, date):
        return day_of(value)
    return value
