"""One metric a file. Each takes a ranking of ids, best first, and the grades of the judged ids, and gives 0..1.

An id that nobody judged counts as grade 0.
"""

from collections.abc import Callable, Mapping, Sequence

from matcher.evaluation.metrics.ndcg import ndcg_at_10
from matcher.evaluation.metrics.recall import recall_at_20
from matcher.evaluation.metrics.reciprocal_rank import reciprocal_rank

Metric = Callable[[Sequence[str], Mapping[str, int]], float]

METRICS: dict[str, Metric] = {"nDCG@10": ndcg_at_10, "recall@20": recall_at_20, "MRR": reciprocal_rank}

__all__ = ["METRICS", "Metric", "ndcg_at_10", "recall_at_20", "reciprocal_rank"]
