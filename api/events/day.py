"""The day: what happened, the two answers to it, and what stands afterwards."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from api.events.building import event_of, kept_plan, plan_of, with_people
from api.events.document import SlotNumber
from api.events.state import KeptPlan, Losses, State
from api.kit.problems import FieldError, InvalidError
from api.store import cases
from matcher.domain.record import Line, RecordId
from matcher.scheduling.plan import Plan
from matcher.scheduling.problem import Event
from matcher.scheduling.replan import Change, Repair, changed_event, repair, repair_at_once
from matcher.scheduling.replan_files import delta_document

ARRIVAL, CHANGE = "arrival", "change"
"""What the notes are about; keys: a party's id, the change's id."""

Slots = Literal["all"] | tuple[SlotNumber, ...]


class ReplacedRow(BaseModel):
    """Another person comes in a representative's place."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    representative: Annotated[int, Field(ge=0)] = 0
    by: Line


class ChangeOrder(BaseModel):
    """What happened. `now`: the service's clock, or a later moment; never an earlier one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cause: str = Field("", max_length=400)
    now: AwareDatetime | None = Field(None, description="slots that start until then are over or running")
    cancelled: tuple[Annotated[int, Field(ge=0)], ...] = Field((), description="meetings called off")
    absent: dict[RecordId, Slots] = Field(default_factory=dict, description="party -> slots it misses, or all")
    late: dict[RecordId, AwareDatetime] = Field(default_factory=dict, description="party -> when it arrives")
    replaced: dict[RecordId, ReplacedRow] = Field(default_factory=dict)
    lost_tables: dict[RecordId, Slots] = Field(default_factory=dict, description="table -> slots, or all")
    lost_slots: tuple[SlotNumber, ...] = ()
    check_in: bool = Field(False, description="also take what the check-in says: absent, late, replaced")
    instant: bool = Field(False, description="only the instant answer, without the search for the fewest changes")


class ArrivalRow(BaseModel):
    """Whether a party has come."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    party: RecordId
    state: Literal["present", "late", "absent", "replaced"]
    until: AwareDatetime | None = Field(None, description="of a late party: when it arrives")
    replaced: ReplacedRow | None = Field(None, description="of a replaced representative: by whom")


