"""The best of one or more catalogues as one list, and what each of them says of its whole list put together.

A reader may find records in more than one catalogue: the own ones in one, those of others in another. Each catalogue is
searched by itself, for word statistics over hidden texts would show in scores. Only those that get a place are
explained.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matcher.matches import Counts, Question
from matcher.retrieval.fairness import DEPTH, FairPlaces
from matcher.retrieval.shortlist import Candidates, Shortlist, shortlist
from matcher.rules.verdicts import Verdict


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One catalogue's share of a list: its candidates and those of them that got a place."""

    pool: Candidates
    best: Shortlist

    @property
    def ids(self) -> list[str]:
        """The ids of those that got a place."""
        return self.pool.catalogue.ids_of(self.best.rows)

    @property
    def verdicts(self) -> list[str]:
        """Their verdicts."""
        places = np.searchsorted(self.pool.rows, self.best.rows)
        return [Verdict(int(each)).name for each in self.best.verdicts.verdict.ravel()[places]]

    def only(self, positions: NDArray[np.int64]) -> "Part":
        """With places for these positions of `best` alone."""
        best = self.best
        kept = replace(
            best, rows=best.rows[positions], totals=best.totals[positions], semantic=best.semantic[positions]
        )
        return Part(self.pool, kept)


@dataclass(frozen=True, slots=True, eq=False)
class Together:
    """A list: the parts in which its candidates are, and their ids in the order of the list."""

    parts: tuple[Part, ...]
    order: tuple[str, ...]

    @classmethod
    def of(
        cls, pools: Sequence[Candidates], k: int, *, ineligible: bool = False, places: FairPlaces | None = None
    ) -> "Together":
        """The k best of all, equal totals by id; `places` gives out the places in another order."""
        parts = [
            Part(pool, shortlist(pool, k if places is None else DEPTH * k, ineligible=ineligible)) for pool in pools
        ]
        ids = [one for part in parts for one in part.ids]
        totals = np.concatenate([part.best.totals for part in parts])
        order = np.array(sorted(range(len(ids)), key=lambda i: (-float(totals[i]), ids[i])), np.int64)
        if places is not None:
            records = [record for part in parts for record in part.pool.catalogue.records(part.ids)]
            order = order[places.choose([ids[i] for i in order], totals[order], [records[i] for i in order], k)]
        order = order[:k]
        starts = np.cumsum([0, *(len(part.best.rows) for part in parts)])
        kept = [
            part.only(np.sort(order[(order >= start) & (order < end)]) - start)
            for part, start, end in zip(parts, starts, starts[1:], strict=False)
        ]
        return cls(tuple(kept), tuple(ids[i] for i in order))

    @property
    def excluded(self) -> dict[str, int]:
        """Condition -> candidates in which it fails."""
        return _summed([part.best.verdicts.excluded for part in self.parts])

    @property
    def excluded_alone(self) -> dict[str, int]:
        """Condition -> candidates that only it excludes."""
        return _summed([part.best.verdicts.excluded_alone for part in self.parts])

    @property
    def counts(self) -> Counts:
        """How many candidates were visible and what became of them."""
        visible = sum(len(part.pool.rows) for part in self.parts)
        return Counts(visible=visible, **_summed([part.best.verdicts.counts for part in self.parts]))


def joined_questions(lists: Sequence[Sequence[Question]]) -> tuple[Question, ...]:
    """Each question once, in the words of the first list, with all that its answer decides; the most telling first."""
    first: dict[str, Question] = {}
    for question in (question for each in lists for question in each):
        known = first.get(question.field)
        first[question.field] = question if known is None else replace(known, decides=known.decides + question.decides)
    return tuple(sorted(first.values(), key=lambda question: -question.decides))


def _summed(counts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return dict(total)
