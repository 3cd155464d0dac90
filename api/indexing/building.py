"""Taking in a great many changes in another process: `python -m api.indexing.building URL DATA ENCODER KIND ORG`."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Event

from api.store.records import KIND_OF
from matcher.domain import Kind

POLL_S = 0.2


def build(url: str, data: Path, encoder: str | None, kind: Kind, org: str | None, stopping: Event) -> bool:
    """Runs the process; whether it published snapshots. It is ended when the service stops."""
    command = [sys.executable, "-m", "api.indexing.building", url, str(data), encoder or "", str(kind), org or ""]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, env=environment) as process:
        while process.poll() is None:
            if stopping.wait(POLL_S):
                process.kill()
    return process.returncode == 0


def main(url: str, data: str, encoder: str, kind: str, org: str) -> None:
    """Brings the shared books of a kind, or an organisation's own book, up to date and publishes them."""
    from prometheus_client import Gauge

    from api.indexing.shelf import Shelf
    from api.store.store import Store

    store = Store(url, 1)
    shelf = Shelf(store, Path(data), encoder or None, Gauge("matcher_index_lag", "", registry=None))
    shelf.publish(KIND_OF[kind], org or None)
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
