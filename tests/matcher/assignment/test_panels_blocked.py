"""Bad input and blocked calls: the message names project and rule."""

from dataclasses import replace

import numpy as np
import pytest

from matcher.assignment.errors import ProblemError
from matcher.assignment.problem import Cap, Problem, Quota
from matcher.assignment.result import Goal
from matcher.assignment.solver.diagnosis import Blocked, diagnose
from matcher.assignment.solver.solve import solve
from tests.matcher.assignment.speech import said_in_both

NONE = np.zeros(0, dtype=np.int64)


def _call(projects: int = 3, experts: int = 6, size: int = 2, load: int = 2) -> Problem:
    return Problem(
        tuple(f"p{i}" for i in range(projects)),
        tuple(f"e{i}" for i in range(experts)),
        np.full((projects, experts), 0.5, dtype=np.float32),
        np.full(projects, size),
        np.full(experts, load),
    )


def _causes(problem: Problem) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    with pytest.raises(Blocked) as blocked:
        solve(problem, Goal(floor_share=None))
    return [(cause.projects, cause.rules) for cause in blocked.value.diagnosis.causes]


def test_every_expert_in_conflict_names_the_project() -> None:
    forbidden = np.zeros((3, 6), dtype=bool)
    forbidden[1] = True
    assert _causes(replace(_call(), forbidden=forbidden)) == [(("p1",), ("size",))]


def test_a_role_that_nobody_has() -> None:
    none = Quota("finance", np.zeros(6, dtype=bool), np.array([0, 1, 0]), np.full(3, 2))
    assert _causes(replace(_call(), quotas=(none,))) == [(("p1",), ("finance",))]


def test_fewer_experts_of_a_role_than_panels_names_the_fewest_panels() -> None:
    one = Quota("finance", np.arange(6) == 0, np.ones(3, dtype=np.int64), np.full(3, 2))
    problem = replace(_call(), quotas=(one,))
    assert _causes(problem) == [(("p0", "p1", "p2"), ("finance", "load_max"))]
    diagnosis = diagnose(problem)
    assert diagnosis is not None
    assert [(change.rule.en, change.subject, change.by) for change in diagnosis.changes] == [("load_max", "e0", 1)]
    assert diagnosis.is_cheapest


def test_too_few_seats_in_the_pool() -> None:
    assert _causes(_call(load=0)) == [((f"p{i}",), ("size",)) for i in range(3)]
    assert _causes(_call(projects=4, experts=3, load=2)) == [(("p0", "p1", "p2", "p3"), ("size", "load_max"))]


def test_a_cap_that_leaves_too_few_units() -> None:
    one_unit = Cap("unit", np.arange(6), np.zeros(6, dtype=np.int64), np.ones(3, dtype=np.int64))
    assert _causes(replace(_call(), caps=(one_unit,))) == [((f"p{i}",), ("size", "unit")) for i in range(3)]


def test_quotas_that_do_not_fit_into_the_panel() -> None:
    kinds = tuple(
        Quota(name, np.arange(6) % 3 == k, np.ones(3, dtype=np.int64), np.full(3, 2)) for k, name in enumerate("abc")
    )
    assert _causes(replace(_call(), quotas=kinds)) == [((f"p{i}",), ("size", "a", "b", "c")) for i in range(3)]


def test_least_loads_above_what_fits() -> None:
    assert _causes(replace(_call(projects=1), load_min=np.ones(6, dtype=np.int64))) == [((), ("load_min",))]


def test_a_hidden_contradiction_is_found_with_the_smallest_set() -> None:
    # p0 and p1 can only take e0 and e1, who work once each; p2 has nothing to do with it.
    forbidden = np.zeros((3, 6), dtype=bool)
    forbidden[:2, 2:] = True
    problem = replace(_call(load=1), forbidden=forbidden)
    assert _causes(problem) == [(("p0", "p1"), ("load_max", "forbidden pairs"))]
    diagnosis = diagnose(problem)
    assert diagnosis is not None
    assert sum(change.by for change in diagnosis.changes) == 2
    assert {change.rule.en for change in diagnosis.changes} == {"load_max"}


