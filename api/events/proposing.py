"""Partners for each party of an event, from the ranked lists of both sides at the platform's level."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from pyroaring import BitMap

from api.events.building import planner_event
from api.events.document import RECORD_KIND, EventDocument, PartyRow
from api.events.wishing import Proposed
from api.guard.caller import Caller
from api.guard.visible import shared_level
from api.indexing.shelf import Shelf
from api.matches.ranking import Field, rank
from api.store import records
from api.store.store import Store
from matcher.domain import Kind, Purpose, Record
from matcher.domain.access import redact
from matcher.domain.kinds import offer_kind
from matcher.matches import Match
from matcher.scheduling.proposals import Ranked
from matcher.scheduling.proposals import propose as planner_propose

MOST_RANKED = 200
"""Length of one party's ranked list at most."""

MOST_PROPOSED = 30
"""Partners proposed to one party."""

REASONS = 3
Sides = Mapping[Kind, Mapping[str, Sequence[PartyRow]]]


def propose(store: Store, shelf: Shelf, caller: Caller, document: EventDocument) -> dict[str, tuple[Proposed, ...]]:
    """Party id -> partners, best for both first, for parties whose records the caller may see.

    Records of the caller's own organisation are compared as others see them, and no names are told: what is proposed
    goes to both sides.
    """
    sides: dict[Kind, dict[str, list[PartyRow]]] = defaultdict(lambda: defaultdict(list))
    for party in document.parties:
        if party.record_id is not None:
            sides[RECORD_KIND[party.kind]][party.record_id].append(party)
    lines, scores = [], {}
    for line, score in _lines(store, shelf, caller, sides):
        lines.append(line)
        scores[line.subject, line.candidate] = scores[line.candidate, line.subject] = score
    if not lines:
        return {}
    nameless = tuple(party.model_copy(update={"name": None}) for party in document.parties)
    event = planner_event(document.model_copy(update={"parties": nameless}))
    ids = [party.id for party in document.parties]
    found: dict[str, list[Proposed]] = defaultdict(list)
    for each in planner_propose(event, lines, MOST_PROPOSED):
        one, partner = ids[each.wish.party], ids[each.wish.partner]
        score = scores[one, partner]
        row = Proposed(partner=partner, rank=each.wish.rank, score=score, worth=each.worth, reasons=each.reasons)
        found[one].append(row)
    return {party: tuple(rows) for party, rows in found.items()}


def _lines(store: Store, shelf: Shelf, caller: Caller, sides: Sides) -> Iterator[tuple[Ranked, float]]:
    """Each side's ranked list of the other, as lines about parties, with the match's score."""
    for purpose in Purpose:
        for subjects, candidates in (
            (Kind.PROJECT, offer_kind(purpose)),
            (offer_kind(purpose), Kind.PROJECT),
        ):
            level = shared_level(caller, candidates)
            if level is None or not sides.get(subjects) or not sides.get(candidates):
                continue
            book = shelf.shared(candidates, level)
            field = Field(((book, BitMap(book.catalogue.rows_of(sides[candidates]))),), book)
            for subject in _subjects(store, caller, subjects, list(sides[subjects])):
                listed = rank(purpose, subject, field, MOST_RANKED).items
                for party in sides[subjects][subject.id]:
                    yield from _of_party(party, listed, sides[candidates])


def _of_party(
    party: PartyRow, listed: Sequence[Match], partners: Mapping[str, Sequence[PartyRow]]
) -> Iterator[tuple[Ranked, float]]:
    pairs = ((match, partner) for match in listed for partner in partners[match.id])
    for place, (match, partner) in enumerate(pairs, 1):
        reasons = tuple(f"{reason.text_zh} / {reason.text_en}" for reason in match.reasons[:REASONS])
        yield Ranked(party.id, partner.id, place, reasons), match.score


def _subjects(store: Store, caller: Caller, kind: Kind, ids: list[str]) -> list[Record]:
    level = shared_level(caller, kind)
    if level is None:
        return []
    stored = store.read_now(lambda c: records.find_many(c, kind, ids))
    return [redact(stored[one].record(), level) for one in sorted(stored) if not stored[one].deleted]
