"""Percentages, fractions and interest rates: `3.85%`, `6‰/月`, `LPR+50BP`, `不超过基准1.3倍`."""

import re
from decimal import Decimal
from typing import Any

from matcher.domain.words import Words
from matcher.tables.errors import BadCellError
from matcher.tables.quantities import NUMBER, number, to_decimal

_PERCENT = Decimal("0.01")
_SHARE = re.compile(rf"{NUMBER}\s*(?P<sign>%|‰|bps?|个?基点)?")
_CLEAN = re.compile(r"^(?:固定|年化|年)?(?:利率|利息|费率)?[:为]?|(?:/年|每年|p\.?a\.?|起|左右|固定|\(年化\))$")
_MONTHLY = re.compile(r"(?:^月(?:利率|息|费率)?[:为]?)|(?:/月|每月|月)$")
_LI = re.compile(rf"{NUMBER}\s*厘")
_LPR = re.compile(
    rf"(?:1年期|一年期|5年期|五年期)?\s*lpr\s*(?:(?P<sign>\+|-|加|减|上浮|下浮|下调)\s*{NUMBER}\s*(?P<unit>bps?|个?基点|%|个百分点)?)?",
    re.IGNORECASE,
)
_BASE = r"(?:同期|一年期|1年期)?(?:基准(?:利率)?|lpr|base(?: rate)?|贷款基准利率)?"
_CAP = re.compile(
    rf"(?:不超过|不高于|最高|至多|cap|at most|up to|<=?|≤)\s*{_BASE}\s*(?:的|x|×|\*)?\s*{NUMBER}\s*(?:倍|x|times)?",
    re.IGNORECASE,
)


def fraction(text: str, bare: Decimal) -> Decimal | None:
    """A part of one: `3%` is 0.03; `bare` is what one of a number without a sign is worth. None if it is none."""
    monthly = _MONTHLY.search(text)
    text = _MONTHLY.sub("", text).strip() if monthly else _CLEAN.sub("", text).strip()
    if found := _LI.fullmatch(text):
        value = to_decimal(found["number"]) * (Decimal("0.001") if monthly else _PERCENT)
    elif found := _SHARE.fullmatch(text):
        sign = found["sign"] or ""
        worth = {"%": _PERCENT, "‰": Decimal("0.001"), "": bare}.get(sign, Decimal("0.0001"))
        value = to_decimal(found["number"]) * worth
    else:
        return None
    return value * 12 if monthly else value


def read_rate(text: str, bare: Decimal) -> dict[str, Any]:
    """The parts of a `Rate` that a folded text names. Raises BadCellError where it names none.

    A month's rate is twelve times as much a year, without compounding: 6‰ a month is 0.072.
    """
    text = text.replace(" ", "")
    if found := _LPR.fullmatch(text):
        return {"kind": "lpr", "basis_points": _basis_points(found)}
    if "倍" in text or "x" in text or "times" in text:
        if found := _CAP.fullmatch(text):
            return {"kind": "cap", "multiple": float(to_decimal(found["number"]))}
    elif (value := fraction(text, bare)) is not None:
        return {"kind": "fixed", "value": float(value)}
    raise BadCellError(
        Words("无法识别的利率", "no interest rate"),
        Words(
            "填写 3.85%、6‰/月、LPR+50BP 或 不超过基准1.3倍",
            "write 3.85%, 6‰/月 (a month), LPR+50BP or 不超过基准1.3倍",
        ),
    )


def rate_text(rate: Any) -> str:
    """A `Rate` as people write it; `read_rate` gives the same rate back."""
    if rate.kind == "lpr":
        return f"LPR{rate.basis_points:+}BP"
    if rate.kind == "cap":
        return f"不超过基准{rate.multiple}倍"
    return f"{Decimal(str(rate.value)) * 100:f}%"


def _basis_points(found: re.Match[str]) -> float:
    if not found["sign"]:
        return 0.0
    points = number(found["number"]) or Decimal(0)
    if found["unit"] in {"%", "个百分点"}:
        points *= 100
    return float(-points if found["sign"] in {"-", "减", "下浮", "下调"} else points)
