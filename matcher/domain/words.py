"""What is said to people: one sentence in Chinese and in English."""

from dataclasses import dataclass


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
