"""The prepared day answers as the longer way does, keeps every rule, and stays as it was."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from matcher.scheduling import Event, Plan, check, solve
from matcher.scheduling.day import Day
from matcher.scheduling.errors import ChangeError
from matcher.scheduling.matchevent import event_from_document
from matcher.scheduling.replan import Change, changed_event, repair
from tests.benchmarks.events_generator import generate
from tests.matcher.scheduling.small import small_event

ALL = frozenset(range(100))


def drawn(event: Event, plan: Plan, seed: int) -> Change:
    """Some of everything that can happen."""
    rng = random.Random(seed)
    slots, now = range(len(event.slots)), rng.randrange(len(event.slots))
    ahead = sorted(s.meeting for s in plan.seats if s.slot >= now)
    pinned = frozenset(rng.sample(ahead, min(1, len(ahead))))
    cancelled = frozenset(rng.sample(ahead, min(1, len(ahead)))) - pinned
    return Change(
        cause="drawn",
        now=now,
        absent={rng.randrange(len(event.parties)): frozenset(rng.sample(slots, rng.randint(1, len(slots))))},
        lost_tables={rng.choice(event.tables).id: frozenset(rng.sample(slots, 2))} if rng.random() < 0.5 else {},
        lost_slots=frozenset({rng.choice(slots)}) if rng.random() < 0.2 else frozenset(),
        cancelled=cancelled if rng.random() < 0.5 else frozenset(),
        pinned=pinned if rng.random() < 0.5 else frozenset(),
    )


def assert_answers(event: Event, seed: int) -> None:
    plan = solve(event)
    if not plan.seats:
        return
    day = Day(event, plan)
    for number in range(3):
        change = drawn(event, plan, 10 * seed + number)
        answer = day.at_once(change)
        verdict = check(changed_event(event, plan, change), answer.plan.rows())
        assert verdict.broken == ()
        assert (verdict.score, verdict.shortfall, verdict.breaks) == (
            answer.plan.score,
            answer.plan.shortfall,
            answer.plan.breaks,
        )
        old, new = plan.seat_of, answer.plan.seat_of
        ended = [m for m, seat in old.items() if seat.slot + event.meetings[m].length <= change.now]
        assert all(new[m] == old[m] for m in ended)
        assert all(new[m].slot == old[m].slot for m in change.pinned if m in new)
        least = repair(event, plan, change).delta
        assert (len(answer.delta.cancelled), answer.delta.changes) >= (len(least.cancelled), 0)
        assert day.at_once(change) == answer


@pytest.mark.parametrize("seed", range(80))
def test_answer_keeps_every_rule_of_the_changed_event(seed: int) -> None:
    assert_answers(replace(small_event(seed + 2_000), fixed=()), seed)


@pytest.mark.parametrize("shape", [{}, {"tight": True}, {"rich": True}])
def test_answer_keeps_every_rule_of_larger_events(shape: dict[str, bool]) -> None:
    event = event_from_document(generate(40, 16, slots=10, seed=5, **shape))
    assert_answers(event, 3)


def test_drop_out_moves_nobody_and_refills() -> None:
    event = event_from_document(generate(40, 16, slots=10, seed=6))
    plan = solve(event)
    project = max(range(40), key=lambda p: sum(p in event.meetings[m].parties for m in plan.at))
    answer = Day(event, plan).at_once(Change("drops out", absent={project: ALL})).delta
    assert answer.cancelled == tuple(m for m in plan.at if project in event.meetings[m].parties)
    assert (answer.moved, answer.reseated) == ((), ())
    assert answer.added


def test_what_is_not_there_is_refused() -> None:
    event = replace(small_event(3), fixed=())
    with pytest.raises(ChangeError, match="there is no such table"):
        Day(event, solve(event)).at_once(Change(lost_tables={"no": ALL}))
