"""An index in a folder: immutable files of the generation beside the small changes since."""

import json
import mmap
from dataclasses import asdict
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from embeddings.errors import SnapshotError
from embeddings.index.clusters import Clusters
from embeddings.index.delta import Delta
from embeddings.index.generation import Generation
from embeddings.index.plan import Calibration, Planner

_FORMAT = 1
_HEAD, _ROWS, _VECTORS = "index.json", "rows.npy", "vectors.npy"
_CODES = "codes.faiss"
_CLUSTERS = ("means", "spread", "list_of")
_CHANGES = ("removed", "rows", "vectors")
_POPULATE_READ = 22  # MADV_POPULATE_READ, Linux 5.14


def save(folder: Path, fingerprint: str, base: Generation, delta: Delta, removed: BitMap) -> None:
    """Writes all of an index into `folder`, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    planner = base.planner
    head = {
        "format": _FORMAT,
        "fingerprint": fingerprint,
        "count": planner.count,
        "dim": planner.dim,
        "lists": planner.lists,
        "calibrations": [asdict(each) for each in planner.calibrations],
    }
    (folder / _HEAD).write_text(json.dumps(head, indent=1), "utf-8")
    np.save(folder / _ROWS, base.rows)
    np.save(folder / _VECTORS, base.vectors)
    if base.clusters is not None:
        for name in _CLUSTERS:
            np.save(folder / f"{name}.npy", getattr(base.clusters, name))
        faiss.write_index(base.clusters.codes, str(folder / _CODES))
    removed_rows = np.asarray(removed.to_array(), np.uint32)
    changes = (removed_rows, delta.rows.astype(np.uint32), delta.store[delta.slots])
    for name, values in zip(_CHANGES, changes, strict=True):
        np.save(folder / f"changed_{name}.npy", values)


def load(folder: Path) -> tuple[str, Generation, Delta, BitMap]:
    """Fingerprint, generation, changes and removed rows; vectors and codes are memory-mapped and read ahead.

    Raises SnapshotError where a file is missing or does not fit the others.
    """
    try:
        head = json.loads((folder / _HEAD).read_text("utf-8"))
        if head["format"] != _FORMAT:
            raise SnapshotError(f"{folder}: index format {head['format']}, this program reads {_FORMAT}; rebuild it.")
        rows = np.load(folder / _ROWS)
        vectors = _mapped(folder / _VECTORS)
        if vectors.shape != (len(rows), head["dim"]) or vectors.dtype != np.float32 or len(rows) != head["count"]:
            raise SnapshotError(f"{folder}: {_VECTORS} and {_ROWS} do not fit {_HEAD}; rebuild the index.")
        calibrations = tuple(Calibration(**each) for each in head["calibrations"])
        planner = Planner(head["count"], head["dim"], head["lists"], calibrations)
        clusters = _clusters(folder, rows) if head["lists"] else None
        base = Generation.of(rows, vectors, planner, clusters)
        removed, changed, changed_vectors = (np.load(folder / f"changed_{name}.npy") for name in _CHANGES)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise SnapshotError(f"{folder}: this index cannot be read ({error}); rebuild it from the store.") from error
    delta = Delta.empty(head["dim"]).put(changed.astype(np.int64), changed_vectors)
    return str(head["fingerprint"]), base, delta, BitMap(removed)


def _clusters(folder: Path, rows: NDArray[np.uint32]) -> Clusters:
    means, spread, list_of = (np.load(folder / f"{name}.npy") for name in _CLUSTERS)
    return Clusters.of(means, spread, list_of, rows, _faiss_index(folder / _CODES))


def _faiss_index(path: Path) -> Any:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        _read_ahead(mapped)
    return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)


def _mapped(path: Path) -> NDArray[np.float32]:
    mapped = np.load(path, mmap_mode="r")
    if mapped.size:
        _read_ahead(mapped._mmap)
    vectors: NDArray[np.float32] = mapped.view(np.ndarray)
    return vectors


def _read_ahead(mapped: mmap.mmap) -> None:
    """Brings all pages in at once: without it the first queries on 1,000,000 rows take 30 times longer (measured)."""
    try:
        mapped.madvise(_POPULATE_READ)
    except (OSError, ValueError, AttributeError):  # an older kernel or another system: touch each page
        np.frombuffer(mapped, np.uint8)[:: mmap.PAGESIZE].sum()
