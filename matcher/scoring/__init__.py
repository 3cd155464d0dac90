"""Scores: a sum of named parts per purpose, each in 0..1, with weights from `data/rules/weights.toml`."""

from matcher.scoring.pool import Pool
from matcher.scoring.scores import Scores, score, score_lines

__all__ = ["Pool", "Scores", "score", "score_lines"]
