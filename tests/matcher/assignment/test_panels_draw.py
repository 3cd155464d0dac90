"""The regulated draw keeps its promises and can be replayed."""

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.optimize import LinearConstraint, linprog, minimize

from matcher.assignment.check import check, total_of
from matcher.assignment.errors import AssignmentError, ChangeError
from matcher.assignment.files.arrays import problem_of
from matcher.assignment.files.planfile import draw_document, record_from
from matcher.assignment.lots import marginals
from matcher.assignment.lots.draw import Draw, draw, pool_hash, replay, ticket_of
from matcher.assignment.lots.drawcheck import check_urn, verify_draw
from matcher.assignment.lots.drawrules import DrawRules
from matcher.assignment.lots.urn import Method
from matcher.assignment.problem import Problem
from matcher.assignment.result import Goal
from matcher.assignment.solver.diagnosis import Blocked
from matcher.assignment.solver.solve import solve
from matcher.domain.words import Words
from tests.benchmarks.panels_generator import generate
from tests.matcher.assignment.panel_calls import random_call
from tests.matcher.assignment.speech import said_in_both
from tests.matcher.assignment.test_panels_solve import shuffle

RULES = DrawRules(epsilon=0.3, cap=0.5, plans=6)


def composed() -> Problem:
    problem = problem_of(generate(5, 90, 4))
    return replace(problem, load_max=problem.load_max + 2)


def plain() -> Problem:
    """Six panels of four; e03 is pinned to p2, e01 may not judge p4, e07 must have a seat."""
    problem = random_call(3, projects=6, experts=14, rich=False)
    forbidden = np.zeros(problem.scores.shape, dtype=bool)
    forbidden[4, 1] = True
    return replace(
        problem,
        size=np.full(6, 4),
        load_max=np.full(14, 3),
        load_min=(np.arange(14) == 7).astype(np.int64),
        forbidden=forbidden,
        forced=((2, 3),),
    )


@pytest.fixture(scope="module", params=[plain, composed])
def drawn(request: pytest.FixtureRequest) -> tuple[Problem, Draw]:
    problem: Problem = request.param()
    return problem, draw(problem, "2026-11-23 排列五 40817", RULES)


def test_draw_keeps_rules_cap_and_quality(drawn: tuple[Problem, Draw]) -> None:
    problem, made = drawn
    assert check(problem, made.seats) == []
    assert verify_draw(problem, made) == []
    assert made.record.method is (Method.MARGINALS if problem.is_plain else Method.LIST)
    assert made.record.highest_probability <= RULES.cap
    assert 0.7 * made.record.best_total <= made.record.expected_total < made.record.best_total


def test_every_pair_is_in_exactly_its_share_of_the_plans(drawn: tuple[Problem, Draw]) -> None:
    """The whole urn is turned out: what it says of a pair is what its plans have, and each of them keeps the rules."""
    _, made = drawn
    urn = made.urn
    plans = [urn.plan(number) for number in range(urn.size)]
    assert all(check(urn.problem, plan) == [] for plan in plans)
    found = Counter((p, e) for plan in plans for p, panel in enumerate(plan) for e in panel)
    told = dict(zip(zip(urn.project.tolist(), urn.expert.tolist(), strict=True), urn.count.tolist(), strict=True))
    assert found == told
    assert max(count for pair, count in found.items() if pair not in urn.problem.forced) <= RULES.cap * urn.size
    assert sum(total_of(urn.problem, plan) for plan in plans) / urn.size == pytest.approx(made.record.expected_total)


