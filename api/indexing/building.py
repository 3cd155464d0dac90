"""Taking in a great many changes in other processes, one for each book: `python -m api.indexing.building URL ...`."""

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path
from threading import Event

from api.indexing.book import Title
from api.store.records import KIND_OF
from matcher.domain import Level

POLL_S = 0.2
POLITENESS = 5
"""How far the processes stand back behind the service's own work (`nice`)."""


def build(url: str, data: Path, encoder: str | None, titles: Sequence[Title], stopping: Event) -> list[Title]:
    """Brings books up to date side by side; gives those that were published. All end when the service stops."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with ExitStack() as running:
        processes = []
        for title in titles:
            command = [sys.executable, "-m", "api.indexing.building", url, str(data), encoder or ""]
            command += [str(title.kind), str(int(title.level)), title.org or ""]
            processes.append(running.enter_context(subprocess.Popen(command, env=environment)))
        while any(process.poll() is None for process in processes):
            if stopping.wait(POLL_S):
                for process in processes:
                    process.kill()
    return [title for title, process in zip(titles, processes, strict=True) if process.returncode == 0]


def main(url: str, data: str, encoder: str, kind: str, level: str, org: str) -> None:
    """Brings one book up to date and publishes it."""
    from prometheus_client import Gauge

    from api.indexing.shelf import Shelf
    from api.store.store import Store

    os.nice(POLITENESS)
    store, lag = Store(url, 1), Gauge("matcher_index_lag", "", registry=None)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as helper:
        shelf = Shelf(store, Path(data), encoder or None, lag, helper=helper)
        shelf.publish(Title(KIND_OF[kind], Level(int(level)), org or None))
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
