"""Plan an event file and write the plan: ``python -m tests.benchmarks.events INSTANCE -o OUT [--limit SECONDS]``.

INSTANCE is a file of the format matchevent-2, or ``FILE.jsonl.gz#NAME`` for one line of a collection. OUT gets
``{"instance", "meetings": [[pair, slot, table], …], "status", "value", "bound", "breaks", "breaks_bound",
"seconds"}``; a table is null where none is needed (stand, video). ``--replan CHANGE.json`` repairs a given plan.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from matcher.scheduling.errors import SchedulingError
from matcher.scheduling.matchevent import read_event
from matcher.scheduling.solve import solve


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("instance")
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--limit", type=float, default=None, help="seconds; without it the work alone is limited")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--replan", type=Path, default=None, help="a change of a given plan, see docs/events.md")
    options = parser.parse_args()
    began = time.perf_counter()
    try:
        event = read_event(options.instance)
        plan = solve(event, options.seed, seconds=options.limit)
    except SchedulingError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    document = plan.document(time.perf_counter() - began)
    options.out.write_text(json.dumps(document, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps({k: v for k, v in document.items() if k != "meetings"}, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
