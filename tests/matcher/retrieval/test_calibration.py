"""A calibrated similarity is monotone, between 0 and 1, and means the same in models of different scales."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.retrieval.calibration import SAMPLE, Calibration, sample

similarities = st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=60)


@given(similarities)
def test_order_is_kept_and_values_are_shares(values: list[float]) -> None:
    found = np.array(values, np.float32)
    calibrated = Calibration.of(found)(np.sort(found))
    assert (np.diff(calibrated) >= 0).all()
    assert ((calibrated >= 0) & (calibrated <= 1)).all()


def test_a_model_with_a_narrow_scale_gives_the_same_values_as_one_with_a_wide_scale() -> None:
    wide = np.random.default_rng(7).normal(0.1, 0.2, 4000).astype(np.float32)
    narrow = 0.8 + wide / 10
    np.testing.assert_allclose(Calibration.of(wide)(wide), Calibration.of(narrow)(narrow), atol=0.15)


def test_three_candidates_are_no_sample() -> None:
    calibration = Calibration.of(np.array([0.9, 0.9, 0.9], np.float32))
    assert calibration.mean == pytest.approx((2.7 + 20 * 0.12) / 23, rel=1e-5)


def test_the_middle_is_one_half() -> None:
    calibration = Calibration(mean=0.2, spread=0.1)
    assert calibration(np.array([0.35], np.float32))[0] == pytest.approx(0.5, abs=1e-5)


def test_a_small_pool_is_its_own_sample() -> None:
    rows = np.arange(3, 3 + SAMPLE)
    np.testing.assert_array_equal(sample(rows), np.arange(SAMPLE))


@pytest.mark.parametrize("every", [1, 2, 7, 40])
def test_the_sample_hardly_changes_when_a_candidate_comes(every: int) -> None:
    rows = np.arange(0, 100_000, every)
    before, after = (set(some[sample(some)].tolist()) for some in (rows, np.append(rows, 100_001)))
    assert 0.8 * SAMPLE < len(before) < 1.2 * SAMPLE
    assert len(before ^ after) <= 2
