"""The tests that conditions are made of: each turns two tables of columns into a block of Kleene states.

`bind` looks once at the whole columns and gives a function for blocks of pairs, or None where no offer asks. Blocks
come as (m, n) int8 or as a shape that broadcasts to it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.columns import Columns
from matcher.columns.interned import EMPTY
from matcher.columns.pairs import Block, gathered, share_a_code
from matcher.columns.places import INSIDE, MAYBE_INSIDE, containment
from matcher.columns.sectors import FREE, HIT, sector_hits
from matcher.domain.term import Term
from matcher.rules.context import Context
from matcher.rules.kleene import FALSE, NOT_ASKED, TRUE, UNKNOWN, Kleene

Numbers = Callable[[Columns, Context], NDArray[np.float32]]
Quantity = str | Numbers
"""A number column by name, or computed from columns: (n,) float32, NaN unknown."""


def quantity(of: Quantity, columns: Columns, context: Context) -> NDArray[np.float32]:
    """The values of a quantity."""
    return columns[of] if isinstance(of, str) else of(columns, context)


class Test(ABC):
    """A test of pairs."""

    __test__ = False  # pytest: this is no test case

    @abstractmethod
    def bind(self, projects: Columns, offers: Columns, context: Context) -> Block | None:
        """The states of pairs, block by block; None where it is NOT_ASKED everywhere."""

    def answerable(self, projects: Columns, context: Context) -> NDArray[np.bool_]:
        """Which projects state what the test needs: (m,) bool."""
        return np.zeros(len(projects), np.bool_)


@dataclass(frozen=True, slots=True)
class Silence:
    """Which offers do not ask: `everywhere`, or (n,) int8 of NOT_ASKED and 0; None where all ask."""

    everywhere: bool
    states: Kleene | None

    @classmethod
    def of(cls, silent: NDArray[np.bool_]) -> "Silence":
        """From (n,) bool."""
        return cls(bool(silent.all()), silent.view(np.int8) * NOT_ASKED if silent.any() else None)


@dataclass(frozen=True, slots=True)
class AtLeast(Test):
    """The project's quantity is at least what the offer asks."""

    project: Quantity
    offer: Quantity

    def bind(self, projects: Columns, offers: Columns, context: Context) -> Block | None:
        """See `Test.bind`."""
        return _bound(self, projects, offers, context, np.greater_equal)

    def answerable(self, projects: Columns, context: Context) -> NDArray[np.bool_]:
        """See `Test.answerable`."""
        return ~np.isnan(quantity(self.project, projects, context))


@dataclass(frozen=True, slots=True)
class AtMost(Test):
    """The project's quantity is at most what the offer allows."""

    project: Quantity
    offer: Quantity

    def bind(self, projects: Columns, offers: Columns, context: Context) -> Block | None:
        """See `Test.bind`."""
        return _bound(self, projects, offers, context, np.less_equal)

    def answerable(self, projects: Columns, context: Context) -> NDArray[np.bool_]:
        """See `Test.answerable`."""
        return ~np.isnan(quantity(self.project, projects, context))


def _bound(
    test: AtLeast | AtMost, projects: Columns, offers: Columns, context: Context, compare: np.ufunc
) -> Block | None:
    p, o = quantity(test.project, projects, context), quantity(test.offer, offers, context)
    key = ("unstated", test.offer, None if isinstance(test.offer, str) else context.today)
    silence = offers.derived(key, lambda: Silence.of(np.isnan(o)))
    if silence.everywhere:
        return None
    return _comparison(lambda i, j: compare(p[i, None], o[None, j]), np.isnan(p), silence)


def _comparison(
    holds: Callable[[slice, slice], NDArray[np.bool_]], unknown: NDArray[np.bool_], silence: Silence
) -> Block:
    """States from a comparison that is False wherever a value is missing: (m,) unknown, silent offers."""
    missing = unknown.view(np.int8) if unknown.any() else None

    def block(i: slice, j: slice) -> Kleene:
        states = holds(i, j).view(np.int8)
        np.left_shift(states, 1, out=states)
        if missing is not None:
            states |= missing[i, None]
        if silence.states is not None:
            states |= silence.states[None, j]
        return states

    return block


