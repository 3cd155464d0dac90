"""Soft terms decide last: between plans of the same total, or of one that is smaller by no more than was allowed."""

from dataclasses import replace
from operator import attrgetter
from typing import Any

import numpy as np
import pytest

from matcher.assignment.check import verify
from matcher.assignment.errors import ProblemError
from matcher.assignment.files.callfile import problem_from
from matcher.assignment.files.callrows import CallRow
from matcher.assignment.files.planfile import plan_document
from matcher.assignment.lots.draw import draw
from matcher.assignment.names import soft_name
from matcher.assignment.problem import Problem
from matcher.assignment.result import Goal, Result, Soft
from matcher.assignment.solver import soft, softlinear
from matcher.assignment.solver.diagnosis import Blocked
from matcher.assignment.solver.solve import solve
from matcher.assignment.terms import Spread, Taste, worth_of
from matcher.domain.words import Words
from tests.matcher.assignment.panel_calls import every_plan, random_call
from tests.matcher.assignment.test_panels_solve import shuffle

BEFORE, AFTER = attrgetter("before"), attrgetter("preference")

CALL = {
    "projects": [{"id": "p1", "size": 1}, {"id": "p2", "size": 1}],
    "experts": [{"id": "e1", "recent": 3}, {"id": "e2"}, {"id": "e3"}],
    "scores": [[0.5, 0.5, 0.4], [0.5, 0.5, 0.5]],
}


def with_terms(seed: int, *, rich: bool) -> Problem:
    """A random call with two tastes and a spread, in which one expert is of two regions and one of none."""
    problem = random_call(seed, rich=rich)
    random = np.random.default_rng(seed + 10_000)
    rotation, lately = random.integers(-5, 6, (2, *problem.scores.shape)).astype(np.float32)
    region = random.integers(0, 3, problem.n_experts)
    expert = np.append(np.arange(1, problem.n_experts), 1)
    spread = Spread("regions", expert, np.append(region[1:], region[1] + 1), float(random.choice([0.5, 3.0, 20.0])))
    return replace(problem, soft=(Taste("rotation", rotation), Taste("lately", lately), spread))


def agrees_with_brute_force(seed: int, share: float, floor: float | None) -> Soft | None:
    """The soft terms of the plan, where there is one."""
    problem = with_terms(seed, rich=seed % 3 != 0)
    goal = Goal(floor_share=floor, soft_share=share)
    try:
        plain, result = solve(replace(problem, soft=()), goal), solve(problem, goal)
    except Blocked:
        return None
    assert result.soft is not None
    assert verify(result) == []
    points = [[round(float(score) * 1e6) for score in row] for row in problem.scores]
    least = share * sum(plain.panel_points) - 1e-3
    floors = 0.0 if plain.floor is None else plain.floor.mean * 1e6 - 1e-3

    def panel(p: int, members: tuple[int, ...]) -> int:
        return sum(points[p][e] for e in members)

    best = max(
        sum(likings(problem, plan).values())
        for plan in every_plan(problem)
        if sum(panel(p, members) for p, members in enumerate(plan)) >= least
        and all(panel(p, members) >= floors * len(members) for p, members in enumerate(plan))
    )
    assert {one.term: one.preference for one in result.soft.terms} == likings(problem, result.seats)
    assert {one.term: one.before for one in result.soft.terms} == likings(problem, plain.seats)
    assert result.soft.preference == sum(one.preference for one in result.soft.terms) == best
    assert result.soft.before == sum(one.before for one in result.soft.terms) <= best
    assert result.soft.bound is not None and result.soft.bound >= best - 1e-6
    return result.soft


