"""pandas frames to records and back, by the same headers, units and rules as files."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import orjson

from matcher.domain import Kind, Record
from matcher.tables.intake import Intake
from matcher.tables.reading import read

if TYPE_CHECKING:
    import pandas as pd


def from_frame(frame: "pd.DataFrame", kind: Kind | None = None) -> Intake:
    """The rows of a frame as records, with every row that failed and why; NaN and None are unknown.

    Columns are headers in Chinese or English, as in a file; cells may hold lists. Row numbers count from 1.
    Raises UnusableFileError where the columns are those of no kind.
    """
    rows = frame.to_json(orient="records", force_ascii=False, date_format="iso")
    return read(rows.encode(), kind, "frame.json")


def to_frame(records: Iterable[Record]) -> "pd.DataFrame":
    """One row per record, a column per field that some record states; parts as dotted columns, unknown as NaN."""
    import pandas as pd

    plain = [orjson.loads(record.model_dump_json(exclude_none=True)) for record in records]
    return pd.json_normalize(plain)
