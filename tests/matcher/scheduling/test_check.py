"""The checker finds every single broken rule in random plans."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from matcher.scheduling import BreakRule, Event, Plan, check, solve
from tests.matcher.scheduling.small import small_event

RULES = ("once", "cap", "allowed", "banned", "fixed", "required", "before", "two places", "availability", "table")
Rows = list[tuple[int, int, str | None]]


def break_rule(event: Event, plan: Plan, rule: str, rng: random.Random) -> tuple[Event, Rows]:
    """The same plan with one rule broken: by the plan itself or by a rule that it never knew."""
    rows: Rows = [(s.meeting, s.slot, s.table) for s in plan.seats]
    at = rng.randrange(len(rows))
    meeting, slot, _ = rows[at]
    known = event.meetings[meeting]
    parties, meetings = list(event.parties), list(event.meetings)
    who = known.parties[rng.randrange(len(known.parties))]
    if rule == "once":
        return event, [*rows, rows[at]]
    if rule == "cap":
        held = sum(who in event.meetings[m].parties for m, *_ in rows)
        parties[who] = replace(parties[who], cap=held - 1)
    elif rule == "availability":
        people = tuple(replace(p, unavailable=p.unavailable | {slot}) for p in parties[who].representatives)
        parties[who] = replace(parties[who], representatives=people)
    elif rule == "two places":
        third = next(p for p in range(len(parties)) if p not in known.parties)
        people = (replace(parties[who].representatives[0], unavailable=frozenset()),)
        parties[who] = replace(parties[who], representatives=people, cap=None)
        meetings.append(replace(known, parties=(who, third), allowed=None, banned=None, length=1))
        rows.append((len(meetings) - 1, slot, None))
    elif rule == "fixed":
        return replace(event, fixed=((meeting, (slot + 1) % len(event.slots)),)), rows
    elif rule == "before":
        return replace(event, before=((meeting, meeting),)), rows
    elif rule == "required":
        meetings[meeting] = replace(known, required=True)
        del rows[at]
    elif rule == "table":
        rows[at] = (meeting, slot, "no such table")
    else:
        others = frozenset(range(len(event.slots))) - {slot}
        change = {"allowed": others} if rule == "allowed" else {"banned": "declined"}
        meetings[meeting] = replace(known, **change)
    return replace(event, parties=tuple(parties), meetings=tuple(meetings)), rows


def plans(count: int) -> list[tuple[Event, Plan]]:
    found = []
    for seed in range(5_000, 5_000 + 3 * count):
        event = replace(small_event(seed), fixed=(), before=(), max_run=None)
        plan = solve(event)
        if plan.seats and any(len(m.parties) == 2 for m in event.meetings):
            found.append((event, plan))
    return found[:count]


def assert_found(cases: list[tuple[Event, Plan]], times: int) -> int:
    rng = random.Random(0)
    tried = 0
    for event, plan in cases:
        for rule in RULES:
            for _ in range(times):
                spoiled, rows = break_rule(event, plan, rule, rng)
                assert rule in {b.rule for b in check(spoiled, rows).broken}, (event.name, rule)
                tried += 1
    return tried


def test_checker_finds_each_broken_rule() -> None:
    assert assert_found(plans(15), 1) == 150


@pytest.mark.slow
def test_checker_finds_two_thousand_broken_rules() -> None:
    assert assert_found(plans(100), 2) == 2_000


def test_breaks_count_only_present_people_when_asked() -> None:
    event, plan = plans(1)[0]
    assert check(event, plan.rows()).breaks == plan.breaks
    strict = replace(event, breaks=BreakRule("strict"))
    assert check(strict, plan.rows()).breaks >= plan.breaks
