"""A plan as a workbook: a grid of parties and slots, and the list per table. No text is taken for a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.utils.exceptions import IllegalCharacterError

from matcher.scheduling.agenda import agenda, appointment
from matcher.scheduling.plan import Plan
from matcher.scheduling.problem import Event


def write_workbook(event: Event, plan: Plan, path: Path) -> None:
    """Write the sheets 参加方 parties and 桌位 tables; the file is complete or not there."""
    book = Workbook(write_only=False)
    grid, tables = book.active, book.create_sheet("桌位 tables")
    if grid is None:
        raise RuntimeError("a new workbook has no sheet")
    grid.title = "参加方 parties"
    _fill(grid, _grid(event, plan))
    _fill(tables, _tables(event, plan))
    grid.freeze_panes = "B2"
    tables.freeze_panes = "A2"
    draft = path.with_name(f".{path.name}.draft")
    book.save(draft)
    draft.replace(path)


def _when(event: Event, slot: int) -> str:
    start = event.slots[slot].starts_at
    return f"slot {slot + 1}" if start is None else f"{start:%m-%d %H:%M}"


def _grid(event: Event, plan: Plan) -> Iterable[Sequence[str]]:
    yield ["", *(_when(event, t) for t in range(len(event.slots)))]
    for number, party in enumerate(event.parties):
        row = [""] * len(event.slots)
        for t in range(len(event.slots)):
            if not party.present(t):
                row[t] = "–"
        for item in agenda(event, plan, number):
            text = f"{', '.join(item.partners)} ({item.place})"
            for t in item.slots:
                row[t] = f"{row[t]}; {text}" if row[t] else text
        yield [party.label, *row]


def _tables(event: Event, plan: Plan) -> Iterable[Sequence[str]]:
    yield ["桌 table", "时间 time", "参加方 parties", "人员 persons"]
    order = {table.id: number for number, table in enumerate(event.tables)}
    for seat in sorted(plan.seats, key=lambda s: (order.get(s.table or "", len(order)), s.slot, s.meeting)):
        parties = event.meetings[seat.meeting].parties
        persons = [name for p in parties for name in appointment(event, seat, p).persons]
        yield [seat.table or "", _when(event, seat.slot), event.title(seat.meeting), ", ".join(persons)]


def _fill(sheet: Any, rows: Iterable[Sequence[str]]) -> None:
    for number, row in enumerate(rows, 1):
        for column, text in enumerate(row, 1):
            cell = sheet.cell(number, column)
            try:
                cell.value = text
            except IllegalCharacterError:
                cell.value = "".join(c if c.isprintable() else " " for c in text)
            cell.data_type = "s"
