"""The golden set is read whole, and what contradicts itself is refused with file, line, value and remedy."""

import json
import shutil

import pytest

from matcher.domain import Kind, Project, Purpose
from matcher.domain.codes import data_folder
from matcher.evaluation import GoldenError, load_golden


@pytest.fixture
def data(tmp_path):
    for part in ("demo", "golden"):
        shutil.copytree(data_folder() / part, tmp_path / part)
    return tmp_path


def append(path, **row):
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")


def test_queries_carry_their_record_or_their_sentence(golden):
    first = golden.queries[0]
    assert (first.id, first.purpose, first.candidate_kind) == ("INV01", Purpose.INVESTMENT, Kind.FUND)
    assert isinstance(first.subject, Project)
    assert first.subject.id == "P001"
    assert first.grades["F16"] == 3
    assert first.grounds["F02"] == "要求注册或迁入横琴，项目在椒江。"
    sentence = next(query for query in golden.queries if query.id == "INV21")
    assert sentence.subject == "早期新材料项目，TRL 3到6，50到200万，最好在浙江"


def test_unknown_candidate_is_refused(data):
    append(data / "golden" / "judgments.jsonl", query="INV01", candidate="F99", grade=1, grounds="?")
    with pytest.raises(GoldenError, match=r"judgments.jsonl line \d+: no fund is called 'F99'"):
        load_golden(data)


@pytest.mark.parametrize("grade", [4, -1, None, "3", 1.5])
def test_wrong_grade_is_refused(data, grade):
    append(data / "golden" / "judgments.jsonl", query="INV01", candidate="F41", grade=grade, grounds="?")
    with pytest.raises(GoldenError, match="give 0, 1, 2 or 3"):
        load_golden(data)


def test_empty_grounds_are_refused(data):
    append(data / "golden" / "judgments.jsonl", query="INV01", candidate="F41", grade=0, grounds=" ")
    with pytest.raises(GoldenError, match="grounds are empty"):
        load_golden(data)


def test_a_pair_is_judged_once(data):
    append(data / "golden" / "judgments.jsonl", query="INV01", candidate="F16", grade=0, grounds="again")
    with pytest.raises(GoldenError, match="F16 was judged for INV01 on line 1; keep one of the two"):
        load_golden(data)


def test_judgment_without_query_is_refused(data):
    append(data / "golden" / "judgments.jsonl", query="INV99", candidate="F16", grade=1, grounds="lost")
    with pytest.raises(GoldenError, match="no query is called INV99"):
        load_golden(data)


def test_query_with_unknown_subject_is_refused(data):
    append(data / "golden" / "queries.jsonl", id="X", purpose="loan", candidate_kind="loan", subject_id="P999")
    with pytest.raises(GoldenError, match=r"queries.jsonl line 54: no project is called 'P999'"):
        load_golden(data)


def test_query_with_unknown_purpose_is_refused(data):
    append(data / "golden" / "queries.jsonl", id="X", purpose="gift", candidate_kind="loan", text="?")
    with pytest.raises(GoldenError, match="'gift' is none of"):
        load_golden(data)


def test_query_that_nothing_fits_is_refused(data):
    append(data / "golden" / "queries.jsonl", id="X", purpose="loan", candidate_kind="loan", text="?")
    with pytest.raises(GoldenError, match="nothing fits X"):
        load_golden(data)


def test_query_id_stands_once(data):
    append(data / "golden" / "queries.jsonl", id="INV01", purpose="investment", candidate_kind="fund", text="?")
    with pytest.raises(GoldenError, match="INV01 stands twice"):
        load_golden(data)


def test_broken_line_is_told(data):
    (data / "golden" / "queries.jsonl").write_text('{"id": \n', "utf-8")
    with pytest.raises(GoldenError, match="line 1: no JSON object"):
        load_golden(data)


def test_bad_record_is_told(data):
    append(data / "demo" / "funds.jsonl", id="F98", ticket_min=9, ticket_max=1)
    with pytest.raises(GoldenError, match=r"funds.jsonl: .*correct the row"):
        load_golden(data)
