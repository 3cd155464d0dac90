"""Files to take away: an empty workbook of a kind, and an organisation's own records."""

import tempfile
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from api.guard.caller import Caller, authenticate
from api.kit.languages import language_of
from api.kit.problems import InvalidError, documented
from api.resources.exporting import own_records
from matcher.domain import Kind
from matcher.tables import UnusableFileError, export, write_template

Asker = Annotated[Caller, Depends(authenticate)]
router = APIRouter(prefix="/v1", tags=["files"])


@router.get(
    "/templates/{kind}.xlsx",
    name="records.template",
    summary="Download a template",
    responses=documented(InvalidError),
    response_class=FileResponse,
)
async def read_template(request: Request, kind: Kind, caller: Asker) -> Response:
    """An empty workbook with every column of the kind explained, units in the headers and drop-downs."""
    path = _place(f"{kind}.xlsx")
    await run_in_threadpool(write_template, kind, path, language_of(request))
    return _sent(path)


@router.get(
    "/exports/{kind}.{form}",
    name="records.export",
    summary="Download the own records",
    responses=documented(InvalidError),
    response_class=FileResponse,
)
async def read_export(request: Request, kind: Kind, form: Literal["xlsx", "csv", "jsonl"], caller: Asker) -> Response:
    """The caller's own records of a kind as a file that can be imported again. Cells cannot act as formulas."""
    path, language = _place(f"{kind}.{form}"), language_of(request)

    def write() -> None:
        found = request.app.state.store.read_now(lambda c: own_records(c, kind, caller))
        export(found, path, kind=kind, language=language)

    try:
        await run_in_threadpool(write)
    except UnusableFileError as error:
        _remove(path)
        raise InvalidError(error.text("zh"), error.text("en")) from None
    return _sent(path)


def _place(name: str) -> Path:
    return Path(tempfile.mkdtemp(prefix="matcher-")) / name


def _sent(path: Path) -> Response:
    return FileResponse(path, filename=path.name, background=BackgroundTask(_remove, path))


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.parent.rmdir()
