"""What a plan achieved, in numbers that an organizer shows: wishes met, meetings per party, waiting, use of places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from matcher.scheduling.check import check, place_kind
from matcher.scheduling.counts import findings
from matcher.scheduling.explain import refusals
from matcher.scheduling.outcomes import Outcome, validate_outcomes
from matcher.scheduling.plan import Plan
from matcher.scheduling.problem import Event
from matcher.scheduling.wishes import Wish, validate_wishes

BEST_TENTHS = 10


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What became of the plan. ``unknown``: meetings without an outcome; ``interested``: meetings both sides want more.

    ``no_shows``: party -> meetings to which it did not come.
    """

    held: int
    not_held: int
    unknown: int
    interested: int
    next_steps: int
    no_shows: dict[str, int]


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of a plan. ``met_by_tenth``: share of the possible meetings held, from the best tenth by score down.

    ``met_by_rank``: rank of a wish -> (wishes met, wishes sent), where the wishes are given; ``afterwards`` where the
    outcomes are.
    """

    meetings: int
    possible: int
    score: int
    shortfall: int
    breaks: int
    without_meeting: tuple[str, ...]
    meetings_per_party: dict[int, int]
    breaks_per_party: dict[int, int]
    met_by_tenth: tuple[float, ...]
    table_use: tuple[float, ...]
    refused: dict[str, int]
    findings: tuple[str, ...]
    met_by_rank: dict[int, tuple[int, int]]
    afterwards: Afterwards | None = None

    def document(self) -> dict[str, Any]:
        """The report as JSON."""
        return asdict(self)


def report(event: Event, plan: Plan, wishes: Iterable[Wish] = (), outcomes: Sequence[Outcome] | None = None) -> Report:
    """The report of a plan; its goals are recomputed by the checker.

    Raises:
        WishError, FormatError: wishes or outcomes that cannot be.
    """
    verdict = check(event, plan.rows())
    held = Counter(p for m in plan.at for p in event.meetings[m].parties)
    order = sorted(range(len(event.meetings)), key=lambda m: (-event.meetings[m].score, m))
    return Report(
        meetings=len(plan.seats),
        possible=sum(m.banned is None for m in event.meetings),
        score=verdict.score,
        shortfall=verdict.shortfall,
        breaks=verdict.breaks,
        without_meeting=tuple(p.label for n, p in enumerate(event.parties) if not held[n]),
        meetings_per_party=dict(sorted(Counter(held[n] for n in range(len(event.parties))).items())),
        breaks_per_party=dict(sorted(Counter(verdict.breaks_by_party).items())),
        met_by_tenth=_met_by_tenth(order, set(plan.at)),
        table_use=_table_use(event, plan),
        refused=dict(sorted(Counter(r.cause for r in refusals(event, plan)).items())),
        findings=tuple(f.words.both for f in findings(event)),
        met_by_rank=_met_by_rank(event, plan, wishes),
        afterwards=None if outcomes is None else _afterwards(event, plan, outcomes),
    )


def _met_by_rank(event: Event, plan: Plan, wishes: Iterable[Wish]) -> dict[int, tuple[int, int]]:
    pairs = {frozenset((a, b)) for m in plan.at for a in event.meetings[m].parties for b in event.meetings[m].parties}
    sent, met = Counter[int](), Counter[int]()
    for wish in validate_wishes(event, wishes):
        sent[wish.rank] += 1
        met[wish.rank] += frozenset((wish.party, wish.partner)) in pairs
    return {rank: (met[rank], sent[rank]) for rank in sorted(sent)}


def _afterwards(event: Event, plan: Plan, outcomes: Sequence[Outcome]) -> Afterwards:
    known = validate_outcomes(event, plan, outcomes)
    held = [o for o in known if o.state == "held"]
    away = Counter(party for o in known for party in o.absent)
    return Afterwards(
        held=len(held),
        not_held=len(known) - len(held),
        unknown=len(plan.seats) - len(known),
        interested=sum(all(o.interest.get(side, False) for side in event.meetings[o.meeting].sides) for o in held),
        next_steps=sum(bool(o.next_step) for o in held),
        no_shows={event.parties[party].label: count for party, count in sorted(away.items())},
    )


def _met_by_tenth(order: list[int], held: set[int]) -> tuple[float, ...]:
    shares = []
    for tenth in range(BEST_TENTHS):
        part = order[len(order) * tenth // BEST_TENTHS : len(order) * (tenth + 1) // BEST_TENTHS]
        shares.append(round(sum(m in held for m in part) / len(part), 4) if part else 0.0)
    return tuple(shares)


def _table_use(event: Event, plan: Plan) -> tuple[float, ...]:
    busy = [0] * len(event.slots)
    for meeting, start in plan.at.items():
        if place_kind(event, meeting) == "table":
            for t in range(start, start + event.meetings[meeting].length):
                busy[t] += 1
    room = [sum(t.capacity for t in event.tables if slot not in t.closed) for slot in range(len(event.slots))]
    return tuple(round(b / r, 4) if r else 0.0 for b, r in zip(busy, room, strict=True))
