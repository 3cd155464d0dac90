"""Fewer breaks by simulated annealing over Kempe chains: quick, for sizes where exact search does not end."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from matcher.scheduling.chains import Board, Chain
from matcher.scheduling.plan import unhurried

COLD = 0.1
TOLD = 4096
"""Progress is told after so many chains."""
PARTNERS = 8
"""Chains tried the other way where all places are taken; with 1 in place of 8 a tight event keeps half as many
breaks again."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How an annealing run goes: chains tried, starting heat, share of moves that start from a party with a break."""

    chains: int
    hot: float = 0.4
    targeted: float = 0.9


class Annealer:
    """Anneals the breaks of a board; ``cost`` is breaks plus ten for each break beyond a party's limit."""

    def __init__(self, board: Board, seed: int) -> None:
        self.board = board
        self.random = random.Random(seed)
        event = board.core.event
        spread = event.breaks.spread
        self.limit = [
            min([n for n in (party.max_breaks, spread) if n is not None], default=1 << 20) for party in event.parties
        ]
        self.waiting: list[int] = []
        self.position: dict[int, int] = {}
        self.worth = [0] * board.core.parties
        for party in range(board.core.parties):
            self._note(party)
        self.cost = sum(self.worth)
        self.tried = 0

    def run(self, pace: Pace, tick: Callable[[int], None] | None = None, left: Callable[[], float] = unhurried) -> int:
        """Anneal at a pace and end on the best board met; gives its cost."""
        best, best_slots = self.cost, dict(self.board.slot_of)
        units = [u for u in self.board.units if sum(self.board.allowed[u]) > 1]
        if not units:
            return best
        self.tried = told = 0
        while self.tried < pace.chains and self.cost > 0:
            if self.tried >= told:
                told = self.tried + TOLD
                if tick is not None:
                    tick(best)
                if left() <= 0:
                    break
            heat = pace.hot * (COLD / pace.hot) ** (self.tried / pace.chains)
            self._try(units, heat, pace.targeted)
            if self.cost < best:
                best, best_slots = self.cost, dict(self.board.slot_of)
        self._restore(best_slots, best)
        return best

    def _try(self, units: list[int], heat: float, targeted: float) -> None:
        draw = self.random.random
        board = self.board
        self.tried += 1
        move = self._targeted() if self.waiting and draw() < targeted else None
        if move is None:
            unit = units[int(draw() * len(units))]
            move = unit, int(draw() * board.core.slots)
        unit, target = move
        source = board.slot_of[unit]
        if source == target or not board.allowed[unit][target]:
            return
        chain = board.grown(Chain(source, target, {}, {}), unit)
        if chain is None:
            return
        slot = board.crowded(chain)
        if slot >= 0:
            chain = self._balanced(chain, board.in_slot[slot])
        elif not board.keeps_rules(chain):
            return
        if chain is None:
            return
        change = self._change(chain)
        if change <= 0 or draw() < math.exp(-change / heat):
            board.apply(chain.moves)
            self.cost += change
            for party, net in chain.shift.items():
                if net:
                    self._note(party)

    def _balanced(self, chain: Chain, row: list[int]) -> Chain | None:
        """Where every place is taken, somebody else must go the other way: the best of a few drawn ones."""
        draw = self.random.random
        self.tried += PARTNERS // 2  # the others fail at once, as a rule
        partners = [row[int(draw() * len(row))] for _ in range(PARTNERS)]
        return min(self.board.balanced(chain, partners), key=self._change, default=None)

    def _change(self, chain: Chain) -> int:
        """By how much the cost grows with a chain."""
        board, source, target = self.board, chain.source, chain.target
        change = 0
        for party, net in chain.shift.items():
            if not net:
                continue
            counts, bits, busy = board.count[party], board.bit[party], board.busy[party]
            into, out = bits[target], bits[source]
            mask = busy & ~(into | out)
            if counts[target] + net > 0:
                mask |= into
            if counts[source] - net > 0:
                mask |= out
            if mask != busy:
                breaks = (mask & ~(mask << 1)).bit_count()
                for day in board.days[party]:
                    if mask & day:
                        breaks -= 1
                over = breaks - self.limit[party]
                change += (breaks + 10 * over if over > 0 else breaks) - self.worth[party]
        return change

    def _targeted(self) -> tuple[int, int] | None:
        """A meeting of a waiting party and one of its counted idle slots."""
        board, draw = self.board, self.random.random
        party = self.waiting[int(draw() * len(self.waiting))]
        busy = [row for row in board.at[party] if row]
        if not busy:
            return None
        unit = busy[int(draw() * len(busy))][0]
        may, bit, held = board.allowed[unit], board.bit[party], board.at[party]
        idle = [t for t, free in enumerate(may) if free and bit[t] and not held[t]]
        return (unit, idle[int(draw() * len(idle))]) if idle else None

    def _note(self, party: int) -> None:
        """Keep what a party's breaks are worth, and the list of waiting parties."""
        breaks = self.board.breaks(party)
        over = breaks - self.limit[party]
        self.worth[party] = breaks + 10 * over if over > 0 else breaks
        waits = breaks > 0
        if waits and party not in self.position:
            self.position[party] = len(self.waiting)
            self.waiting.append(party)
        elif not waits and party in self.position:
            hole, last = self.position.pop(party), self.waiting.pop()
            if last != party:
                self.waiting[hole] = last
                self.position[last] = hole

    def _restore(self, slots: dict[int, int], cost: int) -> None:
        changed = {u: t for u, t in slots.items() if self.board.slot_of[u] != t}
        self.board.apply(changed)
        self.cost = cost
