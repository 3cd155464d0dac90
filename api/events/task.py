"""The job that plans an event: a process of its own works, this side hears how far it is and keeps the draft."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from api.events.standing import organized
from api.events.state import KeptMeeting, KeptPlan, State
from api.events.wishing import orders, possible_meetings, proposals
from api.guard.caller import Caller, still_allowed
from api.jobs.apart import lines
from api.jobs.runner import Report
from api.kit.problems import ConflictError, FieldError, InvalidError, Problem
from api.store import audit, cases
from api.store.cases import Case
from api.store.jobs import Job
from api.store.store import Store


def plan_task(store: Store) -> Callable[[Job, Report], object]:
    """What the job `events.plan` does, with the rights that the key has when it runs.

    The draft is kept in one transaction, if nobody changed the event meanwhile; a release stands as it is.
    """

    def run(job: Job, report: Report) -> object:
        caller = store.read_now(lambda c: still_allowed(c, job.order["key"], "events.plan", job.id))
        case, task = store.read_now(lambda c: _frozen(c, job, caller))
        plan = _planned(task, report)
        state = State.model_validate(case.body).model_copy(update={"draft": plan})

        def keep(connection: Connection) -> int:
            kept = cases.change(connection, case, caller.actor, "plan", state.body())
            if kept is None:
                raise ConflictError(
                    "规划期间活动已被修改；请重新规划。", "Somebody changed the event while it was planned; plan again."
                )
            audit.note(connection, caller.actor, "event.plan.done", "event", case.id, meetings=len(plan.seats))
            return kept.version

        version = store.write_now(keep)
        numbers = ("status", "value", "bound", "score", "shortfall", "breaks", "breaks_bound", "reasons")
        return {"event_id": case.id, "version": version, "meetings": len(plan.seats)} | {
            name: getattr(plan, name) for name in numbers
        }

    return run


def _frozen(connection: Connection, job: Job, caller: Caller) -> tuple[Case, dict[str, Any]]:
    """The event at the version that is planned, and the task: wishes as they are now."""
    case, state = organized(connection, job.order["event_id"], caller)
    meetings = task_meetings(connection, case.id, state)
    task = {
        "state": state.model_copy(update={"draft": None, "release": None, "releases": ()}).body(),
        "meetings": [meeting.model_dump(mode="json") for meeting in meetings],
        "seed": job.order["seed"],
    }
    return case, task


def task_meetings(connection: Connection, case_id: str, state: State) -> tuple[KeptMeeting, ...]:
    """The meetings that a plan would choose from now; those of the last release keep their numbers."""
    given = [order for order, _ in orders(connection, case_id, state.event)]
    before = () if state.release is None else state.release.plan.meetings
    return possible_meetings(state.event, given, proposals(connection, case_id), before)


def _planned(task: dict[str, Any], report: Report) -> KeptPlan:
    for line in lines("api.events.worker", task, report):
        if "plan" in line:
            return KeptPlan.model_validate(line["plan"])
        raise InvalidError(line["zh"], line["en"], [FieldError.model_validate(each) for each in line["errors"]])
    raise Problem("规划进程意外结束；未写入任何数据。", "The planning process ended unexpectedly; nothing was written.")
