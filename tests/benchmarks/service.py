"""The service on many profiles: rows a second into the table and through an import, start from a snapshot, HTTP lists.

    python -m tests.benchmarks.service [--profiles 100000] [--requests 200]

CPU seconds beside wall seconds, for machines that do other things too; books are embedded in processes of their own,
one for each level. The bound of a list over HTTP is the same list asked of the library in the same run; the ratio says
what HTTP, rights, storage and JSON cost on top.
"""

import argparse
import csv
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from fastapi.testclient import TestClient

from api.app import create_app
from api.indexing.shelf import Shelf
from api.kit.logs import configure_logs
from api.offline import import_file, opened, shelved
from api.settings import Settings
from api.store import accounts, write
from api.store.store import Store
from api.store.write import Author, Incoming
from matcher.domain import Kind, Level, Purpose
from matcher.matchmaker import Matchmaker
from tests.benchmarks.ranking import profiles

COLUMNS = ("编号", "项目名称", "项目简介", "所在地区", "技术成熟度", "融资轮次")
FUND = {
    "id": "F",
    "thesis": "新材料与固态电池早期项目",
    "stages": ["种子"],
    "trl_min": 3,
    "trl_max": 6,
    "regions": ["330000"],
}


@contextmanager
def timed(label: str, rows: int = 0) -> Iterator[None]:
    wall, cpu = time.perf_counter(), _cpu()
    yield
    wall, cpu = time.perf_counter() - wall, _cpu() - cpu
    rate = f"  {rows / wall:,.0f} rows/s  {rows / cpu:,.0f} rows per CPU second" if rows else ""
    print(f"{label:<34} {wall:8.2f} s  {cpu:8.2f} CPU s{rate}", flush=True)


def _cpu() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def write_file(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for number, one in enumerate(profiles(count)):
            name = f"{one.name or '项目'}{number}"
            rows.writerow([f"P{number}", name, (one.teaser or "")[:200], one.region, one.trl, one.round])


def store_alone(folder: Path, count: int) -> None:
    incoming = [Incoming.of(Kind.PROJECT, one) for one in profiles(count)]
    store = Store(f"sqlite:///{folder / 'alone.db'}")
    store.write_now(lambda c: accounts.add_organisation(c, "o", "O", checked=True))
    with timed("store alone", count):
        store.write_now(lambda c: write.put(c, Kind.PROJECT, incoming, Author("o", "k")))
    store.close()


def build(settings: Settings, file: Path, count: int) -> str:
    with opened(settings) as store:
        for org in ("owner", "fund"):
            store.write_now(lambda c, org=org: accounts.add_organisation(c, org, org, checked=True))
        with timed("import: read, check, store", count):
            import_file(store, settings, file, Kind.PROJECT, "owner", lambda *_: None)
        with timed("embed, index and publish", count), shelved(store, settings) as library:
            library.answering.publish_apart(Kind.PROJECT)
        return store.write_now(lambda c: accounts.create_key(c, "fund", "analyst"))


def lists(settings: Settings, key: str, requests: int) -> None:
    app = create_app(settings)
    start = time.perf_counter()
    with TestClient(app) as client:
        app.state.library.ready.wait()
        print(f"start until ready                  {time.perf_counter() - start:8.2f} s", flush=True)
        client.headers["Authorization"] = f"Bearer {key}"
        order = {"purpose": "investment", "subject_kind": "fund", "subject": FUND, "k": 20}
        for label, filters in (("all", {}), ("one region", {"region": ["331000"]}), ("one TRL", {"trl": [4]})):
            served = [_served(client, order | {"filters": filters}) for _ in range(requests)]
            print(f"list over HTTP, {label:<18} p50 {_ms(served, 50)}  p95 {_ms(served, 95)}", flush=True)
        bound = _library(app.state.library.answering, requests)
        print(f"list by the library, all           p50 {_ms(bound, 50)}  p95 {_ms(bound, 95)}", flush=True)


def _served(client: TestClient, order: dict[str, object]) -> float:
    start = time.perf_counter()
    response = client.post("/v1/matches", json=order)
    assert response.status_code == 201, response.text
    return time.perf_counter() - start


def _library(shelf: Shelf, requests: int) -> list[float]:
    from matcher.domain import Fund

    catalogue, maker, subject = (
        shelf.shared(Kind.PROJECT, Level.PLATFORM).catalogue,
        Matchmaker.of(date.today()),
        Fund(**FUND),
    )
    times = []
    for _ in range(requests):
        start = time.perf_counter()
        maker.rank(Purpose.INVESTMENT, subject, catalogue, 20)
        times.append(time.perf_counter() - start)
    return times


def _ms(times: list[float], percent: int) -> str:
    return f"{statistics.quantiles(times, n=100)[percent - 1] * 1000:7.1f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profiles", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=200)
    asked = parser.parse_args()
    configure_logs("ERROR")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(data=folder / "var", encoder="builtin:static")
        write_file(folder / "projects.csv", asked.profiles)
        store_alone(folder, asked.profiles)
        key = build(settings, folder / "projects.csv", asked.profiles)
        lists(settings, key, asked.requests)


if __name__ == "__main__":
    main()