def likings(problem: Problem, plan: tuple[tuple[int, ...], ...]) -> dict[str, float]:
    """What each term adds, counted seat by seat: a region costs its weight from the second member on."""
    found: dict[str, float] = {}
    for term in problem.soft:
        if isinstance(term, Taste):
            found[term.name] = float(sum(term.worth[p, e] for p, members in enumerate(plan) for e in members))
            continue
        regions = [[g for e in members for g in term.group[term.expert == e].tolist()] for members in plan]
        found[term.name] = -term.weight * sum(len(seats) - len(set(seats)) for seats in regions)
    return found


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(("share", "floor"), [(1.0, None), (0.9, None), (1.0, 0.98), (0.95, 0.98)])
def test_the_liked_plan_equals_brute_force(seed: int, share: float, floor: float | None) -> None:
    found = agrees_with_brute_force(seed, share, floor)
    assert found is None or found.proven


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(("share", "floor"), [(0.9, None), (0.95, 0.98)])
def test_a_liked_plan_near_the_relaxation_equals_brute_force(
    seed: int, share: float, floor: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call of more pairs than one search takes: the bound comes from a few columns first, then from more."""
    monkeypatch.setattr(soft, "SEARCH_ARCS", 0)
    monkeypatch.setattr(soft, "FIRST_COLUMNS", 0)
    monkeypatch.setattr(softlinear, "MORE_COLUMNS", 2)
    agrees_with_brute_force(seed, share, floor)


@pytest.mark.slow
def test_300_liked_plans_equal_brute_force() -> None:
    for seed in range(2000, 2300):
        agrees_with_brute_force(seed, (1.0, 0.97)[seed % 2], (None, 0.98)[seed // 2 % 2])


def test_large_calls_take_turns_and_keep_what_they_must(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = random_call(5, projects=12, experts=20, rich=True)
    random = np.random.default_rng(1)
    taste = Taste("rotation", random.random(problem.scores.shape).astype(np.float32))
    spread = Spread("regions", np.arange(20), random.integers(0, 4, 20), 0.75)
    problem = replace(problem, soft=(taste, spread))
    whole = solve(problem, Goal(floor_share=None, soft_share=0.97))
    monkeypatch.setattr(soft, "SEARCH_ARCS", 60)
    monkeypatch.setattr(soft, "MOST_SEATS", 0)
    turns = solve(problem, Goal(floor_share=None, soft_share=0.97))
    assert whole.soft is not None and turns.soft is not None
    assert verify(turns) == []
    assert (whole.soft.proven, turns.soft.proven, turns.soft.bound) == (True, False, None)
    assert turns.soft.before < turns.soft.preference <= whole.soft.preference + 1e-6
    assert turns.total >= turns.soft.least_total
    before, after = ({one.term: value(one) for one in turns.soft.terms} for value in (BEFORE, AFTER))
    assert all(after[term] > before[term] for term in ("rotation", "regions"))


def test_the_order_of_the_input_cannot_change_a_liked_plan() -> None:
    problem = with_terms(12, rich=True)
    goal = Goal(floor_share=None, soft_share=0.9)
    known = solve(problem, goal)
    assert known.soft is not None and len(known.soft.terms) == 3
    panels = {problem.project_ids[p]: {problem.expert_ids[e] for e in panel} for p, panel in enumerate(known.seats)}
    for seed in range(4):
        other = shuffle(problem, seed)
        result = solve(replace(other, soft=tuple(shuffled(term, other, problem) for term in problem.soft[::-1])), goal)
        assert verify(result) == []
        assert result.soft == known.soft
        assert {
            other.project_ids[p]: {other.expert_ids[e] for e in panel} for p, panel in enumerate(result.seats)
        } == panels


def shuffled(term: Taste | Spread, other: Problem, problem: Problem) -> Taste | Spread:
    """The term where its projects and experts stand in the other order, its memberships told backwards."""
    rows = [problem.project_ids.index(project) for project in other.project_ids]
    columns = [problem.expert_ids.index(expert) for expert in other.expert_ids]
    if isinstance(term, Taste):
        return Taste(term.name, term.worth[np.ix_(rows, columns)])
    place = np.argsort(columns)
    return Spread(term.name, place[term.expert][::-1], 7 - term.group[::-1], term.weight)


def test_the_checker_counts_each_term_itself() -> None:
    result = solve(with_terms(1, rich=False), Goal(floor_share=None))
    assert verify(result) == [] and result.soft is not None
    rotation = next(one for one in result.soft.terms if one.term == "rotation")
    told = replace(rotation, preference=rotation.preference + 1)
    forged = tuple(told if one is rotation else one for one in result.soft.terms)
    broken = verify(replace(result, soft=replace(result.soft, terms=forged)))
    assert [(one.rule, one.found, one.allowed.en) for one in broken] == [
        (Words("轮换", "rotation"), str(rotation.preference + 1), str(rotation.preference))
    ]
    assert result.soft.bound is not None
    low = replace(result, soft=replace(result.soft, bound=result.soft.bound - 1))
    assert [(one.rule.en, one.found) for one in verify(low)] == [("soft terms", str(result.soft.preference))]
    missing = replace(result, soft=replace(result.soft, terms=result.soft.terms[1:]))
    assert [(one.rule.en, one.found) for one in verify(missing)] == [(soft_name(result.soft.terms[0].term).en, "None")]


@pytest.mark.parametrize(
    ("term", "message"),
    [
        (Taste("lately", np.zeros((3, 5), dtype=np.float32)), r"soft lately.worth is \(3, 5\): its shape is \(3, 6\)"),
        (
            Taste("lately", np.full((3, 6), np.nan, dtype=np.float32)),
            r"soft lately.worth\[p0, e0\] is nan: it is finite",
        ),
        (Spread("regions", np.array([6]), np.array([0])), "soft regions is 'membership': experts and groups are pos"),
        (Spread("regions", np.array([1, 1]), np.array([2, 2])), "soft regions is 'membership': each membership is na"),
        (Spread("regions", np.array([1]), np.array([0, 1])), r"soft regions.group is \(2,\): its shape is \(1,\)"),
        (
            Spread("regions", np.array([1]), np.array([0]), -1.0),
            "soft regions.weight is -1.0: it is finite and not neg",
        ),
    ],
)
def test_a_term_without_meaning_is_refused(term: Taste | Spread, message: str) -> None:
    with pytest.raises(ProblemError, match=message):
        replace(random_call(0), soft=(term,))
    with pytest.raises(ProblemError, match="soft is 'x': an id names one thing only"):
        taste = Taste("x", np.zeros((3, 6), dtype=np.float32))
        replace(random_call(0), soft=(taste, taste))


def solved(**call: object) -> tuple[Result, dict[str, Any]]:
    result = solve(problem_from(CallRow.model_validate(CALL | call)), Goal(floor_share=None, soft_share=1.0))
    return result, plan_document(result)


def test_a_call_file_rotates_and_avoids_pairs_drawn_lately() -> None:
    result, document = solved()
    assert result.seats == ((1,), (2,)), "e1 sat three times lately, and e2 and e3 are as good"
    before = document["soft"]["before"]
    assert document["soft"] == {
        "preference": 0.0,
        "before": before,
        "terms": ({"term": "rotation", "preference": 0.0, "before": before},),
        "least_total": 1.0,
        "bound": 0.0,
        "proven": True,
    }
    result, _ = solved(lately=[["p1", "e2"]], soft={"rotation": 1, "lately": 5})
    assert result.seats == ((0,), (2,)), "rather e1 again than e2 with the same project"
    result, document = solved(experts=[{"id": "e1"}, {"id": "e2"}, {"id": "e3"}])
    assert result.soft is None and "soft" not in document


REGIONS = {
    "projects": [{"id": "p1", "size": 3}],
    "experts": [
        {"id": "e1", "regions": ["浙江"]},
        {"id": "e2", "regions": ["浙江"], "recent": 1},
        {"id": "e3", "regions": ["浙江", "上海"]},
        {"id": "e4", "regions": ["江苏"], "recent": 3},
        {"id": "e5"},
    ],
    "scores": [[0.5, 0.5, 0.5, 0.5, 0.4]],
    "lately": [["p1", "e4"]],
}


@pytest.mark.parametrize(
    ("soft", "panel", "terms"),
    [
        # e1 and e2 are both of 浙江, and e3 is of it too: two seats beyond the first, for one that e4 would repeat.
        ({"rotation": 1, "lately": 2}, (0, 1, 2), {"rotation": -1.0, "lately": 0.0}),
        ({"rotation": 1, "lately": 2, "spread": {"of": "regions", "weight": 3}}, (0, 1, 2), {"regions": -6.0}),
        ({"rotation": 1, "lately": 2, "spread": {"of": "regions", "weight": 5}}, (0, 2, 3), {"regions": -5.0}),
        ({"rotation": 0, "lately": 0, "spread": {"of": "regions", "weight": 0.5}}, None, {"regions": -0.5}),
        ({"rotation": 1, "lately": 2, "spread": {"of": "cities"}}, (0, 1, 2), {"cities": 0.0}),
    ],
)
def test_weights_decide_between_the_terms(
    soft: dict[str, Any], panel: tuple[int, ...] | None, terms: dict[str, float]
) -> None:
    problem = problem_from(CallRow.model_validate(REGIONS | {"soft": soft}))
    result = solve(problem, Goal(floor_share=None, soft_share=1.0))
    assert result.soft is not None and verify(result) == []
    assert panel is None or result.seats == (panel,)
    found = {one.term: one.preference for one in result.soft.terms}
    assert found | terms == found
    assert result.soft.preference == sum(found.values())
    assert 4 not in result.seats[0], "nobody is taken for the spread alone: e5 would cost a tenth of a point"


def test_who_is_of_no_known_region_neither_helps_nor_harms() -> None:
    spread = Spread("regions", np.array([0, 1, 2, 2]), np.array([0, 0, 0, 1]), 2.0)
    seats = {(0, 1): 1, (0, 2): 1, (0, 3): 0, (3, 4): 0, (0, 1, 2): 2}
    for panel, repeats in seats.items():
        assert spread.repeats(np.zeros(len(panel), dtype=np.int64), np.array(panel)) == repeats
    assert spread.repeats(np.array([0, 1]), np.array([0, 1])) == 0, "regions repeat within a panel, not between panels"
    assert worth_of(spread, np.array([0, 0]), np.array([0, 1])) == -2.0


def test_a_draw_is_free_of_soft_terms() -> None:
    problem = problem_from(CallRow.model_validate(CALL))
    drawn, plain = draw(problem, "3"), draw(replace(problem, soft=()), "3")
    assert (drawn.seats, drawn.record) == (plain.seats, plain.record)


def test_a_pair_of_the_past_must_name_the_call() -> None:
    with pytest.raises(ProblemError, match="lately"):
        problem_from(CallRow.model_validate(CALL | {"lately": [["p1", "e9"]]}))
