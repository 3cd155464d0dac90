"""Files to records and back: headers, units, errors by row, templates, exports."""

from matcher.tables.errors import BadCellError, Notice, RowError, UnusableFileError, Words
from matcher.tables.identity import content_hash, stable_id
from matcher.tables.intake import BadRow, Intake
from matcher.tables.reading import batches, read

__all__ = [
    "BadCellError",
    "BadRow",
    "Intake",
    "Notice",
    "RowError",
    "UnusableFileError",
    "Words",
    "batches",
    "content_hash",
    "read",
    "stable_id",
]
