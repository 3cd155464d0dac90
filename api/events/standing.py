"""Who stands how to an event: the organizer sees all of it, a participant its own parties and what is shown to them."""

from dataclasses import dataclass

from sqlalchemy import Connection

from api.cases.owned import owned
from api.events.document import RECORD_KIND, EventDocument, PartyRow
from api.events.state import State
from api.events.wishing import WishOrder, orders, proposals
from api.guard.caller import Caller
from api.guard.policy import POLICY
from api.kit.problems import NotFoundError
from api.store import cases
from api.store.cases import Case
from matcher.domain import KINDS, Level, field

INVITED = "invited"
"""Notes of this kind name the organisations that take part; their key is the organisation."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An event as somebody may deal with it. `own`: ids of the parties that the caller speaks for."""

    case: Case
    state: State
    organizes: bool
    own: frozenset[str]

    @property
    def document(self) -> EventDocument:
        """The event's description."""
        return self.state.event


def standing(connection: Connection, case_id: str, caller: Caller) -> Standing:
    """The event for its organizer or a participant; NotFoundError for anybody else."""
    case = cases.find(connection, "event", case_id)
    if case is None:
        raise NotFoundError
    state = State.model_validate(case.body)
    organizes = case.org == caller.org and caller.role in (POLICY["events.create"] or ())
    own = frozenset(party.id for party in state.event.parties if party.org == caller.org)
    if not organizes and not own:
        raise NotFoundError
    return Standing(case, state, organizes, own)


def organized(connection: Connection, case_id: str, caller: Caller) -> tuple[Case, State]:
    """The caller's own event."""
    case = owned(connection, "event", case_id, caller)
    return case, State.model_validate(case.body)


def invite(connection: Connection, case: Case, caller: Caller, document: EventDocument) -> None:
    """Notes which organisations take part, so that they find the event in their list."""
    now = {party.org for party in document.parties if party.org}
    before = {note.key for note in cases.notes(connection, case.id, INVITED) if note.body["takes_part"]}
    entries = [(org, {"takes_part": org in now}) for org in sorted(now ^ before)]
    cases.add_notes(connection, case.id, INVITED, caller.actor, entries)


@dataclass(frozen=True, slots=True)
class Circle:
    """Whom a participant sees: ids of parties, and those whose names it may read."""

    seen: frozenset[str]
    named: frozenset[str]


def circle(connection: Connection, stands: Standing) -> Circle:
    """Those that the event publishes, that asked, were proposed, are met; names as far as consent reaches.

    A name that lies at level 2 (a project's, an expert's) is read by who accepted and was accepted, or meets it in the
    released plan; other names by everybody who sees the party (DOMAIN section 5).
    """
    given = [order for order, _ in orders(connection, stands.case.id, stands.document)]
    met = _met(stands)
    if stands.organizes:
        everybody = frozenset(party.id for party in stands.document.parties)
        return Circle(everybody, everybody)
    if stands.document.published == "participants":
        seen = {party.id for party in stands.document.parties}
    else:
        asked = {o.party for o in given for r in o.wishes if r.partner in stands.own and r.answer == "accepted"}
        offered = proposals(connection, stands.case.id)
        seen = asked | {row.partner for one in stands.own for row in offered.get(one, ())}
        seen |= {r.partner for o in given if o.party in stands.own for r in o.wishes} | met
    named = {p.id for p in stands.document.parties if p.id in seen and _is_open(p)}
    return Circle(frozenset(seen) | stands.own, frozenset(named | met | _agreed(given, stands.own) | stands.own))


def _met(stands: Standing) -> set[str]:
    release = stands.state.release
    if release is None:
        return set()
    groups = [release.plan.meetings[seat[0]].parties for seat in release.plan.seats]
    return {one for group in groups if stands.own & set(group) for one in group}


def _agreed(given: list[WishOrder], own: frozenset[str]) -> set[str]:
    yes = {(o.party, r.partner) for o in given for r in o.wishes if r.answer == "accepted"}
    return {b for a, b in yes if a in own and (b, a) in yes}


def _is_open(party: PartyRow) -> bool:
    model = KINDS[RECORD_KIND[party.kind]]
    return field.level(model.model_fields["name"]) < Level.CONSENTED


def partner(party: PartyRow, among: Circle, caller: Caller) -> dict[str, str | None]:
    """What a participant sees of another party; the record's id only where the caller may read such records."""
    readable = caller.level(RECORD_KIND[party.kind], "") is not None
    return {
        "id": party.id,
        "kind": party.kind,
        "name": party.name if party.id in among.named else None,
        "record_id": party.record_id if readable else None,
    }
