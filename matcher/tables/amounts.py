"""Amounts of money in 万元 from what people type: `50万`, `1,000 万元`, `1.5亿`, `500000元`, `二百万`."""

import re
from decimal import Decimal

from matcher.domain.words import Words
from matcher.tables.errors import BadCellError
from matcher.tables.quantities import NUMBER, folded, to_decimal

WAN_PER: dict[str, Decimal] = {
    "元": Decimal("0.0001"),
    "千元": Decimal("0.1"),
    "万元": Decimal(1),
    "十万元": Decimal(10),
    "百万元": Decimal(100),
    "千万元": Decimal(1000),
    "亿元": Decimal(10_000),
}
"""How many 万元 one unit is."""

_SCALES = {
    "百": Decimal("0.01"),
    "千": Decimal("0.1"),
    "k": Decimal("0.1"),
    "万": Decimal(1),
    "w": Decimal(1),
    "十万": Decimal(10),
    "百万": Decimal(100),
    "m": Decimal(100),
    "mn": Decimal(100),
    "million": Decimal(100),
    "千万": Decimal(1000),
    "亿": Decimal(10_000),
    "十亿": Decimal(100_000),
    "bn": Decimal(100_000),
    "billion": Decimal(100_000),
    "百亿": Decimal(10) ** 6,
    "千亿": Decimal(10) ** 7,
    "万亿": Decimal(10) ** 8,
}
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_AMOUNT = re.compile(
    rf"{NUMBER}\s*(?P<scale>{_SCALE})?\s*(?P<yuan>元整?|圆|块钱?|yuan)?(?:/次|/人|/天|/场)?", re.IGNORECASE
)
_OURS = re.compile(r"人民币|rmb|cny|¥")
FOREIGN = re.compile(
    r"usd|us\$|\$|美元|美金|eur\b|€|欧元|hkd|港元|港币|jpy|日元|円|gbp|£|英镑|krw|韩元|twd|台币|sgd|新加坡元",
    re.IGNORECASE,
)


def amount(text: str, bare: Decimal) -> Decimal | None:
    """The amount in 万元 of a folded text; `bare` is the 万元 that one of a number without a unit is worth.

    None if the text is no amount. Raises BadCellError for another currency.
    """
    if text.isdecimal():
        return _tidy(Decimal(text) * bare)
    if FOREIGN.search(text):
        raise foreign(text)
    found = _AMOUNT.fullmatch(_OURS.sub("", text).strip())
    if found is None:
        return None
    value = to_decimal(found["number"])
    if found["scale"]:
        return _tidy(value * _SCALES[found["scale"].lower()])
    return _tidy(value * (WAN_PER["元"] if found["yuan"] else bare))


def _tidy(value: Decimal) -> Decimal:
    """The number without zeros behind it: 50, not 50.0000."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def wan_of_unit(unit: str) -> Decimal | None:
    """How many 万元 a unit in a header is worth (`万元`, `亿`, `yuan`); None if it is no unit of money."""
    word = _OURS.sub("", folded(unit)).strip(" ()") or "元"
    word = {"10k": "万", "10,000": "万", "wan": "万", "yuan": "元", "thousand": "千", "million": "百万"}.get(word, word)
    if word in WAN_PER:
        return WAN_PER[word]
    return WAN_PER.get(f"{word}元")


def foreign(text: str) -> BadCellError:
    """The error of an amount in another currency: rates change, so nobody converts for the author."""
    return BadCellError(
        Words(f"金额须为人民币，{text[:40]} 为外币", f"amounts are in CNY, {text[:40]} names another currency"),
        Words("按约定汇率折算为万元后填写", "convert it to 万元 (10,000 CNY) at the rate agreed"),
    )
