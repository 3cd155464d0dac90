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


@dataclass(frozen=True, slots=True)
class Calibration:
    """Mean and spread of one subject's similarities among the candidates."""

    mean: float
    spread: float

    @classmethod
    def of(cls, similarity: Floats) -> "Calibration":
        """From the similarities (n,) of all candidates, shrunk towards the prior as n gets small."""
        if not len(similarity):
            return cls._shrunk(0.0, 0.0, 0)
        return cls._shrunk(float(similarity.mean()), float(similarity.var()), len(similarity))

    @classmethod
    def of_sample(cls, similarity: Floats, rough: Floats, rough_of_all: Floats) -> "Calibration":
        """From a sample (m,) and rough similarities, known for the sample and for all candidates (n,).

        What the sample tells is by how much the rough ones are off: the ratio estimate of the spread and the difference
        estimate of the mean (Cochran, Sampling Techniques, 1977, chapters 6 and 7), far nearer than the sample's own.
        """
        mean = float(rough_of_all.mean()) + float((similarity - rough).mean())
        variance = float(rough_of_all.var()) * float(similarity.var()) / max(float(rough.var()), 1e-12)
        return cls._shrunk(mean, variance, len(rough_of_all))

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
