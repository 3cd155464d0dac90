"""Solve a benchmark instance of panels and write the plan with its proof.

    python -m tests.benchmarks.panels FILE -o OUT [--goal total|fair]

FILE is an ``.npz`` archive of ``matcher.assignment.files.arrays`` (or the ``.json.gz`` beside it). OUT receives
``{"seats": [[expert, ...] per project], "total", "bound", "status", "seconds", ...}``. The plan is checked before
it is written; a broken rule is an error.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from matcher.assignment.check import verify
from matcher.assignment.files.arrays import read_problem
from matcher.assignment.result import Goal, Progress
from matcher.assignment.solver.solve import solve


def main(arguments: list[str] | None = None) -> int:
    """Read, solve, check, write; 0 when the plan is clean."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--goal", choices=("total", "fair"), default="total")
    parser.add_argument("--floor-share", type=float, default=1.0, help="with --goal fair: share of the best minimum")
    parser.add_argument("--quiet", action="store_true")
    options = parser.parse_args(arguments)
    path = options.file
    if path.name.endswith(".json.gz"):
        path = path.with_name(path.name.removesuffix(".json.gz") + ".npz")
    problem = read_problem(path)
    goal = Goal(floor_share=options.floor_share if options.goal == "fair" else None)
    started = time.perf_counter()
    result = solve(problem, goal, progress=(lambda _: None) if options.quiet else _print)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    broken = verify(result)
    answer = {
        "seats": [list(panel) for panel in result.seats],
        "total": result.total,
        "bound": result.bound,
        "status": str(result.status),
        "seconds": round(seconds, 3),
        "peak_gib": round(peak, 2),
        "gap": result.gap,
        "minimum_mean": result.minimum,
        "minimum_sum": min(result.panel_points) / 1_000_000,
        "violations": [str(violation) for violation in broken],
    }
    if result.floor is not None:
        answer["minimum_mean_bound"] = result.floor.bound
    options.output.write_text(json.dumps(answer), encoding="utf-8")
    summary = {key: value for key, value in answer.items() if key != "seats"}
    print(json.dumps(summary), file=sys.stderr)
    return 1 if broken else 0


def _print(progress: Progress) -> None:
    print(f"{progress.stage} {progress.step} bound {progress.bound} total {progress.total}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
