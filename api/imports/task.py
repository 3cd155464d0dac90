"""The job of an import: runs the worker process and hears how it ended."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import orjson

from api.jobs.runner import Cancelled, Interrupted, Report
from api.kit.problems import InvalidError, Problem
from api.store.jobs import Job

POLL_S = 0.1


def import_task(url: str, data: Path, wake: Callable[[], None]) -> Callable[[Job, Report], object]:
    """What the job `import` does: a process of its own reads the file and writes the rows; then indexes are woken."""

    def run(job: Job, report: Report) -> object:
        command = [
            sys.executable,
            "-m",
            "api.imports.worker",
            url,
            str(data),
            job.order["import_id"],
            str(job.attempts),
        ]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
            while True:
                try:
                    said, _ = process.communicate(timeout=POLL_S)
                    break
                except subprocess.TimeoutExpired:
                    if report.stopping:
                        process.kill()
                        process.wait()
                        raise Interrupted from None
        wake()
        return _ended(process.returncode, said)

    return run


def _ended(code: int, said: bytes) -> object:
    if code == 0:
        return None  # the worker ended the job in the transaction of its rows
    if code == 3:
        why = orjson.loads(said)
        raise InvalidError(why["zh"], why["en"])
    if code == 4:
        raise Cancelled
    if code == 5:
        raise Interrupted
    raise Problem("导入进程意外结束；未写入任何数据。", "The import's process ended unexpectedly; nothing was written.")
