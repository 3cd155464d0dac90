"""Conflicts of interest between experts and projects: who may not judge whom, why, and what is not known yet."""

from matcher.conflicts.engine import Conflicts, Declaration, Finding, find_conflicts
from matcher.conflicts.party import Candidate, Relation, Submission, Truth
from matcher.conflicts.presets import Authority, Window, authorities, authority

__all__ = [
    "Authority",
    "Candidate",
    "Conflicts",
    "Declaration",
    "Finding",
    "Relation",
    "Submission",
    "Truth",
    "Window",
    "authorities",
    "authority",
    "find_conflicts",
]
