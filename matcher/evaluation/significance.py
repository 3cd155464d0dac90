"""Intervals from the queries themselves: what another draw of as many queries could have given.

Percentile bootstrap over queries (Efron and Tibshirani 1993, ch. 13). For two rankers the same queries are drawn for
both, so that easy and hard queries cancel (paired).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAMPLES = 10_000
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and the bounds between which 95 % of the resampled means lie."""

    mean: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves 0 out: for a difference, whether its sign is settled."""
        return self.low > 0 or self.high < 0


def bootstrap(values: NDArray[np.float64], seed: int, samples: int = SAMPLES) -> NDArray[np.float64]:
    """Intervals of the means of columns: (q, c) values of q queries give (c, 3) mean, low, high.

    All columns share the drawn queries. Raises ValueError without a query.
    """
    count = len(values)
    if not count:
        raise ValueError("no query, no interval; give at least one row")
    draws = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), samples)
    means = draws @ values / count
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(means, [tail, 1 - tail], axis=0)
    return np.stack([values.mean(axis=0), low, high], axis=1)


def intervals(values: NDArray[np.float64], seed: int, samples: int = SAMPLES) -> list[Interval]:
    """The same as objects, one per column."""
    return [Interval(*map(float, row)) for row in bootstrap(values, seed, samples)]


def macro_intervals(groups: Sequence[NDArray[np.float64]], seed: int, samples: int = SAMPLES) -> list[Interval]:
    """Intervals of the mean over groups of the means of columns: each group (q, c) is drawn by itself."""
    random = np.random.default_rng(seed)
    tail = (1 - CONFIDENCE) / 2
    means = np.zeros((samples, groups[0].shape[1]))
    for values in groups:
        count = len(values)
        means += random.multinomial(count, np.full(count, 1 / count), samples) @ values / count
    low, high = np.quantile(means / len(groups), [tail, 1 - tail], axis=0)
    middle = np.mean([values.mean(axis=0) for values in groups], axis=0)
    return [Interval(*map(float, row)) for row in zip(middle, low, high, strict=True)]
