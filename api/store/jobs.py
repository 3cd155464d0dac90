"""Durable jobs: an order that is queued, runs with progress, and ends done, failed or cancelled."""

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, insert, select, update

from api.store.clock import new_id, now
from api.store.schema import jobs

OPEN = ("queued", "running")


@dataclass(frozen=True, slots=True)
class Job:
    """A job as its row says."""

    id: str
    org: str
    task: str
    state: str
    done: int
    total: int | None
    stage: str
    cancel: bool
    attempts: int
    created: str
    started: str | None
    finished: str | None
    order: dict[str, Any]
    result: dict[str, Any] | None
    error: dict[str, Any] | None


def _job(row: Any) -> Job:  # a result row has no static type
    values = row._asdict()
    for name in ("order", "result", "error"):
        values[name] = None if values[name] is None else orjson.loads(values[name])
    return Job(**values)


def _text(value: object) -> str:
    return orjson.dumps(value).decode()


def queue(connection: Connection, org: str, task: str, order: dict[str, Any]) -> str:
    """A new queued job; gives its id."""
    job_id = new_id("job")
    connection.execute(
        insert(jobs).values(id=job_id, org=org, task=task, state="queued", created=now(), order=_text(order))
    )
    return job_id


def find(connection: Connection, job_id: str, org: str | None = None) -> Job | None:
    """The job, if it is the organisation's (None: anybody's)."""
    query = select(jobs).where(jobs.c.id == job_id)
    row = connection.execute(query if org is None else query.where(jobs.c.org == org)).one_or_none()
    return None if row is None else _job(row)


def take(connection: Connection) -> Job | None:
    """The oldest queued job, now running."""
    oldest = select(jobs).where(jobs.c.state == "queued").order_by(jobs.c.created, jobs.c.id).limit(1)
    row = connection.execute(oldest.with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return None
    change = {"state": "running", "started": now(), "attempts": row.attempts + 1}
    connection.execute(update(jobs).where(jobs.c.id == row.id).values(change))
    return find(connection, row.id)


def requeue_running(connection: Connection) -> int:
    """Puts jobs that ran when the service died back into the queue; gives their number."""
    return connection.execute(update(jobs).where(jobs.c.state == "running").values(state="queued")).rowcount


def progress(connection: Connection, job_id: str, stage: str, done: int, total: int | None) -> bool:
    """Notes how far a job is; True when it should stop."""
    mine = jobs.c.id == job_id
    connection.execute(update(jobs).where(mine).values(stage=stage, done=done, total=total))
    return bool(connection.execute(select(jobs.c.cancel).where(mine)).scalar_one())


def finish(connection: Connection, job_id: str, state: str, result: object = None, error: object = None) -> None:
    """Ends an open job as done, failed or cancelled."""
    values = {
        "state": state,
        "finished": now(),
        "result": None if result is None else _text(result),
        "error": None if error is None else _text(error),
    }
    connection.execute(update(jobs).where(jobs.c.id == job_id, jobs.c.state.in_(OPEN)).values(values))


def cancel(connection: Connection, job_id: str) -> None:
    """Ends a queued job; asks a running one to stop at its next step."""
    mine = update(jobs).where(jobs.c.id == job_id)
    connection.execute(mine.where(jobs.c.state == "queued").values(state="cancelled", finished=now()))
    connection.execute(mine.where(jobs.c.state == "running").values(cancel=True))
