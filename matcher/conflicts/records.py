"""Stored experts and projects as the conflict engine sees them."""

from __future__ import annotations

from matcher.conflicts.party import Candidate, Relation, Submission
from matcher.domain import Expert, Project


def candidate_of(expert: Expert) -> Candidate:
    """An expert of the pool: posts are ties of employment, dual posts too; a post without an end goes on."""
    posts = (
        Relation("employment", name, post.start, post.end, goes_on=post.end is None)
        for post in expert.employers or ()
        for name in (post.name, post.unit_code)
        if name
    )
    ties = (Relation(tie.kind.name.lower(), tie.party, tie.start, tie.end) for tie in expert.ties or ())
    return Candidate(
        id=expert.id,
        names=(expert.name,) if expert.name else (),
        ties=(*posts, *ties),
        ties_declared=expert.ties is not None,
    )


def submission_of(project: Project) -> Submission:
    """A project: its company and earlier investors are organisations; number, credit code and name are keys."""
    entity = project.legal_entity
    organisations = (entity and entity.name, *(project.earlier_investors or ()))
    keys = (project.id, entity and entity.credit_code, project.name)
    return Submission(
        id=project.id,
        organisations=tuple(name for name in organisations if name),
        keys=tuple(key for key in keys if key),
    )
