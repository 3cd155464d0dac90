"""Lists of many subjects that share the attention: the exposure policy over shortlists (DOMAIN 4.6)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matcher.domain import Record
from matcher.scoring.exposure import Exposure, Policy, place

DEPTH = 4
"""So many times the length of a list compete for its places: capped items need somebody behind them."""

_HOUSE_FIELDS = ("manager", "bank", "insurer")


@dataclass(slots=True)
class FairPlaces:
    """Gives the places of one list after another and remembers who was shown."""

    policy: Policy
    shown: Counter[str] = field(default_factory=Counter)
    lists: int = 0

    def choose(
        self, ids: Sequence[str], totals: NDArray[np.float32], records: Sequence[Record], k: int
    ) -> NDArray[np.int64]:
        """Positions of the k candidates that get a place, in the order of the list; totals (n,) 0..100."""
        by_id = np.array(sorted(range(len(ids)), key=ids.__getitem__), np.int64)
        counts = np.array([self.shown[ids[i]] for i in by_id], np.int64)
        houses = _houses([records[i] for i in by_id])
        order = by_id[place(totals[by_id], houses, Exposure(counts, self.lists), k, self.policy).order]
        self.lists += 1
        self.shown.update(ids[i] for i in order)
        return order


def _houses(records: Sequence[Record]) -> NDArray[np.int64] | None:
    """A number per manager, bank or insurer, -1 where unknown; None where the kind has none."""
    names = [next((getattr(one, name) for name in _HOUSE_FIELDS if hasattr(one, name)), None) for one in records]
    if not any(names):
        return None
    numbers = {name: number for number, name in enumerate(sorted({name for name in names if name}))}
    return np.array([numbers.get(name, -1) if name else -1 for name in names], np.int64)
