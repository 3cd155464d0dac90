"""Calls for panels and events: one document with versions, and the notes that many people add to it side by side.

The document changes by one person at a time, who says which version was read; notes never collide.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from sqlalchemy import Connection, func, insert, select, update

from api.store.audit import Actor
from api.store.clock import new_id, now
from api.store.schema import case_notes, case_versions, cases

CaseKind = Literal["panels", "event"]
Body = dict[str, Any]

LARGEST_NUMBER = 2**31 - 1
"""Versions and notes are counted in 32 bits; a larger number names none."""

_PREFIX: Mapping[CaseKind, str] = {"panels": "pan", "event": "evt"}


@dataclass(frozen=True, slots=True)
class Case:
    """A case at one version. `body` is its whole document."""

    id: str
    kind: CaseKind
    org: str
    name: str
    version: int
    created: str
    updated: str
    body: Body


@dataclass(frozen=True, slots=True)
class Version:
    """Who made a version when, by which action."""

    version: int
    at: str
    actor: str
    action: str


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody of `org` added `about` (opinion, wish ...) a `key` (a pair, a party); numbers rise with time."""

    number: int
    about: str
    key: str
    at: str
    org: str
    actor: str
    body: Body


def create(connection: Connection, kind: CaseKind, actor: Actor, name: str, body: Body) -> Case:
    """A new case of the actor's organisation, at version 1."""
    case_id, at = new_id(_PREFIX[kind]), now()
    connection.execute(
        insert(cases).values(id=case_id, kind=kind, org=actor.org, name=name, version=1, created=at, updated=at)
    )
    _keep(connection, case_id, 1, at, actor, "create", body)
    return Case(case_id, kind, actor.org, name, 1, at, at, body)


def find(connection: Connection, kind: CaseKind, case_id: str, version: int | None = None) -> Case | None:
    """The case, at its newest version or at one of the earlier ones."""
    row = connection.execute(select(cases).where(cases.c.id == case_id, cases.c.kind == kind)).one_or_none()
    if row is None:
        return None
    wanted = row.version if version is None else version
    held = (case_versions.c.case_id == case_id, case_versions.c.version == wanted)
    kept = connection.execute(select(case_versions.c.at, case_versions.c.body).where(*held)).one_or_none()
    if kept is None:
        return None
    return Case(row.id, row.kind, row.org, row.name, wanted, row.created, kept.at, _read(kept.body))


def page(connection: Connection, kind: CaseKind, org: str, limit: int) -> list[dict[str, Any]]:
    """The organisation's newest cases without their documents: id, name, version, created, updated."""
    names = ("id", "name", "version", "created", "updated")
    mine = select(*(cases.c[name] for name in names)).where(cases.c.kind == kind, cases.c.org == org)
    newest = mine.order_by(cases.c.created.desc(), cases.c.id).limit(limit)
    return [dict(zip(names, row, strict=True)) for row in connection.execute(newest)]


def change(connection: Connection, case: Case, actor: Actor, action: str, body: Body) -> Case | None:
    """The case with `body` as its next version; None if it changed since `case` was read."""
    at = now()
    unchanged = (cases.c.id == case.id, cases.c.version == case.version)
    moved = connection.execute(update(cases).where(*unchanged).values(version=case.version + 1, updated=at))
    if moved.rowcount == 0:
        return None
    _keep(connection, case.id, case.version + 1, at, actor, action, body)
    return Case(case.id, case.kind, case.org, case.name, case.version + 1, case.created, at, body)


def versions(connection: Connection, case_id: str) -> list[Version]:
    """Who changed the case when, oldest first."""
    columns = (case_versions.c.version, case_versions.c.at, case_versions.c.actor, case_versions.c.action)
    rows = connection.execute(
        select(*columns).where(case_versions.c.case_id == case_id).order_by(case_versions.c.version)
    )
    return [Version(*row) for row in rows]


def add_notes(
    connection: Connection, case_id: str, about: str, actor: Actor, entries: Sequence[tuple[str, Body]]
) -> None:
    """Adds notes (key, body); an earlier note of the same key stays as history."""
    shared = {"case_id": case_id, "about": about, "at": now(), "org": actor.org, "actor": actor.key}
    rows = [shared | {"key": key, "body": orjson.dumps(body, default=str).decode()} for key, body in entries]
    if rows:
        connection.execute(insert(case_notes), rows)


def notes(
    connection: Connection, case_id: str, about: str, key: str | None = None, until: int | None = None
) -> list[Note]:
    """The newest note of each key, in the order of their numbers; of one key alone, or as it stood at a number."""
    mine = [case_notes.c.case_id == case_id, case_notes.c.about == about]
    if key is not None:
        mine.append(case_notes.c.key == key)
    if until is not None:
        mine.append(case_notes.c.number <= until)
    newest = select(func.max(case_notes.c.number)).where(*mine).group_by(case_notes.c.key)
    found = select(case_notes).where(case_notes.c.number.in_(newest)).order_by(case_notes.c.number)
    return [
        Note(row.number, row.about, row.key, row.at, row.org, row.actor, orjson.loads(row.body))
        for row in connection.execute(found)
    ]


def noted(connection: Connection, kind: CaseKind, about: str, key: str, limit: int) -> list[tuple[Case, Note]]:
    """The newest cases with a note about `key`, and its newest note."""
    mine = (case_notes.c.case_id == cases.c.id, case_notes.c.about == about, case_notes.c.key == key)
    has_note = select(case_notes.c.number).where(*mine).exists()
    newest = select(cases.c.id).where(cases.c.kind == kind, has_note)
    ids = connection.execute(newest.order_by(cases.c.created.desc(), cases.c.id).limit(limit)).scalars()
    found = [(find(connection, kind, one), notes(connection, one, about, key)) for one in list(ids)]
    return [(case, said[0]) for case, said in found if case is not None]


def _keep(connection: Connection, case_id: str, version: int, at: str, actor: Actor, action: str, body: Body) -> None:
    packed = zlib.compress(orjson.dumps(body, default=str, option=orjson.OPT_SERIALIZE_NUMPY), 1)
    row = {"case_id": case_id, "version": version, "at": at, "actor": actor.key, "action": action, "body": packed}
    connection.execute(insert(case_versions).values(row))


def _read(packed: bytes) -> Body:
    body: Body = orjson.loads(zlib.decompress(packed))
    return body