def test_seeds_pick_every_plan_alike() -> None:
    picked = Counter(int(ticket_of(f"排列五 {number}", "pool"), 16) % 16 for number in range(3200))
    assert sorted(picked) == list(range(16))
    # Chi-square with 15 degrees of freedom: 99 % of fair draws stay below 30.6; the seeds are fixed.
    assert sum((count - 200) ** 2 / 200 for count in picked.values()) < 30.6


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("epsilon", "cap"), [(0.02, 1.0), (0.2, 0.75), (0.9, 0.6)])
def test_plain_probabilities_are_the_most_even_there_are(seed: int, epsilon: float, cap: float) -> None:
    """Against another method, which knows neither prices nor flows: the least sum of squares in fractions."""
    problem = random_call(seed, projects=4, experts=7, rich=False)
    rules = DrawRules(epsilon, cap)
    if problem.size.sum() > problem.load_max.sum() / 2:
        problem = replace(problem, load_max=np.full(7, 4))
    least = least_sum_of_squares(problem, rules)
    if least is None:
        with pytest.raises(ChangeError, match="cap is 'too low'"):
            draw(problem, "1", rules)
        return
    made = draw(problem, "1", rules)
    assert verify_draw(problem, made) == []
    squares = float(((made.urn.count / made.urn.size) ** 2).sum())
    # Whole counts of 1,024 and the way up to the expected total cost a little.
    assert least - 1e-4 <= squares <= least + 0.02


@pytest.mark.slow
def test_400_random_draws_keep_every_promise() -> None:
    drawn = Counter[str]()
    for seed in range(3000, 3400):
        random = np.random.default_rng(seed)
        problem = random_call(seed, int(random.integers(2, 8)), int(random.integers(5, 16)), rich=seed % 4 == 0)
        if seed % 3 == 0:
            least = (random.random(problem.n_experts) < 0.3) & (problem.load_max > 0)
            problem = replace(problem, load_min=least.astype(np.int64))
        pairs = np.argwhere(problem.allowed(slice(None)))
        p, e = pairs[random.integers(len(pairs))].tolist()
        rules = DrawRules(float(random.choice([0.01, 0.05, 0.2, 0.6])), float(random.choice([0.2, 0.5, 0.8, 1.0])))
        try:
            problem = replace(problem, forced=((p, e),) if seed % 5 == 0 else ())
            made = draw(problem, "1", rules)
        except (Blocked, AssignmentError) as refusal:
            drawn[type(refusal).__name__] += 1
            continue
        drawn[made.record.method] += 1
        assert verify_draw(problem, made) == []
    assert min(drawn["marginals"], drawn["list"], drawn["ChangeError"]) > 20


def least_sum_of_squares(problem: Problem, rules: DrawRules) -> float | None:
    shape = problem.scores.shape
    scores = problem.scores.astype(np.float64).ravel()
    rows = np.kron(np.eye(shape[0]), np.ones(shape[1]))
    columns = np.kron(np.ones(shape[0]), np.eye(shape[1]))
    cap = int(rules.cap * 1024) / 1024
    bounds = [(0.0, cap if may else 0.0) for may in problem.allowed(slice(None)).ravel()]
    best = solve(problem, Goal(floor_share=None)).total
    least = (1 - rules.epsilon) * best
    start = linprog(
        -scores, A_ub=columns, b_ub=problem.load_max, A_eq=rows, b_eq=problem.size, bounds=bounds, method="highs"
    )
    if start.status != 0 or -start.fun < least - 1e-9:
        return None
    found = minimize(
        lambda x: (x * x).sum(),
        start.x,
        jac=lambda x: 2 * x,
        bounds=bounds,
        constraints=[
            LinearConstraint(rows, problem.size, problem.size),
            LinearConstraint(columns, -np.inf, problem.load_max),
            LinearConstraint(scores[None, :], least, np.inf),
        ],
        method="SLSQP",
        options={"maxiter": 1000, "ftol": 1e-10},
    )
    return float(found.fun)


def test_without_room_the_best_plan_is_the_only_one() -> None:
    made = draw(replace(plain(), forced=()), "1", DrawRules(epsilon=1e-9, cap=1.0))
    assert verify_draw(replace(plain(), forced=()), made) == []
    assert made.record.expected_total == made.record.best_total


def test_plain_loads_too_large_for_prices_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marginals, "MOST_PAIRS", 6 * 14 - 1)
    made = draw(plain(), "1", RULES)
    assert (made.record.method, made.record.size) == (Method.LIST, RULES.plans)
    assert verify_draw(plain(), made) == []