def test_plain_calls_with_least_loads_or_pins_are_blocked_too() -> None:
    forbidden = np.zeros((3, 6), dtype=bool)
    forbidden[:2, 2:] = True
    blocked = replace(_call(load=1), forbidden=forbidden, forced=((0, 0),))
    assert _causes(blocked)[0][0] == ("p0", "p1")
    idle = np.zeros(6, dtype=np.int64)
    idle[5] = 1
    assert _causes(replace(_call(load=1), forbidden=forbidden, load_min=idle))[0][0] == ("p0", "p1")


def test_a_call_with_a_plan_has_no_diagnosis() -> None:
    assert diagnose(_call()) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"expert_ids": (), "scores": np.zeros((3, 0), "f4"), "load_max": NONE}, "need experts"),
        ({"project_ids": (), "scores": np.zeros((0, 6), "f4"), "size": NONE}, "one project"),
        ({"size": np.array([2, 0, 2])}, r"size\[p1\] is 0"),
        ({"size": np.array([3, 2, 3]), "odd": True}, r"size\[p1\] is 2: panels are odd"),
        ({"load_min": np.array([3, 0, 0, 0, 0, 0])}, r"load_min\[e0\] is 3"),
        ({"expert_ids": ("e0", "e0", "e2", "e3", "e4", "e5")}, "names one thing only"),
        ({"scores": np.full((3, 6), np.nan, np.float32)}, r"scores\[p0, e0\] is nan"),
        ({"forced": ((0, 0), (0, 1), (0, 2))}, r"forced\[p0\] is 3: the panel has 2 seats"),
        ({"forced": ((0, 9),)}, "names a project and an expert"),
        ({"forced": ((0, 1), (0, 1))}, "pinned once"),
        ({"apart": ((1, 1),)}, "two different experts"),
    ],
)  # fmt: skip
def test_bad_calls_are_refused_by_field(change: dict[str, object], message: str) -> None:
    with pytest.raises(ProblemError, match=message) as refused:
        replace(_call(), **change)  # type: ignore[arg-type]
    assert said_in_both(refused.value.rule)
    assert said_in_both(refused.value.remedy)


def test_a_pinned_seat_says_which_rule_it_breaks() -> None:
    forbidden = np.zeros((3, 6), dtype=bool)
    forbidden[0, 1] = True
    with pytest.raises(ProblemError, match=r"forced\[p0, e1\].*conflict"):
        replace(_call(), forbidden=forbidden, forced=((0, 1),))
    unit = Cap("unit", np.arange(6), np.arange(6) // 2, np.ones(3, dtype=np.int64), ("甲", "乙", "丙"))
    with pytest.raises(ProblemError, match="at most 1 of unit 甲"):
        replace(_call(), caps=(unit,), forced=((0, 0), (0, 1)))
    with pytest.raises(ProblemError, match="load is at most 2"):
        replace(_call(), forced=((0, 0), (1, 0), (2, 0)))


def test_a_counted_cause_of_a_large_call_has_its_way_out_without_a_look_at_all_pairs() -> None:
    forbidden = np.zeros((200, 1000), dtype=bool)
    forbidden[7] = True
    diagnosis = diagnose(replace(_call(projects=200, experts=1000, size=5), forbidden=forbidden))
    assert diagnosis is not None
    assert [(cause.projects, cause.rules) for cause in diagnosis.causes] == [(("p7",), ("size",))]
    assert [(change.rule.en, change.subject, change.by) for change in diagnosis.changes] == [("size", "p7", -5)]
    assert not diagnosis.is_cheapest  # a sample of the pairs proves no more


def test_a_large_call_that_lacks_few_seats_is_asked_for_few() -> None:
    load = np.where(np.arange(1000) < 249, 4, 0)
    diagnosis = diagnose(replace(_call(projects=200, experts=1000, size=5), load_max=load))
    assert diagnosis is not None
    assert {change.rule.en for change in diagnosis.changes} == {"load_max"}
    assert sum(change.by for change in diagnosis.changes) == 4  # of 1,000 seats 996 can be given


def test_pins_that_leave_too_few_seats_for_a_quota_are_named() -> None:
    finance = Quota("finance", np.arange(6) < 2, np.ones(3, dtype=np.int64), np.full(3, 2))
    problem = replace(_call(load=3), quotas=(finance,), forced=((1, 3), (1, 4)))
    assert _causes(problem) == [(("p1",), ("finance", "forced"))]
