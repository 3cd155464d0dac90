"""Numbers as people type them: `1,000`, `1.5亿`, `二百万`, `50-200万`, `不超过500`, `≥3`."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from matcher.domain.words import Words
from matcher.tables.errors import BadCellError

N = TypeVar("N", int, float, Decimal)

_PLAIN = r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?(?:e[-+]?\d+)?|[-+]?\.\d+"
_CHINESE = r"[零〇一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟点]+"
NUMBER = rf"(?P<number>{_PLAIN}|{_CHINESE})"
_NUMBER = re.compile(NUMBER, re.IGNORECASE)
_DIGITS = {
    c: n
    for n, words in enumerate(("零〇", "一壹", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for c in words
}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LONGEST = 60
_SMALLEST, _LARGEST = -330, 25
"""Powers of ten between which a number is taken: below the smallest float, above the largest amount."""

_BETWEEN = re.compile(r"(.+?)\s*(?:-|–|—|－|~|〜|至|到|\bto\b)\s*(.+)")
_MOST = "不超过|不高于|不大于|最高|最多|最大|最长|至多|上限|小于|低于|少于|<=?|≤|up to|at most|max\\.?|under|below"
_LEAST = "不低于|不少于|不小于|最低|最少|最小|最短|至少|下限|大于|超过|高于|满|>=?|≥|at least|min\\.?|from|over|above"
_AT_MOST = re.compile(rf"^(?:{_MOST})\s*(?:为|:)?\s*(.+)$|^(.+?)\s*(?:及|\(含\))?(?:以内|以下|之内|封顶)$")
_AT_LEAST = re.compile(rf"^(?:{_LEAST})\s*(?:为|:)?\s*(.+)$|^(.+?)\s*(?:(?:及|\(含\))?以上|起|\+)$")
_ABOUT = re.compile(r"^(?:约|大约|大概|about|approx\.?|ca\.?)\s*|\s*左右$")


@dataclass(frozen=True, slots=True)
class Span:
    """What a cell says of a quantity: a lower and an upper bound, None where that side is open; equal for one value."""

    low: Decimal | None
    high: Decimal | None


def folded(text: str) -> str:
    """The form in which quantities are read: NFKC, lower case, without spaces at the ends."""
    return unicodedata.normalize("NFKC", text).strip().lower().replace("，", ",")


def number(text: str) -> Decimal | None:
    """The number that the whole of a folded text stands for; None if it is none."""
    text = text.strip()
    found = _NUMBER.fullmatch(text) if len(text) <= _LONGEST else None
    return to_decimal(found["number"]) if found else None


def to_decimal(text: str) -> Decimal:
    """A number that NUMBER matched, in digits or in Chinese numerals."""
    if text[0] not in "+-.0123456789":
        return _from_chinese(text)
    value = Decimal(text.replace(",", ""))
    if value and not _SMALLEST < value.adjusted() < _LARGEST:
        raise BadCellError(Words("数字超出范围", "a number beyond all measure"), Words("更正该值", "correct the value"))
    return value


def _from_chinese(text: str) -> Decimal:
    """`一百五十` is 150, `一点五` is 1.5; BadCellError for numerals in an order that means nothing."""
    whole, _, part = text.partition("点")
    total = digit = 0
    for character in whole:
        if character in _DIGITS:
            digit = _DIGITS[character] if digit == 0 else digit * 10 + _DIGITS[character]
        else:
            total += max(digit, 1) * _TENS[character]
            digit = 0
    try:
        decimals = "".join(str(_DIGITS[character]) for character in part)
        return Decimal(f"{total + digit}.{decimals or '0'}")
    except (KeyError, InvalidOperation):
        raise not_a_number() from None


def read_span(text: str, one: Callable[[str], Decimal | None]) -> Span | None:
    """The bounds that a folded text gives; `one` reads a single quantity with its unit. None if it says none.

    A unit that stands once, after the second number, belongs to both: `50-200万`.
    """
    if len(text) > _LONGEST:
        return None
    text = _ABOUT.sub("", text)
    if (value := one(text)) is not None:
        return Span(value, value)
    if found := _BETWEEN.fullmatch(text):
        low, high = one(_with_unit_of(found[1], found[2])), one(found[2])
        return None if low is None or high is None else Span(low, high)
    if found := _AT_MOST.fullmatch(text):
        high = one(found[1] or found[2])
        return None if high is None else Span(None, high)
    if found := _AT_LEAST.fullmatch(text):
        low = one(found[1] or found[2])
        return None if low is None else Span(low, None)
    return None


def _with_unit_of(low: str, high: str) -> str:
    """The lower number with the unit of the upper one, where it has none of its own."""
    ending = _NUMBER.search(high)
    if ending is None or not low or not (low[-1].isdigit() or low[-1] in _DIGITS or low[-1] in _TENS):
        return low
    return low + high[ending.end() :]


def not_a_number() -> BadCellError:
    """The error of a cell that holds no number."""
    return BadCellError(
        Words("应为数字", "a number"), Words("填写数字，如 120 或 1,200", "write a number such as 120 or 1,200")
    )
