"""What is said to people: one sentence in Chinese and in English."""

from dataclasses import dataclass

LONGEST_VALUE = 120
"""A refusal quotes a value up to this many characters: whole files and long names would hide the rule."""


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence in Chinese and English."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh

    @property
    def both(self) -> str:
        """Both languages in one line, for where there is room for one text only."""
        return f"{self.zh} / {self.en}"

    @classmethod
    def joined(cls, parts: "list[Words]") -> "Words":
        """Several sentences as one."""
        return cls("；".join(part.zh for part in parts), "; ".join(part.en for part in parts))


def quoted(value: object) -> str:
    """A value as a refusal quotes it: on one line, a long one cut short."""
    text = repr(value[: 2 * LONGEST_VALUE] if isinstance(value, str | bytes) else value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
