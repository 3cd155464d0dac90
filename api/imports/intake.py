"""One import, whole or not at all: every row is read and checked first, then the good ones go in together."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection

from api.imports.files import ImportFolder
from api.store import audit, imports, jobs, records, write
from api.store.errors import StoreError
from api.store.imports import Import
from api.store.sequence import lock
from api.store.write import Author, Incoming, Outcome
from matcher.domain import Kind
from matcher.tables import BadRow, Intake, Notice, RowError, Words, batches, write_mend_file

SHOWN = 200
"""Errors and warnings in a report; all errors are in the file to mend."""

Progress = Callable[[str, int, int | None], None]


class Superseded(StoreError):  # noqa: N818 - no error: another worker does it
    """Another worker took the import over; this one writes nothing."""


@dataclass(slots=True)
class Gathered:
    """What a file gave: records reduced to what the table keeps, errors, and the failed rows as found."""

    kind: Kind
    name: str
    header: tuple[str, ...] = ()
    incoming: list[Incoming] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    errors: list[RowError] = field(default_factory=list)
    warnings: list[Notice] = field(default_factory=list)
    bad_rows: list[BadRow] = field(default_factory=list)

    def add(self, part: Intake) -> None:
        """Takes in a batch."""
        self.header = part.header if len(part.header) > len(self.header) else self.header
        self.incoming += [Incoming.of(self.kind, record) for record in part.records]
        self.rows.update((record.id, row) for record, row in zip(part.records, part.rows, strict=True))
        self.errors += part.errors
        self.warnings += part.warnings
        self.bad_rows += part.bad_rows

    def refuse(self, foreign: set[str]) -> None:
        """Turns records whose id belongs to another organisation into failed rows."""
        if not foreign:
            return
        if self.header:  # the records have no cells any more: from here on every failed row is an object
            named = [dict(zip(self.header, bad.cells, strict=False)) for bad in self.bad_rows]
            self.bad_rows = [BadRow(bad.row, (cells,)) for bad, cells in zip(self.bad_rows, named, strict=True)]
            self.header = ()
        for each in self.incoming:
            if each.id in foreign:
                row = self.rows[each.id]
                self.errors.append(RowError(row, "编号", "id", each.id, *_FOREIGN))
                self.bad_rows.append(BadRow(row, (orjson.loads(each.body),)))
        self.incoming = [each for each in self.incoming if each.id not in foreign]


_FOREIGN = (
    Words("编号已属于其他机构", "the id belongs to another organisation"),
    Words("换一个编号，例如加上本机构的前缀", "choose another id, for example with a prefix of your own"),
)


def gather(path: Path, kind: Kind, name: str, progress: Progress) -> Gathered:
    """Every row of a file, checked. Raises UnusableFileError where the file as a whole cannot be read."""
    found, done = Gathered(kind, name), 0
    for part in batches(path, kind, name=name):
        found.add(part)
        done += part.rows_total
        progress("check", done, None)
    return found


def commit(connection: Connection, each: Import, found: Gathered, attempt: int | None) -> dict[str, Any]:
    """Writes the good rows, the report and the end of the job in one transaction; gives the report.

    attempt: of the job that this worker does; Superseded is raised where a later one runs. None: no job.
    """
    lock(connection)
    if attempt is not None:
        job = jobs.find(connection, each.job_id)
        if job is None or job.state != "running" or job.attempts != attempt:
            raise Superseded
    kind, author = found.kind, Author(each.org, each.actor, each.id)
    known = refuse_foreign(connection, each.org, found)
    outcome = foreseen(found, known) if each.dry_run else write.put(connection, kind, found.incoming, author)
    report = _report(found, outcome)
    imports.finish(connection, each.id, report)
    counts = {name: report[name] for name in ("created", "replaced", "unchanged", "failed")}
    actor = audit.Actor(each.org, each.actor, each.job_id)
    audit.note(connection, actor, "import.dry_run" if each.dry_run else "import.commit", each.kind, each.id, **counts)
    if attempt is not None:
        jobs.finish(connection, each.job_id, "done", {"import_id": each.id, **counts})
    return report


def refuse_foreign(connection: Connection, org: str, found: Gathered) -> dict[str, records.Stored]:
    """Turns records with others' ids into failed rows; gives what the table holds under the ids that stay."""
    known = records.find_many(connection, found.kind, [one.id for one in found.incoming])
    found.refuse({one.id for one in known.values() if one.org != org})
    return known


def foreseen(found: Gathered, known: dict[str, records.Stored]) -> Outcome:
    """What writing would do."""
    outcome = Outcome()
    for one in found.incoming:
        old = known.get(one.id)
        if old is None or old.deleted:
            outcome.created.append(one.id)
        else:
            (outcome.unchanged if old.content_hash == one.content_hash else outcome.replaced).append(one.id)
    return outcome


def mend(folder: ImportFolder, found: Gathered) -> None:
    """Writes the failed rows as a file to correct and import again, if there are any."""
    if found.bad_rows:
        whole = Intake(found.kind, found.name, found.header, (), (), tuple(found.errors), (), tuple(found.bad_rows))
        write_mend_file(whole, folder.mend(found.name))


def _report(found: Gathered, outcome: Outcome) -> dict[str, Any]:
    return {
        "rows": len(found.incoming) + len(found.bad_rows),
        "created": len(outcome.created),
        "replaced": len(outcome.replaced),
        "unchanged": len(outcome.unchanged),
        "failed": len(found.bad_rows),
        "errors": [error.as_dict() for error in found.errors[:SHOWN]],
        "warnings": [notice.as_dict() for notice in found.warnings[:SHOWN]],
        "mend": bool(found.bad_rows),
    }
