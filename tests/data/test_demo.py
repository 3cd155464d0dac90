"""The demonstration data: all of it is valid, as full and as empty as real lists are, and written, not stamped."""

import json
import re
from itertools import combinations

import pytest

from matcher.domain import KINDS, Kind
from matcher.domain.codes import data_folder

FILES = {
    "projects": (Kind.PROJECT, 150),
    "funds": (Kind.FUND, 40),
    "loans": (Kind.LOAN, 25),
    "insurance": (Kind.INSURANCE, 15),
    "experts": (Kind.EXPERT, 120),
    "centers": (Kind.CENTER, 8),
}
PROSE = ("teaser", "description", "problem", "advantage", "thesis", "profile")


def rows(name):
    path = data_folder() / "demo" / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def prose(row):
    return " ".join(row[name] for name in PROSE if name in row)


def shingles(text, size=5):
    bare = re.sub(r"\W", "", text)
    return {bare[start : start + size] for start in range(len(bare) - size + 1)}


def share(table, *path):
    def held(row):
        for name in path:
            row = row.get(name) if isinstance(row, dict) else None
        return row is not None

    return sum(map(held, table)) / len(table)


@pytest.mark.parametrize("name", FILES)
def test_every_record_is_valid_and_stored_as_it_reads(name):
    kind, least = FILES[name]
    table = rows(name)
    assert len(table) >= least
    assert len({row["id"] for row in table}) == len(table)
    for row in table:
        record = KINDS[kind].model_validate(row)
        assert json.loads(record.model_dump_json(exclude_none=True)) == row


@pytest.mark.parametrize(
    ("name", "path", "low", "high"),
    [
        # Of public descriptions half state a region, a third a stage, few their IP and an amount (DOMAIN 1).
        ("projects", ("region",), 0.45, 0.60),
        ("projects", ("verification_stage",), 0.28, 0.40),
        ("projects", ("trl",), 0.28, 0.40),
        ("projects", ("ip",), 0.03, 0.15),
        ("projects", ("financing_need", "equity"), 0.10, 0.25),
        ("projects", ("verification_budget",), 0.01, 0.10),
        # Of 6,088 real mandates 59 % state stages, 68 % a place, 38 % a smallest ticket, 37.5 % a thesis.
        ("funds", ("stages",), 0.54, 0.64),
        ("funds", ("regions",), 0.62, 0.73),
        ("funds", ("ticket_min",), 0.33, 0.43),
        ("funds", ("thesis",), 0.33, 0.43),
        ("experts", ("consent_at",), 0.5, 0.75),
        ("experts", ("ties",), 0.0, 0.1),
    ],
)
def test_fields_are_missing_as_in_life(name, path, low, high):
    assert low <= share(rows(name), *path) <= high


def test_projects_are_short_texts_of_many_lengths():
    lengths = sorted(len(prose(row)) for row in rows("projects"))
    assert lengths[0] >= 40
    assert lengths[-1] <= 600
    assert len(set(lengths)) > 60
    assert all(len(row["teaser"]) <= 200 for row in rows("projects"))


def test_no_two_texts_are_stamped_from_one_template():
    texts = [(row["id"], shingles(prose(row))) for name in FILES for row in rows(name) if len(prose(row)) >= 40]
    for (one, mine), (other, theirs) in combinations(texts, 2):
        overlap = len(mine & theirs) / min(len(mine), len(theirs))
        assert overlap < 0.25, (one, other, overlap)


def test_no_phrase_opens_or_closes_many_texts():
    texts = [prose(row) for row in rows("projects")]
    for part in ([text[:4] for text in texts], [text[-6:] for text in texts]):
        commonest = max(part.count(one) for one in part)
        assert commonest <= 5


def test_a_tenth_of_the_texts_is_english():
    texts = [prose(row) for name in FILES for row in rows(name) if prose(row)]
    english = sum(not re.search(r"[\u4e00-\u9fff]", text) for text in texts)
    assert 0.05 <= english / len(texts) <= 0.15


def test_experts_have_codes_and_no_names():
    assert all(re.fullmatch(r"专家-\d{3}", row["name"]) for row in rows("experts"))


def test_organisations_are_marked_invented_or_quote_a_source():
    mark = re.compile(r"（虚构.*）|\(fictional\)")
    for name in ("funds", "loans", "insurance", "centers"):
        for row in rows(name):
            assert mark.search(row["name"]) or "source" in row, row["id"]
    for row in rows("experts"):
        assert all(mark.search(post["name"]) for post in row.get("employers", ()))


def test_projects_name_known_centers():
    centers = {row["id"] for row in rows("centers")}
    assert {row["center_id"] for row in rows("projects") if "center_id" in row} <= centers
