"""Conflicts of interest between experts and projects: who may not judge whom, why, and what is not known yet."""

from matcher.conflicts.engine import Conflicts, Finding, find_conflicts
from matcher.conflicts.party import Candidate, Relation, Submission, Truth

__all__ = [
    "Candidate",
    "Conflicts",
    "Finding",
    "Relation",
    "Submission",
    "Truth",
    "find_conflicts",
]
