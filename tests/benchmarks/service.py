"""The service as its users meet it: import of a file, start from a snapshot, ranked lists over HTTP.

    python -m tests.benchmarks.service [--profiles 100000] [--queries 40]

Times of lists are by the client's clock, top 20 with reasons, each filter in turn. `bare` is the same search in the
library without HTTP, rights and audit (`tests.benchmarks.ranking`); /health is what a request costs that does nothing.
"""

import argparse
import csv
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import psutil

from matcher.domain.codes import data_folder
from tests.benchmarks.ranking import profiles

FILTERS: dict[str, dict[str, list[str]]] = {
    "no filter": {},
    "region": {"region": ["331000"]},
    "sector": {"sei": ["新材料"]},
    "sector and region": {"sei": ["新材料"], "region": ["331000"]},
}
HEADER = ("编号", "项目名称", "项目简介", "关键词", "所在地区", "技术成熟度", "融资轮次", "领域", "股权融资额(万元)")
MATCHER = str(Path(sys.executable).with_name("matcher"))


def write_csv(path: Path, count: int) -> None:
    """Profiles as a center would have them in a table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(HEADER)
        for one in profiles(count):
            equity = one.financing_need.equity if one.financing_need else None
            amount = f"{equity.amount_min}-{equity.amount_max}" if equity and equity.amount_min else ""
            sectors, words = "、".join(one.sei or ()), "、".join(one.keywords or ())
            table.writerow(
                (
                    one.id,
                    one.name,
                    one.teaser,
                    words,
                    one.region,
                    one.trl,
                    one.round,
                    sectors,
                    amount.replace("-None", ""),
                )
            )


def run(data: Path, *words: str) -> str:
    """The output of a command of Matcher."""
    done = subprocess.run([MATCHER, *words, "--data", str(data)], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@contextmanager
def serving(data: Path) -> Iterator[tuple[httpx.Client, float, psutil.Process]]:
    """A client of a fresh service, the seconds until it was ready, and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "MATCHER_LOG_LEVEL": "ERROR"}
    start = time.perf_counter()
    command = [MATCHER, "serve", "--port", str(port), "--data", str(data)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
            while not is_ready(client):
                time.sleep(0.05)
            yield client, time.perf_counter() - start, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(60)


def is_ready(client: httpx.Client) -> bool:
    """Whether the service answers."""
    try:
        return client.get("/ready").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def latencies(client: httpx.Client, filters: dict[str, list[str]], funds: list[str]) -> list[float]:
    """Milliseconds of each list."""
    found = []
    for fund in funds:
        body = {"purpose": "investment", "subject_kind": "fund", "subject_id": fund, "k": 20, "filters": filters}
        start = time.perf_counter()
        client.post("/v1/matches", json=body).raise_for_status()
        found.append(1e3 * (time.perf_counter() - start))
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--profiles", type=int, default=100_000)
    arguments.add_argument("--queries", type=int, default=40)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data, table = Path(folder) / "var", Path(folder) / "projects.csv"
        write_csv(table, chosen.profiles)
        run(data, "keys", "create", "center", "officer", "--checked")
        key = run(data, "keys", "create", "fund-house", "analyst", "--checked").splitlines()[-1].split()[-1]
        run(data, "import", str(data_folder() / "demo" / "funds.jsonl"), "--kind", "fund", "--org", "fund-house")
        start = time.perf_counter()
        run(data, "import", str(table), "--kind", "project", "--org", "center")
        stored = time.perf_counter() - start
        run(data, "reindex")
        whole = time.perf_counter() - start
        print(f"import of {chosen.profiles:,} rows: stored {chosen.profiles / stored:,.0f} rows/s, ", end="")
        print(f"stored, embedded and indexed {chosen.profiles / whole:,.0f} rows/s")
        with serving(data) as (client, seconds, process):
            print(f"start from a snapshot: ready in {seconds:.1f} s, {process.memory_info().rss / 2**20:,.0f} MiB")
            client.headers["Authorization"] = f"Bearer {key}"
            funds = [f"F{number:02}" for number in range(1, chosen.queries + 1)]
            start = time.perf_counter()
            for _ in range(100):
                client.get("/health")
            print(f"/health: {10 * (time.perf_counter() - start):.1f} ms")
            latencies(client, {}, funds[:5])
            for name, filters in FILTERS.items():
                times = latencies(client, filters, funds)
                print(f"{name:18} p50 {np.median(times):6.1f} ms  p95 {np.quantile(times, 0.95):6.1f} ms")
            print(f"memory after the lists: {process.memory_info().rss / 2**20:,.0f} MiB")


if __name__ == "__main__":
    main()
