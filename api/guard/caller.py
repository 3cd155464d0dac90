"""The caller of a request: authenticated by key, admitted by the policy table."""

import time
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.requests import Request

from api.guard.policy import POLICY, policy_name
from api.guard.roles import Role
from api.kit.problems import ForbiddenError, UnauthenticatedError
from api.store.accounts import Holder, holder, holder_of
from api.store.audit import Actor
from api.store.sight import Sight
from api.store.store import Store
from matcher.domain import KINDS, Kind, Level, field

PUBLISHED_KINDS = frozenset(
    kind for kind, model in KINDS.items() if any(field.level(info) == 0 for info in model.model_fields.values())
)
"""Kinds of which anything is public: the others' existence is not shown to visitors."""

REMEMBERED_S = 2.0
"""How long another process's revocation may go unnoticed; this process notices its own at once."""

CAPACITY = 4096


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a key, its organisation and role. Made in this file alone."""

    key: str
    org: str
    role: Role
    checked: bool
    request_id: str

    def level(self, kind: Kind, org: str) -> Level | None:
        """How far the caller sees a record that belongs to `org` (DOMAIN section 5); None: not at all.

        Who may write an organisation's records reads them whole, secrets included: what is read and written back must
        lose nothing. All others of the organisation read up to level 2.
        """
        if org == self.org:
            return Level.SECRET if self.writes else self._own
        return self._others(kind)

    @property
    def writes(self) -> bool:
        """Whether the caller may write the own organisation's records."""
        return self.role in (POLICY["records.replace"] or ())

    @property
    def _own(self) -> Level:
        return Level.PUBLIC if self.role is Role.VISITOR else Level.CONSENTED

    def _others(self, kind: Kind) -> Level | None:
        if self.checked and self.role is not Role.VISITOR:
            return Level.PLATFORM
        return Level.PUBLIC if kind in PUBLISHED_KINDS else None

    @property
    def actor(self) -> Actor:
        """The caller as the audit log names it."""
        return Actor(self.org, self.key, self.request_id)

    def sight(self, kind: Kind, *, mine: bool = False) -> Sight:
        """How far the caller sees in the table; `mine`: the own organisation's records alone."""
        return Sight(self.org, self._own, None if mine else self._others(kind))


class Keys:
    """Keys that were looked up a moment ago."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, tuple[float, Holder | None]] = {}

    async def holder(self, key: str) -> Holder | None:
        """Whom the key stands for, at most two seconds old."""
        known = self._known.get(key)
        if known is None or known[0] < time.monotonic():
            found = await self._store.read(lambda connection: holder(connection, key))
            if len(self._known) >= CAPACITY:
                self._known.clear()
            known = (time.monotonic() + REMEMBERED_S, found)
            self._known[key] = known
        return known[1]

    def forget(self) -> None:
        """Looks every key up again: one was made or revoked."""
        self._known.clear()


def still_allowed(connection: Connection, prefix: str, route: str, request_id: str) -> Caller:
    """The caller behind a key that asked for a job, with its present rights; 401 or 403 if they ended meanwhile."""
    known = holder_of(connection, prefix)
    if known is None:
        raise UnauthenticatedError
    return _admitted(known, route, request_id)


async def authenticate(request: Request) -> Caller:
    """The caller, if the policy table lets the caller's role use this route; else 401 or 403."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    keys: Keys = request.app.state.keys
    known = await keys.holder(key.strip()) if scheme.lower() == "bearer" and len(key) <= 200 else None
    if known is None:
        raise UnauthenticatedError
    request.state.key = known.prefix
    return _admitted(known, policy_name(request.scope["route"].name), request.state.request_id)


def _admitted(known: Holder, route: str, request_id: str) -> Caller:
    caller = Caller(known.prefix, known.org, Role[known.role.upper()], known.checked, request_id)
    allowed = POLICY[route]
    if allowed is not None and caller.role not in allowed:
        may = "、".join(sorted(allowed))
        raise ForbiddenError(
            f"角色 {caller.role} 不能执行此操作；需要 {may}。", f"The role {caller.role} may not do this; {may} may."
        )
    return caller
