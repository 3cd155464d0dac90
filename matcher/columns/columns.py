"""`Columns`: the records of one kind as numpy arrays, row by row addressable and growable."""

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from matcher.columns.forms import Column, Form
from matcher.columns.interned import Interned
from matcher.columns.schema import schema
from matcher.domain import Kind, Record

V = TypeVar("V")

FORMAT = 2
"""Raised when the stored form changes; older files are then rebuilt from the records."""


class Columns:
    """Struct of arrays of the records of one kind; unknown as `matcher.columns.forms` says.

    `columns["ticket_min"]` is a dense column, `columns.tuples["regions"]` an `Interned` one, both with a value per
    row. A row that was never put is unknown in every column.

    >>> from matcher.domain import Fund
    >>> funds = Columns.of(Kind.FUND, [Fund(id="f1", ticket_min=50), Fund(id="f2")])
    >>> funds["ticket_min"].tolist()
    [50.0, nan]
    """

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self._n = 0
        self._derived: dict[Hashable, Any] = {}
        self._dense: dict[str, NDArray[Any]] = {
            column.name: np.empty(0, column.dtype) for column in schema(kind) if column.form is not Form.TUPLE
        }
        self.tuples: dict[str, Interned] = {
            column.name: Interned() for column in schema(kind) if column.form is Form.TUPLE
        }

    @classmethod
    def of(cls, kind: Kind, records: Iterable[Record]) -> Self:
        """The columns of some records, row i for the i-th."""
        columns = cls(kind)
        records = list(records)
        columns.put(np.arange(len(records)), records)
        return columns

    def __len__(self) -> int:
        return self._n

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._dense[name][: self._n]

    @property
    def nbytes(self) -> int:
        """Bytes that the arrays hold."""
        return sum(array.nbytes for _, array in self._arrays())

    def put(self, rows: Sequence[int] | NDArray[np.integer], records: Sequence[Record]) -> None:
        """Sets the rows to the records; rows beyond the end are added."""
        if not len(records):
            return
        places = np.asarray(rows, np.int64)
        self._grow(int(places.max()) + 1)
        for column in schema(self.kind):
            values = column.values(records)
            if column.form is Form.TUPLE:
                self.tuples[column.name].put(places, values)
            else:
                self._dense[column.name][places] = values
        self._derived = {}  # last, so that nothing computed meanwhile stays

    def take(self, rows: Sequence[int] | NDArray[np.integer]) -> "Columns":
        """The columns of some rows, in their order; one row may stand several times.

        Each column is copied when it is first read: a purpose reads a third of them. So read before you `put`.
        """
        places = np.asarray(rows, np.int64)
        taken = Columns.__new__(Columns)
        taken.kind, taken._n, taken._derived = self.kind, len(places), {}
        taken._dense = _Copied(lambda name: self[name][places])
        taken.tuples = _Copied(lambda name: self.tuples[name].take(places))
        return taken

    def derived(self, key: Hashable, compute: Callable[[], V]) -> V:
        """What `compute` gives from these columns, kept under `key` until a row changes."""
        kept = self._derived
        if key not in kept:
            kept[key] = compute()
        found: V = kept[key]
        return found

    def save(self, folder: Path) -> None:
        """Writes one .npy file per array and `columns.json` into a new or empty folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, array in self._arrays():
            np.save(folder / f"{name}.npy", array)
        about = {"format": FORMAT, "kind": str(self.kind), "rows": self._n, "columns": _signature(self.kind)}
        (folder / "columns.json").write_text(json.dumps(about, ensure_ascii=False))

    @classmethod
    def open(cls, folder: Path) -> Self:
        """What `save` wrote, mapped into memory; writes stay in memory.

        Raises ValueError where the files were written by another version of the schema: build them again.
        """
        about = json.loads((folder / "columns.json").read_text())
        kind = Kind.of(about["kind"])
        if about["format"] != FORMAT or about["columns"] != _signature(kind):
            raise ValueError(f"{folder.name} holds columns of another version; build them again from the records")
        columns = cls(kind)
        columns._n = about["rows"]
        for name in columns._dense:
            columns._dense[name] = _mapped(folder / f"{name}.npy")
        for name in columns.tuples:
            arrays = (_mapped(folder / f"{name}.{part}.npy") for part in ("index", "flat", "starts"))
            columns.tuples[name] = Interned.of_arrays(*arrays)
        return columns

    def _arrays(self) -> Iterator[tuple[str, NDArray[Any]]]:
        for about in schema(self.kind):
            name = about.name
            if about.form is not Form.TUPLE:
                yield name, self[name]
                continue
            column = self.tuples[name]
            yield f"{name}.index", column.index[: self._n]
            yield f"{name}.flat", column.flat
            yield f"{name}.starts", column.starts

    def _grow(self, n: int) -> None:
        if n <= self._n:
            return
        size = len(self._dense[schema(self.kind)[0].name])
        if n > size:
            size = max(n, size * 3 // 2)
            for column in schema(self.kind):
                if column.form is Form.TUPLE:
                    self.tuples[column.name].grow(size)
                else:
                    old = self._dense[column.name]
                    fresh = np.full(size - len(old), column.unknown, column.dtype)
                    self._dense[column.name] = np.concatenate([old, fresh]) if len(old) else fresh
        self._n = n

    def index(self, name: str) -> NDArray[np.int32]:
        """The number of each row's distinct tuple in an interned column: (n,) int32."""
        return self.tuples[name].index[: self._n]


class _Copied(dict[str, V]):
    """Columns that are copied when they are first read."""

    def __init__(self, copy: Callable[[str], V]) -> None:
        super().__init__()
        self._copy = copy

    def __missing__(self, name: str) -> V:
        self[name] = self._copy(name)
        return self[name]


def _mapped(path: Path) -> NDArray[Any]:
    """The array of a file, copied on write; a plain array, because a memmap costs microseconds at every slice."""
    mapped: NDArray[Any] = np.load(path, mmap_mode="c").view(np.ndarray)
    return mapped


def _signature(kind: Kind) -> list[list[str]]:
    """What stored columns must agree on: names, forms and vocabularies."""

    def words(column: Column) -> str:
        return "" if column.vocabulary is None else "|".join(map(str, column.vocabulary))

    return [[column.name, column.form.value, words(column)] for column in schema(kind)]
