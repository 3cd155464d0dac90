"""Who gets the places of a list: a cap for the much shown, places for the new, no manager with more than its share.

DOMAIN 4.6: per period an item stands in at most 25 % of the lists, 2 of 10 places go to items below the exposure
median if they score 40, and at most 3 of 10 are of one manager. A cap of 25 % costs .2 % of nDCG, 10 % costs 6 %.
"""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.rules.rulebook import rulebook


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of exposure; shares are of a list of `list_length` places."""

    cap_share: float = 0.25
    cold_places: int = 2
    list_length: int = 10
    same_house: int = 3
    score_floor: float = 40.0

    @classmethod
    def of_rulebook(cls) -> "Policy":
        """The policy in `data/rules/weights.toml`."""
        table: dict[str, Any] = {name: rulebook().weights["exposure"][name] for name in cls.__dataclass_fields__}
        return cls(**table)


@dataclass(frozen=True, slots=True)
class Exposure:
    """How often each item was shown in a period: counts (n,) of lists that hold it, and the lists made so far."""

    counts: NDArray[np.int64]
    lists: int

    def with_list(self, places: NDArray[np.int64]) -> "Exposure":
        """The exposure after one more list."""
        counts = self.counts.copy()
        counts[places] += 1
        return Exposure(counts, self.lists + 1)


@dataclass(frozen=True, slots=True)
class Places:
    """A list. order: item numbers, best first. cold: those that hold a reserved place. capped: held back by the cap."""

    order: NDArray[np.int64]
    cold: NDArray[np.int64]
    capped: NDArray[np.int64]


def place(
    scores: NDArray[np.float32],
    houses: NDArray[np.int64] | None,
    exposure: Exposure,
    k: int,
    policy: Policy,
) -> Places:
    """The k places of one list among items that may be shown, whose numbers rise with their ids (ties go by id).

    scores: (n,) 0..100. houses: (n,) number of the manager, below 0 where unknown; None where there are none.
    An item at the cap is left out; a list may always show an item for the first time. Reserved places go to the best
    cold items that score the floor, and to anybody where there are none. Where only one manager is left it fills.
    """
    ranked = np.lexsort((np.arange(len(scores)), -scores))
    most = max(1, int(Fraction(str(policy.cap_share)) * (exposure.lists + 1)))
    free = ranked[exposure.counts[ranked] < most]
    capped = ranked[exposure.counts[ranked] >= most]
    is_cold = (
        (exposure.counts < np.median(exposure.counts)) | (exposure.counts == 0) if len(scores) else np.zeros(0, bool)
    )
    reserve = k * policy.cold_places // policy.list_length
    by_merit = free[:k]
    missing = max(0, reserve - int(np.count_nonzero(is_cold[by_merit])))
    rest = free[k:]
    newcomers = rest[is_cold[rest] & (scores[rest] >= policy.score_floor)][:missing]
    established = by_merit[~is_cold[by_merit]]
    displaced = established[len(established) - max(0, len(newcomers) + len(by_merit) - k) :]
    kept = np.setdiff1d(by_merit, displaced)
    chosen = np.concatenate([kept, newcomers])
    chosen = chosen[np.lexsort((chosen, -scores[chosen]))]
    others = free[~np.isin(free, chosen)]
    order = spread(chosen, others, houses, k, policy)
    return Places(order, np.intersect1d(order, newcomers), capped)


def spread(
    chosen: NDArray[np.int64],
    others: NDArray[np.int64],
    houses: NDArray[np.int64] | None,
    k: int,
    policy: Policy,
) -> NDArray[np.int64]:
    """The chosen items, best first, so that no ten places in a row, counted from the top, hold a house too often.

    An item whose house is full waits for the next ten; `others` (best first) take the places that stay open. Where
    nothing else is left the waiting ones fill them after all.
    """
    if houses is None:
        return chosen[:k]
    queue, spare = list(map(int, chosen)), list(map(int, others))
    placed: list[int] = []
    count: Counter[int] = Counter()
    while len(placed) < k and (queue or spare):
        if len(placed) % policy.list_length == 0:
            count.clear()
        source, at = _next(queue, spare, houses, count, policy.same_house)
        item = source.pop(at)
        count[int(houses[item])] += 1
        placed.append(item)
    return np.array(placed, np.int64)


def _next(
    queue: list[int], spare: list[int], houses: NDArray[np.int64], count: Counter[int], most: int
) -> tuple[list[int], int]:
    """From which list and where the next item comes."""
    for source in (queue, spare):
        for at, item in enumerate(source):
            if houses[item] < 0 or count[int(houses[item])] < most:
                return source, at
    return (queue or spare), 0


@dataclass(frozen=True, slots=True)
class Report:
    """Shares of all lists in a period. coverage: items shown at all. gini: 0 equal, 1 one item holds everything."""

    coverage: float
    gini: float
    largest: float


def report(exposure: Exposure) -> Report:
    """Coverage, Gini and the largest share of lists that one item stands in (DOMAIN 4.6: with every release)."""
    counts = np.sort(exposure.counts)
    n, total = len(counts), int(counts.sum())
    if not n or not total:
        return Report(0.0, 0.0, 0.0)
    gini = float((2 * np.arange(1, n + 1) - n - 1) @ counts / (n * total))
    return Report(float(np.count_nonzero(counts) / n), gini, float(counts[-1] / max(1, exposure.lists)))