def test_a_listed_urn_is_far_more_even_than_the_best_plan_repeated() -> None:
    made = draw(composed(), "1", DrawRules(epsilon=0.5, cap=1.0, plans=10))
    squares = float(((made.urn.count / made.urn.size) ** 2).sum())
    assert squares < 0.4 * composed().n_seats


def test_replay_confirms_the_record_and_finds_a_change(drawn: tuple[Problem, Draw]) -> None:
    problem, made = drawn
    record = record_from(json.loads(json.dumps(draw_document(problem, made))))
    assert record == made.record
    assert replay(problem, record, made.seats) == []
    swapped = (made.seats[1], made.seats[0], *made.seats[2:])
    assert replay(problem, record, swapped) == [Words("专家组与抽取结果不同", "the panels differ from those drawn")]
    other = replace(problem, load_max=problem.load_max + 1)
    assert replay(other, record, made.seats)[0].en.startswith("the call is not the one of the record")
    changes: dict[str, Any] = {
        "method": Method.LIST if record.method is Method.MARGINALS else Method.MARGINALS,
        "urn_hash": "0" * 64,
        "size": record.size + 1,
        "ticket": "f" * 64,
        "number": (record.number + 1) % record.size,
        "best_total": record.best_total + 1,
        "expected_total": record.expected_total + 1e-9,
        "highest_probability": record.highest_probability / 2,
    }
    for name, value in changes.items():
        (told,) = replay(problem, replace(record, **{name: value}), made.seats)
        assert said_in_both(told)
        assert told.en.endswith(f" is {getattr(record, name)}, recorded {value}")
    assert replay(problem, replace(record, rules=replace(RULES, epsilon=0.35)), made.seats) != []


def test_the_document_says_how_likely_each_member_was(drawn: tuple[Problem, Draw]) -> None:
    problem, made = drawn
    for panel in draw_document(problem, made)["panels"]:
        for member in panel["members"]:
            p, e = problem.project_ids.index(panel["project"]), problem.expert_ids.index(member["expert"])
            sure = (p, e) in problem.forced
            assert member["probability"] == 1.0 if sure else 0 < member["probability"] <= RULES.cap


def test_another_seed_draws_other_panels_from_the_same_urn(drawn: tuple[Problem, Draw]) -> None:
    problem, made = drawn
    others = [draw(problem, seed, RULES) for seed in ("a", "b")]
    assert len({one.seats for one in (made, *others)}) == len({one.record.number for one in (made, *others)}) > 1
    assert {one.record.urn_hash for one in others} == {made.record.urn_hash}


