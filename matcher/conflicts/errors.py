"""What can be wrong with the facts that conflicts are found from.

ConflictError
├── RuleDataError    a preset of an authority is not complete
└── FactError        a tie, refusal or declaration contradicts itself
"""

from __future__ import annotations


class ConflictError(Exception):
    """A refusal that names the field, the value found, the rule and the remedy."""

    def __init__(self, field: str, value: object, rule: str, remedy: str) -> None:
        super().__init__(f"{field} is {value!r}: {rule}; {remedy}")
        self.field = field
        self.value = value
        self.rule = rule
        self.remedy = remedy


class RuleDataError(ConflictError):
    """A preset of an authority is not complete."""


class FactError(ConflictError):
    """A tie, refusal or declaration contradicts itself."""
