"""A timetable that changes by Kempe chains: two slots swapped along the meetings that would collide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from typing import NamedTuple

from matcher.scheduling.core import Core

LONGEST_CHAIN = 80


class Chain(NamedTuple):
    """Moves between two slots: unit -> slot, and per party how many more meetings ``target`` then has of it.

    ``enters``: the unit that was not placed before, or -1.
    """

    source: int
    target: int
    moves: dict[int, int]
    shift: dict[int, int]
    enters: int = -1


class Board:
    """Placed units of a core; every move keeps every hard rule. A unit of several slots stays where it is placed.

    ``slot_of[u]`` is the slot of a unit or -1. ``count[p][t]`` meetings of party p in slot t.
    Bits of ``busy[p]`` are the counted slots of party p (present ones, or all under the strict rule) in order, with
    a gap between days, so that breaks are runs of bits minus days with a meeting.
    """

    def __init__(self, core: Core, units: Iterable[int]) -> None:
        self.core = core
        self.units = list(units)
        slots = range(core.slots)
        self.slot_of: dict[int, int] = {}
        self.parties_of: dict[int, tuple[int, ...]] = {}
        self.pools_of: dict[int, tuple[int, ...]] = {}
        self.length: dict[int, int] = {}
        self.allowed: dict[int, list[bool]] = {}
        for unit in self.units:
            self.admit(unit)
        self.cap = core.slot_cap.tolist()
        self.load = [[0] * core.slots for _ in range(len(core.names))]
        self.count = self.load[: core.parties]
        self.in_slot: list[list[int]] = [[] for _ in slots]
        self.many = {p for p in range(core.parties) if max(self.cap[p]) > 1}
        self.at: list[list[list[int]]] = [[[] for _ in slots] for _ in range(core.parties)]
        self.busy = [0] * core.parties
        self.held = [0] * core.parties
        self.real_bit = [1 << (t + day) for t, day in enumerate(core.day_of)]
        self.bit: list[list[int]] = [[]] * core.parties
        self.days: list[list[int]] = [[]] * core.parties
        for party in range(core.parties):
            self.lay_out(party)
        self._link_orders()

    def admit(self, unit: int) -> None:
        """Make a unit known to the board; it is not placed."""
        core = self.core
        many = len(core.event.meetings[int(core.meeting[unit])].parties)
        self.slot_of[unit] = -1
        self.parties_of[unit], self.pools_of[unit] = core.uses[unit][:many], core.uses[unit][many:]
        self.length[unit] = int(core.length[unit])
        self.allowed[unit] = core.start[unit].tolist()

    def copy(self) -> Board:
        """A board that can be changed without changing this one; rows of ``allowed`` are shared, so replace them."""
        twin = copy(self)
        twin.slot_of, twin.allowed = dict(self.slot_of), dict(self.allowed)
        twin.cap = [list(row) for row in self.cap]
        twin.load = [list(row) for row in self.load]
        twin.count = twin.load[: self.core.parties]
        twin.in_slot = [list(row) for row in self.in_slot]
        twin.at = [[list(row) for row in rows] for rows in self.at]
        twin.busy, twin.held = list(self.busy), list(self.held)
        twin.bit, twin.days = list(self.bit), list(self.days)
        return twin

    def lay_out(self, party: int) -> None:
        """Bits of a party's counted slots (``bit``) and its days among them; its busy bits again."""
        strict = self.core.event.breaks.count == "strict"
        bits, days, position = [0] * self.core.slots, [], 0
        for day in self.core.event.days:
            mask = 0
            for t in day:
                if strict or self.cap[party][t] > 0:
                    bits[t] = 1 << position
                    mask |= bits[t]
                    position += 1
            position += 1
            days.append(mask)
        self.bit[party] = bits
        self.days[party] = [mask for mask in days if mask]
        self.busy[party] = sum(bit for bit, held in zip(bits, self.count[party], strict=True) if held)

    def _link_orders(self) -> None:
        core = self.core
        unit_of = {int(core.meeting[u]): u for u in self.units}
        self.after: dict[int, list[int]] = {}
        self.earlier: dict[int, list[int]] = {}
        for first, second in core.event.before:
            if first in unit_of and second in unit_of:
                self.after.setdefault(unit_of[first], []).append(unit_of[second])
                self.earlier.setdefault(unit_of[second], []).append(unit_of[first])

    def breaks(self, party: int, busy: int | None = None) -> int:
        """Breaks of a party, now or with other busy bits."""
        mask = self.busy[party] if busy is None else busy
        runs = (mask & ~(mask << 1)).bit_count()
        for day in self.days[party]:
            if mask & day:
                runs -= 1
        return runs

    def place(self, unit: int, slot: int) -> None:
        """Put a unit into a slot without asking; the caller has checked."""
        self.slot_of[unit] = slot
        self.in_slot[slot].append(unit)
        for t in range(slot, slot + self.length[unit]):
            for party in self.parties_of[unit]:
                self.at[party][t].append(unit)
                self.count[party][t] += 1
                self.busy[party] |= self.bit[party][t]
                self.held[party] |= self.real_bit[t]
            for pool in self.pools_of[unit]:
                self.load[pool][t] += 1

    def remove(self, unit: int) -> None:
        """Take a unit off the board."""
        slot = self.slot_of[unit]
        self.slot_of[unit] = -1
        self.in_slot[slot].remove(unit)
        for t in range(slot, slot + self.length[unit]):
            for party in self.parties_of[unit]:
                row = self.at[party][t]
                row.remove(unit)
                self.count[party][t] -= 1
                if not row:
                    self.busy[party] &= ~self.bit[party][t]
                    self.held[party] &= ~self.real_bit[t]
            for pool in self.pools_of[unit]:
                self.load[pool][t] -= 1

    def fits(self, unit: int, slot: int) -> bool:
        """May the unit be placed there with nothing else moved?"""
        if not self.allowed[unit][slot]:
            return False
        span = range(slot, slot + self.length[unit])
        if any(self.load[r][t] >= self.cap[r][t] for r in self.core.uses[unit] for t in span):
            return False
        return self._orderly({unit: slot}) and self._may_sit(unit, span)

    def chain(self, unit: int, source: int, target: int) -> dict[int, int] | None:
        """The moves that bring a unit into ``target`` by swapping with ``source``; None if a rule forbids it.

        A unit that is not placed yet enters ``target``; what it pushes out goes to ``source``.
        """
        enters = unit if self.slot_of[unit] < 0 else -1
        chain = self.grown(Chain(source, target, {}, {}, enters), unit)
        if chain is None or self.crowded(chain) >= 0 or not self.keeps_rules(chain):
            return None
        return chain.moves

    def balanced(self, chain: Chain, partners: Iterable[int]) -> Iterator[Chain]:
        """The chain joined with a second one so that no slot is crowded; one for each partner that can do it.

        ``partners``: units in one of the two slots.
        """
        for unit in partners:
            if unit not in chain.moves:
                joined = self.grown(chain, unit)
                if joined is not None and self.crowded(joined) < 0 and self.keeps_rules(joined):
                    yield joined

    def grown(self, chain: Chain, unit: int) -> Chain | None:
        """The chain with one unit more that changes sides, and all that it pushes along; None if one may not.

        Places are not asked (``crowded``), nor orders and rests (``keeps_rules``).
        """
        source, target = chain.source, chain.target
        allowed, length, parties_of, at, cap = self.allowed, self.length, self.parties_of, self.at, self.cap
        moves, shift = dict(chain.moves), dict(chain.shift)
        moves[unit] = source if self.slot_of[unit] == target else target
        stack = [unit]
        while stack:
            x = stack.pop()
            to = moves[x]
            if not allowed[x][to] or length[x] > 1 or len(moves) > LONGEST_CHAIN:
                return None
            away, sign = (source, 1) if to == target else (target, -1)
            for party in parties_of[x]:
                pushed = at[party][to]
                if pushed:
                    if cap[party][to] > 1:
                        pushed = self._too_many(party, to, moves)
                    for y in pushed:
                        if y not in moves:
                            moves[y] = away
                            stack.append(y)
                shift[party] = shift.get(party, 0) + sign
        return Chain(source, target, moves, shift, chain.enters)

    def _too_many(self, party: int, to: int, moves: dict[int, int]) -> list[int]:
        """Whom a party with several persons must send away when one more of the moves comes to it."""
        staying = [y for y in self.at[party][to] if y not in moves]
        coming = sum(1 for y, slot in moves.items() if slot == to and party in self.parties_of[y])
        return staying[: max(0, len(staying) + coming - self.cap[party][to])]

    def crowded(self, chain: Chain) -> int:
        """The slot of the chain in which a place would be missing after it; -1 if there is none."""
        source, target, enters, pools_of = chain.source, chain.target, chain.enters, self.pools_of
        net: dict[int, int] = {}
        for x, to in chain.moves.items():
            sign = 1 if to == target else -1
            for pool in pools_of[x]:
                net[pool] = net.get(pool, 0) + sign
        for pool, more in net.items():
            load, cap = self.load[pool], self.cap[pool]
            if more > 0 and load[target] + more > cap[target]:
                return target
            if more < 0 or enters >= 0:
                back = more - (enters >= 0 and pool in pools_of[enters])
                if back < 0 and load[source] - back > cap[source]:
                    return source
        return -1

    def keeps_rules(self, chain: Chain) -> bool:
        """Nobody sits in more meetings than its persons, orders hold, and nobody meets longer than the longest run."""
        new = self.parties_of[chain.enters] if chain.enters >= 0 else ()
        if (new or not self.many.isdisjoint(chain.shift)) and not self._seats_hold(chain, new):
            return False
        if not self._orderly(chain.moves):
            return False
        if self.core.event.max_run is None:
            return True
        changed = {p: (chain.target, chain.source, net) for p, net in chain.shift.items() if net}
        return self._rested(changed, enters_party=new)

    def _seats_hold(self, chain: Chain, new: tuple[int, ...]) -> bool:
        """A swap of single seats needs no look; an entry and parties with several persons do."""
        source, target = chain.source, chain.target
        for party, net in chain.shift.items():
            cap, count = self.cap[party], self.count[party]
            if count[target] + net > cap[target] or count[source] - net + (party in new) > cap[source]:
                return False
        return True

    def _orderly(self, moves: dict[int, int]) -> bool:
        if not self.after and not self.earlier:
            return True
        for x, to in moves.items():
            for later in self.after.get(x, ()):
                slot = moves.get(later, self.slot_of[later])
                if 0 <= slot < to + self.length[x]:
                    return False
            for first in self.earlier.get(x, ()):
                slot = moves.get(first, self.slot_of[first])
                if slot >= 0 and slot + self.length[first] > to:
                    return False
        return True

    def _may_sit(self, unit: int, span: range) -> bool:
        """No party of the unit meets longer than the longest run when it sits in these slots too."""
        longest = self.core.event.max_run
        bits = sum(self.real_bit[t] for t in span)
        return longest is None or not any(_runs_beyond(self.held[p] | bits, longest) for p in self.parties_of[unit])

    def _rested(self, changed: dict[int, tuple[int, int, int]], enters_party: tuple[int, ...] = ()) -> bool:
        """No party meets longer than the longest run after the change (slot in, slot out, net)."""
        longest = self.core.event.max_run
        if longest is None:
            return True
        for party, (target, source, net) in changed.items():
            mask = self.held[party]
            if self.count[party][target] + net > 0:
                mask |= self.real_bit[target]
            leaves = net - (1 if party in enters_party else 0)
            if source >= 0 and self.count[party][source] - leaves <= 0:
                mask &= ~self.real_bit[source]
            elif source >= 0:
                mask |= self.real_bit[source]
            if _runs_beyond(mask, longest):
                return False
        return True

    def apply(self, moves: dict[int, int]) -> dict[int, int]:
        """Carry out moves; gives back the moves that undo them (slot -1: not placed before)."""
        undo = {x: self.slot_of[x] for x in moves}
        for x in moves:
            if self.slot_of[x] >= 0:
                self.remove(x)
        for x, slot in moves.items():
            if slot >= 0:
                self.place(x, slot)
        return undo

    def insert(self, unit: int, order: Sequence[int]) -> bool:
        """Place a unit, in the first slot of ``order`` that is free for it, else by the first chain that works."""
        slots = [t for t in order if self.allowed[unit][t]]
        for t in slots:
            if self.fits(unit, t):
                self.place(unit, t)
                return True
        for t in slots:
            for s in sorted(order):
                moves = self.chain(unit, s, t) if s != t else None
                if moves is not None:
                    self.apply(moves)
                    return True
        return False


def _runs_beyond(bits: int, longest: int) -> bool:
    """Are there more than ``longest`` neighbouring bits?"""
    for _ in range(longest):
        bits &= bits >> 1
    return bits != 0
