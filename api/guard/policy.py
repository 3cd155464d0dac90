"""The policy table: one row per route. A route without a row does not start the service, nor a row without a route."""

from collections.abc import Mapping
from types import MappingProxyType

from api.guard.roles import Role

ANYBODY = None
"""No key needed."""

_ALL = frozenset(Role)
_PARTIES = _ALL - {Role.VISITOR}
_WRITERS = frozenset({Role.ADMIN, Role.OFFICER, Role.ANALYST})
_OFFICERS = frozenset({Role.ADMIN, Role.OFFICER})
_ORGANIZERS = frozenset({Role.ADMIN, Role.OFFICER, Role.ORGANIZER})
_ADMINS = frozenset({Role.ADMIN})

POLICY: Mapping[str, frozenset[Role] | None] = MappingProxyType(
    {
        "health": ANYBODY,
        "openapi": ANYBODY,
        "ready": ANYBODY,
        "metrics": ANYBODY,
        "records.list": _ALL,
        "records.read": _ALL,
        "records.versions": _PARTIES,
        "records.create": _WRITERS,
        "records.replace": _WRITERS,
        "records.delete": _WRITERS,
        "records.template": _ALL,
        "records.export": _PARTIES,
        "imports.create": _WRITERS,
        "imports.list": _WRITERS,
        "imports.read": _WRITERS,
        "imports.mend": _WRITERS,
        "imports.undo": _WRITERS,
        "jobs.read": _PARTIES,
        "jobs.cancel": _PARTIES,
        "matches.create": _PARTIES,
        "matches.batch": _PARTIES,
        "matches.read": _PARTIES,
        "models.list": _ALL,
        "events.create": _ORGANIZERS,
        "events.list": _PARTIES,
        "events.read": _PARTIES,
        "events.replace": _ORGANIZERS,
        "events.wish": _PARTIES,
        "events.wishes": _PARTIES,
        "events.capacity": _PARTIES,
        "events.propose": _ORGANIZERS,
        "events.plan": _ORGANIZERS,
        "events.planned": _ORGANIZERS,
        "events.pin": _ORGANIZERS,
        "events.unpin": _ORGANIZERS,
        "events.check": _ORGANIZERS,
        "events.release": _ORGANIZERS,
        "events.releases": _ORGANIZERS,
        "events.arrive": _PARTIES,
        "events.change": _ORGANIZERS,
        "events.apply": _ORGANIZERS,
        "events.outcome": _PARTIES,
        "events.report": _ORGANIZERS,
        "events.agenda": _PARTIES,
        "events.export": _ORGANIZERS,
        "panels.create": _OFFICERS,
        "panels.conflicts": _OFFICERS,
        "panels.list": _OFFICERS,
        "panels.read": _OFFICERS,
        "panels.call": _OFFICERS,
        "panels.versions": _OFFICERS,
        "panels.check": _OFFICERS,
        "panels.questions": _OFFICERS,
        "panels.declare": _OFFICERS,
        "panels.solve": _OFFICERS,
        "panels.draw": _OFFICERS,
        "panels.pin": _OFFICERS,
        "panels.unpin": _OFFICERS,
        "panels.replace": _OFFICERS,
        "panels.release": _OFFICERS,
        "panels.export": _OFFICERS,
        "panels.judge": _OFFICERS,
        "panels.opinions": _OFFICERS,
        "panels.reserve": _OFFICERS,
        "keys.list": _ADMINS,
        "keys.create": _ADMINS,
        "keys.revoke": _ADMINS,
        "organisations.list": _ADMINS,
        "organisations.put": _ADMINS,
        "whoami": _ALL,
    }
)
"""Name of the route -> roles that may call it; a visitor sees published fields only and changes nothing."""


def policy_name(route_name: str) -> str:
    """The policy row of a route: `fund:records.read` and `loan:records.read` share one."""
    return route_name.rpartition(":")[2]
