"""How good the ranked lists are: judged queries, metrics, intervals, and the engine beside plainer rankers."""

from matcher.evaluation.comparison import Evaluation, compare
from matcher.evaluation.golden import Golden, GoldenError, GoldenQuery, load_golden
from matcher.evaluation.rankers import EngineRanker, MeaningRanker, RandomRanker, Ranker, WordsRanker

__all__ = [
    "EngineRanker",
    "Evaluation",
    "Golden",
    "GoldenError",
    "GoldenQuery",
    "MeaningRanker",
    "RandomRanker",
    "Ranker",
    "WordsRanker",
    "compare",
    "load_golden",
]
