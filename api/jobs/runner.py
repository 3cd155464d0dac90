"""Takes queued jobs one after the other on a thread of its own, and begins again after a crash."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from api.kit.problems import Problem
from api.kit.requests import places
from api.store import jobs
from api.store.jobs import Job
from api.store.store import Store

log = structlog.get_logger("matcher.jobs")

IDLE_S = 1.0
"""How often the queue is looked at without being told, for jobs that another process queued."""

NOTED_S = 0.5
"""Progress is written at most this often."""

MOST_ATTEMPTS = 3
"""A job that took the service down this often is given up."""


class Cancelled(Exception):  # noqa: N818 - no error: somebody asked for it
    """The job was asked to stop."""


class Report:
    """How a running job tells its progress; raises Cancelled once it should stop."""

    def __init__(self, store: Store, job_id: str, stopping: threading.Event) -> None:
        self._store, self._job_id, self._stopping = store, job_id, stopping
        self._next = 0.0

    @property
    def stopping(self) -> bool:
        """Whether the service stops."""
        return self._stopping.is_set()

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """`done` of `total` (None: unknown) in this stage."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + NOTED_S
        if self._stopping.is_set():
            raise Interrupted
        if self._store.write_now(lambda c: jobs.progress(c, self._job_id, stage, done, total)):
            raise Cancelled


class Interrupted(Exception):  # noqa: N818 - no error: the service stops
    """The service stops; the job waits for its next start."""


Task = Callable[[Job, Report], object]
"""Does one kind of job and gives its result; raises Problem for what a person should mend."""


class Runner:
    """The worker of one service. On start it takes up what a crash left running."""

    def __init__(self, store: Store, tasks: Mapping[str, Task]) -> None:
        self._store, self._tasks = store, tasks
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        """Begins to work."""
        self._store.write_now(jobs.requeue_running)
        self._thread.start()

    def wake(self) -> None:
        """There is a new job."""
        self._wake.set()

    def stop(self) -> None:
        """Lets the current job stop at its next step; it is taken up again at the next start."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            job = self._store.write_now(jobs.take)
            if job is None:
                self._wake.wait(IDLE_S)
            else:
                self._do(job)

    def _do(self, job: Job) -> None:
        started = time.perf_counter()
        state, result, error = self._outcome(job)
        if state != "queued":
            self._store.write_now(lambda c: jobs.finish(c, job.id, state, result, error))
        log.info("job", job=job.id, task=job.task, state=state, seconds=round(time.perf_counter() - started, 3))

    def _outcome(self, job: Job) -> tuple[str, object, object]:
        if job.attempts > MOST_ATTEMPTS:
            given_up = Problem("任务多次中断，已放弃。", "The job was interrupted again and again; it was given up.")
            return "failed", None, words(given_up)
        try:
            result = self._tasks[job.task](job, Report(self._store, job.id, self._stopping))
        except Cancelled:
            return "cancelled", None, None
        except Interrupted:
            return "queued", None, None
        except Problem as problem:
            return "failed", None, words(problem)
        except Exception as error:  # one broken job must not end the worker; the log has the place
            log.error("job fault", job=job.id, error=type(error).__name__, at=places(error))  # noqa: TRY400
            fault = Problem("任务出错，已记录。", f"The job failed; the log has it under {job.id}.")
            return "failed", None, words(fault)
        return "done", result, None


def words(problem: Problem) -> dict[str, Any]:
    """A problem as a job keeps it: in both languages."""
    return {
        "type": f"/problems/{problem.code}",
        "detail": {"zh": problem.zh, "en": problem.en},
        "errors": [each.model_dump() for each in problem.errors],
    }
