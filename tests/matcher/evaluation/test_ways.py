"""Ways to score expertise on experts made of papers, and calls on the golden set."""

import json
from collections.abc import Sequence

import numpy as np
import pytest
from typer.testing import CliRunner

from embeddings.encoder import FloatRows, Progress, unit_rows
from matcher.cli.evaluate import app
from matcher.evaluation.papers import Paper, PaperCall, paper_calls, thin_calls
from matcher.evaluation.ways import PRIORS, WAYS, compare_priors, compare_scales, compare_ways


class Fields:
    """A text is the sum of the directions of its letters: each letter a discipline."""

    name, dim, fingerprint = "fields", 26, "f"

    def encode_document(self, texts: Sequence[str], progress: Progress | None = None) -> FloatRows:
        counts = [[text.count(chr(97 + letter)) for letter in range(26)] for text in texts]
        return unit_rows(np.array(counts, np.float64).reshape(len(texts), 26))

    encode_query = encode_document


def papers(*texts: str) -> tuple[Paper, ...]:
    return tuple(Paper(text, text[0]) for text in texts)


CALL = PaperCall(
    papers("aa", "bb", "cc", "dd"),
    (papers("a", "aa", "aaa"), papers("b", "bb", "bbb"), papers("c", "cc", "ccc"), papers("d", "dd", "ddd")),
)


def test_who_has_the_field_is_right() -> None:
    both = PaperCall(papers("a", "b"), (papers("a", "b"), papers("b"), papers("c")))
    assert both.right.tolist() == [[True, False, False], [True, True, False]]


def test_a_perfect_encoder_is_perfect_in_every_way() -> None:
    lines = compare_ways({"one": CALL, "other": CALL}, Fields(), samples=100)
    assert [(line.way, line.tasks, line.ahead.mean) for line in lines] == [
        (way, {"one": 1.0, "other": 1.0}, 0) for way in WAYS
    ]


def test_three_evidences_find_an_expert_of_two_fields_whom_the_whole_hides() -> None:
    call = PaperCall(papers("a"), (papers("a", "a", "a", "zzzzzzzz"), papers("ba", "ba", "ba")))
    lines = {line.way: line.tasks["t"] for line in compare_ways({"t": call}, Fields(), samples=100)}
    assert lines["whole text"] == pytest.approx(1 / np.log2(3), abs=1e-4)  # the second place
    assert lines["three best"] == 1.0


def test_one_scale_tells_who_is_left_without_experts() -> None:
    (line,) = compare_scales({"t": CALL}, Fields())
    assert line.one == 1.0
    assert 0 <= line.each <= 1


def test_shrinking_hides_the_right_thin_expert() -> None:
    """One good paper against three fair ones: the more the unit counts, the less the paper does."""
    call = PaperCall(papers("aaab"), (papers("aaab"), papers("ba", "ba", "ba"), papers("z", "z", "z")))
    found = compare_priors({"t": call}, Fields(), samples=100)
    assert [line.way for line in found] == [f"{prior:g}" for prior in PRIORS]
    values = [line.tasks["t"] for line in found]
    assert values[0] == 1.0
    assert values == sorted(values, reverse=True)
    assert values[-1] < 1


def test_the_papers_that_come_with_it_give_six_calls_and_two_with_thin_profiles() -> None:
    calls = paper_calls()
    assert {name: (len(call.projects), len(call.experts)) for name, call in calls.items()} == {
        "zh, one field": (66, 54),
        "en, one field": (40, 28),
        "en to zh, one field": (41, 54),
        "zh, two fields": (66, 27),
        "en, two fields": (40, 14),
        "en to zh, two fields": (41, 27),
    }
    assert calls == paper_calls() != paper_calls(seed=1)
    for call in calls.values():
        held = {project.text for project in call.projects}
        assert all(3 <= len(each) <= 12 and not held & {paper.text for paper in each} for each in call.experts)
    assert {min(map(len, call.experts)) for call in thin_calls().values()} == {1}


def test_the_command_measures_papers_and_the_golden_set() -> None:
    done = CliRunner().invoke(app, ["experts", "--json", "--samples", "100", "--encoder", "builtin:static"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert [line["way"] for line in found["ways"]] == list(WAYS)
    assert [line["ranker"] for line in found["golden"]] == ["call", "whole texts", "engine"]
    call, whole, _ = (line["metrics"]["nDCG@10"]["mean"] for line in found["golden"])
    assert call > whole > 0.7
    assert found["ways"][-1]["mean"]["mean"] > found["ways"][1]["mean"]["mean"]
    shown = CliRunner().invoke(app, ["experts", "--samples", "100"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0, shown.output
    assert "en to zh, two fields (41 x 27)" in shown.stdout
