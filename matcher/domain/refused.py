"""What every refusal of the domain says, so that the person who is refused can mend it."""

from __future__ import annotations

from matcher.domain.words import Words


class RefusedError(Exception):
    """A refusal that names the field, the value found, the rule and the remedy; a value may be Words itself."""

    def __init__(self, field: str, value: object, rule: Words, remedy: Words) -> None:
        found_zh, found_en = (value.zh, value.en) if isinstance(value, Words) else (value, value)
        zh = f"{field} 的值 {found_zh!r}：{rule.zh}；{remedy.zh}"
        en = f"{field} is {found_en!r}: {rule.en}; {remedy.en}"
        super().__init__(f"{zh}。 / {en}.")
        self.field = field
        self.value = value
        self.rule = rule
        self.remedy = remedy
