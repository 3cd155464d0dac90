"""Similarities made comparable: how far above the usual a candidate's similarity lies, as a number from 0 to 1.

Raw cosines mean different things in different models (DOMAIN 4.2). A rank among the candidates would do, but above
10,000 candidates every good one has the same rank share, .99, and the text stops deciding where it matters. So the
mean and spread of the similarities of a sample of the visible candidates are taken, and a similarity z spreads above
the mean counts as the logistic function of it: monotone, never tied, a half at MIDDLE spreads.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

MIDDLE = 1.5
"""A similarity this many spreads above the mean counts one half: among 100 candidates about 7 do."""

STEEPNESS = 1.2
"""How fast the value grows around MIDDLE; 3 spreads above the mean give .86, 4 give .95."""

PRIOR_MEAN, PRIOR_SPREAD, PRIOR_COUNT = 0.12, 0.12, 20
"""What is believed before any candidate was seen, and how many candidates outweigh it: a list of three is no sample."""

SAMPLE = 500
"""So many candidates tell what is usual; the spread is then known to 3 in 100."""


def sample(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions of some SAMPLE of `rows` (n,), ascending; all where there are no more.

    Rows are taken by a hash of their number, so that one candidate more or less hardly changes the sample.
    """
    if len(rows) <= SAMPLE:
        return np.arange(len(rows))
    hashes = rows.astype(np.uint32) * np.uint32(2_654_435_769)  # multiplicative: Knuth, TAOCP volume 3, section 6.4
    return np.flatnonzero(hashes < 2**32 * SAMPLE // len(rows))


@dataclass(frozen=True, slots=True)
class Calibration:
    """Mean and spread of one subject's similarities among the candidates."""

    mean: float
    spread: float

    @classmethod
    def of(cls, similarity: Floats) -> "Calibration":
        """From the similarities (n,) of a sample of the candidates, shrunk towards the prior as n gets small."""
        if not len(similarity):
            return cls._shrunk(0.0, 0.0, 0)
        return cls._shrunk(float(similarity.mean()), float(similarity.var()), len(similarity))

    @classmethod
    def _shrunk(cls, mean: float, variance: float, n: int) -> "Calibration":
        total = n + PRIOR_COUNT
        middle = (n * mean + PRIOR_COUNT * PRIOR_MEAN) / total
        squares = n * (variance + (mean - middle) ** 2) + PRIOR_COUNT * PRIOR_SPREAD**2
        return cls(middle, max((squares / total) ** 0.5, 1e-6))

    def __call__(self, similarity: Floats) -> Floats:
        """Each similarity as a value in 0..1, float32 of the same shape."""
        z = (similarity - np.float32(self.mean)) / np.float32(self.spread)
        value: Floats = 1 / (1 + np.exp(np.float32(-STEEPNESS) * (z - np.float32(MIDDLE))))
        return value
