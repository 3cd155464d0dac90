"""Lists of many subjects that share the attention: the exposure policy over shortlists (DOMAIN 4.6)."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matcher.domain import Record
from matcher.retrieval.catalogue import Catalogue
from matcher.retrieval.shortlist import Shortlist
from matcher.scoring.exposure import Exposure, Policy, place

DEPTH = 4
"""So many times the length of a list compete for its places: capped items need somebody behind them."""

_HOUSE_FIELDS = ("manager", "bank", "insurer")


@dataclass(slots=True)
class FairPlaces:
    """Gives the places of one list after another and remembers who was shown."""

    policy: Policy
    shown: dict[int, int] = field(default_factory=dict)
    lists: int = 0

    def choose(self, found: Shortlist, catalogue: Catalogue, k: int) -> NDArray[np.int64]:
        """Positions in the shortlist of the k that get a place, in the order of the list."""
        ids = np.array(catalogue.ids_of(found.rows))
        by_id = np.argsort(ids, kind="stable")
        rows = found.rows[by_id]
        counts = np.array([self.shown.get(int(row), 0) for row in rows], np.int64)
        houses = _houses(catalogue.records(ids[by_id].tolist()))
        order = place(found.totals[by_id], houses, Exposure(counts, self.lists), k, self.policy).order
        self.lists += 1
        for row in rows[order].tolist():
            self.shown[row] = self.shown.get(row, 0) + 1
        return by_id[order]


def _houses(records: list[Record]) -> NDArray[np.int64] | None:
    """A number per manager, bank or insurer, -1 where unknown; None where the kind has none."""
    names = [next((getattr(one, name) for name in _HOUSE_FIELDS if hasattr(one, name)), None) for one in records]
    if not any(names):
        return None
    numbers = {name: number for number, name in enumerate(sorted({name for name in names if name}))}
    return np.array([numbers.get(name, -1) if name else -1 for name in names], np.int64)
