"""The start-up check: every route has a policy row and asks the guard, every row has a route."""

from collections.abc import Iterable, Iterator

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from api.guard.caller import authenticate
from api.guard.policy import ANYBODY, POLICY, policy_name


class PolicyError(RuntimeError):
    """The routes and the policy table do not fit; the service must not start."""


def check_policy(routes: Iterable[BaseRoute]) -> None:
    """Raises PolicyError unless routes and policy rows fit each other."""
    seen = set()
    for route in flat(routes):
        name = policy_name(getattr(route, "name", ""))
        if name not in POLICY:
            raise PolicyError(f"the route {route} has no row in api/guard/policy.py; add one")
        guarded = isinstance(route, APIRoute) and _asks_guard(route.dependant)
        if guarded == (POLICY[name] is ANYBODY):
            raise PolicyError(f"the route {name} must {'not ' if guarded else ''}take a caller from the guard")
        seen.add(name)
    idle = sorted(set(POLICY) - seen)
    if idle:
        raise PolicyError(f"the policy row {idle[0]} has no route; remove it")


def flat(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """The routes, with those of included routers in their place."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from flat(included.routes)


def _asks_guard(dependant: Dependant) -> bool:
    return any(each.call is authenticate or _asks_guard(each) for each in dependant.dependencies)
