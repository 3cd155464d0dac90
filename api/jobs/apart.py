"""A job's heavy work in a process of its own, so that the service keeps answering."""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from queue import Empty, Queue
from typing import Any

import orjson

from api.jobs.runner import Report

BEAT_S = 0.5
"""How often a silent process is looked after, so that a cancelled job ends soon."""


def lines(module: str, task: dict[str, Any], report: Report) -> Iterator[dict[str, Any]]:
    """What `python -m module` says to a task on its standard input: one JSON object a line.

    Lines {"stage", "value"} go to `report`, the others come here. The process ends with this iteration, whether it
    finished or not; it should touch no database and no file, so that a killed one leaves nothing.
    """
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with tempfile.TemporaryFile() as given:
        given.write(orjson.dumps(task))
        given.seek(0)
        command = [sys.executable, "-m", module]
        with subprocess.Popen(command, stdin=given, stdout=subprocess.PIPE, env=environment) as process:
            said: Queue[bytes] = Queue()
            listener = threading.Thread(target=_listen, args=(process, said), daemon=True)
            listener.start()
            try:
                yield from _heard(said, report)
            finally:
                process.kill()
                listener.join()


def tell(line: dict[str, Any]) -> None:
    """Says a line, from within the process."""
    sys.stdout.buffer.write(orjson.dumps(line) + b"\n")
    sys.stdout.buffer.flush()


def _listen(process: "subprocess.Popen[bytes]", said: "Queue[bytes]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        said.put(line)
    said.put(b"")


def _heard(said: "Queue[bytes]", report: Report) -> Iterator[dict[str, Any]]:
    stage = "start"
    while True:
        try:
            line = said.get(timeout=BEAT_S)
        except Empty:
            report(stage, 0, None)
            continue
        if not line:
            return
        heard: dict[str, Any] = orjson.loads(line)
        if "stage" in heard:
            stage = f"{heard['stage']} {heard['value']:,.0f}"[:40]
            report(stage, 0, None)
        else:
            yield heard
