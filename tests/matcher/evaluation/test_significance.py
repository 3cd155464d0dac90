"""Bootstrap intervals against the normal approximation and exact cases."""

import numpy as np
import pytest

from matcher.evaluation.significance import Interval, bootstrap, intervals


def test_interval_of_equal_values_has_no_width():
    assert intervals(np.full((7, 1), 0.5), seed=0) == [Interval(0.5, 0.5, 0.5)]


def test_interval_is_near_the_normal_one():
    values = np.random.default_rng(1).normal(0.4, 0.2, (400, 1))
    (found,) = intervals(values, seed=2)
    error = 1.96 * values.std() / 20
    assert found.mean == pytest.approx(values.mean())
    assert found.low == pytest.approx(found.mean - error, abs=0.003)
    assert found.high == pytest.approx(found.mean + error, abs=0.003)


def test_pairing_cancels_what_both_share():
    rng = np.random.default_rng(3)
    hardness = rng.uniform(0, 1, 50)
    first, second = hardness + 0.01, hardness
    own, difference = intervals(np.stack([first, first - second], axis=1), seed=0)
    assert own.high - own.low > 0.1
    assert difference.high - difference.low < 1e-12
    assert difference.is_clear


def test_columns_share_the_drawn_queries():
    values = np.random.default_rng(4).uniform(size=(30, 1))
    both = bootstrap(np.hstack([values, 2 * values]), seed=5)
    assert both[1] == pytest.approx(2 * both[0])


def test_the_same_seed_gives_the_same_bounds():
    values = np.random.default_rng(6).uniform(size=(20, 3))
    assert bootstrap(values, seed=7).tobytes() == bootstrap(values, seed=7).tobytes()


def test_zero_inside_is_not_clear():
    assert not Interval(0.1, -0.1, 0.3).is_clear
    assert Interval(-0.2, -0.3, -0.1).is_clear


def test_no_query_is_refused():
    with pytest.raises(ValueError, match="no query"):
        bootstrap(np.zeros((0, 1)), seed=0)
