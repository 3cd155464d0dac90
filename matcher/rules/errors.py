"""What can be wrong with rule data."""

from __future__ import annotations

from matcher.domain.words import Words


class RuleDataError(Exception):
    """The rule data of an authority are not complete: field, value found, rule and remedy."""

    def __init__(self, field: str, value: object, rule: Words, remedy: Words) -> None:
        zh, en = f"{field} 的值 {value!r}：{rule.zh}；{remedy.zh}", f"{field} is {value!r}: {rule.en}; {remedy.en}"
        super().__init__(f"{zh}。 / {en}.")
        self.field = field
        self.value = value
        self.rule = rule
        self.remedy = remedy
