"""Ours beside the greedy schedulers in one run: ``python -m tests.benchmarks.events_suite [FOLDER]``.

FOLDER holds ``published.jsonl.gz`` and ``dev-*.json.gz`` (matchevent-2); without it invented events are measured.
Times are CPU seconds of one thread.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from matcher.scheduling import Event, Plan, check, read_event, solve
from matcher.scheduling.greedy import greedy
from matcher.scheduling.matchevent import documents, event_from_document
from tests.benchmarks.events_generator import generate

INVENTED = (
    {"projects": 60, "others": 25, "slots": 12, "rich": True},
    {"projects": 200, "others": 80},
    {"projects": 200, "others": 80, "tight": True},
    {"projects": 1000, "others": 300},
)


def timed(work: Callable[[], Plan]) -> tuple[Plan, float]:
    began = time.process_time()
    plan = work()
    return plan, time.process_time() - began


def show(label: str, event: Event, plan: Plan, seconds: float) -> None:
    began = time.process_time()
    holds = check(event, plan.rows()).holds if plan.seats else True
    checked = time.process_time() - began
    gap = f"gap {100 * plan.gap:.3f} %" if plan.method not in {"first come", "best score"} else ""
    print(
        f"{event.name:28} {label:12} {plan.status:10} score {plan.score:>9,} short {plan.shortfall:>5}"
        f" breaks {plan.breaks:>4} (bound {plan.breaks_bound}) {seconds:7.2f} s check {checked:.2f} s"
        f" {'' if holds else 'RULES BROKEN '}{gap}",
        flush=True,
    )


def published(folder: Path) -> None:
    total, originals, slowest, wrong = 0.0, 0.0, ("", 0.0), 0
    for document in documents(folder / "published.jsonl.gz"):
        event = event_from_document(document)
        plan, seconds = timed(lambda event=event: solve(event))
        reference = document["reference"]
        expected = ("infeasible", 0) if reference["status"] == "INFEASIBLE" else ("optimal", reference["breaks"][0])
        wrong += (plan.status, plan.breaks) != expected or (bool(plan.seats) and not check(event, plan.rows()).holds)
        total += seconds
        originals += seconds if event.name.endswith("original") else 0.0
        slowest = max(slowest, (event.name, seconds), key=lambda item: item[1])
    print(f"published: {wrong} differ from the proven reference; {total:.1f} s in all, originals {originals:.1f} s,")
    print(f"slowest {slowest[0]} {slowest[1]:.1f} s", flush=True)


def events(folder: Path | None) -> Iterator[Event]:
    if folder is None:
        yield from (event_from_document(generate(**shape)) for shape in INVENTED)
    else:
        yield from (read_event(path) for path in sorted(folder.glob("dev-*.json.gz")))


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if folder is not None:
        published(folder)
    for event in events(folder):
        ours, seconds = timed(lambda event=event: solve(event))
        show("ours", event, ours, seconds)
        for order in ("best score", "first come"):
            theirs, spent = timed(lambda event=event, order=order: greedy(event, order))
            show(order, event, theirs, spent)
            ratio = {
                "breaks": round(ours.breaks / max(1, theirs.breaks), 3),
                "score": round(ours.score / max(1, theirs.score), 4),
                "shortfall less": theirs.shortfall - ours.shortfall,
            }
            print(f"{'':28} ours against {order}: {json.dumps(ratio)}", flush=True)


if __name__ == "__main__":
    main()
