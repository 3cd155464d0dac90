"""Which meetings and when at once: the time-expanded linear program (bound B) and the integer program on its columns.

A column is a unit in a start slot. The program is nearly integral, so the integer program needs only the columns
whose reduced cost says that they can still be part of a plan as good as the bound.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, vstack

from matcher.scheduling.core import BoolArray, Core, IntArray
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
        """One row; an empty one that holds anyway is left out."""
        if len(columns) == 0 and low <= 0 <= high:
            return
        row = np.full(len(columns), len(self.low), dtype=np.int64)
        self.data.append((row, columns, np.broadcast_to(np.asarray(by, dtype=float), columns.shape)))
        self.low.append(low)
        self.high.append(high)
        self.names.append(name)

    def add_limits(
        self, kind: str, keys: IntArray, columns: IntArray, limit: IntArray, slots: int = 0, low: IntArray | None = None
    ) -> None:
        """For each key that more columns have than its limit, at most so many of them.

        With ``low`` (per key) every key that has a column or a lower limit gets its row. Key k stands for subject k, or
        with ``slots`` for (subject, slot) = divmod(k, slots).
        """
        count = np.bincount(keys, minlength=len(limit))
        chosen = np.flatnonzero(count > limit if low is None else (count > 0) | (low > 0))
        row_of = np.full(len(limit), -1, dtype=np.int64)
        row_of[chosen] = np.arange(len(self.low), len(self.low) + len(chosen))
        here = row_of[keys] >= 0
        self.data.append((row_of[keys[here]], columns[here], np.ones(int(here.sum()))))
        self.low += [0.0] * len(chosen) if low is None else low[chosen].astype(float).tolist()
        self.high += limit[chosen].astype(float).tolist()
        self.names += [(kind, *divmod(k, slots)) if slots else (kind, k, -1) for k in chosen.tolist()]

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
    uses = _resource_rows(core, rows, unit, slot)
    missing = _floor_rows(core, rows, unit, len(unit))
    _order_rows(core, rows, unit, slot)
    width = len(unit) + len(missing)
    helpers = 0 if core.event.max_run is None else _run_rows(core, rows, _covers(core, *uses), width)
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


def _meeting_rows(core: Core, rows: _Rows, unit: IntArray) -> None:
    once = np.ones(len(core.event.meetings), dtype=np.int64)
    must = np.zeros_like(once)
    must[sorted(core.event.required)] = 1
    rows.add_limits("meeting", core.meeting[unit], np.arange(len(unit)), once, low=must)


def _resource_rows(core: Core, rows: _Rows, unit: IntArray, slot: IntArray) -> tuple[IntArray, IntArray]:
    """Slot and total limits of every resource; gives back resource x slots + slot and column of each use."""
    uses = _uses_table(core)
    positions = np.arange(len(unit))
    keys, columns, resources, firsts = [], [], [], []
    for extra in range(int(core.length.max(initial=1))):
        long = core.length[unit] > extra
        for k in range(uses.shape[1]):
            resource = uses[unit, k]
            mask = long & (resource >= 0)
            keys.append(resource[mask] * core.slots + slot[mask] + extra)
            columns.append(positions[mask])
            if extra == 0:
                resources.append(resource[mask])
                firsts.append(positions[mask])
    key, column = np.concatenate(keys), np.concatenate(columns)
    rows.add_limits("slot", key, column, core.slot_cap.ravel(), core.slots)
    rows.add_limits("cap", np.concatenate(resources), np.concatenate(firsts), core.total_cap)
    return key, column


def _uses_table(core: Core) -> IntArray:
    """(u, w) the resources of each unit, -1 behind the last."""
    width = max((len(used) for used in core.uses), default=1)
    padded = [used + (-1,) * (width - len(used)) for used in core.uses]
    return np.array(padded, dtype=np.int64).reshape(len(core.uses), width)


def _floor_rows(core: Core, rows: _Rows, unit: IntArray, width: int) -> list[float]:
    """held + missing >= promised, one variable per missing meeting; gives back the weights of these variables."""
    weights: list[float] = []
    promised = set(np.flatnonzero(core.kept).tolist())
    if not promised:
        return weights
    of_party: dict[int, list[int]] = {party: [] for party in sorted(promised)}
    for column, number in enumerate(core.meeting[unit].tolist()):
        for party in core.event.meetings[number].parties:
            if party in promised:
                of_party[party].append(column)
    for party, columns in of_party.items():
        levels = core.floor_weights(party)
        own = range(width + len(weights), width + len(weights) + len(levels))
        weights += [float(w) for w in levels]
        rows.add(("floor", party, -1), np.array([*columns, *own], dtype=np.int64), float(len(levels)), np.inf)
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


def _covers(core: Core, key: IntArray, column: IntArray) -> dict[tuple[int, int], IntArray]:
    """The columns of each (party, slot)."""
    order = np.argsort(key, kind="stable")
    order = order[: int(np.searchsorted(key[order], core.parties * core.slots))]
    cells, first = np.unique(key[order], return_index=True)
    parts = np.split(column[order], first[1:])
    return {divmod(cell, core.slots): part for cell, part in zip(cells.tolist(), parts, strict=False)}


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


def relax(program: Program, seconds: float = math.inf, keep: BoolArray | None = None) -> Relaxation:
    """Solve the linear program (HiGHS, dual simplex, one thread), with the kept columns only where they are given."""
    if keep is not None:
        return _relax_kept(program, seconds, keep)
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


def _relax_kept(program: Program, seconds: float, keep: BoolArray) -> Relaxation:
    index = _with_helpers(program, keep)
    # The rows of the meetings limit the columns; a limit of their own would hide prices from columns left out.
    upper = np.where(index < program.columns, np.inf, program.upper[index])
    part = replace(
        program,
        unit=program.unit[keep],
        slot=program.slot[keep],
        worth=program.worth[index],
        upper=upper,
        rows=program.rows[:, index],
    )
    answer = relax(part, seconds)
    if not len(answer.point):
        return answer
    point = np.zeros(len(program.upper))
    point[index] = answer.point
    return replace(answer, point=point, reduced=program.worth - program.rows.T @ answer.prices)


def _with_helpers(program: Program, keep: BoolArray) -> IntArray:
    """The kept columns and all variables behind the columns."""
    return np.concatenate([np.flatnonzero(keep), np.arange(program.columns, len(program.upper))])


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
    index = _with_helpers(program, chosen)
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


PRICINGS = 3
"""Relaxations of few columns; what their prices still leave open is settled by the bound."""


def solve_priced(program: Program, keep: BoolArray, nodes: int) -> IntegerAnswer:
    """The best whole plan, from few columns: those that the prices of the relaxation ask for join the kept ones.

    No plan is worth more than the relaxation and, for each meeting, the most that a column left out is worth above its
    prices. A plan that falls short of that bound is looked for again among all columns that could make up for it.
    """
    keep, asked = keep.copy(), np.zeros(program.columns, dtype=bool)
    for _ in range(PRICINGS):
        keep |= asked
        relaxation = relax(program, keep=keep)
        if not len(relaxation.point):
            return solve_integer(program, None, nodes)
        reduced = relaxation.reduced[: program.columns]
        asked = ~keep & (reduced > 1e-7)
        if not asked.any():
            break
    above = np.zeros(len(program.core.event.meetings))
    np.maximum.at(above, program.core.meeting[program.unit], reduced)
    bound = relaxation.value + float(above.sum())
    answer = solve_integer(program, keep, nodes)
    could = keep | (reduced > answer.value - bound - 1e-6)
    if bound - answer.value > 1e-4 and could.sum() > keep.sum():
        answer = solve_integer(program, could, nodes)
    return replace(answer, bound=min(bound, max(answer.bound, answer.value)))


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