def test_shuffled_input_on_one_or_two_threads_draws_the_same_bytes() -> None:
    script = (
        "import sys; from matcher.assignment.lots.draw import draw; "
        "from matcher.assignment.files.planfile import draw_document; "
        "from tests.matcher.assignment.test_panels_draw import RULES, by_id, composed, plain; "
        "from tests.matcher.assignment.test_panels_solve import shuffle; "
        "problems = [shuffle(make(), int(seed)) for seed in sys.argv[1:] for make in (plain, composed)]; "
        "print(*(by_id(draw_document(each, draw(each, 'x', RULES))) for each in problems), sep='\\n')"
    )
    said = set()
    for threads, seeds in (("1", "12"), ("2", "34")):
        environment = {**os.environ, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        command = [sys.executable, "-c", script, *seeds]
        run = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        said.update(run.stdout.splitlines())
    assert said == {by_id(draw_document(each, draw(each, "x", RULES))) for each in (plain(), composed())}


def by_id(document: dict[str, Any]) -> str:
    """A draw as one line of JSON, its panels and members in the order of their ids."""
    members = {
        each["project"]: sorted((m["expert"], m["probability"]) for m in each["members"]) for each in document["panels"]
    }
    return json.dumps([members, document["record"]], sort_keys=True)


def test_pool_hash_ignores_the_order_of_the_input() -> None:
    problem = composed()
    assert pool_hash(shuffle(problem, 1)) == pool_hash(problem)
    scores = problem.scores.copy()
    scores[0, 0] += np.float32(0.001)
    assert pool_hash(replace(problem, scores=scores)) != pool_hash(problem)


def test_the_judge_of_urns_sees_each_broken_promise() -> None:
    urn = draw(plain(), "1", RULES).urn
    problem = urn.problem  # in the order of ids
    assert check_urn(urn, RULES.cap) == []
    likelier = [one.found for one in check_urn(urn, 0.4)]
    assert likelier == [
        f"{problem.expert_ids[e]}: {count}/1024"
        for p, e, count in zip(urn.project.tolist(), urn.expert.tolist(), urn.count.tolist(), strict=True)
        if count > 0.4 * 1024 and (p, e) not in problem.forced
    ]
    assert likelier
    first = int(np.flatnonzero(urn.project == 0)[0])
    more = urn.count.copy()
    more[first] += 1
    told = [str(one).split(" / ")[1] for one in check_urn(replace(urn, count=more), 1.0)]
    assert told == ["p0: size is 4097/1024, allowed 4"]
    pinned = int(np.flatnonzero((urn.project == 2) & (urn.expert == problem.forced[0][1]))[0])
    less = urn.count.copy()
    less[pinned] -= 1
    told = [str(one).split(" / ")[1] for one in check_urn(replace(urn, count=less), 1.0)]
    assert told == ["p2: probability is e3: 1023/1024, allowed 1 for a pinned seat", "p2: size is 4095/1024, allowed 4"]
    idle = replace(urn, problem=replace(problem, load_max=np.where(np.arange(14) == 0, 0, 3), load_min=None))
    assert [one.rule.en for one in check_urn(idle, 1.0)] == ["load"]
    barred = problem.forbidden.copy() if problem.forbidden is not None else None
    assert barred is not None
    barred[0, urn.expert[first]] = True
    told = [one.rule.en for one in check_urn(replace(urn, problem=replace(problem, forbidden=barred)), 1.0)]
    assert told == ["forbidden pairs"]


def test_the_judge_of_draws_compares_the_record_and_the_optimum(drawn: tuple[Problem, Draw]) -> None:
    problem, made = drawn
    assert verify_draw(problem, made) == []
    record = made.record
    for forged, rule in (
        (replace(record, expected_total=record.expected_total + 1), "expected total"),
        (replace(record, best_total=record.best_total + 1), "total"),
        (replace(record, highest_probability=0.01), "probability"),
        (replace(record, rules=replace(RULES, epsilon=1e-6)), "expected total"),
    ):
        assert [one.rule.en for one in verify_draw(problem, replace(made, record=forged))] == [rule]
    if made.urn.plans:
        lost = replace(made.urn, plans=made.urn.plans[1:] + made.urn.plans[1:2])
        assert "probability" in [one.rule.en for one in verify_draw(problem, replace(made, urn=lost))]


@pytest.mark.parametrize(
    ("problem", "rules", "message"),
    [
        (plain(), DrawRules(0.001, 0.5), r"the expected total reaches \d+\.\d+, epsilon asks for \d+\.\d+; widen"),
        (plain(), DrawRules(0.9, 0.2), "under it the panels cannot be filled; widen epsilon or the cap"),
        (composed(), DrawRules(0.001, 0.5), r"the expected total reaches \d+\.\d+, epsilon asks for \d+\.\d+; widen"),
        (composed(), DrawRules(0.9, 0.05), "under it the panels cannot be filled; widen epsilon or the cap"),
    ],
)
def test_a_cap_that_is_too_low_says_how_far_it_reaches(problem: Problem, rules: DrawRules, message: str) -> None:
    with pytest.raises(ChangeError, match=message):
        draw(problem, "1", rules)


def test_rules_of_a_draw_are_checked() -> None:
    with pytest.raises(ChangeError, match="cap x plans"):
        DrawRules(cap=0.1, plans=5)
    with pytest.raises(ChangeError, match="epsilon"):
        DrawRules(epsilon=0)
    with pytest.raises(ChangeError, match="cap is 0: a probability"):
        DrawRules(cap=0)
