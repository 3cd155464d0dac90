"""The columns of an expert."""

from matcher.columns.forms import EPOCH, Column, bits, codes, day, flag, number, word_numbers
from matcher.columns.places import place_numbers
from matcher.columns.sectors import sector_numbers
from matcher.columns.words import WORD_BITS, word_number
from matcher.domain import Expert
from matcher.domain.expert import Employment, Tie
from matcher.domain.taxonomy import ExpertRole, ExpertTitle, TieKind

DAY_BITS = 63 - WORD_BITS
"""A party and the last day of the tie share one number: the party above, the day in the lowest 17 bits."""

FOREVER = (1 << DAY_BITS) - 1
UNDATED = FOREVER - 1

_LASTING = {TieKind.KIN, TieKind.SUPERVISION, TieKind.REFUSED, TieKind.DISPUTE}
"""Ties that never lapse (DOMAIN 4.3: supervisor and student ever; kin)."""


def _tie(party: str, last_day: int) -> int:
    return word_number(party) << DAY_BITS | last_day


def _tie_day(tie: Tie) -> int:
    if tie.kind in _LASTING:
        return FOREVER
    if tie.start is None and tie.end is None:
        return UNDATED
    return FOREVER if tie.end is None else max(0, (tie.end - EPOCH).days)


def _post_day(post: Employment) -> int:
    """A post without an end goes on."""
    return FOREVER if post.end is None else max(0, (post.end - EPOCH).days)


def _ties(expert: Expert) -> tuple[int, ...] | None:
    if expert.ties is None:
        return None
    return tuple(sorted({_tie(tie.party, _tie_day(tie)) for tie in expert.ties}))


def _posts(expert: Expert) -> tuple[int, ...] | None:
    if expert.employers is None:
        return None
    names = ((name, post) for post in expert.employers for name in (post.name, post.unit_code) if name)
    return tuple(sorted({_tie(name, _post_day(post)) for name, post in names}))


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
