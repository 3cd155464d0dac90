"""How far a job is, and stopping it."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from api.guard.caller import Caller, authenticate
from api.guard.doing import Done, do
from api.kit.answers import answer, json_bytes
from api.kit.problems import NotFoundError, documented
from api.store import jobs
from api.store.jobs import Job

Asker = Annotated[Caller, Depends(authenticate)]
router = APIRouter(prefix="/v1/jobs", tags=["jobs"])


class JobBody(BaseModel):
    """A job and its progress."""

    id: str
    task: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    stage: str = Field(description="what it does now")
    done: int
    total: int | None = Field(description="of how many; null while unknown")
    created: str
    started: str | None
    finished: str | None
    result: dict[str, Any] | None
    error: dict[str, Any] | None = Field(description="why it failed, in Chinese and English")


def shown(job: Job) -> dict[str, Any]:
    """The job as its owner sees it."""
    return {name: getattr(job, name) for name in JobBody.model_fields}


@router.get(
    "/{job_id}", name="jobs.read", summary="Read a job", responses=documented(NotFoundError, answers={200: JobBody})
)
async def read_job(request: Request, job_id: str, caller: Asker) -> Response:
    """State, progress and result of a job of the caller's organisation."""
    job = await request.app.state.store.read(lambda c: jobs.find(c, job_id, caller.org))
    if job is None:
        raise NotFoundError
    return answer(shown(job))


@router.post(
    "/{job_id}/cancel",
    name="jobs.cancel",
    summary="Stop a job",
    responses=documented(NotFoundError, answers={200: JobBody}),
)
async def cancel_job(request: Request, job_id: str, caller: Asker) -> Response:
    """A queued job ends; a running one stops at its next step and leaves nothing half done; others stay as they are."""

    def work(connection: Connection) -> Done:
        if jobs.find(connection, job_id, caller.org) is None:
            raise NotFoundError
        jobs.cancel(connection, job_id)
        job = jobs.find(connection, job_id)
        return Done(200, json_bytes(job and shown(job)), "job.cancel", subject_id=job_id)

    return await do(request, caller, b"", work)
