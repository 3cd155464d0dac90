"""Conflicts of interest between experts and projects: who may not judge whom, why, and what is not known yet."""

from matcher.conflicts.engine import find_conflicts
from matcher.conflicts.finding import Apart, Conflicts, Finding
from matcher.conflicts.party import Candidate, Refused, Relation, Submission, Truth
from matcher.conflicts.pool import Judged, judge

__all__ = [
    "Apart",
    "Candidate",
    "Conflicts",
    "Finding",
    "Judged",
    "Refused",
    "Relation",
    "Submission",
    "Truth",
    "find_conflicts",
    "judge",
]
