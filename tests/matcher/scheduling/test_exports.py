"""Calendars, workbook, booklet and cards, with names that are out to break them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import icalendar
import openpyxl

from matcher.scheduling import Event, Meeting, Party, Slot, Table, solve
from matcher.scheduling.agenda import agenda, card, with_clock
from matcher.scheduling.booklet import booklet
from matcher.scheduling.calendars import calendar, uid
from matcher.scheduling.releases import release
from matcher.scheduling.replan import Change, repair
from matcher.scheduling.sheets import write_workbook

EVIL = "=HYPERLINK(1), Ltd;\r\nBEGIN:VEVENT\u202e\x07"
STAMP = datetime(2026, 5, 1, 8, tzinfo=UTC)


def small() -> Event:
    parties = (Party("a", EVIL), Party("b", "#set page(width: 1pt)"), Party("c", "c"))
    meetings = (Meeting((0, 1), 500), Meeting((0, 2), 400))
    event = Event("fair", (Slot(), Slot(), Slot()), (Table("1"), Table("2")), parties, meetings)
    return with_clock(event, datetime.fromisoformat("2026-05-01T09:00+08:00"), 20, 5)


def test_calendar_keeps_uid_and_raises_sequence_and_cancels() -> None:
    event = small()
    plan = solve(event)
    first = release(event, plan, "first")
    after = repair(event, plan, Change(cancelled=frozenset({1}))).plan
    second = release(event, after, "second", first)
    entries = {e["uid"]: e for e in icalendar.Calendar.from_ical(calendar(event, second, 0, STAMP)).walk("VEVENT")}
    assert set(entries) == {uid(event, 0), uid(event, 1)}
    assert (entries[uid(event, 1)]["status"], entries[uid(event, 1)]["sequence"]) == ("CANCELLED", 1)
    assert (entries[uid(event, 0)]["status"], entries[uid(event, 0)]["sequence"]) == ("CONFIRMED", 0)
    assert calendar(event, second, 0, STAMP) == calendar(event, second, 0, STAMP)


def test_names_do_not_break_out_of_the_calendar() -> None:
    event = small()
    content = calendar(event, release(event, solve(event), "first"), 1, STAMP)
    found = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert [str(e["summary"]) for e in found] == ["=HYPERLINK(1), Ltd; BEGIN:VEVENT"]


def test_participants_see_only_their_own_agenda() -> None:
    event = small()
    plan = solve(event)
    assert [a.meeting for a in agenda(event, plan, 2)] == [1]
    assert "#set" not in card(event, plan, 2)
    assert len(card(event, plan, 1).splitlines()) == 2


def test_workbook_holds_no_formula(tmp_path: Path) -> None:
    event = small()
    write_workbook(event, solve(event), tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    cells = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert book.sheetnames == ["参加方 parties", "桌位 tables"]
    assert len(list(book["桌位 tables"])) == 3


def test_booklet_takes_names_as_text() -> None:
    event = small()
    warnings: list[str] = []
    pdf = booklet(event, solve(event), warnings.append, STAMP)
    assert pdf.startswith(b"%PDF")
    assert pdf == booklet(event, solve(event), warnings.append, STAMP)


def test_a_meeting_of_three_over_two_slots_is_whole_in_every_export(tmp_path: Path) -> None:
    """投贷保: a fund, a bank and a project sit together, twice as long as the others."""
    parties = (Party("p", "项目"), Party("f", "基金"), Party("b", "银行"), Party("q", "旁人"))
    three = Meeting((0, 1, 2), 900, required=True, length=2)
    event = Event("fair", (Slot(),) * 3, (Table("1"),), parties, (three, Meeting((0, 3), 100)))
    event = with_clock(event, datetime.fromisoformat("2026-05-01T09:00+08:00"), 20, 5)
    plan = solve(event)
    start = plan.at[0]
    published = release(event, plan, "first")
    for party in (0, 1, 2):
        (entry,) = [
            found
            for found in icalendar.Calendar.from_ical(calendar(event, published, party, STAMP)).walk("VEVENT")
            if found["uid"] == uid(event, 0)
        ]
        assert entry["dtstart"].dt == event.slots[start].starts_at
        assert entry["dtend"].dt - entry["dtstart"].dt == timedelta(minutes=45)
        others = {"项目", "基金", "银行"} - {parties[party].name}
        assert all(name in str(entry["summary"]) for name in others)
        assert all(name in card(event, plan, party) for name in others)
    write_workbook(event, plan, tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    grid = {row[0].value: [cell.value for cell in row[1:]] for row in book["参加方 parties"].iter_rows(min_row=2)}
    for name, others in (("项目", "基金"), ("基金", "银行"), ("银行", "项目")):
        held = [t for t, value in enumerate(grid[name]) if value and others in value]
        assert held == [start, start + 1], "both slots of the meeting are filled for each of the three"
    assert not any(value and "基金" in value for value in grid["旁人"])
    assert booklet(event, plan, lambda _: None, STAMP).startswith(b"%PDF")
