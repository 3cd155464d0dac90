"""Normalised discounted cumulative gain: a good candidate is worth more, and worth more further up.

Järvelin and Kekäläinen 2002, with the gain 2^grade - 1 of Burges et al. 2005: one perfect candidate (grade 3) is worth
seven touching ones (grade 1).
"""

import math
from collections.abc import Iterable, Mapping, Sequence


def ndcg_at_10(ranking: Sequence[str], grades: Mapping[str, int]) -> float:
    """The gain of the first ten over the most that ten places could gain; 0 where nothing has a grade above 0."""
    best = _gain(sorted(grades.values(), reverse=True)[:10])
    return _gain(grades.get(one, 0) for one in ranking[:10]) / best if best else 0.0


def _gain(grades: Iterable[int]) -> float:
    return math.fsum((2.0**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))
