"""The day: least change, nothing touched that need not be, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from matcher.scheduling import Event, Meeting, Party, Plan, Slot, Table, check, solve
from matcher.scheduling.errors import ChangeError
from matcher.scheduling.matchevent import event_from_document
from matcher.scheduling.releases import messages, release
from matcher.scheduling.replan import Change, changed_event, difference, repair, repair_at_once
from tests.benchmarks.events_generator import generate
from tests.matcher.scheduling.small import small_event

ALL = frozenset(range(100))


@pytest.fixture(scope="module")
def planned() -> tuple[Event, Plan]:
    event = event_from_document(generate(24, 10, slots=10, seed=3, tight=True))
    return event, solve(event)


def test_drop_out_moves_nobody_else(planned: tuple[Event, Plan]) -> None:
    event, plan = planned
    fund = max(range(24, 34), key=lambda p: sum(p in event.meetings[m].parties for m in plan.at))
    change = Change("fund drops out", now=4, absent={fund: ALL})
    for answer in (repair(event, plan, change), repair_at_once(event, plan, change)):
        lost = tuple(m for m, t in plan.at.items() if fund in event.meetings[m].parties and t >= 4)
        assert (answer.delta.cancelled, answer.delta.moved) == (lost, ())
        assert check(changed_event(event, plan, change), answer.plan.rows()).broken == ()
    assert repair(event, plan, change).delta.is_least


def test_past_and_pinned_meetings_stand(planned: tuple[Event, Plan]) -> None:
    event, plan = planned
    pinned = next(s for s in plan.seats if s.slot >= 4)
    change = Change("two tables lost", now=4, lost_tables={"0": ALL, "1": ALL}, pinned=frozenset({pinned.meeting}))
    after = repair(event, plan, change).plan.seat_of
    assert after[pinned.meeting].slot == pinned.slot
    assert all(after[s.meeting] == s for s in plan.seats if s.slot < 4)


@pytest.mark.parametrize("seed", range(60))
def test_instant_answer_keeps_every_rule_with_groups_and_double_slots(seed: int) -> None:
    event = replace(small_event(seed + 1_300), fixed=())
    event = replace(event, meetings=(replace(event.meetings[0], length=2), *event.meetings[1:]))
    plan = solve(event)
    if not plan.seats:
        return
    party = event.meetings[plan.seats[-1].meeting].parties[1]
    change = Change(absent={party: frozenset({1})}, lost_tables={"0": frozenset({0, 2})})
    for answer in (repair_at_once(event, plan, change), repair(event, plan, change)):
        assert check(changed_event(event, plan, change), answer.plan.rows()).broken == ()


def test_of_two_meetings_that_cannot_both_stay_the_better_one_does() -> None:
    parties = tuple(Party(name) for name in "abcd")
    event = Event(
        "one table less", (Slot(),), (Table("0"), Table("1")), parties, (Meeting((0, 1), 5), Meeting((2, 3), 9))
    )
    answer = repair(event, solve(event), Change(lost_tables={"1": ALL}))
    assert (answer.delta.cancelled, answer.plan.at, answer.delta.is_least) == ((0,), {1: 0}, True)


@pytest.mark.parametrize("seed", range(20))
def test_fewest_changes_equal_brute_force(seed: int) -> None:
    event = replace(small_event(seed + 300), fixed=(), before=())
    plan = solve(event)
    if not plan.seats:
        return
    party = event.meetings[plan.seats[0].meeting].parties[0]
    change = Change(absent={party: frozenset({0})})
    answer = repair(event, plan, change)
    changed, old = changed_event(event, plan, change), plan.at
    best = min(
        (sum(t is None for t in slots), sum(t not in (None, old[m]) for m, t in zip(old, slots, strict=True)))
        for slots in product([None, *range(len(event.slots))], repeat=len(old))
        if check(changed, [(m, t) for m, t in zip(old, slots, strict=True) if t is not None]).holds
    )
    assert (len(answer.delta.cancelled), len(answer.delta.moved)) == best
    assert answer.delta.is_least


def test_cancelled_meeting_is_gone_and_its_place_offered(planned: tuple[Event, Plan]) -> None:
    event, plan = planned
    meeting = plan.seats[-1].meeting
    answer = repair(event, plan, Change(cancelled=frozenset({meeting})))
    assert answer.delta.cancelled == (meeting,)
    assert answer.delta.moved == ()
    assert meeting not in answer.plan.at
    told = {p for m in (meeting, *(m for m, _ in answer.delta.added)) for p in event.meetings[m].parties}
    assert told <= set(answer.delta.told)


def test_meeting_that_began_is_not_cancelled(planned: tuple[Event, Plan]) -> None:
    event, plan = planned
    begun = next(s for s in plan.seats if s.slot < 4)
    with pytest.raises(ChangeError, match="record its outcome instead"):
        repair(event, plan, Change(now=4, cancelled=frozenset({begun.meeting})))


def test_pinned_meeting_is_not_cancelled(planned: tuple[Event, Plan]) -> None:
    event, plan = planned
    meeting = frozenset({plan.seats[0].meeting})
    with pytest.raises(ChangeError, match="unpin it first"):
        repair(event, plan, Change(cancelled=meeting, pinned=meeting))


def test_second_organizer_who_releases_at_once_is_told(planned: tuple[Event, Plan]) -> None:
    event, plan = planned
    first = release(event, plan, "第一版", expected=0)
    with pytest.raises(ChangeError, match="release 1 came meanwhile"):
        release(event, plan, "第一版", first, expected=0)


def test_release_raises_sequences_and_tells_only_touched_people(planned: tuple[Event, Plan]) -> None:
    event, plan = planned
    meeting = plan.seats[0].meeting
    first = release(event, plan, "第一版")
    answer = repair(event, plan, Change(cancelled=frozenset({meeting})))
    second = release(event, answer.plan, "第二版", first)
    assert second.sequences[meeting] == 1
    assert second.dropped == (meeting,)
    assert set(messages(event, second)) == set(answer.delta.told)
    assert difference(event, plan, plan).told == ()
