"""What can be wrong with a request for panels, said so that an officer can repair it.

AssignmentError
├── ProblemError     the description of the call contradicts itself
├── Blocked          the rules leave no plan; carries the diagnosis
├── ChangeError      a repair is not possible as asked
└── FormatError      a file is not what it claims to be
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matcher.assignment.diagnosis import Diagnosis


class AssignmentError(Exception):
    """A refusal that names the field, the value found, the rule and the remedy."""

    def __init__(self, field: str, value: object, rule: str, remedy: str) -> None:
        super().__init__(f"{field} is {value!r}: {rule}; {remedy}")
        self.field = field
        self.value = value
        self.rule = rule
        self.remedy = remedy


class ProblemError(AssignmentError):
    """The description of the call contradicts itself."""


class ChangeError(AssignmentError):
    """A repair is not possible as asked."""


class FormatError(AssignmentError):
    """A file is not what it claims to be."""


class Blocked(AssignmentError):  # noqa: N818 - a state of the call that carries its reasons, not a slip
    """The rules leave no plan; ``diagnosis`` names the projects and rules that block."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        super().__init__("call", diagnosis.summary, "its rules cannot all hold", diagnosis.remedy)
        self.diagnosis = diagnosis
