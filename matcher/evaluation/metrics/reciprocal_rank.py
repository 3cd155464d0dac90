"""Reciprocal rank: how far down a reader must go to the first good candidate. Its mean over queries is the MRR."""

from collections.abc import Mapping, Sequence

from matcher.evaluation.metrics.recall import RELEVANT


def reciprocal_rank(ranking: Sequence[str], grades: Mapping[str, int]) -> float:
    """1 / place of the first candidate of grade 2 or 3; 0 where the ranking has none."""
    found = (1 / place for place, one in enumerate(ranking, 1) if grades.get(one, 0) >= RELEVANT)
    return next(found, 0.0)
