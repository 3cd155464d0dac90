"""The pool with one entry per person: what is known under any entry counts for the person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from matcher.conflicts.engine import find_conflicts
from matcher.conflicts.finding import Conflicts
from matcher.conflicts.identity import Twin, find_twins
from matcher.conflicts.party import Candidate
from matcher.conflicts.records import candidate_of, submission_of
from matcher.domain import Expert, Project
from matcher.domain.record import Level
from matcher.rules.authority import Authority

_OF_THE_PERSON = ("employers", "ties", "reviews", "other_names", "emails")
"""Lists that hold for the person, under whichever entry they were written."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The experts and projects of a call judged together.

    ``pool``: the experts by id, whole. The entry that stands for a person holds what is known of the person under any
    entry. ``candidates``: the same experts as the engine saw them. ``found``: the conflicts.
    """

    pool: tuple[Expert, ...]
    candidates: tuple[Candidate, ...]
    found: Conflicts


def judge(projects: Iterable[Project], experts: Iterable[Expert], rules: Authority, today: date) -> Judged:
    """Conflicts, limits and twins among records under the rules of an authority, whatever the order of the records.

    Of several entries that surely are one person the fullest stands for the person and the others are barred, so the
    person has one seat in a panel and one load in the call. The records are taken whole: give what the reader may see.

    Raises:
        FactError: an applicant refuses more experts than allowed.
    """
    asked = sorted(projects, key=lambda one: one.id)
    pool = sorted(experts, key=lambda one: one.id)
    entries = {one.id: candidate_of(one, today) for one in pool}
    persons = _persons([twin for twin in find_twins(list(entries.values())) if twin.certain])
    known = {one.id: one for one in pool}
    merged = dict(known)
    for ids, keys in persons:
        kept, *others = sorted(ids, key=lambda one: (-_facts(known[one]), one))
        merged[kept] = _one(known[kept], [known[other] for other in others])
        entries[kept] = candidate_of(merged[kept], today)
        for other in others:
            entries[other] = replace(entries[other], same_as=kept, same_by=keys[other])
    candidates = tuple(entries.values())
    found = find_conflicts(candidates, [submission_of(one) for one in asked], rules, today)
    return Judged(tuple(merged.values()), candidates, found)


def _persons(twins: Sequence[Twin]) -> list[tuple[set[str], dict[str, str]]]:
    """The entries of each person, and a key by which each of them hangs together with the others."""
    persons: list[tuple[set[str], dict[str, str]]] = []
    for twin in twins:
        ids, keys = {twin.first, twin.second}, {twin.first: twin.by, twin.second: twin.by}
        apart = []
        for others, their in persons:
            if ids & others:
                ids, keys = ids | others, keys | their
            else:
                apart.append((others, their))
        persons = [*apart, (ids, keys)]
    return persons


def _facts(expert: Expert) -> int:
    return sum(getattr(expert, name) is not None for name in type(expert).model_fields)


def _one(kept: Expert, others: Sequence[Expert]) -> Expert:
    """The kept entry with what the others say of the person; secrets stay as secret as any entry has them."""
    changes: dict[str, Any] = {}
    for name in _OF_THE_PERSON:
        lists = [found for one in (kept, *others) if (found := getattr(one, name)) is not None]
        changes[name] = tuple(dict.fromkeys(each for found in lists for each in found)) if lists else None
    names = [one.name for one in others if one.name and one.name != kept.name]
    changes["other_names"] = tuple(dict.fromkeys((*(changes["other_names"] or ()), *names))) or None
    for name in ("orcid", "staff_no", "birth_year", "titles"):
        changes[name] = next((v for one in (kept, *others) if (v := getattr(one, name)) is not None), None)
    own = [one.max_reviews_per_year for one in (kept, *others) if one.max_reviews_per_year is not None]
    changes["max_reviews_per_year"] = min(own, default=None)
    secrecy: dict[str, Level] = {}
    for one in (kept, *others):
        for name, level in (one.secrecy or {}).items():
            secrecy[name] = max(level, secrecy.get(name, level))
    return kept.model_copy(update=changes | {"secrecy": secrecy or None})
