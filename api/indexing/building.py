"""Taking in a great many changes in other processes, one for each book."""

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from threading import Event

from api.indexing.titles import Title

POLL_S = 0.2


def build(url: str, data: Path, encoder: str, titles: Sequence[Title], stopping: Event) -> list[Title]:
    """Brings books up to date side by side; gives those that were published. All end when the service stops."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with ExitStack() as running:
        processes = []
        for title in titles:
            command = [sys.executable, "-m", "api.indexing.worker", url, str(data), encoder]
            command += [str(title.kind), str(int(title.level)), title.org or ""]
            processes.append(running.enter_context(subprocess.Popen(command, env=environment)))
        while any(process.poll() is None for process in processes):
            if stopping.wait(POLL_S):
                for process in processes:
                    process.kill()
    return [title for title, process in zip(titles, processes, strict=True) if process.returncode == 0]
