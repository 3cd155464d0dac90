"""Which meetings and when at once: the time-expanded linear program (bound B) and the integer program on its columns.

A column is a unit in a start slot. The program is nearly integral, so the integer program needs only the columns
whose reduced cost says that they can still be part of a plan as good as the bound.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, vstack

from matcher.scheduling.core import UNLIMITED, BoolArray, Core, IntArray
from matcher.scheduling.plan import unhurried

FloatArray = NDArray[np.float64]
KEEP_WITHIN = (5.0, 60.0, 600.0)
"""Columns whose reduced cost is within this worth of the bound; widened while the plan falls short of it."""


@dataclass(frozen=True)
class Program:
    """``maximise worth @ z`` with ``low <= rows @ z <= high`` and ``0 <= z <= upper``.

    The first ``len(unit)`` variables are the columns (unit, slot), then the missing promised meetings by level,
    then auxiliary ones. ``row_names`` say which rule each row is: (kind, subject, slot).
    """

    core: Core
    unit: IntArray
    slot: IntArray
    worth: FloatArray
    upper: FloatArray
    rows: csr_array
    low: FloatArray
    high: FloatArray
    row_names: tuple[tuple[str, int, int], ...]

    @property
    def columns(self) -> int:
        """Number of (unit, slot) variables."""
        return len(self.unit)


@dataclass(frozen=True)
class Relaxation:
    """The solved linear program: its value, each variable's value and reduced worth, each row's price."""

    value: float
    point: FloatArray
    reduced: FloatArray
    prices: FloatArray
    infeasible: bool


class _Rows:
    """Collects sparse rows."""

    def __init__(self) -> None:
        self.data: list[tuple[IntArray, IntArray, FloatArray]] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.names: list[tuple[str, int, int]] = []

    def add(self, name: tuple[str, int, int], columns: IntArray, low: float, high: float, by: Any = 1.0) -> None:
        if len(columns) == 0 and low <= 0 <= high:
            return
        row = np.full(len(columns), len(self.low), dtype=np.int64)
        self.data.append((row, columns, np.broadcast_to(np.asarray(by, dtype=float), columns.shape)))
        self.low.append(low)
        self.high.append(high)
        self.names.append(name)

    def matrix(self, width: int) -> csr_array:
        if not self.data:
            return csr_array((0, width))
        row, column, value = (np.concatenate(part) for part in zip(*self.data, strict=True))
        return csr_array((value, (row, column)), shape=(len(self.low), width))


def build(core: Core, allowed: BoolArray | None = None, bonus: FloatArray | None = None) -> Program:
    """The program of an event; ``allowed`` (u, s) narrows the starts, ``bonus`` (u, s) is added to the scores."""
    start = core.start if allowed is None else core.start & allowed
    unit, slot = np.nonzero(start)
    worth = core.score[unit].astype(float)
    if bonus is not None:
        worth = worth + bonus[unit, slot]
    rows = _Rows()
    _meeting_rows(core, rows, unit)
    covers = _resource_rows(core, rows, unit, slot)
    missing = _floor_rows(core, rows, unit, len(unit))
    _order_rows(core, rows, unit, slot)
    width = len(unit) + len(missing)
    helpers = _run_rows(core, rows, covers, width)
    width += helpers
    return Program(
        core=core,
        unit=unit,
        slot=slot,
        worth=np.concatenate([worth, -np.array(missing, dtype=float), np.zeros(helpers)]),
        upper=np.ones(width),
        rows=rows.matrix(width),
        low=np.array(rows.low),
        high=np.array(rows.high),
        row_names=tuple(rows.names),
    )


def _groups(keys: IntArray, count: int) -> list[IntArray]:
    """Positions of each key 0..count-1."""
    order = np.argsort(keys, kind="stable")
    return np.split(order, np.searchsorted(keys[order], np.arange(1, count))) if count else []


def _meeting_rows(core: Core, rows: _Rows, unit: IntArray) -> None:
    required = core.event.required
    for meeting, columns in enumerate(_groups(core.meeting[unit], len(core.event.meetings))):
        must = meeting in required
        rows.add(("meeting", meeting, -1), columns, 1.0 if must else 0.0, 1.0)


def _resource_rows(core: Core, rows: _Rows, unit: IntArray, slot: IntArray) -> dict[tuple[int, int], IntArray]:
    """Slot and total limits of every resource; gives back the columns of each (resource, slot)."""
    resource, column, cell = [], [], []
    longest = int(core.length.max(initial=1))
    widths = np.array([len(u) for u in core.uses], dtype=np.int64)
    table = np.full((len(core.uses), int(widths.max(initial=1))), -1, dtype=np.int64)
    for position, used in enumerate(core.uses):
        table[position, : len(used)] = used
    positions = np.arange(len(unit))
    for extra in range(longest):
        long = core.length[unit] > extra
        for k in range(table.shape[1]):
            r = table[unit, k]
            mask = long & (r >= 0)
            resource.append(r[mask])
            column.append(positions[mask])
            cell.append(slot[mask] + extra)
    r, c, t = (np.concatenate(part) for part in (resource, column, cell))
    covers: dict[tuple[int, int], IntArray] = {}
    for key, members in enumerate(_groups(r * core.slots + t, len(core.names) * core.slots)):
        if len(members):
            where = divmod(key, core.slots)
            covers[where] = c[members]
            cap = int(core.slot_cap[where])
            if len(members) > cap:
                rows.add(("slot", *where), c[members], 0.0, float(cap))
    first = t == slot[c]
    for key, members in enumerate(_groups(r[first], len(core.names))):
        if core.total_cap[key] < min(len(members), UNLIMITED):
            rows.add(("cap", key, -1), c[first][members], 0.0, float(core.total_cap[key]))
    return covers


def _floor_rows(core: Core, rows: _Rows, unit: IntArray, width: int) -> list[float]:
    """held + missing >= promised, one variable per missing meeting; gives back the weights of these variables."""
    of_party: list[list[IntArray]] = [[] for _ in range(core.parties)]
    for position, columns in enumerate(_groups(unit, len(core.uses))):
        for party in core.event.meetings[int(core.meeting[position])].parties:
            of_party[party].append(columns)
    weights: list[float] = []
    for party in range(core.parties):
        levels = core.floor_weights(party)
        if levels:
            own = np.arange(width + len(weights), width + len(weights) + len(levels))
            weights += [float(w) for w in levels]
            columns = np.concatenate([*of_party[party], own]).astype(np.int64)
            rows.add(("floor", party, -1), columns, float(len(levels)), np.inf)
    return weights


def _order_rows(core: Core, rows: _Rows, unit: IntArray, slot: IntArray) -> None:
    meeting = core.meeting[unit]
    for number, (first, second) in enumerate(core.event.before):
        early, late = np.flatnonzero(meeting == first), np.flatnonzero(meeting == second)
        length = core.event.meetings[first].length
        if len(early) and len(late):
            for t in range(core.slots):
                clash = np.concatenate([late[slot[late] <= t], early[slot[early] > t - length]])
                rows.add(("before", number, t), clash, 0.0, 1.0)


def _run_rows(core: Core, rows: _Rows, covers: dict[tuple[int, int], IntArray], width: int) -> int:
    """No run longer than allowed; parties with several persons need a helper variable per slot."""
    longest = core.event.max_run
    helpers = 0
    if longest is None:
        return 0
    for party in range(core.parties):
        many = bool((core.slot_cap[party] > 1).any())
        helper: dict[int, int] = {}
        for day in core.event.days:
            for position in range(len(day) - longest):
                window = day[position : position + longest + 1]
                if not all((party, t) in covers for t in window):
                    continue
                if many:
                    for t in window:
                        if t not in helper:
                            helper[t] = width + helpers
                            helpers += 1
                            for column in covers[party, t].tolist():
                                pair = np.array([column, helper[t]])
                                rows.add(("busy", party, t), pair, -np.inf, 0.0, [1.0, -1.0])
                    columns = np.array([helper[t] for t in window])
                else:
                    columns = np.concatenate([covers[party, t] for t in window])
                rows.add(("run", party, window[0]), columns, -np.inf, float(longest))
    return helpers


def relax(program: Program, seconds: float = math.inf) -> Relaxation:
    """Solve the linear program (HiGHS, dual simplex, one thread)."""
    if not len(program.upper):
        none = np.zeros(0)
        return Relaxation(0.0, none, none, np.zeros(len(program.low)), infeasible=bool((program.low > 0).any()))
    upper_rows = np.isfinite(program.high) & (program.low < program.high)
    lower_rows = np.isfinite(program.low) & (program.low < program.high) & (program.low > 0)
    equal = program.low == program.high
    matrix = vstack([program.rows[upper_rows], -program.rows[lower_rows]], format="csr")
    bound = np.concatenate([program.high[upper_rows], -program.low[lower_rows]])
    result = linprog(
        -program.worth,
        A_ub=matrix if matrix.shape[0] else None,
        b_ub=bound if matrix.shape[0] else None,
        A_eq=program.rows[equal] if equal.any() else None,
        b_eq=program.high[equal] if equal.any() else None,
        bounds=np.column_stack([np.zeros(len(program.upper)), program.upper]),
        method="highs-ds",
        options={"time_limit": seconds} if math.isfinite(seconds) else {},
    )
    empty = np.zeros(0)
    if result.status != 0:
        return Relaxation(-np.inf, empty, empty, empty, infeasible=result.status == 2)
    prices = np.zeros(len(program.low))
    marginals = -np.asarray(result.ineqlin.marginals) if matrix.shape[0] else empty
    split = int(upper_rows.sum())
    prices[upper_rows] += marginals[:split]
    prices[lower_rows] -= marginals[split:]
    if equal.any():
        prices[equal] += -np.asarray(result.eqlin.marginals)
    reduced = program.worth - program.rows.T @ prices
    return Relaxation(-float(result.fun), np.asarray(result.x), reduced, prices, infeasible=False)


@dataclass(frozen=True, slots=True)
class IntegerAnswer:
    """Chosen (unit, slot) columns, their worth, the proven bound, whether a proof of infeasibility came."""

    columns: tuple[tuple[int, int], ...] | None
    value: float
    bound: float
    infeasible: bool


def solve_integer(program: Program, keep: BoolArray | None, nodes: int, seconds: float = math.inf) -> IntegerAnswer:
    """The best whole plan on the kept columns; ``bound`` holds for these columns only."""
    chosen = np.ones(program.columns, dtype=bool) if keep is None else keep
    index = np.concatenate([np.flatnonzero(chosen), np.arange(program.columns, len(program.upper))])
    if not len(index):
        impossible = bool((program.low > 0).any())
        return IntegerAnswer(None if impossible else (), 0.0, 0.0, infeasible=impossible)
    constraint = LinearConstraint(program.rows[:, index], program.low, program.high)
    whole = np.ones(len(index))
    options: dict[str, Any] = {"mip_rel_gap": 0.0, "node_limit": nodes}
    if math.isfinite(seconds):
        options["time_limit"] = max(0.1, seconds)
    result = milp(
        -program.worth[index],
        integrality=whole,
        bounds=Bounds(np.zeros(len(index)), program.upper[index]),
        constraints=[constraint],
        options=options,
    )
    if result.x is None:
        return IntegerAnswer(None, -np.inf, np.inf, infeasible=result.status == 2)
    picked = index[: int(chosen.sum())][np.asarray(result.x)[: int(chosen.sum())] > 0.5]
    columns = tuple((int(program.unit[c]), int(program.slot[c])) for c in picked)
    bound = -float(result.mip_dual_bound) if result.mip_dual_bound is not None else np.inf
    return IntegerAnswer(columns, -float(result.fun), bound, infeasible=False)


def plan_by_columns(
    core: Core,
    nodes: int,
    left: Callable[[], float] = unhurried,
    tell: Callable[[str, float], None] | None = None,
    allowed: BoolArray | None = None,
) -> tuple[IntegerAnswer, Relaxation]:
    """Bound B and the best plan on its columns, widened until both agree or the last width is done.

    ``allowed`` (u, s) narrows the columns; the bound then holds for these only.
    """
    program = build(core, allowed)
    relaxation = relax(program, left())
    if relaxation.infeasible or not np.isfinite(relaxation.value):
        return IntegerAnswer(None, -np.inf, -np.inf, infeasible=relaxation.infeasible), relaxation
    bound = float(np.floor(relaxation.value + 1e-6))
    if tell is not None:
        tell("bound", bound)
    best = IntegerAnswer(None, -np.inf, bound, infeasible=False)
    reduced, point = relaxation.reduced[: program.columns], relaxation.point[: program.columns]
    slack = relaxation.value - bound + 1e-3
    supported = np.bincount(core.meeting[program.unit], weights=point, minlength=len(core.event.meetings)) > 1e-6
    face = (reduced > -slack) | (point > 1e-7)
    # A plan as good as the bound lies on the face; mostly the meetings of the relaxation are enough for it.
    stages = [(slack, face & supported[core.meeting[program.unit]]), (slack, face)]
    stages += [(width, (reduced > -width) | (point > 1e-7)) for width in KEEP_WITHIN]
    for number, (width, keep) in enumerate(stages):
        answer = solve_integer(program, keep, nodes, left())
        if answer.columns is not None and answer.value > best.value:
            best = IntegerAnswer(answer.columns, answer.value, bound, infeasible=False)
        if best.value >= bound - 0.5 or left() <= 0:
            return best, relaxation
        # Columns left out lose more than `width`, so a plan with one of them is worth at most value - width.
        proven = max(answer.bound, np.floor(relaxation.value - width + 1e-6))
        if number and best.columns is not None and proven <= best.value + 0.5:
            return IntegerAnswer(best.columns, best.value, best.value, infeasible=False), relaxation
        if keep.all():
            return IntegerAnswer(best.columns, best.value, min(bound, answer.bound), answer.infeasible), relaxation
    return best, relaxation
