"""What a file gave: the records, the rows that failed with their reasons, and what to look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from matcher.domain import Kind, Record
from matcher.tables.errors import Notice, RowError


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was not taken, with its cells as found."""

    row: int
    cells: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Intake:
    """A file, or a batch of its rows, as records and errors. Every row is in `records` or in `bad_rows`, none in both.

    records and rows are parallel: rows[i] is the row number of records[i]. rows_total counts the rows that hold data.
    """

    kind: Kind
    name: str
    header: tuple[str, ...]
    records: tuple[Record, ...]
    rows: tuple[int, ...]
    errors: tuple[RowError, ...]
    warnings: tuple[Notice, ...]
    bad_rows: tuple[BadRow, ...]

    @property
    def rows_total(self) -> int:
        """How many rows hold data, good and bad."""
        return len(self.records) + len(self.bad_rows)

    @classmethod
    def joined(cls, parts: Sequence["Intake"]) -> "Intake":
        """The batches of one file as one; at least one is needed."""
        return cls(
            parts[0].kind,
            parts[0].name,
            parts[0].header,
            tuple(chain.from_iterable(part.records for part in parts)),
            tuple(chain.from_iterable(part.rows for part in parts)),
            tuple(chain.from_iterable(part.errors for part in parts)),
            tuple(chain.from_iterable(part.warnings for part in parts)),
            tuple(chain.from_iterable(part.bad_rows for part in parts)),
        )

    @property
    def is_clean(self) -> bool:
        """Whether every row was taken."""
        return not self.bad_rows
