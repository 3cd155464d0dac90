"""Ranked lists from files: the same lists as the library gives, and one sentence for what is wrong."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from embeddings.loading import load_encoder
from matcher.cli.ranking import app
from matcher.domain import Kind, Level, Purpose
from matcher.domain.codes import data_folder
from matcher.matchmaker import Matchmaker
from matcher.retrieval.catalogue import Catalogue
from matcher.tables import read

DEMO = data_folder() / "demo"
TODAY = "2026-11-23"
FILES = {"investment": "funds", "loan": "loans", "insurance": "insurance", "expert": "experts"}


def matcher(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("purpose", FILES)
@pytest.mark.parametrize("from_projects", [True, False])
def test_rank_writes_the_lists_of_the_library(purpose: str, from_projects: bool, tmp_path: Path) -> None:
    offers = FILES[purpose]
    asking, asked = ("projects", offers) if from_projects else (offers, "projects")
    some = tmp_path / f"{asking}.jsonl"
    some.write_text("\n".join((DEMO / f"{asking}.jsonl").read_text("utf-8").splitlines()[:3]), "utf-8")
    out = tmp_path / "run.csv"
    done = matcher(
        "rank", "-p", purpose, "-s", some, "-c", DEMO / f"{asked}.jsonl", "-k", 5, "-o", out, "--today", TODAY
    )
    assert done.exit_code == 0, done.output

    candidates = read(DEMO / f"{asked}.jsonl")
    catalogue = Catalogue(candidates.kind, Level.CONSENTED, load_encoder("builtin:static"))
    catalogue.put(candidates.records)
    matchmaker = Matchmaker.of(date.fromisoformat(TODAY))
    expected = [
        line for found in matchmaker.top(Purpose.of(purpose), read(some).records, catalogue, 5) for line in found
    ]
    assert [(row["subject_id"], row["candidate_id"], int(row["rank"]), row["verdict"]) for row in lines(out)] == [
        (line.subject_id, line.candidate_id, line.rank, line.verdict) for line in expected
    ]
    assert [float(row["score"]) for row in lines(out)] == [line.score for line in expected]


def test_csv_with_headers_of_its_own_is_ranked_too(tmp_path: Path) -> None:
    funds = tmp_path / "清单.csv"
    funds.write_text(
        "编号,基金名称,投资领域,最低单笔(万元),最高单笔\nA1,甲,新能源,50,2亿\nA2,乙,生物,30,300\n", "utf-8-sig"
    )
    out = tmp_path / "run.csv"
    done = matcher("rank", "-p", "invest", "-s", DEMO / "projects.jsonl", "-c", funds, "-o", out, "--today", TODAY)
    assert done.exit_code == 0, done.output
    best = next(row for row in lines(out) if row["subject_id"] == "P001")
    assert (best["candidate_id"], best["rank"]) == ("A1", "1")


def test_bad_rows_are_told_and_left_out(tmp_path: Path) -> None:
    funds = tmp_path / "funds.jsonl"
    funds.write_text('{"id": "f1", "thesis": "新材料"}\n{"id": "f2", "ticket_min": 5, "ticket_max": 2}\n', "utf-8")
    out = tmp_path / "run.csv"
    done = matcher("rank", "-p", "investment", "-s", DEMO / "projects.jsonl", "-c", funds, "-o", out)
    assert done.exit_code == 0
    assert "1 of 2 rows left out" in done.output
    assert {row["candidate_id"] for row in lines(out)} == {"f1"}


def test_match_prints_the_match_list_as_json() -> None:
    done = matcher(
        "match", "-p", "loan", "-s", DEMO / "projects.jsonl", "--subject", "P001", "-c", DEMO / "loans.jsonl", "--json"
    )
    found = json.loads(done.stdout)
    assert (found["subject_id"], found["candidate_kind"], found["counts"]["visible"]) == ("P001", "loan", 26)
    for item in found["items"]:
        assert round(sum(part["points"] for part in item["parts"]), 2) == item["score"]


def test_match_takes_a_sentence_and_speaks_both_languages() -> None:
    words = ("match", "-p", "investment", "--subject", "台州 新材料 TRL 4", "-c", DEMO / "funds.jsonl", "-k", 3)
    assert "可见 42" in matcher(*words).stdout
    assert "42 visible" in matcher(*words, "--language", "en").stdout


def test_explain_shows_one_pair_even_if_it_is_excluded() -> None:
    files = ("-s", DEMO / "projects.jsonl", "-c", DEMO / "loans.jsonl")
    done = matcher("explain", "-p", "loan", *files, "--subject", "P001", "--candidate", "L06", "--json")
    pair = json.loads(done.stdout)
    assert (pair["id"], pair["verdict"]) == ("L06", "INELIGIBLE")
    assert pair["counterfactuals"]


def test_search_finds_across_kinds_by_text() -> None:
    done = matcher("search", "硫化物固态电解质", "-c", DEMO / "projects.jsonl", "-k", 3, "--json")
    assert json.loads(done.stdout)[0]["id"] == "P001"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("match", "-p", "gift", "--subject", "x", "-c", DEMO / "funds.jsonl"), "'gift' is none of"),
        (("match", "-p", "loan", "--subject", "x", "-c", DEMO / "funds.jsonl"), "not with fund"),
        (("match", "-p", "loan", "--subject", "no", "-s", DEMO / "projects.jsonl", "-c", DEMO / "loans.jsonl"), "'no'"),
        (("search", "x", "-c", DEMO / "nothing.jsonl"), "nothing.jsonl"),
        (("search", "x", "-c", DEMO / "funds.jsonl", "--encoder", "./no-model"), "no-model"),
        (("search", "x", "-c", DEMO / "funds.jsonl", "--candidate-kind", "boat"), "'boat' is none of"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_exit_code_2(words: tuple[object, ...], told: str) -> None:
    done = matcher(*words)
    assert done.exit_code == 2
    assert told in done.output.replace("\n", "")
    assert "Traceback" not in done.output


def test_files_that_do_not_tell_their_kind_are_asked_for_it(tmp_path: Path) -> None:
    one, other = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    for path in (one, other):
        path.write_text('{"id": "x1"}\n', "utf-8")
    out = tmp_path / "run.csv"
    assert "--subject-kind" in matcher("rank", "-p", "loan", "-s", one, "-c", other, "-o", out).output
    done = matcher("rank", "-p", "loan", "-s", one, "-c", other, "-o", out, "--candidate-kind", Kind.LOAN)
    assert done.exit_code == 0
    assert [row["subject_id"] for row in lines(out)] == ["x1"]
