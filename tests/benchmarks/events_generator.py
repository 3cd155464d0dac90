"""Invented events of any size in the format matchevent-2: sectors, popularity, absence, fixed and rich rules.

``python -m tests.benchmarks.events_generator 1000 300 --slots 16 --seed 7 [--tight] [--rich] -o event.json.gz``
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from matcher.scheduling.matchevent import write_events


def generate(
    projects: int,
    others: int,
    slots: int = 16,
    days: int = 2,
    seed: int = 0,
    *,
    tight: bool = False,
    rich: bool = False,
) -> dict[str, Any]:
    """A matchevent-2 object in mode select."""
    rng = np.random.default_rng(seed)
    scores, wishes = _scores(rng, projects, others)
    density = {True: 0.1 if projects * others > 100_000 else 0.35, False: 0.35}[tight]
    pairs = np.argwhere(scores >= np.quantile(scores, 1 - density))
    caps_low, caps_high = ((3, 7), (6, 12)) if others > 40 and projects < 3 * others else ((4, 9), (8, 17))
    away = 0.30 if tight else 0.12
    participants = []
    for number in range(projects + others):
        low, high = caps_low if number < projects else caps_high
        absent = sorted(_absence(rng, slots, days, away, 0.2 if tight else 0.1))
        cap = max(1, min(int(rng.integers(low, high)), slots - len(absent)))
        kind = "project" if number < projects else ("fund", "bank", "insurer")[int(rng.integers(3))]
        participants.append({"id": number, "kind": kind, "cap": cap, "unavailable": absent})
    asked = min(sum(p["cap"] for p in participants[:projects]), sum(p["cap"] for p in participants[projects:]))
    tables = max(2, round(asked / slots * (0.95 if tight else 1.25)))
    document: dict[str, Any] = {
        "format": "matchevent-2",
        "name": f"made-{projects}x{others}{'tight' if tight else ''}{'rich' if rich else ''}-{seed}",
        "seed": seed,
        "mode": "select",
        "slots": slots,
        "days": [list(map(int, part)) for part in np.array_split(np.arange(slots), days)],
        "tables": min(tables, others),
        "min_meetings": 3,
        "participants": participants,
        "pairs": [
            [int(i), int(projects + j), int(scores[i, j]), int(wishes[0][i, j]), int(wishes[1][i, j])] for i, j in pairs
        ],
        "breaks": {"count": "available", "spread": None},
    }
    document["fixed"] = _fixed(rng, document, max(1, (projects + others) // 40))
    if rich:
        _enrich(rng, document, projects, others)
    return document


def _scores(rng: np.random.Generator, projects: int, others: int) -> tuple[Any, tuple[Any, Any]]:
    """Geometric mean of both sides' percentiles; wish = similarity + own noise + popularity (Gumbel)."""
    sectors = rng.normal(size=(max(6, others // 8), 12))
    a = sectors[rng.integers(len(sectors), size=projects)] + 0.6 * rng.normal(size=(projects, 12))
    b = np.array([sectors[rng.integers(len(sectors), size=rng.integers(1, 4))].mean(axis=0) for _ in range(others)])
    b += 0.4 * rng.normal(size=b.shape)
    similar = (a @ b.T) / np.outer(np.linalg.norm(a, axis=1), np.linalg.norm(b, axis=1))
    of_a = similar + 0.3 * rng.normal(size=similar.shape) + 0.25 * rng.gumbel(size=others)[None, :]
    of_b = similar + 0.3 * rng.normal(size=similar.shape) + 0.25 * rng.gumbel(size=projects)[:, None]
    wishes = tuple((1000 * w.ravel().argsort().argsort().reshape(w.shape) / w.size).round() for w in (of_a, of_b))
    return np.sqrt(wishes[0] * wishes[1]).round(), (wishes[0], wishes[1])


def _absence(rng: np.random.Generator, slots: int, days: int, each: float, one_day: float) -> set[int]:
    absent = {int(t) for t in np.flatnonzero(rng.random(slots) < each)}
    if days > 1 and rng.random() < one_day:
        kept = int(rng.integers(days))
        absent |= {int(t) for d, part in enumerate(np.array_split(np.arange(slots), days)) if d != kept for t in part}
    if rng.random() < 0.1:
        start = int(rng.integers(slots - 1))
        absent |= {start, start + 1}
    return absent if len(absent) < slots else absent - {0}


def _fixed(rng: np.random.Generator, document: dict[str, Any], count: int) -> list[list[int]]:
    pairs, people = document["pairs"], document["participants"]
    best = sorted(range(len(pairs)), key=lambda m: -pairs[m][2])[: 4 * count]
    fixed: list[list[int]] = []
    busy: set[tuple[int, int]] = set()
    for m in rng.permutation(best).tolist():
        i, j = pairs[m][:2]
        open_slots = [
            t
            for t in range(document["slots"])
            if not {t} & {*people[i]["unavailable"], *people[j]["unavailable"]} and not {(i, t), (j, t)} & busy
        ]
        if open_slots and len(fixed) < count and not any(i in pairs[f][:2] or j in pairs[f][:2] for f, _ in fixed):
            slot = int(rng.choice(open_slots))
            busy |= {(i, slot), (j, slot)}
            fixed.append([int(m), slot])
    return fixed


def _enrich(rng: np.random.Generator, document: dict[str, Any], projects: int, others: int) -> None:
    people, pairs, slots = document["participants"], document["pairs"], document["slots"]
    taken = {m for m, _ in document["fixed"]}
    for person in people:
        if person["id"] >= projects and rng.random() < 0.2:
            person["parallel"] = 2
        if person["id"] >= projects and rng.random() < 0.15:
            person["booth"] = True
        if rng.random() < 0.08:
            person["remote"] = True
    document["video_places"] = max(2, (projects + others) // 25)
    document["max_run"] = 6
    good = [m for m in sorted(range(len(pairs)), key=lambda m: -pairs[m][2])[: len(pairs) // 2] if m not in taken]
    drawn = rng.permutation(good).tolist()
    document["banned"] = sorted(drawn[: len(pairs) // 40])
    limited = drawn[len(pairs) // 40 : len(pairs) // 40 + len(pairs) // 30]
    halves = {str(m): sorted(map(int, rng.choice(slots, slots // 2, replace=False))) for m in sorted(limited)}
    document["allowed"] = halves
    groups = drawn[-max(1, (projects + others) // 17) :]
    document["extra"] = {}
    for m in groups:
        third = int(rng.integers(projects, projects + others))
        if third not in pairs[m][:2]:
            document["extra"][str(m)] = [third]
            pairs[m][2] = round(pairs[m][2] * 1.8)
    by_project: dict[int, list[int]] = {}
    for m in good:
        by_project.setdefault(pairs[m][0], []).append(m)
    firsts = [ms for i, ms in sorted(by_project.items()) if i % 8 == 0 and len(ms) > 1]
    document["before"] = [[int(ms[0]), int(ms[1])] for ms in firsts]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("projects", type=int)
    parser.add_argument("others", type=int)
    parser.add_argument("--slots", type=int, default=16)
    parser.add_argument("--days", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tight", action="store_true")
    parser.add_argument("--rich", action="store_true")
    parser.add_argument("-o", "--out", type=Path, required=True)
    o = parser.parse_args()
    write_events(o.out, [generate(o.projects, o.others, o.slots, o.days, o.seed, tight=o.tight, rich=o.rich)])


if __name__ == "__main__":
    main()
