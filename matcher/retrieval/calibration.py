"""Similarities made comparable: how far above the usual a candidate's similarity lies, as a number from 0 to 1.

Raw cosines mean different things in different models (DOMAIN 4.2). A rank among the candidates would do, but above
10,000 candidates every good one has the same rank share, .99, and the text stops deciding where it matters. So the
mean and spread of the similarities of a sample of the visible candidates are taken, and a similarity z spreads above
the mean counts as the logistic function of it: monotone, never tied, a half at MIDDLE spreads.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MIDDLE = 1.5
"""A similarity this many spreads above the mean counts one half: among 100 candidates about 7 do."""

STEEPNESS = 1.2
"""How fast the value grows around MIDDLE; 3 spreads above the mean give .86, 4 give .95."""

PRIOR_MEAN, PRIOR_SPREAD, PRIOR_COUNT = 0.12, 0.12, 20
"""What is believed before any candidate was seen, and how many candidates outweigh it: a list of three is no sample."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Mean and spread of one subject's similarities among the candidates."""

    mean: float
    spread: float

    @classmethod
    def of(cls, sample: NDArray[np.float32]) -> "Calibration":
        """Estimated from similarities (n,), shrunk towards the prior as n gets small."""
        n = len(sample)
        mean = (float(sample.sum()) + PRIOR_COUNT * PRIOR_MEAN) / (n + PRIOR_COUNT)
        squares = float(((sample - mean) ** 2).sum()) + PRIOR_COUNT * PRIOR_SPREAD**2
        return cls(mean, max((squares / (n + PRIOR_COUNT)) ** 0.5, 1e-6))

    def __call__(self, similarity: NDArray[np.float32]) -> NDArray[np.float32]:
        """Each similarity as a value in 0..1, float32 of the same shape."""
        z = (similarity - np.float32(self.mean)) / np.float32(self.spread)
        value: NDArray[np.float32] = 1 / (1 + np.exp(np.float32(-STEEPNESS) * (z - np.float32(MIDDLE))))
        return value
