"""All agendas, table cards and badges as one PDF (typst)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from matcher.domain.words import Words
from matcher.scheduling.agenda import agenda
from matcher.scheduling.errors import EventError
from matcher.scheduling.plan import Plan
from matcher.scheduling.problem import Event

CHINESE_FONTS = (
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Noto Serif CJK SC"),
    *("WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Microsoft YaHei", "SimHei", "SimSun", "PingFang SC"),
)
"""Fonts looked for, best first; a machine without any of them cannot print Chinese names."""

# The data come in as JSON, so no name is ever read as markup.
TEMPLATE = """
#let data = json(bytes(sys.inputs.data))
#set document(title: data.title, date: none)
#set page(paper: "a4", margin: 2cm)
#set text(font: data.fonts, size: 11pt)
#let page-per(items, body) = for (n, item) in items.enumerate() {
  if n > 0 { pagebreak() }
  body(item)
}
#page-per(data.agendas, item => [
  #text(size: 9pt, data.title)
  #text(size: 18pt, weight: "bold", item.name)
  #if item.rows.len() == 0 [ #text(data.empty) ] else {
    table(columns: (auto, 1fr, auto), stroke: none, inset: 6pt,
      ..item.rows.map(row => row.map(cell => text(cell))).flatten())
  }
])
#if data.tables.len() > 0 { pagebreak() }
#page-per(data.tables, item => [
  #align(center, text(size: 60pt, weight: "bold", item.name))
  #table(columns: (auto, 1fr), stroke: none, inset: 6pt,
    ..item.rows.map(row => row.map(cell => text(cell))).flatten())
])
#if data.badges.len() > 0 { pagebreak() }
#grid(columns: (1fr, 1fr), rows: 5cm,
  ..data.badges.map(name => box(stroke: 0.5pt, width: 100%, height: 100%,
    align(center + horizon, text(size: 16pt, name)))))
"""


def missing_glyphs(event: Event) -> str:
    """A sentence when names need a Chinese font and the machine has none; empty if all can be printed."""
    names = "".join(party.label for party in event.parties) + event.name
    if any("\u4e00" <= c <= "\u9fff" for c in names) and not _installed():
        return "no Chinese font is installed: install one, for example Noto Sans CJK SC, or names stay blank"
    return ""


def _installed() -> list[str]:
    import typst

    families = set(typst.Fonts().families())
    return [name for name in CHINESE_FONTS if name in families]


def booklet(event: Event, plan: Plan, warn: Callable[[str], None], stamp: datetime | None = None) -> bytes:
    """The PDF. ``warn`` is told where names cannot be printed for want of a font; ``stamp`` dates the file.

    Raises:
        EventError: the document cannot be set.
    """
    import typst

    missing = missing_glyphs(event)
    if missing:
        warn(missing)
    data = _data(event, plan) | {"fonts": [*_installed(), "DejaVu Sans", "Libertinus Serif"]}
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    stamp = None if stamp is None else stamp.replace(microsecond=0)
    try:
        pdf, _ = typst.compile_with_warnings(TEMPLATE.encode(), format="pdf", sys_inputs=inputs, timestamp=stamp)
    except (RuntimeError, typst.TypstError) as error:
        raise EventError(
            "booklet",
            event.name,
            Words(f"无法排版（{error}）", f"it cannot be set ({error})"),
            Words("检查名称中的特殊字符", "look at the names"),
        ) from error
    return bytes(pdf)


def _data(event: Event, plan: Plan) -> dict[str, Any]:
    agendas = [
        {
            "name": _clean(party.label),
            "rows": [
                [item.when, _clean(", ".join(item.partners)), _clean(item.place)] for item in agenda(event, plan, p)
            ],
        }
        for p, party in enumerate(event.parties)
    ]
    badges = [
        _clean(f"{person.name} · {party.label}" if person.name else party.label)
        for party in event.parties
        for person in party.representatives
    ]
    return {
        "title": _clean(event.name),
        "empty": "没有会面 / no meetings",
        "agendas": agendas,
        "tables": _tables(event, plan),
        "badges": badges,
    }


def _tables(event: Event, plan: Plan) -> list[dict[str, Any]]:
    cards: dict[str, list[list[str]]] = {}
    for seat in sorted(plan.seats, key=lambda s: (s.slot, s.meeting)):
        if seat.table is not None:
            start = event.slots[seat.slot].starts_at
            when = f"slot {seat.slot + 1}" if start is None else f"{start:%m-%d %H:%M}"
            cards.setdefault(seat.table, []).append([when, _clean(event.title(seat.meeting))])
    return [{"name": _clean(t.id), "rows": cards[t.id]} for t in event.tables if t.id in cards]


def _clean(text: str) -> str:
    """Names on one line, without control and direction marks."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
