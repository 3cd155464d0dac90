"""Conditions in three-valued logic: one definition gives verdict, reason, question and what would change it."""

from matcher.rules.condition import Condition, ConditionKind
from matcher.rules.context import Context
from matcher.rules.purposes import conditions
from matcher.rules.rulebook import Rulebook, rulebook
from matcher.rules.verdicts import Verdict, Verdicts, evaluate

__all__ = [
    "Condition",
    "ConditionKind",
    "Context",
    "Rulebook",
    "Verdict",
    "Verdicts",
    "conditions",
    "evaluate",
    "rulebook",
]