@dataclass(frozen=True, slots=True)
class Overlap(Test):
    """The project is one of, or has one of, what the offer names (bit columns of one vocabulary)."""

    project: str
    offer: str

    def bind(self, projects: Columns, offers: Columns, context: Context) -> Block | None:
        """See `Test.bind`."""
        p, o = projects[self.project], offers[self.offer]
        silence = _unnamed(offers, self.offer)
        if silence.everywhere:
            return None
        own = p & ~_top(p)
        return _comparison(lambda i, j: (own[i, None] & o[None, j]) != 0, p == 0, silence)

    def answerable(self, projects: Columns, context: Context) -> NDArray[np.bool_]:
        """See `Test.answerable`."""
        known: NDArray[np.bool_] = projects[self.project] != 0
        return known


@dataclass(frozen=True, slots=True)
class Disjoint(Test):
    """The project has none of what the offer names."""

    project: str
    offer: str

    def bind(self, projects: Columns, offers: Columns, context: Context) -> Block | None:
        """See `Test.bind`."""
        p, o = projects[self.project], offers[self.offer]
        silence = _unnamed(offers, self.offer)
        if silence.everywhere:
            return None
        own = p & ~_top(p)
        otherwise = np.where(p == 0, UNKNOWN, TRUE)

        def block(i: slice, j: slice) -> Kleene:
            states = np.where((own[i, None] & o[None, j]) != 0, FALSE, otherwise[i, None])
            return states if silence.states is None else states | silence.states[None, j]

        return block

    def answerable(self, projects: Columns, context: Context) -> NDArray[np.bool_]:
        """See `Test.answerable`."""
        known: NDArray[np.bool_] = projects[self.project] != 0
        return known


def _unnamed(offers: Columns, column: str) -> Silence:
    """Offers whose bit column names no member."""
    words = offers[column]
    return offers.derived(("unnamed", column), lambda: Silence.of(words & ~_top(words) == 0))


def _top(words: NDArray[np.unsignedinteger]) -> np.unsignedinteger:
    """The known bit of a bit column."""
    return words.dtype.type(1 << (8 * words.dtype.itemsize - 1))


@dataclass(frozen=True, slots=True)
class InRegion(Test):
    """A place of the project lies in a region that the offer names.

    willing: the places are those where the project would go: a wider one includes the offer's, and none means no.
    only_if: a bit column of the offer and the member without which the regions are no condition.
    """

    project: str
    offer: str = "regions"
    willing: bool = False
    only_if: tuple[str, Term] | None = None

    def bind(self, projects: Columns, offers: Columns, context: Context) -> Block | None:
        """See `Test.bind`."""
        p, o = projects.tuples[self.project], offers.tuples[self.offer]
        silence = offers.derived(("regions", self.offer, self.only_if), lambda: Silence.of(self._silent(offers)))
        if silence.everywhere:
            return None
        found = containment(p, o)
        maybe = TRUE if self.willing else UNKNOWN
        table = np.select([found == INSIDE, found == MAYBE_INSIDE, found >= 0], [TRUE, maybe, FALSE], UNKNOWN)
        if self.willing:
            table[p.flat[p.starts] == EMPTY] = FALSE
        return _masked(gathered(table.astype(np.int8), projects.index(self.project), offers.index(self.offer)), silence)

    def _silent(self, offers: Columns) -> NDArray[np.bool_]:
        silent = _tuples_silent(offers, self.offer)
        if self.only_if is not None:
            column, member = self.only_if
            silent |= offers[column] & offers[column].dtype.type(1 << member.position) == 0
        return silent

    def answerable(self, projects: Columns, context: Context) -> NDArray[np.bool_]:
        """See `Test.answerable`."""
        known: NDArray[np.bool_] = projects.index(self.project) != 0
        return known


