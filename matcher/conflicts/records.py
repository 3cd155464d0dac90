"""Stored experts and projects as the conflict engine sees them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from matcher.conflicts.party import Candidate, Refused, Relation, Submission
from matcher.domain import Expert, Project


def candidate_of(expert: Expert, today: date) -> Candidate:
    """An expert of the pool: posts are ties of employment, dual posts too; a post without an end goes on.

    Seats of the calendar year count whole, those that are still to come as well.
    """
    posts = expert.employers or ()
    units = dict.fromkeys(name for post in posts for name in (post.name, post.unit_code) if name)
    starts = [post.start for post in posts if post.start is not None]
    return Candidate(
        id=expert.id,
        names=tuple(filter(None, (expert.name, *(expert.other_names or ())))),
        keys=(*_keys(expert.emails or (), expert.orcid), *_staff(units, expert.staff_no)),
        ties=(
            *(
                Relation("employment", name, post.start, post.end, goes_on=post.end is None)
                for post in posts
                for name in (post.name, post.unit_code)
                if name
            ),
            *(Relation(tie.kind.name.lower(), tie.party, tie.start, tie.end) for tie in expert.ties or ()),
        ),
        ties_declared=expert.ties is not None,
        roles=expert.roles,
        titles=expert.titles,
        birth_year=expert.birth_year,
        works_since=min(starts, default=None),
        reviews_this_year=sum(review.date.year == today.year for review in expert.reviews or ()),
        yearly_most=expert.max_reviews_per_year,
    )


def submission_of(project: Project) -> Submission:
    """A project: its company with affiliates and earlier investors are organisations; its industries are fields."""
    entity, team = project.legal_entity, project.team or ()
    own = () if entity is None else (entity.name, *(entity.affiliates or ()))
    codes = {"local": project.local_industry, "sei": project.sei, "ipc": project.ipc}
    return Submission(
        id=project.id,
        name=project.name or "",
        organisations=tuple(filter(None, (*own, *(project.earlier_investors or ())))),
        units=tuple(dict.fromkeys(member.unit for member in team if member.unit)),
        people=tuple(dict.fromkeys(member.name for member in team if member.name)),
        keys=(
            project.id,
            *(() if entity is None or entity.credit_code is None else (entity.credit_code,)),
            *(key for one in team for key in _keys(() if one.email is None else (one.email,), one.orcid)),
            *(key for one in team if one.unit for key in _staff([one.unit], one.staff_no)),
        ),
        competitors=project.competitors or (),
        fields=tuple(f"{scheme}:{code}" for scheme, group in codes.items() for code in group or ()),
        refused=tuple(Refused(one.expert, one.reason, one.unit or "") for one in project.refused or ()),
    )


def _keys(emails: tuple[str, ...], orcid: str | None) -> tuple[str, ...]:
    return emails if orcid is None else (*emails, orcid)


def _staff(units: dict[str, None] | list[str], number: str | None) -> Iterator[str]:
    """A staff number is unique within its unit only, so both together are the key."""
    return iter(()) if number is None else (f"{unit} {number}" for unit in units)
