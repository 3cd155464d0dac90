"""Plans and changes as files, for the command line and the benchmark runner."""

from __future__ import annotations

from typing import Any

from matcher.domain.words import Words
from matcher.scheduling.check import check
from matcher.scheduling.errors import FormatError
from matcher.scheduling.plan import Plan, Seat
from matcher.scheduling.problem import SHORTFALL_WEIGHT, Event
from matcher.scheduling.replan import Change, Delta


def plan_from_document(event: Event, document: Any) -> Plan:
    """The plan of ``{"meetings": [[pair, slot(, table)], …]}``, checked against its event.

    Raises:
        FormatError: rows that do not fit, or a plan that breaks a rule of the event.
    """
    seats = seats_from_document(document)
    named = any(len(row) > 2 for row in document["meetings"])
    verdict = check(event, [(s.meeting, s.slot, s.table, s.people) if named else (s.meeting, s.slot) for s in seats])
    if not verdict.holds:
        first = verdict.broken[0]
        raise FormatError(
            "plan.meetings", first.meetings, first.reason, Words("修正后重试，或重新规划", "repair or plan again")
        )
    value = verdict.score - SHORTFALL_WEIGHT * verdict.shortfall
    return Plan(
        event=event.name,
        seats=seats,
        status="feasible",
        value=value,
        bound=int(document.get("bound", value)),
        score=verdict.score,
        shortfall=verdict.shortfall,
        breaks=verdict.breaks,
        breaks_bound=0,
        seed=int(document.get("seed", 0)),
        method=str(document.get("method", "given")),
        version=int(document.get("version", 1)),
    )


def seats_from_document(document: Any) -> tuple[Seat, ...]:
    """The rows of a plan, whether it keeps the rules or not.

    Raises:
        FormatError: rows that do not fit.
    """
    try:
        return tuple(sorted((_seat(row) for row in document["meetings"]), key=lambda s: (s.meeting, s.slot)))
    except (KeyError, TypeError, ValueError, IndexError) as error:
        rule = Words(
            f"计划由 [会面, 时段, 桌] 各行组成（{type(error).__name__}: {error}）",
            f"a plan lists [pair, slot, table] rows ({type(error).__name__}: {error})",
        )
        raise FormatError(
            "plan.meetings", "…", rule, Words("给出规划输出的文件", "give the output of a planning run")
        ) from error


def _seat(row: Any) -> Seat:
    table = row[2] if len(row) > 2 else None
    people = tuple((int(party), int(person)) for party, person in (row[3] if len(row) > 3 else ()))
    return Seat(int(row[0]), int(row[1]), None if table is None else str(table), people)


def change_from_document(document: Any) -> Change:
    """The change of ``{"cause", "now", "absent": {party: slots}, "lost_tables": {table: slots}, "lost_slots",
    "cancelled", "pinned"}``; slots may be the word "all".

    Raises:
        FormatError: a field of another form.
    """
    try:
        return Change(
            cause=str(document.get("cause", "")),
            now=int(document.get("now", 0)),
            absent={int(p): _slots(s) for p, s in (document.get("absent") or {}).items()},
            lost_tables={str(t): _slots(s) for t, s in (document.get("lost_tables") or {}).items()},
            lost_slots=frozenset(int(t) for t in document.get("lost_slots") or ()),
            cancelled=frozenset(int(m) for m in document.get("cancelled") or ()),
            pinned=frozenset(int(m) for m in document.get("pinned") or ()),
        )
    except (TypeError, ValueError, AttributeError) as error:
        rule = Words(
            f"有一个字段不合要求（{type(error).__name__}: {error}）",
            f"a field does not fit ({type(error).__name__}: {error})",
        )
        raise FormatError("change", "…", rule, Words("见 docs/events.md", "see docs/events.md")) from error


def _slots(value: Any) -> frozenset[int]:
    return frozenset(range(10_000)) if value == "all" else frozenset(int(t) for t in value)


def delta_document(delta: Delta) -> dict[str, Any]:
    """What changed, as JSON: cancelled, moved [meeting, from, to], added [meeting, slot], reseated, told parties."""
    return {
        "cancelled": list(delta.cancelled),
        "moved": [list(move) for move in delta.moved],
        "added": [list(new) for new in delta.added],
        "reseated": [list(seat) for seat in delta.reseated],
        "told": list(delta.told),
        "fewest_changes_proven": delta.is_least,
    }
