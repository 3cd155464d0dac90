"""What can be wrong with an event, said so that an organizer can repair it.

SchedulingError
├── EventError       the description of an event contradicts itself
├── FormatError      a file is not what it claims to be
├── ChangeError      a change of a plan is not possible as asked
└── WishError        a wish or an answer to it is refused
"""

from __future__ import annotations

from matcher.domain.words import Words


class SchedulingError(Exception):
    """A refusal that names the field, the value found, the rule and the remedy."""

    def __init__(self, field: str, value: object, rule: Words, remedy: Words) -> None:
        zh, en = f"{field} 的值 {value!r}：{rule.zh}；{remedy.zh}", f"{field} is {value!r}: {rule.en}; {remedy.en}"
        super().__init__(f"{zh}。 / {en}.")
        self.field = field
        self.value = value
        self.rule = rule
        self.remedy = remedy


class EventError(SchedulingError):
    """The description of an event contradicts itself."""


class FormatError(SchedulingError):
    """A file is not what it claims to be."""


class ChangeError(SchedulingError):
    """A change of a plan is not possible as asked."""


class WishError(SchedulingError):
    """A wish or an answer to it is refused."""
