"""Industries of several schemes as numbers, and how near two of them are.

The code lists say which code lies in which (`parent`) and which codes of other lists it stands for (`map`); from both
comes one table over all codes of all schemes (the crosswalk). A word that no list knows is near to itself only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from matcher.columns.interned import Interned
from matcher.columns.pairs import between_tuples
from matcher.columns.words import word_number
from matcher.domain.codes import SCHEMES, code_list, resolve_sector
from matcher.domain.term import fold

FREE, MAYBE, HIT = 0, 1, 2


@dataclass(frozen=True, slots=True)
class SectorSteps:
    """What the relation of a project's industry to the one that is looked for counts, each in 0..1."""

    inside: float = 1.0
    mapped: float = 0.8
    broader: float = 0.7
    mapped_alike: float = 0.5
    sibling: float = 0.4


def sector_numbers(sectors: Iterable[str] | None) -> tuple[int, ...] | None:
    """`scheme:code` or `text:word` as sorted numbers; None stays unknown."""
    return None if sectors is None else tuple(sorted({word_number(sector) for sector in sectors}))


def keyword_sectors(keywords: Iterable[str]) -> tuple[str, ...]:
    """What keywords say about the industry: a list's code where a list knows the word, else `text:word`."""
    return tuple(f"text:{fold(word)}" if ":" in word else resolve_sector(word) for word in keywords)


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """All codes of all schemes: numbers (c,) int64 ascending, and (c, c) bool relations from row to column.

    within: the row's code is the column's or lies in it. mapped: a code above or at the row stands for one above or
    at the column, or the other way round. alike: both stand for a common code. sibling: both have one parent.
    """

    numbers: NDArray[np.int64]
    within: NDArray[np.bool_]
    mapped: NDArray[np.bool_]
    alike: NDArray[np.bool_]
    sibling: NDArray[np.bool_]

    def places(self, numbers: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Where the numbers stand in the lists, and whether they do at all."""
        places = np.minimum(np.searchsorted(self.numbers, numbers), len(self.numbers) - 1)
        return places, self.numbers[places] == numbers


@cache
def crosswalk() -> Crosswalk:
    """The crosswalk of the lists in `data/codes`."""
    entries = {f"{scheme}:{code}": entry for scheme in SCHEMES for code, entry in code_list(scheme).items()}
    words = sorted(entries, key=word_number)
    place = {word: i for i, word in enumerate(words)}
    n = len(words)
    within, maps = np.eye(n, dtype=np.float32), np.zeros((n, n), np.float32)
    parent = np.full(n, -1)
    for word, entry in entries.items():
        scheme = word.partition(":")[0]
        above = entry.parent
        if above and f"{scheme}:{above}" in place:
            parent[place[word]] = place[f"{scheme}:{above}"]
        while above and f"{scheme}:{above}" in place:
            within[place[word], place[f"{scheme}:{above}"]] = 1
            above = entries[f"{scheme}:{above}"].parent
        for target in entry.maps_to:
            if target in place:
                maps[place[word], place[target]] = 1
    upward = within @ maps
    mapped = (within @ (maps @ within.T + maps.T @ within.T)) > 0
    alike = (upward @ upward.T) > 0
    sibling = (parent[:, None] == parent) & (parent[:, None] >= 0)
    numbers = np.array([word_number(word) for word in words], np.int64)
    return Crosswalk(numbers, within > 0, mapped, alike, sibling)


def sector_nearness(one: Interned, other: Interned, steps: SectorSteps) -> NDArray[np.float32]:
    """How well a project's industries (`one`) fit those looked for: (tuples, tuples) float32, -1 where unknown.

    A word that no list knows tells something only where the other side has the same word.
    """

    def between(a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.float32]:
        walk = crosswalk()
        (i, listed_a), (j, listed_b) = walk.places(a), walk.places(b)
        both = listed_a[:, None] & listed_b
        value = np.where(both, np.float32(0), np.float32(-1))
        pairs = np.ix_(i, j)
        for relation, step in (
            (walk.sibling[pairs], steps.sibling),
            (walk.alike[pairs], steps.mapped_alike),
            (walk.within[np.ix_(j, i)].T, steps.broader),
            (walk.mapped[pairs], steps.mapped),
            (walk.within[pairs], steps.inside),
        ):
            value[relation & both] = step
        value[a[:, None] == b] = steps.inside
        return value

    return between_tuples(one, other, between, np.dtype(np.float32))


def sector_hits(one: Interned, excluded: Interned) -> NDArray[np.int8]:
    """Whether a project's industries lie in excluded ones: (tuples, tuples) int8 HIT, MAYBE, FREE, -1 where unknown.

    MAYBE where the project's industry contains the excluded one or only the crosswalk links them: a person decides.
    """

    def between(a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.int8]:
        walk = crosswalk()
        (i, listed_a), (j, listed_b) = walk.places(a), walk.places(b)
        both = listed_a[:, None] & listed_b
        pairs = np.ix_(i, j)
        maybe = (walk.within[np.ix_(j, i)].T | walk.mapped[pairs]) & both
        hit = walk.within[pairs] & both | (a[:, None] == b)
        return np.where(hit, np.int8(HIT), np.where(maybe, np.int8(MAYBE), np.int8(FREE)))

    return between_tuples(one, excluded, between, np.dtype(np.int8))
