"""Scores of many pairs at once: 100 x sum(w s) / sum(w) over the known parts (DOMAIN 4.2).

Why there is a part called `base`. The formula alone gives a pair of which one part is known that part's value: a text
that agrees to .95 and nothing else beats a project that fits in six ways. Real profiles are mostly empty, so such pairs
fill the top. `base` is one more part, always known, with the same weight and a neutral value for every pair: it draws
a score towards the middle the less is known, whichever way, and leaves the formula, the sum of the parts and the rule
that an unknown part has no effect of its own as they are. Its weight was measured: see docs/scoring.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.columns import Columns
from matcher.columns.pairs import Block
from matcher.domain import Purpose
from matcher.rules.context import Context
from matcher.rules.verdicts import Verdicts, blocks
from matcher.scoring.part import NO_VALUE, Part, Setting, Values
from matcher.scoring.pool import Pool
from matcher.scoring.purposes import deduction, parts_of


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of m projects x n offers.

    total: (m, n) float32, 0..100. completeness: (m, n) float32, the share of the applicable conditions and of the
    parts that is known.
    """

    total: Values
    completeness: Values


def score(
    purpose: Purpose,
    projects: Columns,
    offers: Columns,
    semantic: NDArray[np.float32] | None,
    context: Context,
    pool: Pool | None = None,
    verdicts: Verdicts | None = None,
) -> Scores:
    """The scores of all projects with all offers, for either side long.

    semantic: (m, n) float32, how near the texts are as a calibrated value in 0..1, NaN where unknown.
    pool: the usual among all visible offers; made of `offers` if None. Give it where `offers` is only a part of them.
    verdicts: of the same pairs; with them completeness counts the conditions too.
    """
    shape = (len(projects), len(offers))
    total, completeness = np.empty(shape, np.float32), np.empty(shape, np.float32)
    if not total.size:
        return Scores(total, completeness)
    setting = Setting(projects, offers, semantic, context, Pool.of(purpose, offers, context) if pool is None else pool)
    weights = context.rules.part_weights(purpose)
    bound = bind_parts(purpose, setting)
    takes = deduction(purpose, setting)
    for i, j in blocks(*shape):
        values = [(part.name, block(i, j)) for part, block in bound]
        known = np.zeros(total[i, j].shape, np.uint8)
        total[i, j] = weighted(values, weights, context, known)
        if takes is not None:
            np.maximum(total[i, j] - takes(i, j), 0, out=total[i, j])
        completeness[i, j] = _completeness(known, len(weights), verdicts, i, j)
    return Scores(total, completeness)


def score_lines(
    purpose: Purpose, projects: Columns, offers: Columns, context: Context, pool: Pool
) -> tuple[Values, Values]:
    """Scores (m, n) with a text that agrees in nothing, and what one that agrees in everything adds.

    A score is a straight line between the two, for its weight does not depend on how near the texts are.
    """
    shape = (len(projects), len(offers))
    without, gain = np.empty(shape, np.float32), np.empty(shape, np.float32)
    setting = Setting(projects, offers, np.zeros(shape, np.float32), context, pool)
    weights, bound = context.rules.part_weights(purpose), bind_parts(purpose, setting)
    takes = deduction(purpose, setting)
    text = np.float32(100 * weights["semantic"])
    for i, j in blocks(*shape):
        values = [(part.name, block(i, j)) for part, block in bound]
        gained, weight = _sums(values, weights, context, np.zeros(without[i, j].shape, np.uint8))
        gained *= 100
        np.divide(gained, weight, out=without[i, j])
        np.divide(text, weight, out=gain[i, j])
        if takes is not None:
            minus = without[i, j] - takes(i, j)
            gain[i, j] = np.maximum(minus + gain[i, j], 0) - np.maximum(minus, 0)
            without[i, j] = np.maximum(minus, 0)
    return without, gain


@dataclass(frozen=True, slots=True)
class Detail:
    """The scores of a few pairs, part by part, flat in the order of the pairs.

    total: (p,) float32. known: (p,) uint8, how many parts are known. values: name -> (p,) float32 in 0..1, NaN where
    unknown. minus: (p,) float32, points that were taken off at the end.
    """

    total: Values
    known: NDArray[np.uint8]
    values: dict[str, Values]
    minus: Values


def in_detail(purpose: Purpose, setting: Setting) -> Detail:
    """The scores that `score` gives, with everything that they are made of, for as many pairs as fit one block."""
    shape = (len(setting.projects), len(setting.offers))
    i, j = slice(0, shape[0]), slice(0, shape[1])
    values = [(part.name, np.broadcast_to(block(i, j), shape)) for part, block in bind_parts(purpose, setting)]
    known = np.zeros(shape, np.uint8)
    total = weighted(values, setting.context.rules.part_weights(purpose), setting.context, known)
    takes = deduction(purpose, setting)
    minus = np.zeros(shape, np.float32) if takes is None else np.broadcast_to(takes(i, j), shape)
    found = {part.name: np.full(total.size, np.nan, np.float32) for part in parts_of(purpose)}
    found |= {name: np.where(value < 0, np.float32(np.nan), value).ravel() for name, value in values}
    return Detail(np.maximum(total - minus, 0).ravel(), known.ravel(), found, minus.ravel())


def bind_parts(purpose: Purpose, setting: Setting) -> list[tuple[Part, Block]]:
    """The parts that are known somewhere, each with its values block by block; nothing stale counts as known."""
    stale = _stale(setting)
    found = []
    for part in parts_of(purpose):
        block = part.bind(setting)
        if block is not None:
            found.append((part, block if stale is None or part.name == "semantic" else _without(block, stale)))
    return found


def weighted(
    values: list[tuple[str, Values]], weights: dict[str, float], context: Context, known: NDArray[np.uint8]
) -> Values:
    """100 x sum(w s) / sum(w) over the known values and the base; counts them up in `known`."""
    gained, weight = _sums(values, weights, context, known)
    gained *= 100
    gained /= weight
    return gained


def _sums(
    values: list[tuple[str, Values]], weights: dict[str, float], context: Context, known: NDArray[np.uint8]
) -> tuple[Values, Values]:
    """sum(w s) and sum(w) over the known values and the base; counts them up in `known`."""
    base = context.rules.weights["base"]
    gained = np.full(known.shape, base["weight"] * base["value"], np.float32)
    weight = np.full(known.shape, base["weight"], np.float32)
    for name, value in values:
        share = np.float32(weights[name])
        is_known = value >= 0
        gained += np.maximum(value, 0) * share
        weight += is_known * share
        known += is_known
    return gained, weight


def _completeness(known: NDArray[np.uint8], parts: int, verdicts: Verdicts | None, i: slice, j: slice) -> Values:
    if verdicts is None:
        return (known / np.float32(parts)).astype(np.float32)
    share: Values = (known + verdicts.known[i, j]) / (np.float32(parts) + verdicts.asked[i, j])
    return share


def _stale(setting: Setting) -> Block | None:
    day = setting.context.day
    p, o = setting.projects["valid_until"] < day, setting.offers["valid_until"] < day
    if not p.any() and not o.any():
        return None
    return lambda i, j: p[i, None] | o[None, j]


def _without(block: Block, stale: Block) -> Block:
    return lambda i, j: np.where(stale(i, j), NO_VALUE, block(i, j))
