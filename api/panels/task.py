"""The job that makes panels: another process works, this side keeps its draft in one transaction."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from api.cases.owned import owned
from api.guard.caller import Caller, still_allowed
from api.jobs.apart import lines
from api.jobs.runner import Report
from api.kit.problems import ConflictError, FieldError, InvalidError, Problem
from api.panels.state import State
from api.store import audit, cases
from api.store.cases import Case
from api.store.jobs import Job
from api.store.store import Store


def panel_task(store: Store) -> Callable[[Job, Report], object]:
    """What the job `panels` does, with the rights that the key has when it runs. Releases stand as they are."""

    def run(job: Job, report: Report) -> object:
        order = job.order
        caller = store.read_now(lambda c: still_allowed(c, order["key"], "panels.solve", job.id))
        case = store.read_now(lambda c: owned(c, "panels", order["case_id"], caller))
        state = State.model_validate(case.body)
        given = state.model_copy(update={"draft": None, "releases": ()}).body()
        plan = _made({"state": given, "draw": order["draw"]}, report)
        version = store.write_now(lambda c: _keep(c, case, caller, state, plan))
        numbers = ("status", "total", "bound", "gap", "weakest_mean")
        return {"panels_id": case.id, "version": version} | {name: plan[name] for name in numbers if name in plan}

    return run


def _made(task: dict[str, Any], report: Report) -> dict[str, Any]:
    for line in lines("api.panels.worker", task, report):
        if "plan" in line:
            plan: dict[str, Any] = line["plan"]
            return plan
        raise InvalidError(line["zh"], line["en"], [FieldError.model_validate(each) for each in line["errors"]])
    raise Problem("求解进程意外结束；未写入任何数据。", "The solving process ended unexpectedly; nothing was written.")


def _keep(connection: Connection, case: Case, caller: Caller, state: State, plan: dict[str, Any]) -> int:
    body = state.model_copy(update={"draft": plan}).body()
    kept = cases.change(connection, case, caller.actor, "solve" if "certificate" in plan else "draw", body)
    if kept is None:
        raise ConflictError(
            "求解期间此评审已被修改；请重新求解。", "Somebody changed the call while it was solved; solve it again."
        )
    audit.note(connection, caller.actor, "panels.solve.done", "panels", case.id, panels=len(plan["panels"]))
    return kept.version
