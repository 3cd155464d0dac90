"""The ways of large calls, taken on small ones: prices of a market, PDLP, rounding, a limit of time."""

from dataclasses import replace

import numpy as np
import pytest

from matcher.assignment.check import verify
from matcher.assignment.files.arrays import problem_of
from matcher.assignment.problem import Cap, Problem, Quota
from matcher.assignment.result import Goal, Result, Status
from matcher.assignment.solver import flow, generation, linear, rounding, seating
from matcher.assignment.solver.arcs import all_arcs
from matcher.assignment.solver.diagnosis import Blocked
from matcher.assignment.solver.groups import Task
from matcher.assignment.solver.market import first_prices
from matcher.assignment.solver.rounding import whole_seats
from matcher.assignment.solver.solve import solve
from tests.benchmarks.panels_generator import generate
from tests.matcher.assignment.panel_calls import best_by_hand, random_call

TOTAL = Goal(floor_share=None)


@pytest.fixture
def as_if_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call counts as too large for one search, for the simplex method and for first pairs without prices."""
    monkeypatch.setattr(generation, "MARKET", 0)
    monkeypatch.setattr(flow, "MARKET", 0)
    monkeypatch.setattr(seating, "SEARCH_ARCS", 0)
    monkeypatch.setattr(seating, "ALL_PAIRS", 0)
    monkeypatch.setattr(seating, "EXACT_ARCS", 0)
    monkeypatch.setattr(seating, "WIDE_EXACT_ARCS", 0)
    monkeypatch.setattr(linear, "SIMPLEX_COLUMNS", 0)
    monkeypatch.setattr(generation, "SIMPLEX_COLUMNS", 0)


def solved(problem: Problem, goal: Goal = TOTAL) -> Result | None:
    try:
        return solve(problem, goal)
    except Blocked:
        return None


@pytest.mark.usefixtures("as_if_large")
@pytest.mark.parametrize("free", [0, 10_000])
def test_rounded_plans_keep_every_rule_and_never_pass_the_best_total(
    free: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounding, "FREE_ARCS", free)
    for seed in range(12):
        problem = random_call(seed)
        by_hand, result = best_by_hand(problem), solved(problem)
        assert (result is None) == (by_hand is None), seed
        if result is not None and by_hand is not None:
            assert verify(result, tolerance=1e-4) == [], seed
            assert result.total <= by_hand[0] + 1e-9
            assert result.total >= 0.9 * by_hand[0], seed
            assert result.bound >= by_hand[0] - 1e-9


@pytest.mark.usefixtures("as_if_large")
def test_a_generated_call_comes_within_a_tenth_of_a_percent_and_comes_out_again() -> None:
    problem = problem_of(generate(60, 300, 2))
    result = solve(problem, TOTAL)
    assert verify(result) == []
    assert (result.bound - result.total) / result.bound <= 1e-3
    assert result.seats == solve(problem, TOTAL).seats


def test_what_the_relaxation_seats_whole_stays_and_what_it_cannot_seat_is_taken_in() -> None:
    """p0 is given both seats of e0 and e1, p1 nothing; e1 is the only one who may judge p1, so p0 has to give way."""
    problem = Problem(
        project_ids=("p0", "p1"),
        expert_ids=("e0", "e1", "e2"),
        scores=np.array([[0.9, 0.8, 0.1], [0.1, 0.5, 0.1]], dtype=np.float32),
        size=np.array([2, 1]),
        load_max=np.ones(3, dtype=np.int64),
        forbidden=np.array([[False, False, False], [True, False, True]]),
    )
    task = Task(problem, all_arcs(problem))
    given = np.array([1.0, 1.0, 0.0, 0.0])
    assert whole_seats(task, given, thorough=False) is None
    seated = whole_seats(task, given)
    assert seated is not None
    assert seated.tolist() == [True, False, True, True]


def test_sure_seats_that_break_a_cap_together_are_not_sure() -> None:
    problem = Problem(
        project_ids=("p0",),
        expert_ids=("e0", "e1", "e2"),
        scores=np.array([[0.9, 0.8, 0.1]], dtype=np.float32),
        size=np.array([2]),
        load_max=np.ones(3, dtype=np.int64),
        caps=(Cap("unit", np.arange(3), np.array([0, 0, 1]), np.array([1])),),
    )
    seated = whole_seats(Task(problem, all_arcs(problem)), np.array([1.0, 1.0, 0.0]))
    assert seated is not None
    assert seated.tolist() == [True, False, True]


def test_a_whole_plan_that_misses_a_least_load_is_opened() -> None:
    problem = Problem(
        project_ids=("p0",),
        expert_ids=("e0", "e1"),
        scores=np.array([[0.9, 0.8]], dtype=np.float32),
        size=np.array([1]),
        load_max=np.ones(2, dtype=np.int64),
        load_min=np.array([0, 1]),
    )
    seated = whole_seats(Task(problem, all_arcs(problem)), np.array([1.0, 0.0]))
    assert seated is not None
    assert seated.tolist() == [False, True]


def test_first_prices_rise_for_the_wanted_and_for_scarce_kinds_only() -> None:
    """Six projects want e0, who has one seat; finance is asked for by all and two of twelve experts have it."""
    finance = np.zeros(12, dtype=bool)
    finance[10:] = True
    problem = Problem(
        project_ids=tuple(f"p{i}" for i in range(6)),
        expert_ids=tuple(f"e{i}" for i in range(12)),
        scores=np.tile(np.array([0.9] + [0.5] * 11, dtype=np.float32), (6, 1)),
        size=np.full(6, 2),
        load_max=np.array([1] + [6] * 9 + [3, 3]),
        quotas=(Quota("finance", finance, np.ones(6, dtype=np.int64), np.full(6, 2)),),
    )
    price = first_prices(problem)
    assert price[0] == pytest.approx(0.4, abs=0.03), "what e0 is worth above the next"
    assert price[1:10].max() < 0.02, "there are enough of them"
    assert price.min() >= 0


def test_a_limit_gives_back_what_stands_with_its_gap() -> None:
    problem = problem_of(generate(40, 300, 1))
    whole, hurried = solve(problem, Goal()), solve(problem, Goal(), limit=0)
    assert verify(hurried) == []
    assert hurried.floor is not None
    assert whole.floor is not None
    assert hurried.floor.mean <= hurried.minimum + 1e-9, "a floor that there was no time for is not claimed"
    assert whole.minimum >= whole.floor.mean - 1e-9
    assert hurried.total <= hurried.bound


def test_without_a_limit_the_clock_changes_nothing() -> None:
    problem = replace(random_call(11, projects=6, experts=14), load_min=None)
    assert solve(problem).seats == solve(problem, limit=3600).seats


def test_least_loads_find_their_seats_outside_of_the_first_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """With two experts a project to begin with nobody would ask e5 to e9, each of whom has to sit once."""
    monkeypatch.setattr(flow, "WIDTH", 2)
    monkeypatch.setattr(flow, "WIDER", 2)
    scores = np.tile(np.linspace(1, 0.1, 10, dtype=np.float32), (10, 1))
    problem = Problem(
        project_ids=tuple(f"p{i}" for i in range(10)),
        expert_ids=tuple(f"e{i}" for i in range(10)),
        scores=scores,
        size=np.ones(10, dtype=np.int64),
        load_max=np.full(10, 9),
        load_min=np.array([0] * 5 + [1] * 5),
        forbidden=np.array([[e >= 5 and e != p for e in range(10)] for p in range(10)]),
    )
    result = solve(problem, TOTAL)
    assert verify(result) == []
    assert result.total == pytest.approx(5 * 1.0 + scores[0, 5:].sum(), abs=1e-5)
    assert result.status is Status.OPTIMAL


@pytest.mark.usefixtures("as_if_large")
def test_plain_loads_reach_the_best_total_from_a_market_s_pairs() -> None:
    for seed in range(12):
        problem = random_call(seed, rich=False)
        by_hand, result = best_by_hand(problem), solved(problem)
        assert (result is None) == (by_hand is None), seed
        if result is not None and by_hand is not None:
            assert verify(result) == [], seed
            assert result.total == pytest.approx(by_hand[0], abs=1e-9)
