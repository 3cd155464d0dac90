"""How far a project's stage lies from what an offer looks for."""

import numpy as np
from numpy.typing import NDArray

from matcher.columns.interned import Interned
from matcher.domain.taxonomy import Round
from matcher.rules.context import Context

_FAR = 99


def stage_fit(projects: Interned, offers: Interned, context: Context) -> NDArray[np.float32]:
    """The fit of (round, lowest TRL, highest TRL) with (bits of rounds, lowest, highest): float32, -1 where unknown.

    Levels compare with levels and rounds with rounds, 1 inside, then the steps of the rulebook per level or round
    outside (DOMAIN 4.2: .5 and .2); both known, their mean. Only where the sides speak of different things, rounds
    are read as levels.
    """
    rules = context.rules.rules["stage"]
    p, o = projects.matrix(3), offers.matrix(3)
    spans = np.array([(0, 0)] + [tuple(rules["round_trl"][str(stage)]) for stage in Round])
    levels = _steps(_gap(p[:, 1:], o[:, 1:]), rules["trl_steps"])
    rounds = _steps(_round_distance(p[:, 0], o[:, 0]), rules["round_steps"])
    mean = np.where(levels < 0, rounds, np.where(rounds < 0, levels, (levels + rounds) / 2))
    p_read = np.where(p[:, 1:] > 0, p[:, 1:], spans[np.maximum(p[:, 0], 0)])
    o_read = np.where(o[:, 1:] > 0, o[:, 1:], _hull(o[:, 0], spans))
    read = _steps(_gap(p_read, o_read), rules["trl_steps"])
    return np.where(mean < 0, read, mean).astype(np.float32)


def _gap(p: NDArray[np.int64], o: NDArray[np.int64]) -> NDArray[np.int64]:
    """Levels between two spans, 0 where they meet, -1 where one is unstated."""
    gap = np.maximum(o[None, :, 0] - p[:, None, 1], p[:, None, 0] - o[None, :, 1])
    stated = (p[:, 0] > 0)[:, None] & (o[:, 0] > 0)[None, :]
    return np.where(stated, np.maximum(gap, 0), -1)


def _round_distance(rounds: NDArray[np.int64], words: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rounds to the nearest one that the bits name, -1 where either side is unstated."""
    words = np.maximum(words, 0)
    places = np.arange(len(Round))
    named = (words[:, None] >> places) & 1 == 1
    distance = np.abs(rounds[:, None, None] - 1 - places)
    nearest = np.where(named[None], distance, _FAR).min(axis=2)
    return np.where((rounds > 0)[:, None] & (words > 0)[None, :], nearest, -1)


def _hull(words: NDArray[np.int64], spans: NDArray[np.int64]) -> NDArray[np.int64]:
    """The span of levels from the first to the last named round; 0 where none is named."""
    named = (np.maximum(words, 0)[:, None] >> np.arange(len(Round))) & 1 == 1
    low = np.where(named, spans[1:, 0], _FAR).min(axis=1)
    high = np.where(named, spans[1:, 1], 0).max(axis=1)
    return np.where((high > 0)[:, None], np.stack([low, high], axis=1), 0)


def _steps(distance: NDArray[np.int64], steps: list[float]) -> NDArray[np.float32]:
    table = np.array([*steps, 0.0, -1.0], np.float32)
    value: NDArray[np.float32] = table[np.where(distance < 0, len(steps) + 1, np.minimum(distance, len(steps)))]
    return value
