"""Whether an expert may judge at all this year: age and number of reviews, by the limits of an authority."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from matcher.conflicts.party import Candidate, Truth
from matcher.rules.authority import Authority


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that bars an expert (TRUE), or may (UNKNOWN), with what was found."""

    expert: str
    rule: str
    truth: Truth
    found: str


def limits(expert: Candidate, rules: Authority, today: date) -> tuple[Limit, ...]:
    """The limits that an expert reaches or may reach."""
    found: list[Limit] = []
    if rules.age_most is not None:
        rule = f"at most {rules.age_most} years old"
        if expert.birth_year is None:
            found.append(Limit(expert.id, rule, Truth.UNKNOWN, "the year of birth is not known"))
        elif today.year - expert.birth_year > rules.age_most:
            found.append(Limit(expert.id, rule, Truth.TRUE, f"born in {expert.birth_year}"))
    if rules.reviews_per_year is not None and expert.reviews_this_year >= rules.reviews_per_year:
        rule = f"at most {rules.reviews_per_year} reviews a year"
        found.append(Limit(expert.id, rule, Truth.TRUE, f"{expert.reviews_this_year} this year"))
    return tuple(found)


def seats_left(expert: Candidate, rules: Authority, per_call: int) -> int:
    """The most seats in this call: the call's own cap, and what the year leaves."""
    if rules.reviews_per_year is None:
        return per_call
    return max(0, min(per_call, rules.reviews_per_year - expert.reviews_this_year))