class ArrivalOrder(BaseModel):
    """Arrivals, each party's newest counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    arrivals: Annotated[tuple[ArrivalRow, ...], Field(min_length=1, max_length=5000)]


def slot_now(event: Event, moment: datetime) -> int:
    """The first slot that has not begun at a moment."""
    starts = [slot.starts_at for slot in event.slots]
    return sum(start is not None and start <= moment for start in starts)


def moment(given: datetime | None) -> datetime:
    """The moment that counts: the clock, or a later one that is given."""
    clock = datetime.now(UTC)
    return clock if given is None else max(clock, given)


def with_check_in(connection: Connection, case_id: str, order: ChangeOrder) -> ChangeOrder:
    """The order and what the check-in says of parties that the order does not name."""
    absent, late, replaced = dict(order.absent), dict(order.late), dict(order.replaced)
    for note in cases.notes(connection, case_id, ARRIVAL):
        row = ArrivalRow.model_validate(note.body)
        if row.state == "absent":
            absent.setdefault(row.party, "all")
        elif row.state == "late" and row.until is not None:
            late.setdefault(row.party, row.until)
        elif row.replaced is not None:
            replaced.setdefault(row.party, row.replaced)
    return order.model_copy(update={"absent": absent, "late": late, "replaced": replaced})


def change_of(event: Event, state: State, order: ChangeOrder) -> Change:
    """The change as the planner reads it; InvalidError names an unknown party."""
    ids = {party.id: number for number, party in enumerate(event.parties)}
    every = frozenset(range(len(event.slots)))
    absent: dict[int, frozenset[int]] = {}
    for one, slots in order.absent.items():
        absent[_known(ids, "absent", one)] = every if slots == "all" else frozenset(slots)
    for one, until in order.late.items():
        missed = frozenset(t for t, s in enumerate(event.slots) if s.starts_at is not None and s.starts_at < until)
        number = _known(ids, "late", one)
        absent[number] = absent.get(number, frozenset()) | missed
    for one, row in order.replaced.items():
        people = event.parties[_known(ids, "replaced", one)].representatives
        if row.representative >= len(people):
            raise _wrong(
                f"/replaced/{one}/representative", row.representative, "没有这位代表", "no such representative"
            )
    for slot in (*order.lost_slots, *(t for slots in absent.values() for t in slots)):
        if slot >= len(event.slots):
            raise _wrong("/lost_slots", slot, "没有这个时段", "there is no such slot")
    pins = {pin.parties: pin.slot for pin in state.pins}
    kept = state.release.plan if state.release else None
    pinned = frozenset(s[0] for s in kept.seats if pins.get(kept.meetings[s[0]].parties) == s[1]) if kept else ()
    return Change(
        cause=order.cause,
        now=slot_now(event, moment(order.now)),
        absent=absent,
        lost_tables={t: every if s == "all" else frozenset(s) for t, s in order.lost_tables.items()},
        lost_slots=frozenset(order.lost_slots),
        cancelled=frozenset(order.cancelled),
        pinned=frozenset(pinned),
    )


def losses_after(event: Event, before: Losses, change: Change, order: ChangeOrder) -> Losses:
    """What is lost after a change: slots that were ahead, meetings called off, people replaced."""
    ahead = set(range(change.now, len(event.slots)))
    absent = {one: set(slots) for one, slots in before.absent.items()}
    for number, party in enumerate(event.parties):
        missed = (set(change.absent.get(number, ())) | set(change.lost_slots)) & ahead
        if missed:
            absent[party.id] = absent.get(party.id, set()) | missed
    tables = {one: set(slots) for one, slots in before.tables.items()}
    for one, slots in change.lost_tables.items():
        tables[one] = tables.get(one, set()) | (set(slots) & ahead)
    replaced = {one: dict(rows) for one, rows in before.replaced.items()}
    for one, row in order.replaced.items():
        replaced.setdefault(one, {})[row.representative] = row.by
    return Losses(
        absent={one: tuple(sorted(slots)) for one, slots in absent.items()},
        tables={one: tuple(sorted(slots)) for one, slots in tables.items()},
        cancelled=tuple(sorted({*before.cancelled, *change.cancelled})),
        replaced=replaced,
        began=True,
    )


def answers(state: State, released: KeptPlan, order: ChangeOrder) -> dict[str, Any]:
    """The answers to a change: `instant` by chains, `fewest` with the proof where it was given; nothing is applied.

    Raises ChangeError for what cannot be changed and InvalidError for what is unknown.
    """
    event = event_of(state, released)
    plan, change = plan_of(event, released), change_of(event, state, order)
    losses = losses_after(event, state.losses, change, order)
    found = {"instant": repair_at_once(event, plan, change)}
    if not order.instant:
        found["fewest"] = repair(event, plan, change)
    after = with_people(changed_event(event, plan, change), losses)
    return {
        "now": change.now,
        "losses": losses.model_dump(mode="json"),
        "answers": {name: _shown(after, one, released) for name, one in found.items()},
    }


def _shown(event: Event, answer: Repair, released: KeptPlan) -> dict[str, Any]:
    ids = [party.id for party in event.parties]
    delta = delta_document(answer.delta)
    touched = [*delta["cancelled"], *(row[0] for name in ("moved", "added", "reseated") for row in delta[name])]
    return delta | {
        "told": [ids[p] for p in answer.delta.told],
        "parties": {str(m): [ids[p] for p in event.meetings[m].parties] for m in touched},
        "plan": kept_plan(answer.plan, released.meetings).model_dump(mode="json"),
    }


def still_ahead(shown: Mapping[str, Any], released: KeptPlan, now: int) -> bool:
    """Whether everything that an answer changes lies in slots that have not begun."""
    old = {seat[0]: seat[1] for seat in released.seats}
    slots = [old[m] for m in shown["cancelled"]] + [t for _, a, b in shown["moved"] for t in (a, b)]
    slots += [t for _, t in shown["added"]] + [old[row[0]] for row in shown["reseated"]]
    return all(slot >= now for slot in slots)


def plan_after(state: State, losses: Losses, answer: Mapping[str, Any]) -> tuple[Event, Plan, KeptPlan]:
    """The event and the plan once an answer is applied."""
    kept = KeptPlan.model_validate(answer["plan"])
    following = state.model_copy(update={"losses": losses})
    event = event_of(following, kept)
    return event, plan_of(event, kept), kept


def _known(ids: Mapping[str, int], field: str, party: str) -> int:
    if party not in ids:
        raise _wrong(f"/{field}/{party}", party, "没有这个参加方", "there is no such party")
    return ids[party]


def _wrong(pointer: str, value: object, zh: str, en: str) -> InvalidError:
    place = FieldError(pointer=pointer, value=value, rule=f"{zh} / {en}", remedy="改正后重试 / correct it")
    return InvalidError(f"{pointer} 的值 {value}：{zh}。", f"{pointer} is {value}: {en}.", [place])
