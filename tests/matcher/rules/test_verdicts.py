"""The columns' verdicts against a plain evaluator of one pair of records."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from matcher.columns import Columns
from matcher.domain import Fund, Kind, Project, Purpose, offer_kind
from matcher.rules import Context, conditions, evaluate
from matcher.rules.verdicts import bind
from tests.matcher.rules import plain_rules as plain
from tests.matcher.rules.strategies import OFFERS, TODAY, projects

CONTEXT = Context(TODAY)
STATE = {False: 0, None: 1, True: 2, plain.ASKED_NOT: 3}


@pytest.mark.parametrize("purpose", list(Purpose))
def test_verdicts_equal_those_of_a_plain_evaluator(purpose):
    @budget(max_examples=60, deadline=None)
    @given(st.lists(projects, min_size=1, max_size=4), st.lists(OFFERS[str(purpose)], min_size=1, max_size=4))
    def check(rows, offers):
        p, o = Columns.of(Kind.PROJECT, rows), Columns.of(offer_kind(purpose), offers)
        found = evaluate(purpose, p, o, CONTEXT)
        expected = [[plain.conditions(str(purpose), row, offer, TODAY) for offer in offers] for row in rows]
        assert found.verdict.tolist() == [[plain.verdict(pair) for pair in line] for line in expected]
        pairs = [pair for line in expected for pair in line]
        assert found.asked.ravel().tolist() == [_asked(pair) for pair in pairs]
        assert found.known.ravel().tolist() == [_asked(pair) - _open(pair) for pair in pairs]
        assert Counter(found.excluded) == Counter(
            name for pair in pairs for name, state in pair.items() if state is False
        )
        assert Counter(found.open) == Counter(
            name for pair in pairs if plain.verdict(pair) == 1 for name, state in pair.items() if state is None
        )
        assert Counter(found.excluded_alone) == Counter(
            name
            for pair in pairs
            if sum(s is False for s in pair.values()) == 1
            for name, state in pair.items()
            if state is False
        )
        hard = [condition for condition in conditions(purpose) if condition.is_hard]
        everything = slice(0, len(rows)), slice(0, len(offers))
        for name, block in bind(hard, p, o, CONTEXT):
            states = np.broadcast_to(block(*everything), found.verdict.shape).tolist()
            assert states == [[STATE[pair[name]] for pair in line] for line in expected], name

    check()


def _asked(pair):
    return sum(state != plain.ASKED_NOT for state in pair.values())


def _open(pair):
    return sum(state is None for state in pair.values())


def test_an_empty_mandate_excludes_nobody_and_asks_nothing():
    rows = [Project(id="p1", region="331024", trl=3), Project(id="p2")]
    found = evaluate(Purpose.INVESTMENT, Columns.of(Kind.PROJECT, rows), Columns.of(Kind.FUND, [Fund(id="f")]), CONTEXT)
    assert found.verdict.tolist() == [[2], [2]]
    assert found.asked.tolist() == [[0], [0]]
    assert found.open == found.excluded == {}


def test_blocks_do_not_change_the_verdicts(monkeypatch):
    rows = [Project(id=f"p{i}", region="331024" if i % 3 else None, trl=1 + i % 9) for i in range(50)]
    funds = [
        Fund(id=f"f{i}", regions=["331000"], region_mode="必须落地") if i % 2 else Fund(id=f"f{i}") for i in range(40)
    ]
    p, o = Columns.of(Kind.PROJECT, rows), Columns.of(Kind.FUND, funds)
    whole = evaluate(Purpose.INVESTMENT, p, o, CONTEXT)
    monkeypatch.setattr("matcher.rules.verdicts.BLOCK", 7)
    parts = evaluate(Purpose.INVESTMENT, p, o, CONTEXT)
    assert np.array_equal(whole.verdict, parts.verdict)
    assert np.array_equal(whole.known, parts.known)
    assert (whole.excluded, whole.open, whole.open_alone) == (parts.excluded, parts.open, parts.open_alone)


def test_verdicts_follow_a_changed_row():
    """What conditions keep about the offers is forgotten when one of them changes."""
    p = Columns.of(Kind.PROJECT, [Project(id="p", applicant_kind="企业", legal_entity={"employees": 9})])
    funds = Columns.of(Kind.FUND, [Fund(id="a"), Fund(id="b", employees_max=20)])
    assert evaluate(Purpose.INVESTMENT, p, funds, CONTEXT).verdict.tolist() == [[2, 2]]
    funds.put([0, 2], [Fund(id="a", employees_max=5), Fund(id="c", remaining_capital=0)])
    assert evaluate(Purpose.INVESTMENT, p, funds, CONTEXT).verdict.tolist() == [[0, 2, 0]]
