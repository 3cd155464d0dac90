"""From what is kept of an event to the planner's `Event`, and plans and releases to and fro."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from api.events.document import EventDocument, PartyRow, PersonRow, key
from api.events.state import KeptMeeting, KeptPlan, KeptRelease, Losses, Pin, State
from matcher.scheduling.explain import Prices
from matcher.scheduling.plan import Plan, Seat, Status
from matcher.scheduling.problem import BreakRule, Event, Meeting, Party, Representative, Slot, Table
from matcher.scheduling.releases import Release
from matcher.scheduling.replan import Change, changed_event


def planner_event(document: EventDocument, meetings: Iterable[KeptMeeting] = (), pins: Iterable[Pin] = ()) -> Event:
    """The event as the planner reads it; EventError where it has no meaning."""
    number = {party.id: position for position, party in enumerate(document.parties)}
    meetings = tuple(meetings)
    place = {key(meeting.parties): position for position, meeting in enumerate(meetings)}
    orders = ((place.get(key(order.first)), place.get(key(order.then))) for order in document.before)
    return Event(
        name=document.name,
        slots=_slots(document),
        tables=tuple(
            Table(t.id, t.capacity, t.zone, frozenset(t.equipment), frozenset(t.closed)) for t in document.tables
        ),
        parties=tuple(_party(document, party) for party in document.parties),
        meetings=tuple(_meeting(meeting, number) for meeting in meetings),
        video_places=document.video_places,
        fixed=tuple((place[key(pin.parties)], pin.slot) for pin in pins if key(pin.parties) in place),
        before=tuple((first, then) for first, then in orders if first is not None and then is not None),
        max_run=document.max_run,
        breaks=BreakRule(document.breaks.count, document.breaks.spread),
        fairness=document.fairness,
    )


def _slots(document: EventDocument) -> tuple[Slot, ...]:
    zone = ZoneInfo(document.zone)
    starts = [slot.starts_at.astimezone(zone) for slot in document.slots]
    days = sorted({start.date() for start in starts})
    return tuple(
        Slot(days.index(start.date()), start, slot.minutes) for start, slot in zip(starts, document.slots, strict=True)
    )


def _party(document: EventDocument, row: PartyRow) -> Party:
    busy = {
        t
        for part in document.programme
        if not part.parties or row.id in part.parties
        for t, slot in enumerate(document.slots)
        if slot.starts_at < part.starts_at + timedelta(minutes=part.minutes)
        and part.starts_at < slot.starts_at + timedelta(minutes=slot.minutes)
    }
    people = tuple(_person(document, person, busy) for person in row.representatives)
    return Party(
        id=row.id,
        name=row.name or "",
        kind=row.kind,
        cap=row.cap,
        promised=row.promised,
        representatives=people or (Representative(unavailable=frozenset(busy)),),
        stand=row.stand,
        remote=row.remote,
        max_breaks=row.max_breaks,
    )


def _person(document: EventDocument, person: PersonRow, busy: set[int]) -> Representative:
    away = set(person.unavailable) | busy
    for t, slot in enumerate(document.slots):
        late = person.arrives is not None and slot.starts_at < person.arrives
        gone = person.leaves is not None and slot.starts_at + timedelta(minutes=slot.minutes) > person.leaves
        if late or gone:
            away.add(t)
    return Representative(person.name, frozenset(away), frozenset(person.languages), person.cap)


def _meeting(kept: KeptMeeting, number: dict[str, int]) -> Meeting:
    return Meeting(
        parties=tuple(number[one] for one in kept.parties),
        score=kept.score,
        wishes=kept.wishes,
        length=kept.length,
        allowed=None if kept.allowed is None else frozenset(kept.allowed),
        equipment=frozenset(kept.equipment),
        banned=kept.banned,
        required=kept.must,
    )


def event_of(state: State, kept: KeptPlan) -> Event:
    """The event of a kept plan, after what was lost on the day."""
    event = planner_event(state.event, kept.meetings, state.pins)
    event = with_people(event, state.losses)
    return changed_event(event, plan_of(event, kept), merged(event, state.losses)) if state.losses.began else event


def with_people(event: Event, losses: Losses) -> Event:
    """The event with the people who came in another's place."""
    parties = tuple(
        replace(
            party,
            representatives=tuple(
                replace(person, name=losses.replaced.get(party.id, {}).get(n, person.name))
                for n, person in enumerate(party.representatives)
            ),
        )
        for party in event.parties
    )
    return replace(event, parties=parties)


def merged(event: Event, losses: Losses) -> Change:
    """All losses as one change; they name slots that still lay ahead when they were known."""
    number = {party.id: position for position, party in enumerate(event.parties)}
    return Change(
        absent={number[one]: frozenset(slots) for one, slots in losses.absent.items()},
        lost_tables={one: frozenset(slots) for one, slots in losses.tables.items()},
        cancelled=frozenset(losses.cancelled),
    )


def plan_of(event: Event, kept: KeptPlan) -> Plan:
    """The planner's plan."""
    status: Status = "optimal" if kept.status == "optimal" else "feasible"
    return Plan(
        event=event.name,
        seats=tuple(Seat(*row) for row in kept.seats),
        status=status,
        value=kept.value,
        bound=kept.bound,
        score=kept.score,
        shortfall=kept.shortfall,
        breaks=kept.breaks,
        breaks_bound=kept.breaks_bound,
        seed=kept.seed,
        method=kept.method,
        reasons=kept.reasons,
        version=kept.version,
    )


def kept_plan(plan: Plan, meetings: tuple[KeptMeeting, ...], prices: Prices | None = None) -> KeptPlan:
    """The plan as it is kept."""
    return KeptPlan(
        meetings=meetings,
        seats=tuple((s.meeting, s.slot, s.table, s.people) for s in plan.seats),
        status=plan.status,
        value=plan.value,
        bound=plan.bound,
        score=plan.score,
        shortfall=plan.shortfall,
        breaks=plan.breaks,
        breaks_bound=plan.breaks_bound,
        seed=plan.seed,
        method=plan.method,
        reasons=plan.reasons,
        version=plan.version,
        party_prices=() if prices is None else prices.party,
        table_prices=() if prices is None else prices.table,
    )


def release_of(event: Event, kept: KeptRelease) -> Release:
    """The planner's release."""
    return Release(kept.number, kept.name, plan_of(event, kept.plan), dict(kept.sequences))
