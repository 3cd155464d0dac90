"""Few breaks for meetings that are settled: annealing where that reaches zero, exact search, then day by day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from matcher.scheduling.anneal import Annealer, Pace
from matcher.scheduling.chains import Board
from matcher.scheduling.core import Core
from matcher.scheduling.maxsat import Answer, fewest_breaks
from matcher.scheduling.plan import share, unhurried

Tell = Callable[[str, float], None]
Watch = tuple[Tell | None, Callable[[], float]]
"""Whom to tell about progress, and the seconds left."""
FIRST = Pace(15_000)
QUICK = Pace(150_000)
NEARLY = 10
"""So few breaks after a quick run are gone after another one; more need the long one."""
LONG = Pace(1_500_000, hot=0.4, targeted=0.5)
AGAIN = Pace(600_000, hot=0.35, targeted=0.5)


@dataclass(frozen=True, slots=True)
class Effort:
    """How much work each rung may do, counted in steps, conflicts and nodes.

    ``left`` gives the seconds that remain where somebody waits; plans then depend on the machine's speed.
    """

    first: Pace = FIRST
    quick: Pace = QUICK
    long: Pace = LONG
    again: Pace = AGAIN
    rounds: int = 4
    exact_columns: int = 6_000
    exact_conflicts: int = 40_000
    day_columns: int = 10_000
    day_conflicts: int = 15_000
    timetable_conflicts: int = 3_000_000
    nodes: int = 500
    most_columns: int = 400_000
    left: Callable[[], float] = unhurried


@dataclass(frozen=True, slots=True)
class Compacted:
    """Placed units (unit -> start), their breaks and the least possible for these meetings as far as proven."""

    placed: dict[int, int]
    breaks: int
    bound: int
    conflicts: int = 0


def timetable_exactly(core: Core, meetings: list[int], conflicts: int, left: Callable[[], float] = unhurried) -> Answer:
    """The fewest breaks of given meetings under the spread rule, exactly.

    The rule compares the most and the least breaks of any two parties. The search first assumes that somebody has
    none; plans in which everybody has at least one are tried only while they could have fewer breaks in total.
    """
    spread = core.event.breaks.spread
    first = fewest_breaks(core, meetings, conflicts, left=left)
    if spread is None or (first.placement is None and not first.infeasible):
        return first
    best, least, spent = first, 0, first.conflicts
    while least < _most_breaks_everybody(core, meetings):
        least += 1
        if best.placement is not None and best.breaks <= least * core.parties:
            break
        answer = fewest_breaks(core, meetings, conflicts, least=least, left=left)
        spent += answer.conflicts
        if answer.placement is None and not answer.infeasible:
            bound = min(best.breaks, least * core.parties) if best.placement else 0
            return Answer(best.placement, best.breaks, bound, infeasible=False, conflicts=spent)
        if answer.placement is not None and (best.placement is None or answer.breaks < best.breaks):
            best = answer
    return Answer(best.placement, best.breaks, best.bound, best.infeasible, spent)


def _most_breaks_everybody(core: Core, meetings: list[int]) -> int:
    """How many breaks every single party could have at most."""
    degree = [0] * core.parties
    for meeting in meetings:
        for party in core.event.meetings[meeting].parties:
            degree[party] += 1
    slots = core.slots
    return max(0, min((min(k - 1, slots - k) for k in degree), default=0))


def waiting(core: Core, placed: Mapping[int, int]) -> list[int]:
    """Breaks per party of placed units."""
    busy: list[set[int]] = [set() for _ in range(core.parties)]
    for unit, start in placed.items():
        for party in core.event.meetings[int(core.meeting[unit])].parties:
            busy[party].update(core.covered(unit, start))
    strict = core.event.breaks.count == "strict"
    return [sum(_runs_less_one(core, p, day, busy[p], strict) for day in core.event.days) for p in range(core.parties)]


def _runs_less_one(core: Core, party: int, day: tuple[int, ...], busy: set[int], strict: bool) -> int:
    counted = [t in busy for t in day if strict or core.slot_cap[party, t] > 0]
    runs = sum(here and not before for before, here in zip([False, *counted], counted, strict=False))
    return max(0, runs - 1)


def compact(core: Core, placed: dict[int, int], seed: int, effort: Effort, tell: Tell | None = None) -> Compacted:
    """The same meetings with fewer breaks, and a bound; every hard rule stays kept."""
    is_small = sum(int(core.start[u].sum()) for u in placed) <= effort.exact_columns
    placed = _quickly(core, placed, seed, effort, is_small=is_small, tell=tell)
    breaks = sum(waiting(core, placed))
    if breaks == 0:
        return Compacted(placed, 0, 0)
    bound, spent = 0, 0
    if is_small:
        meetings = sorted(int(core.meeting[u]) for u in placed)
        answer = timetable_exactly(core, meetings, effort.exact_conflicts, share(effort.left, 0.4))
        bound, spent = answer.bound, answer.conflicts
        if answer.placement is not None and answer.breaks <= breaks:
            return Compacted(dict(answer.placement.values()), answer.breaks, answer.bound, spent)
    return _slowly(core, Compacted(placed, breaks, bound, spent), seed, effort, tell)


def _quickly(
    core: Core, placed: dict[int, int], seed: int, effort: Effort, *, is_small: bool, tell: Tell | None
) -> dict[int, int]:
    """Annealing that mostly ends at zero on events with room to spare."""
    if is_small:
        return _anneal(core, placed, seed, effort.first, (tell, effort.left))[0]
    for turn in range(4):
        placed, breaks = _anneal(core, placed, seed + 100 * turn, effort.quick, (tell, effort.left))
        if not 0 < breaks <= NEARLY:
            break
    return placed


def _slowly(core: Core, start: Compacted, seed: int, effort: Effort, tell: Tell | None) -> Compacted:
    """Long annealing and exact days in turns."""
    placed, breaks, spent = start.placed, start.breaks, start.conflicts
    for turn in range(effort.rounds):
        pace = effort.again if turn else effort.long
        trial, _ = _anneal(core, placed, seed + 1 + turn, pace, (tell, effort.left))
        placed = min(placed, trial, key=lambda p: _cost(core, p))
        for day in core.event.days if effort.left() > 0 else ():
            placed, more = _day_exactly(core, placed, day, effort)
            spent += more
        before, breaks = breaks, sum(waiting(core, placed))
        if tell is not None:
            tell("breaks", breaks)
        if breaks <= start.bound or effort.left() <= 0 or (turn and breaks == before):
            break
    return Compacted(placed, breaks, start.bound, spent)


def _anneal(core: Core, placed: dict[int, int], seed: int, pace: Pace, watch: Watch) -> tuple[dict[int, int], int]:
    board = Board(core, sorted(placed))
    for unit in board.units:
        board.place(unit, placed[unit])
    annealer = Annealer(board, seed)
    tell, left = watch
    annealer.run(pace, None if tell is None else lambda best: tell("breaks", best), left)
    return dict(board.slot_of), sum(map(board.breaks, range(core.parties)))


def _day_exactly(
    core: Core, placed: dict[int, int], day: tuple[int, ...], effort: Effort
) -> tuple[dict[int, int], int]:
    """One day's meetings laid out again with the fewest breaks; the other days stay.

    A day of too many columns stays as it is: the search would end without an answer.
    """
    here = {u for u, t in placed.items() if t in day}
    if sum(int(core.start[u, day].sum()) for u in here) > effort.day_columns:
        return placed, 0
    starts = {int(core.meeting[u]): day for u in here}
    answer = fewest_breaks(core, sorted(starts), effort.day_conflicts, starts=starts, left=effort.left)
    if answer.placement is None:
        return placed, answer.conflicts
    trial = {u: t for u, t in placed.items() if u not in here} | dict(answer.placement.values())
    better = _cost(core, trial) < _cost(core, placed)
    return (trial if better else placed), answer.conflicts


def keeps_limits(core: Core, placed: dict[int, int]) -> bool:
    """Nobody waits more often than the spread rule and the parties' own limits allow."""
    return _cost(core, placed) == sum(waiting(core, placed))


def _cost(core: Core, placed: dict[int, int]) -> int:
    """Breaks, and ten for each one beyond what the spread and the parties' own limits allow."""
    event = core.event
    breaks = waiting(core, placed)
    ceiling = 1 << 20 if event.breaks.spread is None else min(breaks, default=0) + event.breaks.spread
    limits = [min(ceiling, 1 << 20 if p.max_breaks is None else p.max_breaks) for p in event.parties]
    return sum(n + 10 * max(0, n - limit) for n, limit in zip(breaks, limits, strict=True))
