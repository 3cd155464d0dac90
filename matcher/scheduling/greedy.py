"""The schedulers that event platforms document: first come, first slot; and best score first. For comparison only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from matcher.scheduling.chains import Board
from matcher.scheduling.compact import Compacted
from matcher.scheduling.core import compile_event
from matcher.scheduling.plan import Plan
from matcher.scheduling.problem import Event
from matcher.scheduling.solve import finish


def greedy(event: Event, order: Literal["first come", "best score"], seed: int = 0) -> Plan:
    """Each request in turn gets the first slot in which both sides and a place are free.

    ``first come`` draws the order of the requests with the seed; ``best score`` sorts them by score. The bound of
    the plan is the sum of all scores: such a scheduler knows none.
    """
    core = compile_event(event)
    requests = np.arange(len(core.meeting))
    if order == "first come":
        requests = np.random.default_rng(seed).permutation(requests)
    else:
        requests = np.lexsort((requests, -core.score))
    must = [u for m in sorted(event.required) for u in core.units_of[m][:1]]
    board = Board(core, requests.tolist())
    held = [0] * core.parties
    done: set[int] = set()
    for unit in [*must, *requests.tolist()]:
        parties: Sequence[int] = board.parties_of[unit]
        if int(core.meeting[unit]) in done or any(held[p] >= core.total_cap[p] for p in parties):
            continue
        slot = next((t for t in range(core.slots) if board.fits(unit, t)), None)
        if slot is not None:
            board.place(unit, slot)
            done.add(int(core.meeting[unit]))
            for party in parties:
                held[party] += 1
    placed = {u: t for u, t in board.slot_of.items() if t >= 0}
    return finish(core, Compacted(placed, 0, 0), int(core.score.clip(min=0).sum()), seed, order)
