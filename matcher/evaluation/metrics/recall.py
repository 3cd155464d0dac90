"""Recall: how much of what is good stands in the list at all."""

from collections.abc import Mapping, Sequence

RELEVANT = 2
"""From this grade on a candidate is one that the asker would want to see."""


def recall_at_20(ranking: Sequence[str], grades: Mapping[str, int]) -> float:
    """The share of the candidates of grade 2 or 3 that stand among the first twenty; 0 where there is none."""
    wanted = {one for one, grade in grades.items() if grade >= RELEVANT}
    return len(wanted & set(ranking[:20])) / len(wanted) if wanted else 0.0
