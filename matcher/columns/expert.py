"""The columns of an expert."""

from collections.abc import Iterable
from datetime import date

from matcher.columns.forms import EPOCH, Column, bits, codes, day, flag, number, word_numbers
from matcher.columns.places import place_numbers
from matcher.columns.sectors import sector_numbers
from matcher.columns.words import party_number
from matcher.domain import Expert
from matcher.domain.expert import Tie
from matcher.domain.taxonomy import ExpertRole, ExpertTitle, TieKind

DAY_BITS = 17
"""A day has 17 bits: up to the year 2328."""

GOES_ON = (1 << DAY_BITS) - 1
"""The end of a tie that has none."""

UNDATED = GOES_ON - 1
"""The end of a tie of which neither start nor end is known."""


def _day(day: date | None) -> int:
    """Days since 1970-01-01, at least 0; an unknown start counts as long ago."""
    return 0 if day is None else min(max(0, (day - EPOCH).days), UNDATED - 1)


def _packed(ties: Iterable[tuple[str, TieKind, date | None, int]]) -> tuple[int, ...]:
    """Two numbers per tie, one after the other: the party's, and kind, start and end in one."""
    packed = {
        (party_number(party), kind.position << 2 * DAY_BITS | _day(start) << DAY_BITS | end)
        for party, kind, start, end in ties
    }
    return tuple(number for pair in sorted(packed) for number in pair)


def _ties(expert: Expert) -> tuple[int, ...] | None:
    if expert.ties is None:
        return None
    return _packed((tie.party, tie.kind, tie.start, _tie_end(tie)) for tie in expert.ties)


def _tie_end(tie: Tie) -> int:
    if tie.end is None:
        return UNDATED if tie.start is None else GOES_ON
    return _day(tie.end)


def _posts(expert: Expert) -> tuple[int, ...] | None:
    """A post without an end goes on."""
    if expert.employers is None:
        return None
    return _packed(
        (name, TieKind.EMPLOYMENT, post.start, GOES_ON if post.end is None else _day(post.end))
        for post in expert.employers
        for name in (post.name, post.unit_code)
        if name
    )


def _review_days(expert: Expert) -> tuple[int, ...] | None:
    if expert.reviews is None:
        return None
    return tuple(sorted(max(0, (review.date - EPOCH).days) for review in expert.reviews))


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _lateness(expert: Expert) -> float | None:
    return _mean([float(r.days_late) for r in expert.reviews or () if r.days_late is not None])


def _deviation(expert: Expert) -> float | None:
    return _mean([abs(r.deviation) for r in expert.reviews or () if r.deviation is not None])


def _free(expert: Expert) -> tuple[int, ...] | None:
    """Start and end of each free time, one after the other."""
    if expert.availability is None:
        return None
    spans = sorted({(free.start, free.end) for free in expert.availability})
    return tuple(max(0, (end - EPOCH).days) for span in spans for end in span)


COLUMNS: tuple[Column, ...] = (
    number("max_reviews", lambda e: e.max_reviews_per_year),
    number("consent", lambda e: day(e.consent_at)),
    number("lateness", _lateness),
    number("deviation", _deviation),
    flag("retired", lambda e: e.retired),
    bits("titles", ExpertTitle, lambda e: e.titles),
    bits("roles", ExpertRole, lambda e: e.roles),
    codes("fields", lambda e: sector_numbers(e.fields)),
    codes("regions", lambda e: place_numbers(e.regions)),
    codes("ties", _ties),
    codes("posts", _posts),
    codes("review_days", _review_days),
    codes("free", _free),
    codes("house", lambda e: word_numbers([e.employers[0].name] if e.employers else None)),
)
