"""The forms in which a field is stored, and how each form says "unknown".

number  float32, NaN unknown: amounts in 万元, shares, levels, days since 1970 for dates
flag    int8 of Kleene logic: 0 false, 1 unknown, 2 true
bits    unsigned words, one bit per member of a vocabulary; the top bit says "known", so 0 is unknown
tuple   `Interned`: tuples of whole numbers, each distinct one stored once

Amounts round to 24 bits on their way into a column. Rounding keeps order, so `a <= b` stays true; two amounts that
differ by less than one part in ten million may count as equal.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.columns.words import word_number
from matcher.domain.record import Record
from matcher.domain.term import Term

EPOCH = date(1970, 1, 1)


class Form(Enum):
    """How a column stores its values."""

    NUMBER = "number"
    FLAG = "flag"
    BITS = "bits"
    TUPLE = "tuple"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its form, how it is read from a record and, for bits, the vocabulary."""

    name: str
    form: Form
    read: Callable[[Any], Any]
    vocabulary: type[Term] | None = None

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of a dense column; TUPLE has none."""
        if self.form is Form.NUMBER:
            return np.dtype(np.float32)
        if self.form is Form.FLAG:
            return np.dtype(np.int8)
        assert self.vocabulary is not None
        return bit_dtype(self.vocabulary)

    @property
    def unknown(self) -> float | int:
        """The value that a dense column holds where the record says nothing."""
        return np.nan if self.form is Form.NUMBER else int(self.form is Form.FLAG)

    def values(self, records: Iterable[Record]) -> list[Any]:
        """The stored value of each record."""
        if self.form is Form.NUMBER:
            return [np.nan if (value := self.read(record)) is None else float(value) for record in records]
        if self.form is Form.FLAG:
            return [1 if (value := self.read(record)) is None else 2 * bool(value) for record in records]
        if self.form is Form.BITS:
            assert self.vocabulary is not None
            known = known_bit(self.vocabulary)
            return [_word(self.read(record), known) for record in records]
        return [self.read(record) for record in records]


@cache
def bit_dtype(vocabulary: type[Term]) -> np.dtype[Any]:
    """The narrowest unsigned dtype with a bit per member and one for "known"."""
    for dtype in (np.uint8, np.uint16, np.uint32, np.uint64):
        if len(vocabulary) < np.iinfo(dtype).bits:
            return np.dtype(dtype)
    raise ValueError(f"{vocabulary.__name__} has {len(vocabulary)} members; a bit word holds 63 at most")


@cache
def known_bit(vocabulary: type[Term]) -> int:
    """The top bit of the vocabulary's words, set where the field is known (even if it names no member)."""
    return 1 << (8 * bit_dtype(vocabulary).itemsize - 1)


def bits_of(terms: Iterable[Term]) -> int:
    """The bits of some members, without the known bit."""
    word = 0
    for term in terms:
        word |= 1 << term.position
    return word


def _word(value: Term | Iterable[Term] | None, known: int) -> int:
    if value is None:
        return 0
    return known | bits_of((value,) if isinstance(value, Term) else value)


def members(word: int, vocabulary: type[Term]) -> tuple[Term, ...]:
    """The members that a word names, in the vocabulary's order."""
    return tuple(term for term in vocabulary if word >> term.position & 1)


def day(value: date | None) -> float | None:
    """Days since 1970-01-01."""
    return None if value is None else (value - EPOCH).days


def calendar(value: date) -> int:
    """31 (12 year + month) + day: (a - b) / 31 counts months that are whole on the same day of the month."""
    return 31 * (12 * value.year + value.month - 1) + value.day - 1


def number(name: str, read: Callable[[Any], Any]) -> Column:
    """A column of numbers."""
    return Column(name, Form.NUMBER, read)


def flag(name: str, read: Callable[[Any], bool | None]) -> Column:
    """A column of yes, no and unknown."""
    return Column(name, Form.FLAG, read)


def bits(name: str, vocabulary: type[Term], read: Callable[[Any], Any]) -> Column:
    """A column of members of a vocabulary."""
    return Column(name, Form.BITS, read, vocabulary)


def codes(name: str, read: Callable[[Any], tuple[int, ...] | None]) -> Column:
    """A column of tuples of whole numbers >= 0."""
    return Column(name, Form.TUPLE, read)


def word_numbers(words: Iterable[str] | None) -> tuple[int, ...] | None:
    """Words as sorted numbers; None stays unknown."""
    return None if words is None else tuple(sorted({word_number(word) for word in words}))


def any_known(*arrays: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where at least one of the number columns is known."""
    known = ~np.isnan(arrays[0])
    for array in arrays[1:]:
        known |= ~np.isnan(array)
    return known
