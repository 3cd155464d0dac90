"""Kleene's tables, with a fourth state that changes nothing."""

from itertools import product

import numpy as np

from matcher.rules.kleene import all_of, any_of, negation

VALUE = {0: 0.0, 1: 0.5, 2: 1.0}


def _one(function, *states):
    return int(function([np.array([state], np.int8) for state in states])[0])


def test_and_is_the_minimum_and_or_the_maximum_of_what_was_asked():
    for states in product(range(4), repeat=3):
        asked = [VALUE[state] for state in states if state != 3]
        assert _one(all_of, *states) == (2 * min(asked) if asked else 3)
        assert _one(any_of, *states) == (2 * max(asked) if asked else 3)


def test_not_is_one_minus_x_and_leaves_the_unasked():
    assert negation(np.array([0, 1, 2, 3], np.int8)).tolist() == [2, 1, 0, 3]
