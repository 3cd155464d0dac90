"""A field's value as people read it, in Chinese and in English."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from matcher.domain import field
from matcher.domain.codes import code_list
from matcher.domain.project import Need
from matcher.domain.record import Part, Record
from matcher.domain.term import Term
from matcher.domain.texts import CODE_FIELDS, SECTOR_FIELDS, sector_label

Shown = tuple[str, str]
"""Chinese, English."""

NOT_KNOWN: Shown = ("未提供", "not given")

_UNITS: dict[str, Shown] = {
    "月": (" 个月", " months"),
    "人": (" 人", " people"),
    "件": (" 件", ""),
    "分": (" 分", " points"),
    "次": (" 次", ""),
    "年": (" 年", " years"),
    "项": (" 项", ""),
    "%": (" %", " %"),
    "元": (" 元", " CNY"),
}
_SHOWN_AT_MOST = 4


def field_value(record: Record, path: str) -> Any:
    """The value at a dotted path; None where a step is unknown."""
    value: Any = record
    for name in path.split("."):
        if value is None:
            return None
        value = getattr(value, name)
    return value


def show_field(record: Record, path: str) -> Shown:
    """The value at a dotted path for people."""
    *above, name = path.split(".")
    owner = field_value(record, ".".join(above)) if above else record
    value = None if owner is None else getattr(owner, name)
    if value is None:
        return NOT_KNOWN
    info = type(owner).model_fields[name]
    return show(value, name, field.unit(info))


def show(value: Any, name: str = "", unit: str | None = None) -> Shown:
    """A value for people; `name` says which code list a code belongs to, `unit` what a number counts."""
    if value is None:
        return NOT_KNOWN
    if isinstance(value, tuple):
        return several(show(member, name, unit) for member in value)
    if name in CODE_FIELDS or name in SECTOR_FIELDS:
        return _code(value, name)
    if isinstance(value, bool | int | float | Decimal):
        return _number(value, unit)
    return _thing(value)


def _thing(value: Any) -> Shown:
    if isinstance(value, Term):
        return str(value), value.en
    if isinstance(value, Need):
        return span(value.amount_min, value.amount_max)
    if isinstance(value, date):
        return value.isoformat(), value.isoformat()
    return ("已提供", "given") if isinstance(value, Part) else (str(value), str(value))


def several(values: Iterable[Shown]) -> Shown:
    """Values side by side, long lists cut short."""
    chosen = list(dict.fromkeys(values))
    if not chosen:
        return "无", "none"
    kept = chosen[:_SHOWN_AT_MOST]
    rest = len(chosen) - len(kept)
    zh, en = "、".join(v[0] for v in kept), ", ".join(v[1] for v in kept)
    return (f"{zh}等 {len(chosen)} 项", f"{en} and {rest} more") if rest else (zh, en)


def money(wan: Decimal | float) -> Shown:
    """An amount in 万元.

    >>> money(Decimal("200"))
    ('200 万元', '2 million CNY')
    """
    exact = wan if isinstance(wan, Decimal) else Decimal(str(wan))
    english = f"{plain(exact / 100)} million CNY" if exact >= 100 else f"{plain(exact * 10)},000 CNY"
    if exact < 100 and exact != exact.to_integral_value():
        english = f"{exact * 10000:,.2f} CNY".replace(".00 ", " ")
    return f"{plain(exact)} 万元", english if exact else "0 CNY"


def span(low: Decimal | None, high: Decimal | None) -> Shown:
    """Two bounds, either of which may be open."""
    if low is None and high is None:
        return NOT_KNOWN
    if low is None or high is None:
        bound = money(low if high is None else high)  # type: ignore[arg-type]
        return (
            (f"{bound[0]}以上", f"{bound[1]} or more") if high is None else (f"不超过 {bound[0]}", f"up to {bound[1]}")
        )
    if low == high:
        return money(low)
    return f"{plain(low)}–{money(high)[0]}", f"{money(low)[1]} to {money(high)[1]}"


def percent(share: float) -> Shown:
    """A share of one as a percentage with at most two decimals."""
    text = f"{plain(Decimal(str(round(share * 100, 2))))} %"
    return text, text


def plain(number: Decimal) -> str:
    """A number without exponent and trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _number(value: bool | float | Decimal, unit: str | None) -> Shown:
    if isinstance(value, bool):
        return ("是", "yes") if value else ("否", "no")
    if unit == "万元":
        return money(value)
    if unit == "年利率":
        return percent(float(value))
    text = plain(Decimal(str(value)))
    zh, en = _UNITS.get(unit or "", ("", ""))
    return text + zh, text + en


def _code(value: str, name: str) -> Shown:
    if name in SECTOR_FIELDS:
        return sector_label(value), sector_label(value, "en")
    codes = code_list(CODE_FIELDS[name])
    return codes.label(value), codes.label(value, "en")
