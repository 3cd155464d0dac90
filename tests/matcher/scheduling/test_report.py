"""The report before and after the event, and its figure."""

from __future__ import annotations

from pathlib import Path

import pytest

from matcher.scheduling import Event, Meeting, Party, Plan, Slot, Table, solve
from matcher.scheduling.errors import FormatError
from matcher.scheduling.figures import write_figure
from matcher.scheduling.outcomes import Outcome, outcomes_from_document
from matcher.scheduling.report import Afterwards, report
from matcher.scheduling.wishes import Wish

PARTIES = tuple(Party(name, name, promised=1) for name in ("甲", "乙", "丙", "丁"))
MEETINGS = tuple(Meeting(pair, score) for pair, score in (((0, 1), 900), ((0, 2), 500), ((1, 2), 100)))
EVENT = Event("对接会", (Slot(), Slot()), (Table("1"),), PARTIES, MEETINGS)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return solve(EVENT)


def test_report_counts_what_the_plan_gives(plan: Plan) -> None:
    found = report(EVENT, plan, [Wish(0, 1, 1), Wish(0, 2, 2), Wish(1, 2, 1), Wish(3, 0, 1)])
    assert (found.meetings, found.score, found.shortfall, found.without_meeting) == (2, 1400, 1, ("丁",))
    assert found.meetings_per_party == {0: 1, 1: 2, 2: 1}
    assert found.met_by_rank == {1: (1, 3), 2: (1, 1)}
    assert found.table_use == (1.0, 1.0)
    assert found.afterwards is None


def test_report_after_the_event(plan: Plan) -> None:
    outcomes = [
        Outcome(0, "held", interest={0: True, 1: True}, next_step="样品测试"),
        Outcome(1, "no_show", absent=(2,)),
    ]
    assert report(EVENT, plan, outcomes=outcomes).afterwards == Afterwards(1, 1, 0, 1, 1, {"丙": 1})
    assert report(EVENT, plan, outcomes=outcomes[1:]).afterwards == Afterwards(0, 1, 1, 0, 0, {"丙": 1})
    assert outcomes[0].feedback() == ((0, "meeting held"), (1, "meeting held"), (0, "interest"), (1, "interest"))
    assert outcomes[1].feedback() == ()


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ({"meeting": 2, "state": "held"}, "the plan does not hold it"),
        ({"meeting": 0, "state": "held", "absent": [3]}, "this party is not in it"),
        ({"meeting": 0, "state": "held", "absent": [1]}, "a meeting is held by two who came"),
        ({"meeting": 0, "state": "perhaps"}, "not held or no_show"),
        ({"meeting": 0, "state": "held", "interest": {"0": "yes"}}, "interest is true or false"),
        ({"state": "held"}, "a field does not fit"),
    ],
)
def test_outcomes_that_cannot_be(plan: Plan, row: dict[str, object], rule: str) -> None:
    with pytest.raises(FormatError, match=rule):
        outcomes_from_document(EVENT, plan, {"outcomes": [row]})


def test_an_outcome_comes_once(plan: Plan) -> None:
    row = {"meeting": 0, "state": "no_show", "absent": [1]}
    assert outcomes_from_document(EVENT, plan, {"outcomes": [row]}) == (Outcome(0, "no_show", (1,)),)
    with pytest.raises(FormatError, match="it comes twice"):
        outcomes_from_document(EVENT, plan, {"outcomes": [row, row]})


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_figure_is_the_same_twice(plan: Plan, tmp_path: Path, ending: str) -> None:
    found = report(EVENT, plan, outcomes=[Outcome(0, "held")])
    paths = [tmp_path / f"{n}.{ending}" for n in range(2)]
    for path in paths:
        write_figure(found, path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert len(list(tmp_path.iterdir())) == 2


def test_figure_names_its_endings(plan: Plan, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"name it report\.svg"):
        write_figure(report(EVENT, plan), tmp_path / "report.pdf")
