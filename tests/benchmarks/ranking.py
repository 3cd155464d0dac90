"""Ranked lists with reasons among many profiles: time, and how much of the exact list the threshold search finds.

    python -m tests.benchmarks.ranking [--profiles 100000] [--queries 40]

Profiles are demonstration projects whose sentences, places, stages and amounts are dealt anew. Each class of filters
keeps a share of them at random. `exact` compares every visible profile, in the same run; the ratio is its time by that
of the threshold search.
"""

import argparse
import random
import time
from datetime import date

import numpy as np
from pyroaring import BitMap

from embeddings.loading import load_encoder
from embeddings.text import sentences
from matcher.domain import Kind, Level, Project, Purpose, Record
from matcher.domain.codes import data_folder
from matcher.domain.taxonomy import Round
from matcher.matchmaker import Matchmaker
from matcher.retrieval import shortlist
from matcher.retrieval.catalogue import Catalogue
from matcher.tables import read

SHARES = (1.0, 0.5, 0.05, 0.005, 0.0005)
K = 20


def profiles(count: int, seed: int = 0) -> list[Project]:
    """Projects dealt anew from the demonstration's sentences and values."""
    deal = random.Random(seed)
    demo = [one for one in read(data_folder() / "demo" / "projects.jsonl").records if isinstance(one, Project)]
    said = [each for one in demo for each in sentences((one.teaser or "") + (one.description or ""))]
    regions = [one.region for one in demo if one.region]

    def project(number: int) -> Project:
        return deal.choice(demo).model_copy(
            update={
                "id": f"S{number:07}",
                "teaser": "".join(deal.choice(said) for _ in range(3))[:200],
                "region": deal.choice(regions) if deal.random() < 0.6 else None,
                "trl": deal.randint(1, 9) if deal.random() < 0.4 else None,
                "round": deal.choice(list(Round)) if deal.random() < 0.5 else None,
                "financing_need": deal.choice(demo).financing_need,
            }
        )

    return [project(number) for number in range(count)]


def timed(
    matchmaker: Matchmaker, funds: list[Record], catalogue: Catalogue, allowed: BitMap
) -> tuple[list[float], list[float], list[list[str]]]:
    """Wall and CPU milliseconds per list, and the ids found."""
    wall, cpu, found = [], [], []
    for fund in funds:
        start, start_cpu = time.perf_counter(), time.process_time()
        matches = matchmaker.rank(Purpose.INVESTMENT, fund, [(catalogue, allowed)], K)
        wall.append(1e3 * (time.perf_counter() - start))
        cpu.append(1e3 * (time.process_time() - start_cpu))
        found.append([item.id for item in matches.items])
    return wall, cpu, found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--profiles", type=int, default=100_000)
    arguments.add_argument("--queries", type=int, default=40)
    chosen = arguments.parse_args()
    records = profiles(chosen.profiles)
    by_id = {one.id: one for one in records}
    catalogue = Catalogue(
        Kind.PROJECT, Level.PLATFORM, load_encoder("builtin:static"), lambda ids: [by_id[one] for one in ids]
    )
    start = time.perf_counter()
    catalogue.put(records)
    print(f"indexing: {len(records) / (time.perf_counter() - start):,.0f} profiles/s")
    start = time.perf_counter()
    catalogue.merge()
    print(f"merging: {time.perf_counter() - start:.1f} s")
    funds = list(read(data_folder() / "demo" / "funds.jsonl").records)[: chosen.queries]
    matchmaker = Matchmaker.of(date(2026, 11, 23))
    for share in SHARES:
        kept = np.flatnonzero(np.random.default_rng(1).random(len(records)) < share)
        allowed = BitMap(kept.astype(np.uint32))
        wall, cpu, found = timed(matchmaker, funds, catalogue, allowed)
        usual, shortlist.SMALL_POOL = shortlist.SMALL_POOL, len(records)
        exact_wall, _, exact = timed(matchmaker, funds, catalogue, allowed)
        shortlist.SMALL_POOL = usual
        recall = np.mean(
            [len(set(one) & set(other)) / len(other) for one, other in zip(found, exact, strict=True) if other]
        )
        print(
            f"{share:7.2%} kept: p50 {np.median(wall):6.1f} ms, p95 {np.quantile(wall, 0.95):6.1f} ms, "
            f"CPU {np.mean(cpu):6.1f} ms; recall@{K} {recall:.4f}; "
            f"exact takes {np.mean(exact_wall) / np.mean(wall):.2f}x"
        )


if __name__ == "__main__":
    main()
