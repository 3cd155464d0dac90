"""A call for panels as its center reads it."""

from typing import Any

from starlette.responses import Response

from api.cases.owned import head, tag
from api.kit.answers import answer
from api.panels.state import State
from api.store.cases import Case

Shown = dict[str, Any]


def shown(case: Case, state: State | None = None) -> Shown:
    """The case with its newest plan, pins and releases; the call itself has an address of its own."""
    state = state or State.model_validate(case.body)
    standing = state.standing
    of, plan = standing if standing is not None else (None, None)
    return head(case) | {
        "projects": len(state.call.projects),
        "experts": len(state.call.experts),
        "floor": state.floor,
        "seed": state.seed,
        "limit_seconds": state.limit_seconds,
        "pins": [list(seat) for seat in state.pins],
        "of": of,
        "plan": plan,
        "releases": [{"number": one.number, "name": one.name, "at": one.at} for one in state.releases],
    }


def answered(case: Case, status: int = 200, **more: object) -> Response:
    """The case with its ETag."""
    return answer(shown(case) | more, status, {"ETag": tag(case)})
