"""The process that plans, so that the service keeps answering: `python -m api.events.worker` reads a task, tells lines.

In: `{"state": …, "meetings": […], "seed": …}`. Out, one JSON object a line: `{"stage", "value"}` while it runs, at
the end `{"plan": …}` or `{"zh", "en", "errors"}`. It touches no database and no
file, so a killed one leaves nothing.
"""

import sys

import orjson

from api.events.building import kept_plan, planner_event
from api.events.refusals import contradicted
from api.events.state import KeptMeeting, State
from api.jobs.apart import tell
from api.kit.problems import ConflictError, Problem
from matcher.scheduling.contradictions import contradiction
from matcher.scheduling.explain import shadow_prices
from matcher.scheduling.problem import Event
from matcher.scheduling.solve import solve


def main() -> int:
    """Plans the event on standard input."""
    task = orjson.loads(sys.stdin.buffer.read())
    state = State.model_validate(task["state"])
    meetings = tuple(KeptMeeting.model_validate(row) for row in task["meetings"])
    event = planner_event(state.event, meetings, state.pins)
    plan = solve(event, task["seed"], tell=lambda stage, value: tell({"stage": stage, "value": value}))
    if not plan.seats and (plan.status == "infeasible" or event.required):
        tell(_words(_no_plan(event, plan.reasons)))
        return 0
    tell({"stage": "prices", "value": 0})
    prices = shadow_prices(event) if event.meetings else None
    tell({"plan": kept_plan(plan, meetings, prices).model_dump(mode="json")})
    return 0


def _no_plan(event: Event, reasons: tuple[str, ...]) -> Problem:
    clash = contradiction(event) if event.required else None
    if clash is not None:
        return contradicted(event, clash)
    text = "; ".join(reasons)
    return ConflictError(f"没有可行的计划：{text}。", f"There is no plan: {text}.")


def _words(problem: Problem) -> dict[str, object]:
    return {"zh": problem.zh, "en": problem.en, "errors": [each.model_dump() for each in problem.errors]}


if __name__ == "__main__":
    sys.exit(main())
