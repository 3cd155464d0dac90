"""Organisations and their API keys: a key is shown once, the table keeps its prefix and a hash."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from api.store.clock import now
from api.store.schema import api_keys, organisations

KEY_FORM = "mk_"


@dataclass(frozen=True, slots=True)
class Organisation:
    """A party on the platform; `checked` once a person has verified who it is."""

    id: str
    name: str
    checked: bool
    created: str


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key without its secret."""

    prefix: str
    org: str
    role: str
    note: str
    created: str
    revoked: str | None


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a valid key stands for."""

    prefix: str
    org: str
    role: str
    checked: bool


def add_organisation(connection: Connection, org: str, name: str, *, checked: bool) -> None:
    """A new organisation; one that exists keeps its id and takes the name and the mark."""
    if find_organisation(connection, org):
        change = update(organisations).where(organisations.c.id == org)
        connection.execute(change.values(name=name, checked=checked))
        return
    connection.execute(insert(organisations).values(id=org, name=name, checked=checked, created=now()))


def find_organisation(connection: Connection, org: str) -> Organisation | None:
    """The organisation with this id."""
    row = connection.execute(select(organisations).where(organisations.c.id == org)).one_or_none()
    return None if row is None else Organisation(*row)


def list_organisations(connection: Connection) -> list[Organisation]:
    """All organisations by id."""
    return [Organisation(*row) for row in connection.execute(select(organisations).order_by(organisations.c.id))]


def create_key(connection: Connection, org: str, role: str, note: str = "") -> str:
    """A new key for the organisation: `mk_` + prefix + `_` + secret of 256 bits. It cannot be read again."""
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    connection.execute(
        insert(api_keys).values(prefix=prefix, hash=_hash(secret), org=org, role=role, note=note, created=now())
    )
    return f"{KEY_FORM}{prefix}_{secret}"


def list_keys(connection: Connection, org: str | None = None) -> list[ApiKey]:
    """Keys of one organisation or of all, oldest first."""
    columns = api_keys.c
    query = select(columns.prefix, columns.org, columns.role, columns.note, columns.created, columns.revoked)
    if org is not None:
        query = query.where(columns.org == org)
    return [ApiKey(*row) for row in connection.execute(query.order_by(columns.created, columns.prefix))]


def revoke_key(connection: Connection, prefix: str) -> bool:
    """Ends a key; False where there is no such key in force."""
    live = update(api_keys).where(api_keys.c.prefix == prefix, api_keys.c.revoked.is_(None))
    return connection.execute(live.values(revoked=now())).rowcount > 0


def holder(connection: Connection, key: str) -> Holder | None:
    """Whom the key stands for; None if it is malformed, unknown, revoked or has another secret."""
    prefix, _, secret = key.removeprefix(KEY_FORM).partition("_")
    if not key.startswith(KEY_FORM) or not secret or not key.isascii():
        return None
    row = connection.execute(_live(prefix)).one_or_none()
    if row is None or not hmac.compare_digest(row.hash, _hash(secret)):
        return None
    return Holder(prefix, row.org, row.role, row.checked)


def holder_of(connection: Connection, prefix: str) -> Holder | None:
    """Whom the key with this prefix stands for; None if it is unknown or revoked."""
    row = connection.execute(_live(prefix)).one_or_none()
    return None if row is None else Holder(prefix, row.org, row.role, row.checked)


def _live(prefix: str) -> Select[Any]:
    return (
        select(api_keys.c.hash, api_keys.c.org, api_keys.c.role, organisations.c.checked)
        .join(organisations, organisations.c.id == api_keys.c.org)
        .where(api_keys.c.prefix == prefix, api_keys.c.revoked.is_(None))
    )


def _hash(secret: str) -> str:
    """SHA-256 is enough: the secret has 256 random bits, nothing to guess and no word list to try."""
    return hashlib.sha256(secret.encode()).hexdigest()
