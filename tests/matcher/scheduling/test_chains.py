"""Chains of swaps keep every rule, alone and in pairs."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from matcher.scheduling import Event, Meeting, Party, Slot, Table, check, solve
from matcher.scheduling.anneal import Annealer, Pace
from matcher.scheduling.chains import Board, Chain
from matcher.scheduling.core import compile_event
from matcher.scheduling.matchevent import event_from_document
from tests.benchmarks.events_generator import generate
from tests.matcher.scheduling.small import small_event


def board_of(event: Event, at: dict[int, int]) -> Board:
    core = compile_event(event)
    board = Board(core, [core.units_of[m][0] for m in sorted(at)])
    for meeting, slot in at.items():
        board.place(core.units_of[meeting][0], slot)
    return board


def test_where_all_tables_are_taken_two_chains_cross() -> None:
    parties = tuple(Party(name) for name in "abcdef")
    meetings = tuple(Meeting(pair, required=True) for pair in ((0, 1), (2, 3), (0, 4)))
    event = Event("full", (Slot(),) * 3, (Table("1"),), parties, meetings)
    board = board_of(event, {0: 0, 1: 1, 2: 2})
    assert board.chain(2, 2, 1) is None
    alone = board.grown(Chain(2, 1, {}, {}), 2)
    assert alone is not None
    assert board.crowded(alone) == 1
    assert [chain.moves for chain in board.balanced(alone, [1])] == [{2: 1, 1: 2}]
    annealer = Annealer(board, 0)
    assert (annealer.cost, annealer.run(Pace(500))) == (1, 0)


@pytest.mark.parametrize("seed", range(40))
def test_every_chain_keeps_every_rule(seed: int) -> None:
    event = replace(small_event(seed + 700), fixed=())
    at = solve(event).at
    board = board_of(event, at)
    units = list(board.units)
    for unit, target in product(units, range(len(event.slots))):
        source = board.slot_of[unit]
        alone = board.grown(Chain(source, target, {}, {}), unit) if source != target else None
        if alone is not None:
            single = board.chain(unit, source, target)
            others = [*board.in_slot[source], *board.in_slot[target]]
            for moves in [*([single] if single else []), *(c.moves for c in board.balanced(alone, others))]:
                rows = [(int(board.core.meeting[u]), moves.get(u, board.slot_of[u])) for u in units]
                broken = {b.rule for b in check(event, rows).broken}
                assert broken <= {"required", "spread", "breaks"}, moves


def test_annealing_of_a_full_event_keeps_its_rules_and_its_count() -> None:
    event = event_from_document(generate(40, 16, slots=12, seed=4, tight=True))
    plan = solve(event)
    board = board_of(event, plan.at)
    annealer = Annealer(board, 1)
    cost = annealer.run(Pace(4_000))
    rows = [(int(board.core.meeting[u]), t) for u, t in board.slot_of.items()]
    verdict = check(event, rows)
    assert verdict.broken == ()
    assert verdict.breaks == cost == annealer.cost
