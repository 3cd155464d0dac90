"""The process that makes panels: `python -m api.panels.worker` reads a task and tells lines.

In: `{"state": …, "draw": null or the order of a draw}`. Out, one JSON object a line: `{"stage", "value"}` while it
runs, at the end `{"plan": …}` or `{"zh", "en", "errors"}`.
"""

import math
import sys
from typing import Any

import orjson

from api.jobs.apart import tell
from api.panels.orders import DrawOrder
from api.panels.refusals import refused
from api.panels.state import State
from matcher.assignment.changes.alternates import alternates
from matcher.assignment.check import check
from matcher.assignment.errors import AssignmentError
from matcher.assignment.files.planfile import draw_document, plan_document
from matcher.assignment.lots.draw import draw
from matcher.assignment.lots.drawrules import DrawRules
from matcher.assignment.result import Goal, Progress
from matcher.assignment.solver.solve import solve


def main() -> int:
    """Makes the panels of the call on standard input."""
    task = orjson.loads(sys.stdin.buffer.read())
    state = State.model_validate(task["state"])
    try:
        plan = _drawn(state, DrawOrder.model_validate(task["draw"])) if task["draw"] else _solved(state)
    except AssignmentError as error:
        problem = refused(error)
        tell({"zh": problem.zh, "en": problem.en, "errors": [each.model_dump() for each in problem.errors]})
        return 0
    tell({"plan": plan})
    return 0


def _solved(state: State) -> dict[str, Any]:
    problem = state.problem()
    limit = math.inf if state.limit_seconds is None else state.limit_seconds
    result = solve(problem, Goal(floor_share=state.floor or None), state.seed, _progress, limit)
    _progress(Progress("alternates", 0))
    document = plan_document(result, alternates(problem, result.seats), state.reasons())
    assert not check(problem, result.seats), "the solver broke a rule"
    return document


def _drawn(state: State, order: DrawOrder) -> dict[str, Any]:
    problem = state.problem()
    found = draw(problem, order.seed, DrawRules(order.epsilon, order.cap, order.plans), _progress)
    return draw_document(problem, found, alternates(problem, found.seats), state.reasons())


def _progress(step: Progress) -> None:
    tell({"stage": step.stage, "value": step.total or step.step})


if __name__ == "__main__":
    sys.exit(main())
