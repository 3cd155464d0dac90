"""Small random events, and what brute force says about them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from matcher.scheduling import BreakRule, Event, Meeting, Party, Representative, Slot, Table, check


def small_event(seed: int, *, timetable: bool = False) -> Event:
    """2 to 4 projects, 2 or 3 others, 2 to 4 slots in one or two days, and some of the rich rules."""
    rng = random.Random(seed)
    projects, others, slots = rng.randint(2, 4), rng.randint(2, 3), rng.randint(2, 4)
    split = rng.randint(1, slots)
    parties = [_party(rng, n, n < projects, slots) for n in range(projects + others)]
    pairs = [(i, projects + j) for i in range(projects) for j in range(others)]
    chosen = rng.sample(pairs, min(len(pairs), rng.randint(2, 6)))
    meetings = [_meeting(rng, pair, slots, timetable) for pair in sorted(chosen)]
    if rng.random() < 0.3 and others > 2:
        number = rng.randrange(len(meetings))
        third = next(p for p in range(projects, projects + others) if p not in meetings[number].parties)
        meetings[number] = replace(meetings[number], parties=(*meetings[number].parties, third))
    event = Event(
        name=f"small-{seed}",
        slots=tuple(Slot(int(t >= split)) for t in range(slots)),
        tables=tuple(Table(str(n)) for n in range(rng.randint(1, 3))),
        parties=tuple(parties),
        meetings=tuple(meetings),
        video_places=rng.choice([None, 1]),
        before=((0, 1),) if rng.random() < 0.3 else (),
        max_run=rng.choice([None, None, 2]),
        breaks=BreakRule(rng.choice(["strict", "available"]), rng.choice([None, 0, 1]) if timetable else None),
    )
    if rng.random() < 0.2:
        return replace(event, fixed=((0, rng.randrange(slots)),))
    return event


def _party(rng: random.Random, number: int, is_project: bool, slots: int) -> Party:
    people = 1 if is_project or rng.random() < 0.8 else 2
    away = frozenset(t for t in range(slots) if rng.random() < 0.2)
    return Party(
        id=str(number),
        kind="project" if is_project else "fund",
        cap=rng.choice([None, 1, 2, 3]),
        promised=rng.randint(0, 2),
        representatives=(Representative(unavailable=away),) * people,
        stand="stand" if not is_project and rng.random() < 0.2 else None,
        remote=rng.random() < 0.15,
    )


def _meeting(rng: random.Random, pair: tuple[int, int], slots: int, timetable: bool) -> Meeting:
    allowed = frozenset(rng.sample(range(slots), max(1, slots - 1))) if rng.random() < 0.2 else None
    banned = "declined" if rng.random() < 0.1 and not timetable else None
    length = 2 if rng.random() < 0.1 else 1
    return Meeting(pair, rng.randint(1, 1000), allowed=allowed, banned=banned, required=timetable, length=length)


def every_plan(event: Event) -> Iterator[list[tuple[int, int]]]:
    """All plans that keep every rule."""
    slots: list[int | None] = [None, *range(len(event.slots))]

    def extend(meeting: int, rows: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
        if meeting == len(event.meetings):
            if check(event, rows).holds:
                yield rows
            return
        for slot in slots:
            yield from extend(meeting + 1, rows if slot is None else [*rows, (meeting, slot)])

    yield from extend(0, [])


def best_value(event: Event) -> int | None:
    """The greatest value of any plan; None if no plan keeps the rules."""
    verdicts = (check(event, rows) for rows in every_plan(event))
    return max((v.score - 10_000 * v.shortfall for v in verdicts), default=None)


def fewest(event: Event) -> int | None:
    """The fewest breaks of any plan."""
    return min((check(event, rows).breaks for rows in every_plan(event)), default=None)
