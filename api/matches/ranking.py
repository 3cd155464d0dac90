"""One ranked list over all that a caller may find, whichever levels it has that at."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pyroaring import BitMap

from api.guard.caller import Caller
from api.guard.visible import own_level, shared_level, visible_ids
from api.indexing.book import Book
from api.indexing.shelf import Shelf
from matcher.domain import Kind, Level, Purpose, Record
from matcher.matches import MatchList
from matcher.matchmaker import Matchmaker, Ranked
from matcher.retrieval.catalogue import Catalogue
from matcher.scoring.exposure import Policy

ZONE = ZoneInfo("Asia/Shanghai")
"""Limits and deadlines are judged by the day in China."""


@dataclass(frozen=True, slots=True)
class Field:
    """What a caller may find of a kind: a book and the rows that are left by rights and filters, level by level.

    Who may find nothing has one part without rows, so that the answer is an empty list and no error.
    """

    parts: tuple[tuple[Book, BitMap], ...]
    reference: Book

    @property
    def among(self) -> list[tuple[Catalogue, BitMap]]:
        """The catalogues and the rows that may be found in them."""
        return [(book.catalogue, rows) for book, rows in self.parts]

    @property
    def version(self) -> str:
        """The state of what the caller may see: it stays while only hidden fields change."""
        return "-".join(str(book.version) for book, _ in self.parts)


def field_of(shelf: Shelf, caller: Caller, kind: Kind, wanted: Mapping[str, Sequence[object]]) -> Field:
    """The caller's candidates of a kind. Rights come from the guard alone; filters only take away."""
    others, mine = shared_level(caller, kind), own_level(caller, kind)
    reference = shelf.shared(kind, Level.PLATFORM if others is None else others)
    own = None if mine is None else shelf.own(kind, caller.org)
    books = {reference.title.level: reference} | ({} if own is None or mine is None else {mine: own})
    visible = visible_ids(
        caller,
        kind,
        everybody=BitMap(reference.catalogue.live),
        own_among_everybody=reference.postings.rows(f"@{caller.org}"),
        own=BitMap() if own is None else BitMap(own.catalogue.live),
    )
    parts = []
    for level, rows in visible.items():
        allowed = books[level].postings.allowed(wanted)
        parts.append((books[level], rows if allowed is None else rows & allowed))
    return Field(tuple(part for part in parts if part[1]) or ((reference, BitMap()),), reference)


def matchmaker() -> Matchmaker:
    """The matchmaker of today."""
    return Matchmaker.of(datetime.now(ZONE).date())


def rank(
    purpose: Purpose,
    subject: Record | str,
    candidates: Field,
    k: int,
    *,
    ineligible: bool = False,
    policy: Policy | None = None,
) -> MatchList:
    """The k best of all levels together. Prices and track records are judged by what is usual among shared offers."""
    maker = matchmaker()
    usual = _usual(maker, purpose, candidates)
    found = maker.rank(purpose, subject, candidates.among, k, usual=usual, ineligible=ineligible, policy=policy)
    return replace(found, data_version=candidates.version)


def top(
    purpose: Purpose, subjects: Sequence[Record], candidates: Field, k: int, policy: Policy | None = None
) -> Iterator[list[Ranked]]:
    """For each subject the k best of all levels together, without explanations."""
    maker = matchmaker()
    usual = _usual(maker, purpose, candidates)
    return maker.top(purpose, subjects, candidates.among, k, usual=usual, policy=policy)


def _usual(maker: Matchmaker, purpose: Purpose, candidates: Field) -> Any:
    """What is usual among the shared offers; worked out once a day for each state of their book."""
    book = candidates.reference
    if book.title.kind is Kind.PROJECT:
        return None
    return book.remember((purpose, maker.context.day), lambda: maker.usual(purpose, book.catalogue))
