"""Uploading a file, following it, mending it, undoing it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from api.guard.caller import Caller, authenticate
from api.guard.doing import IDEMPOTENCY_HEADER, Done, do
from api.imports.files import ImportFolder
from api.imports.upload import uploaded
from api.jobs.routes import JobBody
from api.jobs.routes import shown as shown_job
from api.kit.answers import answer, json_bytes
from api.kit.bodies import MIB
from api.kit.problems import (
    ConflictError,
    InvalidError,
    MalformedError,
    NotFoundError,
    TooLargeError,
    UnsupportedError,
    documented,
)
from api.resources.nouns import NOUNS
from api.store import imports, jobs
from api.store.clock import new_id, now
from api.store.errors import ChangedSinceError
from api.store.imports import Import
from matcher.domain import Kind

Asker = Annotated[Caller, Depends(authenticate)]
router = APIRouter(prefix="/v1/imports", tags=["imports"])


class ImportBody(BaseModel):
    """An import: its file, its job, and what it did."""

    id: str
    kind: str
    file_name: str
    dry_run: bool
    created: str
    finished: str | None
    undone: str | None
    job: JobBody | None
    report: dict[str, Any] | None = Field(
        description="rows, created, replaced, unchanged, failed; the first 200 errors with row, column, value, rule "
        "and remedy; warnings; whether there is a file to mend"
    )


class Imports(BaseModel):
    """The newest 100 imports of the caller's organisation."""

    items: list[ImportBody]


def shown(each: Import, job: jobs.Job | None) -> dict[str, Any]:
    """The import as its owner sees it."""
    return {name: getattr(each, name) for name in ImportBody.model_fields if name != "job"} | {
        "job": None if job is None else shown_job(job)
    }


_UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    },
    "parameters": [IDEMPOTENCY_HEADER],
}


@router.post(
    "",
    name="imports.create",
    status_code=202,
    summary="Import a file",
    responses=documented(MalformedError, TooLargeError, UnsupportedError, InvalidError, answers={202: ImportBody}),
    openapi_extra=_UPLOAD,
)
async def create_import(
    request: Request,
    caller: Asker,
    kind: Annotated[Kind, Query(description=f"what the rows are; one of {', '.join(NOUNS)}")],
    dry_run: Annotated[bool, Query(description="check every row and change nothing")] = False,
) -> Response:
    """Takes an XLSX, CSV or JSON Lines file; a job checks every row. Good rows are written in one transaction, bad ones
    come back with row, column, value, rule and remedy. The same file again changes nothing."""
    settings = request.app.state.settings
    async with uploaded(request, settings.max_upload_mib * MIB) as file:
        name, import_id = (file.filename or "")[-200:], new_id("imp")
        folder = ImportFolder(settings.data, import_id)
        file_hash = await run_in_threadpool(folder.keep, name, file.file)

    def work(connection: Connection) -> Done:
        job_id = jobs.queue(connection, caller.org, "import", {"import_id": import_id})
        new = Import(
            id=import_id,
            org=caller.org,
            kind=str(kind),
            file_name=name,
            file_hash=file_hash,
            dry_run=dry_run,
            job_id=job_id,
            actor=caller.key,
            created=now(),
            finished=None,
            undone=None,
            report=None,
        )
        imports.add(connection, new)
        body = json_bytes(shown(new, jobs.find(connection, job_id)))
        headers = {"Location": f"/v1/imports/{import_id}"}
        return Done(202, body, "import.create", headers, str(kind), import_id)

    response = await do(request, caller, file_hash.encode(), work)
    if "idempotency-replayed" in response.headers:
        await run_in_threadpool(folder.drop)
    request.app.state.runner.wake()
    return response


@router.get("", name="imports.list", summary="List imports", responses=documented(answers={200: Imports}))
async def list_imports(request: Request, caller: Asker) -> Response:
    """The organisation's newest 100 imports."""

    def found(connection: Connection) -> list[dict[str, Any]]:
        return [shown(each, jobs.find(connection, each.job_id)) for each in imports.recent(connection, caller.org)]

    return answer({"items": await request.app.state.store.read(found)})


@router.get(
    "/{import_id}",
    name="imports.read",
    summary="Read an import",
    responses=documented(NotFoundError, answers={200: ImportBody}),
)
async def read_import(request: Request, import_id: str, caller: Asker) -> Response:
    """Progress while it runs; the report when it is finished."""
    each, job = await request.app.state.store.read(lambda c: _mine(c, import_id, caller))
    return answer(shown(each, job))


@router.get(
    "/{import_id}/mend",
    name="imports.mend",
    summary="Download the rows to mend",
    responses=documented(NotFoundError),
    response_class=FileResponse,
)
async def download_mend(request: Request, import_id: str, caller: Asker) -> Response:
    """The failed rows in the form of the uploaded file, each with what is wrong; correct them and import the file."""
    each, _ = await request.app.state.store.read(lambda c: _mine(c, import_id, caller))
    path = ImportFolder(request.app.state.settings.data, each.id).mend(each.file_name)
    if not path.is_file():
        raise NotFoundError("没有需要修改的行。", "There are no rows to mend.")
    return FileResponse(path, filename=f"mend-{import_id}{path.suffix}")


@router.post(
    "/{import_id}/undo",
    name="imports.undo",
    summary="Undo an import",
    responses=documented(NotFoundError, ConflictError, answers={200: ImportBody}),
    openapi_extra={"parameters": [IDEMPOTENCY_HEADER]},
)
async def undo_import(request: Request, import_id: str, caller: Asker) -> Response:
    """Takes the whole import back: new records go, replaced ones return. Refused where a record changed since."""

    def work(connection: Connection) -> Done:
        each, job = _mine(connection, import_id, caller)
        if each.undone or each.dry_run or each.finished is None:
            raise ConflictError(
                "此导入已撤销、仅为试运行或尚未完成。", "The import was undone, was a dry run, or is not finished."
            )
        try:
            counts = imports.undo(connection, each, caller.key)
        except ChangedSinceError as error:
            some = "、".join(error.ids)
            raise ConflictError(
                f"导入后有记录被修改：{some}；请先处理这些记录。",
                f"Records changed after the import: {', '.join(error.ids)}; deal with them first.",
            ) from None
        body = json_bytes(shown(_mine(connection, import_id, caller)[0], job))
        return Done(200, body, "import.undo", {}, each.kind, import_id, dict(counts))

    return await do(request, caller, b"", work)


def _mine(connection: Connection, import_id: str, caller: Caller) -> tuple[Import, jobs.Job | None]:
    each = imports.find(connection, import_id, caller.org)
    if each is None:
        raise NotFoundError
    return each, jobs.find(connection, each.job_id)
