"""Columns hold what records say, and say unknown where they say nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from matcher.columns import Columns, Interned
from matcher.columns.columns import FORMAT
from matcher.columns.forms import bits_of, known_bit, members
from matcher.domain import KINDS, Fund, Kind, Project
from matcher.domain.taxonomy import CompanyTitle, Round
from tests.matcher.rules.strategies import funds, projects

tuples = st.none() | st.lists(st.integers(0, 9), max_size=3).map(tuple)


def _same(one, other):
    assert len(one) == len(other)
    for name in one._dense:
        assert np.array_equal(one[name], other[name], equal_nan=one[name].dtype.kind == "f"), name
    for name in one.tuples:
        assert [one.tuples[name].value(i) for i in range(len(one))] == [
            other.tuples[name].value(i) for i in range(len(other))
        ], name


def test_unknown_stays_apart_from_zero_no_and_nothing():
    rows = Columns.of(
        Kind.PROJECT,
        [Project(id="a"), Project(id="b", titles=[], land_in=[], dishonest_listed=False, equity_offered=0)],
    )
    assert np.isnan(rows["equity_offered"][0]) and rows["equity_offered"][1] == 0
    assert rows["dishonest"].tolist() == [1, 0]
    assert rows["titles"].tolist() == [0, known_bit(CompanyTitle)]
    assert [rows.tuples["land_in"].value(i) for i in range(2)] == [None, ()]


def test_bits_name_the_members_of_a_vocabulary():
    word = Columns.of(Kind.FUND, [Fund(id="f", stages=["天使", "A轮"])])["rounds"][0]
    assert members(int(word), Round) == (Round.ANGEL, Round.A)
    assert word == known_bit(Round) | bits_of([Round.ANGEL, Round.A])


def test_a_team_without_company_is_younger_than_any_limit():
    rows = Columns.of(Kind.PROJECT, [Project(id="a", applicant_kind="团队"), Project(id="b")])
    assert rows["founded"][0] == np.inf and rows["revenue"][0] == 0
    assert np.isnan(rows["founded"][1]) and np.isnan(rows["revenue"][1])


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_row_that_was_never_put_is_unknown_everywhere(kind):
    rows = Columns(kind)
    rows.put([2], [KINDS[kind](id="x")])
    empty = Columns.of(kind, [KINDS[kind](id="x")])
    for name in rows._dense:
        assert rows[name][0] == empty[name][0] or (np.isnan(rows[name][0]) and np.isnan(empty[name][0])), name
    assert {name: column.value(1) for name, column in rows.tuples.items()} == dict.fromkeys(rows.tuples)


@budget(max_examples=30, deadline=None)
@given(st.lists(projects, min_size=1, max_size=5), st.lists(projects, min_size=1, max_size=5), st.data())
def test_put_and_take_agree_with_building_anew(first, second, data):
    rows = Columns.of(Kind.PROJECT, first)
    places = data.draw(st.lists(st.integers(0, 7), min_size=len(second), max_size=len(second), unique=True))
    rows.put(places, second)
    expected = dict(enumerate(first)) | dict(zip(places, second, strict=True))
    full = [place for place in range(len(rows)) if place in expected]
    _same(rows.take(full), Columns.of(Kind.PROJECT, [expected[place] for place in full]))
    _same(rows.take([]), Columns.of(Kind.PROJECT, []))


@budget(max_examples=15, deadline=None)
@given(st.lists(funds, max_size=4), st.lists(funds, min_size=1, max_size=3))
def test_saved_columns_open_as_they_were_and_can_be_changed(tmp_path_factory, first, more):
    folder = tmp_path_factory.mktemp("columns")
    rows = Columns.of(Kind.FUND, first)
    rows.save(folder / "a")
    opened = Columns.open(folder / "a")
    _same(rows, opened)
    for columns in (rows, opened):
        columns.put(np.arange(len(more)) + 1, more)
    _same(rows, opened)
    _same(Columns.open(folder / "a"), Columns.of(Kind.FUND, first))


def test_columns_of_another_version_are_refused(tmp_path):
    Columns.of(Kind.CENTER, []).save(tmp_path / "c")
    about = tmp_path / "c" / "columns.json"
    about.write_text(about.read_text().replace(f'"format": {FORMAT}', '"format": 0'))
    with pytest.raises(ValueError, match="build them again"):
        Columns.open(tmp_path / "c")


@given(st.lists(tuples, max_size=12), st.data())
def test_interned_tuples_come_back(values, data):
    column = Interned(values)
    assert [column.value(i) for i in range(len(values))] == values
    assert column.count <= len(set(values)) + 1
    rows = data.draw(st.lists(st.integers(0, max(0, len(values) - 1)), max_size=6 if values else 0))
    taken = column.take(np.array(rows, np.int64))
    assert [taken.value(i) for i in range(len(rows))] == [values[row] for row in rows]
