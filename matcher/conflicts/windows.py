"""Whether a tie still counts, by the window of its kind, and how its dates are said."""

from __future__ import annotations

from datetime import date

from matcher.conflicts.party import Relation, Truth
from matcher.domain.words import Words
from matcher.rules.authority import Window


def counts(tie: Relation, window: Window, today: date) -> tuple[Truth, Words]:
    """Whether a tie counts today, and its dates in words."""
    if window.years is None:
        return Truth.TRUE, Words("不论起止日期", "whatever its dates")
    if tie.start is not None and tie.start > today:
        return Truth.UNKNOWN, Words(
            f"开始日期 {tie.start} 晚于今日，或为计划，或为笔误",
            f"it starts on {tie.start}, after today: a plan or a slip of the pen",
        )
    if tie.end is None:
        if tie.start is None and not tie.goes_on:
            return Truth.UNKNOWN, Words("起止日期不明", "its dates are unknown")
        since = Words(f"自 {tie.start} 起，", f"since {tie.start}, ") if tie.start else Words("", "")
        return Truth.TRUE, Words(f"{since.zh}未结束", f"{since.en}with no end")
    if tie.end >= window.reaches_back_to(today):
        return Truth.TRUE, Words(f"至 {tie.end}", f"until {tie.end}")
    return Truth.FALSE, Words(f"已于 {tie.end} 结束", f"it ended on {tie.end}")
