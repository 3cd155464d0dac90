"""All benchmarks one after the other, each in a process of its own: `python -m tests.benchmarks [NAME …]`.

Every script measures against a named peer or bound in the same run and prints ratios. Run it on a quiet machine; the
figures that were measured, and the machine, stand in `docs/`.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

WORK = Path(tempfile.gettempdir()) / "matcher-bench"

RUNS: dict[str, list[list[str]]] = {
    "search": [["search"]],
    "engine": [["engine"]],
    "ranking": [["ranking"]],
    "service": [["service"]],
    "panels": [
        ["panels_generator", "--projects", "500", "--experts", "1500", "-o", f"{WORK}/panels.npz"],
        ["panels", f"{WORK}/panels.npz", "-o", f"{WORK}/panels.json"],
        ["panels_figures"],
        ["panels_generator", "--projects", "10000", "--experts", "20000", "-o", f"{WORK}/large.npz"],
        ["panels", f"{WORK}/large.npz", "-o", f"{WORK}/large.json"],
        ["panels_generator", "--projects", "10000", "--experts", "20000", "--plain", "-o", f"{WORK}/large.npz"],
        ["panels", f"{WORK}/large.npz", "-o", f"{WORK}/large.json"],
    ],
    "events": [
        ["events_generator", "200", "80", "--seed", "7", "-o", f"{WORK}/event.json.gz"],
        ["events", f"{WORK}/event.json.gz", "-o", f"{WORK}/event.plan.json"],
        ["events_suite"],
    ],
}


def main() -> int:
    """Runs the named benchmarks, all if none is named; 1 if one failed."""
    chosen = sys.argv[1:] or list(RUNS)
    if unknown := [name for name in chosen if name not in RUNS]:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(RUNS)}", file=sys.stderr)
        return 2
    WORK.mkdir(exist_ok=True)
    environment = os.environ | {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    failed = []
    for name in chosen:
        for script, *arguments in RUNS[name]:
            print(f"\n== {script} {' '.join(arguments)}", flush=True)
            command = [sys.executable, "-m", f"tests.benchmarks.{script}", *arguments]
            if subprocess.run(command, env=environment, check=False).returncode:
                failed.append(script)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
