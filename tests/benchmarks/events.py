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
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from matcher.scheduling.check import check
from matcher.scheduling.compact import Effort
from matcher.scheduling.day import Day
from matcher.scheduling.errors import SchedulingError
from matcher.scheduling.matchevent import read_event
from matcher.scheduling.problem import Event
from matcher.scheduling.replan import changed_event, repair
from matcher.scheduling.replan_files import change_from_document, delta_document, plan_from_document
from matcher.scheduling.solve import solve


def replan(event: Event, document: dict[str, Any]) -> dict[str, Any]:
    """The repaired plan with what changed, at once and with the fewest changes, each with its seconds."""
    plan, change = plan_from_document(event, document["plan"]), change_from_document(document)
    began = time.perf_counter()
    day = Day(event, plan)
    prepared = time.perf_counter() - began
    began = time.perf_counter()
    quick = day.at_once(change)
    instant = time.perf_counter() - began
    least = repair(event, plan, change)
    result = least.plan.document() | delta_document(least.delta)
    result["at_once"] = delta_document(quick.delta) | {
        "prepared_seconds": round(prepared, 3),
        "seconds": round(instant, 4),
        "keeps_all_rules": check(changed_event(event, plan, change), quick.plan.rows()).holds,
    }
    result["status"] = "optimal" if least.delta.is_least else "feasible"
    return result


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
        effort = Effort() if options.limit is None else Effort(left=lambda: began + options.limit - time.perf_counter())
        if options.replan is not None:
            document = replan(event, json.loads(options.replan.read_text(encoding="utf-8")))
        else:
            document = solve(event, options.seed, effort).document()
    except SchedulingError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    document["seconds"] = round(time.perf_counter() - began, 3)
    options.out.write_text(json.dumps(document, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps({k: v for k, v in document.items() if k != "meetings"}, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
