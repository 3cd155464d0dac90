"""Words of a fixed vocabulary found in a text: the longest at each place, none inside another."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

_SHORTEST = 2
"""A single character names nothing for certain: 京 stands in 京剧, A in every English sentence."""


@dataclass(frozen=True, slots=True)
class Mentions(Generic[T]):
    """Finds what words mean. Build it once with `of`; a search costs microseconds a character, however many words."""

    meanings: Mapping[str, T]
    lengths: tuple[int, ...]

    @classmethod
    def of(cls, words: Mapping[str, T]) -> "Mentions[T]":
        """A finder of these words in lower case; those of one character or of digits alone are left out."""
        usable = {
            word.lower(): meaning for word, meaning in words.items() if len(word) >= _SHORTEST and not word.isdigit()
        }
        return cls(usable, tuple(sorted({len(word) for word in usable}, reverse=True)))

    def __call__(self, text: str) -> list[T]:
        """The different meanings in the order of their places; a Latin word counts only as a whole word."""
        return list(dict.fromkeys(self._found(" ".join(text.lower().split()))))

    def _found(self, text: str) -> Iterator[T]:
        place = 0
        while place < len(text):
            word = next((word for word in self._words_at(text, place) if word in self.meanings), "")
            if word:
                yield self.meanings[word]
            place += len(word) or 1

    def _words_at(self, text: str, place: int) -> Iterator[str]:
        for length in self.lengths:
            word = text[place : place + length]
            if len(word) == length and _stands_alone(text, place, place + length):
                yield word


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no Latin letter or digit goes on at either side of a word that has one there."""
    goes_back = start > 0 and _is_latin(text[start]) and _is_latin(text[start - 1])
    goes_on = end < len(text) and _is_latin(text[end - 1]) and _is_latin(text[end])
    return not goes_back and not goes_on


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
