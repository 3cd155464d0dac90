"""A closed vocabulary whose members know their Chinese term, their one English word and their synonyms."""

import unicodedata
from enum import StrEnum
from functools import cache
from typing import Self, cast

_IGNORED = str.maketrans("", "", " \t\u3000-_·“”\"'‘’()（）")


def fold(text: str) -> str:
    """The form in which words are compared: NFKC, lower case, without spaces, hyphens, quotes and brackets."""
    return unicodedata.normalize("NFKC", text).lower().translate(_IGNORED)


class Term(StrEnum):
    """One word of a closed vocabulary: the value is the Chinese term, `en` the English one.

    `Stage("天使")`, `Stage("angel")` and `Stage("天使轮")` are the same member; anything else raises ValueError.

    >>> class Colour(Term):
    ...     RED = "红", "red", "赤"
    >>> Colour("赤") is Colour("Red") is Colour.RED
    True
    """

    en: str
    synonyms: tuple[str, ...]

    def __new__(cls, zh: str, en: str, *synonyms: str) -> Self:
        """One member from its words."""
        member = str.__new__(cls, zh)
        member._value_ = zh
        member.en = en
        member.synonyms = synonyms
        return member

    @classmethod
    def of(cls, word: str) -> Self:
        """The member that a word of either language means; ValueError names the vocabulary otherwise."""
        found = _by_word(cls).get(fold(word))
        if found is None:
            raise ValueError(f"{word!r} is none of {', '.join(map(str, cls))}")
        return cast(Self, found)

    @classmethod
    def _missing_(cls, value: object) -> "Term | None":
        return _by_word(cls).get(fold(value)) if isinstance(value, str) else None

    @property
    def position(self) -> int:
        """The place of the member in its vocabulary, from 0: the code that columns store."""
        return _positions(type(self))[self]


@cache
def _by_word(vocabulary: type[Term]) -> dict[str, Term]:
    return {
        fold(word): member
        for member in vocabulary
        for word in (*member.synonyms, member.name, member.en, str(member.value))
    }


@cache
def _positions(vocabulary: type[Term]) -> dict[Term, int]:
    return {member: place for place, member in enumerate(vocabulary)}
