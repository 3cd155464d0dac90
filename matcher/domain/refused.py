"""What every refusal of the domain says, so that the person who is refused can mend it."""

from __future__ import annotations

from matcher.domain.words import Words, quoted


class RefusedError(Exception):
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
