"""Dates as people type them and as spreadsheets store them."""

import calendar
import re
from datetime import date, datetime, timedelta

_PARTS = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2})\s*(?:日|号)?|\s*月)?(?:[ t]\d{1,2}:\d{2}.*)?",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"(?:19|20)\d{6}")
_SERIAL = re.compile(r"\d{5}(?:\.0)?")
_EPOCH = date(1899, 12, 30)
"""Day 0 of a spreadsheet's serial numbers (its 1900 has a 29 February, so day 61 is 1 March 1900)."""
_ENDS = frozenset({"valid_until", "investment_period_end", "end"})


def read_date(text: str, *, closes: bool = False) -> date | None:
    """The day that a folded text names; None if it names none.

    2024-03-01, 2024/3/1, 2024.3.1, 2024年3月1日, 20240301 and serial numbers (45352). A month stands for its first
    day, or for its last where the field `closes` a span.
    """
    try:
        if _DIGITS.fullmatch(text):
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
        if _SERIAL.fullmatch(text):
            return _EPOCH + timedelta(days=int(text[:5]))
        if found := _PARTS.fullmatch(text):
            year, month = int(found[1]), int(found[2])
            day = int(found[3]) if found[3] else calendar.monthrange(year, month)[1] if closes else 1
            return date(year, month, day)
    except (ValueError, calendar.IllegalMonthError):
        return None
    return None


def day_of(value: date | datetime) -> date:
    """The day of a cell that a spreadsheet stored as a date or a time."""
    return value.date() if isinstance(value, datetime) else value


def closes(field: str) -> bool:
    """Whether the field is the last day of a span."""
    return field in _ENDS
