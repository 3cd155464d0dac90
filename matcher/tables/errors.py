"""What goes wrong with a file, in words that tell a person what to do.

ValueError
├── UnusableFileError   the file as a whole cannot be read, nothing of it was taken
└── BadCellError        one cell cannot be read; becomes a RowError beside the good rows
"""

from dataclasses import dataclass
from typing import Any

from matcher.domain.words import Words

SHOWN_CHARACTERS = 200
"""A value found is shown up to this length: a report must not grow by a cell of 10 MB."""


class UnusableFileError(ValueError):
    """The file cannot be read: why, and what to do."""

    def __init__(self, rule: Words, remedy: Words) -> None:
        super().__init__(f"{rule.en}; {remedy.en}")
        self.rule, self.remedy = rule, remedy

    def __reduce__(self) -> tuple[Any, ...]:
        return (UnusableFileError, (self.rule, self.remedy))

    def text(self, language: str = "zh") -> str:
        """Reason and remedy in `zh` or `en`."""
        return _joined(self.rule, self.remedy, language)


class BadCellError(ValueError):
    """A cell's text does not say what its column asks for."""

    def __init__(self, rule: Words, remedy: Words) -> None:
        super().__init__(f"{rule.en}; {remedy.en}")
        self.rule, self.remedy = rule, remedy


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row was not taken: its number in the file, the column, what was found, the rule and the remedy.

    `column` is the header as written, `field` the record's field as a dotted path; both are empty where the rule is
    about the whole row. Rows count from 1, the header included, as spreadsheet programs show them.
    """

    row: int
    column: str
    field: str
    value: str
    rule: Words
    remedy: Words

    def text(self, language: str = "zh") -> str:
        """The error in one sentence in `zh` or `en`."""
        says = _joined(self.rule, self.remedy, language)
        if language == "en":
            return f"row {self.row}, {self.column or 'whole row'}, found “{self.value}”: {says}"
        return f"第{self.row}行「{self.column or '整行'}」为“{self.value}”：{says}"

    def as_dict(self) -> dict[str, Any]:
        """For JSON: row, column, field, value, and rule and remedy as {zh, en}."""
        return {
            "row": self.row,
            "column": self.column,
            "field": self.field,
            "value": self.value,
            "rule": {"zh": self.rule.zh, "en": self.rule.en},
            "remedy": {"zh": self.remedy.zh, "en": self.remedy.en},
        }


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to look at that stops nothing. `row` is None where it is about the whole file."""

    words: Words
    row: int | None = None
    column: str = ""

    def text(self, language: str = "zh") -> str:
        """The notice in `zh` or `en`."""
        if language == "en":
            return self.words.en if self.row is None else f"row {self.row}: {self.words.en}"
        return self.words.zh if self.row is None else f"第{self.row}行：{self.words.zh}"

    def as_dict(self) -> dict[str, Any]:
        """For JSON: row, column, and the words as zh and en."""
        return {"row": self.row, "column": self.column, "zh": self.words.zh, "en": self.words.en}


def shown(value: object) -> str:
    """A value found, cut to SHOWN_CHARACTERS and without control characters."""
    text = str(value)[: SHOWN_CHARACTERS + 1]
    if len(text) > SHOWN_CHARACTERS:
        text = text[:SHOWN_CHARACTERS] + "…"
    return "".join(character if character.isprintable() else "·" for character in text)


def _joined(rule: Words, remedy: Words, language: str) -> str:
    return f"{rule.en}; {remedy.en}" if language == "en" else f"{rule.zh}；{remedy.zh}"
