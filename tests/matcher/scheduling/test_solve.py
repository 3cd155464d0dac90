"""The solver against brute force, and the same input twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matcher.scheduling import Event, Party, Slot, Table, check, solve
from matcher.scheduling.contradictions import contradiction
from matcher.scheduling.greedy import greedy
from matcher.scheduling.matchevent import event_from_document
from tests.benchmarks.events_generator import generate
from tests.matcher.scheduling.small import best_value, every_plan, fewest, small_event


def assert_equals_brute_force(seed: int) -> None:
    event = small_event(seed)
    plan, best = solve(event), best_value(event)
    if best is None:
        assert plan.status == "infeasible"
        assert plan.reasons
        return
    verdict = check(event, plan.rows())
    assert verdict.broken == ()
    assert (plan.status, plan.value, plan.bound) == ("optimal", best, best)
    assert verdict.score - 10_000 * verdict.shortfall == best
    assert plan.breaks_bound <= plan.breaks == verdict.breaks


def assert_timetable_equals_brute_force(seed: int) -> None:
    event = small_event(seed, timetable=True)
    plan, best = solve(event), fewest(event)
    if best is None:
        assert plan.status == "infeasible"
        return
    assert check(event, plan.rows()).broken == ()
    assert (plan.status, plan.breaks, plan.breaks_bound) == ("optimal", best, best)
    assert contradiction(event) is None


@pytest.mark.parametrize("seed", range(16))
def test_selection_equals_brute_force(seed: int) -> None:
    assert_equals_brute_force(seed)


@pytest.mark.parametrize("seed", range(16))
def test_timetable_equals_brute_force(seed: int) -> None:
    assert_timetable_equals_brute_force(seed)


@pytest.mark.parametrize("seed", range(16))
def test_nobody_gets_a_second_meeting_while_a_first_is_possible(seed: int) -> None:
    """Max-min: the fewest meetings of any party that can have some are raised as far as any plan raises them."""
    event = replace(small_event(seed + 3_000), fairness="max_min")
    wanted = {p for m in event.meetings for p in m.parties}
    event = replace(event, parties=tuple(replace(p, promised=2) for p in event.parties))

    def without(rows: list[tuple[int, int]]) -> int:
        return len(wanted - {p for m, _ in rows for p in event.meetings[m].parties})

    plans = [without(rows) for rows in every_plan(event)]
    plan = solve(event)
    if not plans:
        assert plan.status == "infeasible"
        return
    assert without([(s.meeting, s.slot) for s in plan.seats]) == min(plans)


@pytest.mark.slow
def test_five_hundred_events_equal_brute_force() -> None:
    for seed in range(1_000, 1_250):
        assert_equals_brute_force(seed)
        assert_timetable_equals_brute_force(seed)


@pytest.mark.parametrize("shape", [{}, {"tight": True}, {"rich": True}])
def test_same_event_and_seed_give_the_same_plan(shape: dict[str, bool]) -> None:
    document = generate(24, 10, slots=10, seed=3, **shape)
    first, second = solve(event_from_document(document), 5), solve(event_from_document(document), 5)
    assert first == second
    assert first.digest == second.digest


def test_plan_beats_greedy_on_people_and_breaks() -> None:
    event = event_from_document(generate(40, 16, slots=12, seed=1, tight=True))
    ours = solve(event)
    for order in ("first come", "best score"):
        theirs = greedy(event, order)
        assert check(event, theirs.rows()).holds
        assert ours.value >= theirs.value
        assert ours.shortfall <= theirs.shortfall
    assert ours.value <= ours.bound


def test_event_without_meetings_gives_an_empty_plan() -> None:
    plan = solve(Event("empty", (Slot(),), (Table("1"),), (Party("a", promised=1),), ()))
    assert (plan.seats, plan.shortfall, plan.value) == ((), 1, -10_000)
    assert plan.reasons == (
        "party a 承诺 1 场会面，只有 0 个可能的会面；减少承诺，或增加对象或时间 / "
        "party a is promised 1 meetings and has 0 possible meetings; promise fewer, or find partners or time",
    )
