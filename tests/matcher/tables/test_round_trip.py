"""What is written is read again as the same records, in every form and both languages."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matcher.domain import Kind
from matcher.tables import content_hash, export, read
from tests.strategies import records

_MODEST = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _written_and_read(found, path, kind, language="zh"):
    assert export(found, path, kind=kind, language=language) == len(found)
    intake = read(path, kind)
    assert [error.text("en") for error in intake.errors] == []
    return intake.records


@pytest.mark.parametrize("kind", Kind)
@_MODEST
@given(data=st.data(), language=st.sampled_from(["zh", "en"]))
def test_csv_gives_equal_records(kind, language, data):
    found = data.draw(st.lists(records(kind), max_size=3, unique_by=lambda record: record.id))
    with tempfile.TemporaryDirectory() as folder:
        assert _written_and_read(found, Path(folder) / "a.csv", kind, language) == tuple(found)


@pytest.mark.parametrize("kind", Kind)
@_MODEST
@given(data=st.data())
def test_json_lines_give_equal_records(kind, data):
    found = data.draw(st.lists(records(kind), min_size=1, max_size=3, unique_by=lambda record: record.id))
    with tempfile.TemporaryDirectory() as folder:
        assert _written_and_read(found, Path(folder) / "a.jsonl", kind) == tuple(found)


@pytest.mark.parametrize("kind", Kind)
@settings(_MODEST, max_examples=3)
@given(data=st.data())
def test_workbooks_give_equal_records(kind, data):
    found = data.draw(st.lists(records(kind), min_size=3, max_size=8, unique_by=lambda record: record.id))
    with tempfile.TemporaryDirectory() as folder:
        assert _written_and_read(found, Path(folder) / "a.xlsx", kind) == tuple(found)


@_MODEST
@given(st.sampled_from(Kind).flatmap(records), st.sampled_from(Kind).flatmap(records))
def test_content_hash_is_equal_exactly_for_equal_records(one, other):
    again = type(one).model_validate_json(one.model_dump_json())
    assert content_hash(again) == content_hash(one)
    assert (content_hash(one) == content_hash(other)) == (one == other)
