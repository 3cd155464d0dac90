"""Files to records and back: headers, units, errors by row, templates, exports."""

from matcher.domain.words import Words
from matcher.tables.errors import BadCellError, Notice, RowError, UnusableFileError
from matcher.tables.identity import content_hash, stable_id
from matcher.tables.intake import BadRow, Intake
from matcher.tables.mending import write_mend_file
from matcher.tables.reading import batches, read
from matcher.tables.template import write_template
from matcher.tables.writing import export

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
    "export",
    "read",
    "stable_id",
    "write_mend_file",
    "write_template",
]
