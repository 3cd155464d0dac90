"""What can be wrong with a request for panels, said so that an officer can repair it.

AssignmentError
├── ProblemError     the description of the call contradicts itself
├── Blocked          the rules leave no plan; carries the diagnosis, and stands beside it in ``diagnosis``
├── ChangeError      a repair is not possible as asked
└── FormatError      a file is not what it claims to be
"""

from __future__ import annotations

from matcher.domain.words import Words, quoted


class AssignmentError(Exception):
    """A refusal that names the field, the value found, the rule and the remedy; a value may be Words itself."""

    def __init__(self, field: str, value: object, rule: Words, remedy: Words) -> None:
        found = (repr(value.zh), repr(value.en)) if isinstance(value, Words) else (quoted(value), quoted(value))
        zh = f"{field} 的值 {found[0]}：{rule.zh}；{remedy.zh}"
        en = f"{field} is {found[1]}: {rule.en}; {remedy.en}"
        super().__init__(f"{zh}。 / {en}.")
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
