"""AND, OR and NOT of tests."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.columns import Columns
from matcher.columns.pairs import Block
from matcher.rules.context import Context
from matcher.rules.kleene import all_of, any_of, negation
from matcher.rules.tests import Test


@dataclass(frozen=True, slots=True)
class AllOf(Test):
    """AND of tests."""

    tests: tuple[Test, ...]

    def bind(self, projects: Columns, offers: Columns, context: Context) -> Block | None:
        """See `Test.bind`."""
        blocks = _asked(self.tests, projects, offers, context)
        return (lambda i, j: all_of([block(i, j) for block in blocks])) if blocks else None

    def answerable(self, projects: Columns, context: Context) -> NDArray[np.bool_]:
        """See `Test.answerable`."""
        known: NDArray[np.bool_] = np.logical_and.reduce([test.answerable(projects, context) for test in self.tests])
        return known


@dataclass(frozen=True, slots=True)
class AnyOf(Test):
    """OR of tests."""

    tests: tuple[Test, ...]

    def bind(self, projects: Columns, offers: Columns, context: Context) -> Block | None:
        """See `Test.bind`."""
        blocks = _asked(self.tests, projects, offers, context)
        return (lambda i, j: any_of([block(i, j) for block in blocks])) if blocks else None

    def answerable(self, projects: Columns, context: Context) -> NDArray[np.bool_]:
        """See `Test.answerable`."""
        known: NDArray[np.bool_] = np.logical_or.reduce([test.answerable(projects, context) for test in self.tests])
        return known


@dataclass(frozen=True, slots=True)
class Not(Test):
    """NOT of a test."""

    test: Test

    def bind(self, projects: Columns, offers: Columns, context: Context) -> Block | None:
        """See `Test.bind`."""
        block = self.test.bind(projects, offers, context)
        return None if block is None else lambda i, j: negation(block(i, j))

    def answerable(self, projects: Columns, context: Context) -> NDArray[np.bool_]:
        """See `Test.answerable`."""
        return self.test.answerable(projects, context)


def _asked(tests: tuple[Test, ...], projects: Columns, offers: Columns, context: Context) -> list[Block]:
    bound = (test.bind(projects, offers, context) for test in tests)
    return [block for block in bound if block is not None]
