"""The process that takes a file in, so that the service's memory stays flat: `python -m api.imports.worker`."""

import sys
import time
from pathlib import Path

import orjson

from api.imports.files import ImportFolder
from api.imports.intake import Superseded, commit, gather, mend, refuse_foreign
from api.store import imports, jobs
from api.store.engine import make_engines
from api.store.records import KIND_OF
from matcher.tables import UnusableFileError

NOTED_S = 0.5


class _Stopped(Exception):  # noqa: N818 - no error: somebody asked for it
    """The job was cancelled."""


def main(url: str, data: str, import_id: str, attempt: int) -> int:
    """Does one import; 0 when its job has an end, 3 for a file that cannot be used (the reason on standard output)."""
    engine, write_engine = make_engines(url)
    with engine.begin() as connection:
        each = imports.find(connection, import_id)
    if each is None:
        return 1
    due = 0.0

    def note(stage: str, done: int, total: int | None) -> None:
        nonlocal due
        if time.monotonic() < due:
            return
        due = time.monotonic() + NOTED_S
        with write_engine.begin() as connection:
            if jobs.progress(connection, each.job_id, stage, done, total):
                raise _Stopped

    folder = ImportFolder(Path(data), import_id)
    try:
        found = gather(folder.source(each.file_name), KIND_OF[each.kind], each.file_name, note)
        with write_engine.begin() as connection:
            jobs.progress(connection, each.job_id, "write", 0, len(found.incoming))
            refuse_foreign(connection, each.org, found)
        mend(folder, found)
        with write_engine.begin() as connection:
            commit(connection, each, found, attempt)
    except UnusableFileError as error:
        sys.stdout.buffer.write(orjson.dumps({"zh": error.text("zh"), "en": error.text("en")}))
        return 3
    except _Stopped:
        return 4
    except Superseded:
        return 5
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
