"""Who is shown: how evenly the first ten places of all lists fall on the candidates (DOMAIN 4.6)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matcher.domain import Kind, Purpose, Record, other_side
from matcher.evaluation.rankers import Catalogues
from matcher.matchmaker import Matchmaker
from matcher.scoring.exposure import Exposure, Report, report

PLACES = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """Exposure of the candidates of one purpose and direction in the lists of all subjects."""

    purpose: str
    subject_kind: str
    candidate_kind: str
    lists: int
    report: Report


def exposure(lists: Iterable[Sequence[str]], candidates: Sequence[str]) -> Exposure:
    """How often each candidate stands among the first ten; counts (n,) in the order of `candidates`."""
    place = {one: number for number, one in enumerate(candidates)}
    shown = Exposure(np.zeros(len(candidates), np.int64), 0)
    for ranking in lists:
        shown = shown.with_list(np.array([place[one] for one in ranking[:PLACES]], np.int64))
    return shown


def exposure_of_engine(
    matchmaker: Matchmaker, catalogues: Catalogues, subjects: Mapping[Kind, Sequence[Record]]
) -> list[Shown]:
    """Coverage, Gini and maximum for every purpose in both directions, before any cap."""
    found = []
    for purpose in Purpose:
        offers = other_side(purpose, Kind.PROJECT)
        for asking, asked in ((Kind.PROJECT, offers), (offers, Kind.PROJECT)):
            catalogue = catalogues[asked]
            lists = [
                [line.candidate_id for line in ranked]
                for ranked in matchmaker.top(purpose, subjects[asking], catalogue, PLACES)
            ]
            shown = exposure(lists, catalogue.ids_of(catalogue.live))
            found.append(Shown(str(purpose), str(asking), str(asked), len(lists), report(shown)))
    return found