@dataclass(frozen=True, slots=True)
class OutsideSectors(Test):
    """The project's industries lie in none of the excluded ones; a keyword equal to an excluded word fails too."""

    project: str = "sectors"
    keywords: str = "keywords"
    offer: str = "sectors_exclude"

    def bind(self, projects: Columns, offers: Columns, context: Context) -> Block | None:
        """See `Test.bind`."""
        o = offers.tuples[self.offer]
        silence = offers.derived(("tuples", self.offer), lambda: Silence.of(_tuples_silent(offers, self.offer)))
        if silence.everywhere:
            return None
        hits = sector_hits(projects.tuples[self.project], o)
        table = np.select([hits == HIT, hits == FREE], [FALSE, TRUE], UNKNOWN).astype(np.int8)
        by_code = _masked(gathered(table, projects.index(self.project), offers.index(self.offer)), silence)
        words = share_a_code(projects.tuples[self.keywords], o)
        if not (words == 1).any():
            return by_code
        named = np.where(words == 1, FALSE, NOT_ASKED).astype(np.int8)
        by_word = gathered(named, projects.index(self.keywords), offers.index(self.offer))
        return lambda i, j: np.minimum(by_code(i, j), by_word(i, j))

    def answerable(self, projects: Columns, context: Context) -> NDArray[np.bool_]:
        """See `Test.answerable`."""
        known: NDArray[np.bool_] = projects.index(self.project) != 0
        return known


@dataclass(frozen=True, slots=True)
class NothingShared(Test):
    """Two tuples of names have none in common; not asked where either names nobody."""

    project: str
    offer: str

    def bind(self, projects: Columns, offers: Columns, context: Context) -> Block | None:
        """See `Test.bind`."""
        p, o = projects.tuples[self.project], offers.tuples[self.offer]
        named_p, named_o = p.flat[p.starts] >= 0, o.flat[o.starts] >= 0
        if not named_p.any() or not named_o.any():
            return None
        table = np.where(share_a_code(p, o) == 1, FALSE, np.where(named_p[:, None] & named_o, TRUE, NOT_ASKED))
        return gathered(table, projects.index(self.project), offers.index(self.offer))


def _tuples_silent(offers: Columns, column: str) -> NDArray[np.bool_]:
    """Offers whose tuple is unknown or empty."""
    o = offers.tuples[column]
    return (o.flat[o.starts] < 0)[offers.index(column)]


def _masked(block: Block, silence: Silence) -> Block:
    """The block with NOT_ASKED for the offers that are silent."""
    unasked = silence.states
    return block if unasked is None else lambda i, j: block(i, j) | unasked[None, j]


@dataclass(frozen=True, slots=True)
class ProjectFact(Test):
    """Something about the project alone."""

    states: Callable[[Columns, Context], Kleene]

    def bind(self, projects: Columns, offers: Columns, context: Context) -> Block | None:
        """See `Test.bind`."""
        states = self.states(projects, context)
        return None if (states == NOT_ASKED).all() else lambda i, j: states[i, None]

    def answerable(self, projects: Columns, context: Context) -> NDArray[np.bool_]:
        """See `Test.answerable`."""
        known: NDArray[np.bool_] = self.states(projects, context) != UNKNOWN
        return known


@dataclass(frozen=True, slots=True)
class OfferFact(Test):
    """Something about the offer alone."""

    states: Callable[[Columns, Context], Kleene]

    def bind(self, projects: Columns, offers: Columns, context: Context) -> Block | None:
        """See `Test.bind`."""
        states = offers.derived((self.states, context), lambda: self.states(offers, context))
        return None if (states == NOT_ASKED).all() else lambda i, j: states[None, j]


@dataclass(frozen=True, slots=True)
class Pairwise(Test):
    """A test whose `bind` is a function, for what fits no other form."""

    binder: Callable[[Columns, Columns, Context], Block | None]

    def bind(self, projects: Columns, offers: Columns, context: Context) -> Block | None:
        """See `Test.bind`."""
        return self.binder(projects, offers, context)
