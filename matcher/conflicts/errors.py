"""What can be wrong with the facts that conflicts are found from. Rule data: `matcher.rules.authority`."""

from __future__ import annotations

from matcher.domain.words import Words


class FactError(Exception):
    """A tie, refusal or declaration contradicts itself: field, value found, rule and remedy."""

    def __init__(self, field: str, value: object, rule: Words, remedy: Words) -> None:
        zh, en = f"{field} 的值 {value!r}：{rule.zh}；{remedy.zh}", f"{field} is {value!r}: {rule.en}; {remedy.en}"
        super().__init__(f"{zh}。 / {en}.")
        self.field = field
        self.value = value
        self.rule = rule
        self.remedy = remedy
