"""What one party sees of a plan: its own meetings in order, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from matcher.domain.words import Words
from matcher.scheduling.check import place_kind
from matcher.scheduling.errors import EventError
from matcher.scheduling.plan import Plan, Seat
from matcher.scheduling.problem import Event


@dataclass(frozen=True, slots=True)
class Appointment:
    """One line of an agenda: when, with whom, where, and which of the party's persons go.

    ``slots``: the slots that it fills. ``minutes``: from the start of the first to the end of the last.
    """

    meeting: int
    slots: tuple[int, ...]
    starts_at: datetime | None
    minutes: int
    partners: tuple[str, ...]
    place: str
    persons: tuple[str, ...]

    @property
    def when(self) -> str:
        """Date and time, or the slot's number where the event has no clock."""
        if self.starts_at is None:
            return f"slot {self.slots[0] + 1}"
        ends = self.starts_at + timedelta(minutes=self.minutes)
        return f"{self.starts_at:%Y-%m-%d %H:%M}-{ends:%H:%M}"


def agenda(event: Event, plan: Plan, party: int) -> tuple[Appointment, ...]:
    """The appointments of a party, in the order of time."""
    own = [seat for seat in plan.seats if party in event.meetings[seat.meeting].parties]
    return tuple(appointment(event, seat, party) for seat in sorted(own, key=lambda s: (s.slot, s.meeting)))


def appointment(event: Event, seat: Seat, party: int) -> Appointment:
    """One seat as its party sees it."""
    known = event.meetings[seat.meeting]
    slots = tuple(range(seat.slot, seat.slot + known.length))
    people = event.parties[party].representatives
    return Appointment(
        meeting=seat.meeting,
        slots=slots,
        starts_at=event.slots[seat.slot].starts_at,
        minutes=_minutes(event, slots),
        partners=tuple(event.parties[p].label for p in known.parties if p != party),
        place=place(event, seat),
        persons=tuple(people[n].name or f"person {n + 1}" for p, n in seat.people if p == party),
    )


def _minutes(event: Event, slots: tuple[int, ...]) -> int:
    """A meeting over several slots goes on through the pause between them."""
    first, last = event.slots[slots[0]], event.slots[slots[-1]]
    if first.starts_at is None or last.starts_at is None:
        return sum(event.slots[t].minutes for t in slots)
    return (last.starts_at - first.starts_at) // timedelta(minutes=1) + last.minutes


def place(event: Event, seat: Seat) -> str:
    """Where a meeting is held, in words."""
    kind = place_kind(event, seat.meeting)
    if kind == "table":
        return f"桌 {seat.table} / table {seat.table}"
    if kind == "stand":
        stands = [event.parties[p].stand for p in event.meetings[seat.meeting].sides if event.parties[p].stand]
        return f"展位 {stands[0]} / {stands[0]}"
    return "线上 / online"


def card(event: Event, plan: Plan, party: int) -> str:
    """The agenda as a text to copy into a message."""
    lines = [f"{event.name} · {event.parties[party].label}"]
    for item in agenda(event, plan, party):
        who = "，".join(item.partners)
        persons = f" ({', '.join(item.persons)})" if item.persons else ""
        lines.append(f"{item.when}  {who}  {item.place}{persons}")
    if len(lines) == 1:
        lines.append("没有会面 / no meetings")
    return "\n".join(_one_line(line) for line in lines) + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def with_clock(event: Event, first: datetime, minutes: int, pause: int = 0) -> Event:
    """The event with times: the first slot of day d starts d days after ``first`` (aware); pauses lie between slots.

    Raises:
        EventError: no zone, or slots that do not last.
    """
    if first.tzinfo is None:
        raise EventError(
            "starts",
            first.isoformat(),
            Words("时间须带时区", "a time needs its zone"),
            Words("写作 2026-05-01T09:00+08:00", "write 2026-05-01T09:00+08:00"),
        )
    slots = list(event.slots)
    for number, day in enumerate(event.days):
        for position, t in enumerate(day):
            start = first + timedelta(days=number, minutes=position * (minutes + pause))
            slots[t] = replace(slots[t], starts_at=start, minutes=minutes)
    return replace(event, slots=tuple(slots))
