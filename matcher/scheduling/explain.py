"""Why a wish was not met, and what a place more would be worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from matcher.domain.words import Words
from matcher.scheduling.check import place_kind
from matcher.scheduling.core import compile_event
from matcher.scheduling.counts import starts
from matcher.scheduling.linear import build, relax
from matcher.scheduling.plan import Plan
from matcher.scheduling.problem import Event

Cause = Literal["declined", "availability", "capacity", "no common slot", "places", "rules", "worth"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A wish that the plan does not hold: the cause, whom it lies with, a sentence, and its price.

    ``price``: by how much the wish's worth falls short of what its two places give elsewhere (0: a tie).
    """

    meeting: int
    cause: Cause
    parties: tuple[int, ...]
    sentence: Words
    price: float


@dataclass(frozen=True, slots=True)
class Prices:
    """What one more meeting of each party, and one more table in each slot, would add to the value at most."""

    party: tuple[float, ...]
    table: tuple[float, ...]


def shadow_prices(event: Event) -> Prices:
    """Shadow prices of the time-expanded linear program of an event (seconds to a minute at large sizes)."""
    core = compile_event(event)
    program = build(core)
    relaxation = relax(program)
    party, table = np.zeros(core.parties), np.zeros(core.slots)
    for (kind, subject, slot), price in zip(program.row_names, relaxation.prices.tolist(), strict=False):
        if kind in {"cap", "slot"} and subject < core.parties:
            party[subject] += max(0.0, price)
        elif kind == "slot" and core.names[subject] == "tables":
            table[slot] += max(0.0, price)
    return Prices(tuple(np.round(party, 6).tolist()), tuple(np.round(table, 6).tolist()))


def refusals(event: Event, plan: Plan, prices: Prices | None = None) -> tuple[Refusal, ...]:
    """One refusal for each meeting that may be wished and is not in the plan, in the order of the meetings."""
    view = _View(event, plan)
    cost = prices.party if prices is not None else (0.0,) * len(event.parties)
    held = plan.at
    result = []
    for number, meeting in enumerate(event.meetings):
        if number not in held:
            cause, parties, sentence = view.cause(number)
            price = max(0.0, sum(cost[p] for p in meeting.parties) - meeting.score)
            result.append(Refusal(number, cause, parties, sentence, round(price, 3)))
    return tuple(result)


class _View:
    """Who is busy when in a plan."""

    def __init__(self, event: Event, plan: Plan) -> None:
        self.event = event
        self.load = [0] * len(event.parties)
        self.busy: dict[tuple[int, int], int] = {}
        self.seated = [0] * len(event.slots)
        for meeting, start in plan.at.items():
            for t in range(start, start + event.meetings[meeting].length):
                self.seated[t] += place_kind(event, meeting) == "table"
                for party in event.meetings[meeting].parties:
                    self.busy[party, t] = self.busy.get((party, t), 0) + 1
            for party in event.meetings[meeting].parties:
                self.load[party] += 1

    def cause(self, number: int) -> tuple[Cause, tuple[int, ...], Words]:
        """Cause, parties it lies with, sentence."""
        event, meeting = self.event, self.event.meetings[number]
        if meeting.banned is not None:
            return "declined", meeting.parties, Words(f"不可会面：{meeting.banned}", f"may not meet: {meeting.banned}")
        possible = starts(event, number)
        if not possible:
            return (
                "availability",
                meeting.parties,
                Words("双方没有共同在场的时段", "their presence has no slot in common"),
            )
        full = tuple(p for p in meeting.parties if self.load[p] >= self._most(p))
        if full:
            names = [f"{event.parties[p].label} ({self.load[p]}/{self._most(p)})" for p in full]
            words = Words(f"{'、'.join(names)} 的会面已满", f"no more meetings for {' and '.join(names)}")
            return "capacity", full, words
        free = [t for t in possible if all(self._is_free(p, u) for p in meeting.parties for u in self._span(number, t))]
        if not free:
            return (
                "no common slot",
                meeting.parties,
                Words("双方共同在场的时段均已有其他会面", "both have other meetings in every slot they share"),
            )
        return self._last_cause(number, free)

    def _last_cause(self, number: int, free: list[int]) -> tuple[Cause, tuple[int, ...], Words]:
        """Causes that remain when both have room and time."""
        event, parties = self.event, self.event.meetings[number].parties
        if place_kind(event, number) == "table" and all(self._is_full(u) for t in free for u in self._span(number, t)):
            return "places", (), Words(f"第 {free} 号时段的桌位已满", f"all tables are taken in slots {free}")
        if any(number in pair for pair in event.before) or event.max_run is not None:
            return (
                "rules",
                parties,
                Words("先后次序或连续会面上限不允许", "an order or the longest run stands against it"),
            )
        return "worth", parties, Words("其他会面更有价值", "other meetings were worth more")

    def _span(self, number: int, start: int) -> range:
        return range(start, start + self.event.meetings[number].length)

    def _most(self, party: int) -> int:
        known = self.event.parties[party]
        present = sum(known.present(t) for t in range(len(self.event.slots)))
        return present if known.cap is None else min(known.cap, present)

    def _is_free(self, party: int, slot: int) -> bool:
        return self.busy.get((party, slot), 0) < self.event.parties[party].present(slot)

    def _is_full(self, slot: int) -> bool:
        return self.seated[slot] >= sum(t.capacity for t in self.event.tables if slot not in t.closed)
