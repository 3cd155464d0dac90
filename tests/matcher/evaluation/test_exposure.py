"""Who is shown: coverage, Gini and maximum by hand."""

import numpy as np
import pytest

from matcher.evaluation.exposure import exposure
from matcher.scoring.exposure import report


def test_counts_lists_that_hold_a_candidate():
    shown = exposure([["a", "b"], ["a", "c"], ["a"]], ["a", "b", "c", "d"])
    assert shown.lists == 3
    assert shown.counts.tolist() == [3, 1, 1, 0]
    found = report(shown)
    assert found.coverage == 3 / 4
    assert found.largest == 1
    pairs = np.abs(np.subtract.outer(shown.counts, shown.counts)).sum()
    assert found.gini == pytest.approx(pairs / (2 * 4 * shown.counts.sum()))


def test_only_the_first_ten_places_are_seen():
    names = [f"c{number:02}" for number in range(12)]
    assert exposure([names], names).counts.tolist() == [1] * 10 + [0, 0]
