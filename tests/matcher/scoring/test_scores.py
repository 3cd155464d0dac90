"""Scores over columns against a plain scorer of one pair of records."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from matcher.columns import Columns
from matcher.domain import Fund, Kind, Project, Purpose, offer_kind
from matcher.rules import Context, evaluate
from matcher.scoring import Pool, score
from matcher.scoring.part import Setting
from matcher.scoring.scores import in_detail
from tests.matcher.rules.strategies import OFFERS, TODAY, projects
from tests.matcher.scoring import plain_scores as plain

CONTEXT = Context(TODAY)
semantics = st.none() | st.sampled_from([0.0, 0.25, 0.8, 1.0])


@pytest.mark.parametrize("purpose", list(Purpose))
def test_scores_equal_those_of_a_plain_scorer(purpose):
    weights = CONTEXT.rules.part_weights(purpose)
    base = CONTEXT.rules.weights["base"]["weight"], CONTEXT.rules.weights["base"]["value"]

    @budget(max_examples=60, deadline=None, report_multiple_bugs=False)
    @given(
        st.lists(projects, min_size=1, max_size=3), st.lists(OFFERS[str(purpose)], min_size=1, max_size=3), st.data()
    )
    def check(rows, offers, data):
        near = [[data.draw(semantics) for _ in offers] for _ in rows]
        semantic = np.array([[np.nan if value is None else value for value in line] for line in near], np.float32)
        p, o = Columns.of(Kind.PROJECT, rows), Columns.of(offer_kind(purpose), offers)
        verdicts = evaluate(purpose, p, o, CONTEXT)
        found = score(purpose, p, o, semantic, CONTEXT, None, verdicts)
        values = in_detail(purpose, Setting(p, o, semantic, CONTEXT, Pool.of(purpose, o, CONTEXT))).values
        for i, row in enumerate(rows):
            for j, offer in enumerate(offers):
                expected = plain.parts(str(purpose), row, offer, near[i][j], TODAY)
                assert set(expected) == set(weights)
                for name, value in expected.items():
                    got = float(values[name].reshape(semantic.shape)[i, j])
                    assert (value is None) == np.isnan(got), name
                    assert value is None or got == pytest.approx(value, abs=2e-5), name
                minus = plain.deduction(row, offer) if purpose is Purpose.INSURANCE else 0.0
                assert float(found.total[i, j]) == pytest.approx(plain.score(weights, base, expected, minus), abs=5e-3)
                known = sum(value is not None for value in expected.values()) + int(verdicts.known[i, j])
                whole = len(weights) + int(verdicts.asked[i, j])
                assert float(found.completeness[i, j]) == pytest.approx(known / whole)

    check()


def test_weights_of_each_purpose_sum_to_one():
    for purpose in Purpose:
        assert sum(CONTEXT.rules.part_weights(purpose).values()) == pytest.approx(1)


def test_an_unknown_part_has_no_effect_of_its_own():
    """Two pairs that know the same score the same, whatever else is asked of one of them."""
    silent, asking = Fund(id="a", regions=["331000"]), Fund(id="b", regions=["331000"], ticket_min=50, trl_min=4)
    project = Columns.of(Kind.PROJECT, [Project(id="p", region="331024")])
    totals = score(Purpose.INVESTMENT, project, Columns.of(Kind.FUND, [silent, asking]), None, CONTEXT).total
    assert totals[0, 0] == totals[0, 1] > 50


def test_a_thin_candidate_neither_wins_nor_loses_by_accident():
    """One part at .95 does not outrank six at .9; one part at .3 does not sink below six at .35."""
    rich = Fund(
        id="rich",
        regions=["331024"],
        trl_min=3,
        trl_max=5,
        ticket_min=50,
        ticket_max=200,
        sectors_include=["gb:C26"],
    )
    project = Project(
        id="p", region="331024", trl=4, industry_gb4754=["C26"], financing_need={"equity": {"amount_max": 100}}
    )
    p, funds = Columns.of(Kind.PROJECT, [project]), Columns.of(Kind.FUND, [rich, Fund(id="thin")])
    high = score(Purpose.INVESTMENT, p, funds, np.array([[0.9, 0.95]], np.float32), CONTEXT).total[0]
    assert high[0] > high[1]
    poor = rich.model_copy(update={"regions": ("440305",), "sectors_include": ("gb:K",), "trl_min": 8, "trl_max": 9})
    low = score(
        Purpose.INVESTMENT,
        p,
        Columns.of(Kind.FUND, [poor, Fund(id="thin")]),
        np.array([[0.3, 0.3]], np.float32),
        CONTEXT,
    ).total[0]
    assert low[0] < low[1]


def _equity(amount):
    return None if amount is None else {"equity": {"amount_min": amount, "amount_max": amount}}


def test_only_the_ticket_part_moves_when_the_largest_ticket_changes():
    """Story 1: changing only ticket_max moves exactly the items whose ticket part changed."""
    rows = [
        Project(id=f"p{i}", trl=3 + i % 3, financing_need=_equity(amount))
        for i, amount in enumerate([20, 50, 100, 200, None, 40])
    ]
    p = Columns.of(Kind.PROJECT, rows)
    before = Fund(id="f", trl_min=3, trl_max=6, ticket_min=20, ticket_max=200)
    after = before.model_copy(update={"ticket_max": 40})
    settings = [Columns.of(Kind.FUND, [fund]) for fund in (before, after)]
    totals = [score(Purpose.INVESTMENT, p, fund, None, CONTEXT).total.ravel() for fund in settings]
    parts = [
        in_detail(
            Purpose.INVESTMENT, Setting(p, fund, None, CONTEXT, Pool.of(Purpose.INVESTMENT, fund, CONTEXT))
        ).values
        for fund in settings
    ]
    tickets = [values["ticket"] for values in parts]
    moved = ~np.isclose(tickets[0], tickets[1], equal_nan=True)
    assert (totals[0] != totals[1]).tolist() == moved.tolist() == [False, True, True, True, False, False]


def test_no_rows_give_no_scores():
    empty, fund = Columns.of(Kind.PROJECT, []), Columns.of(Kind.FUND, [Fund(id="f")])
    assert score(Purpose.INVESTMENT, empty, fund, None, CONTEXT).total.shape == (0, 1)
    assert evaluate(Purpose.INVESTMENT, empty, fund, CONTEXT).verdict.shape == (0, 1)
