"""Jobs: every kind of queued work, and its log."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from gcp.common.application import ServicesNeeded
from gcp.common.documentation import FIND, READ
from gcp.trainer.routes.paging import Limit, Offset
from mixline.messages import EventView, JobId, JobState, JobView
from mixline.services import run_log
from mixline.services.run_rows import states_of
from mixline.services.views import view_event, view_job

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])
TEXT = "text/plain"
SEQUENCE_LIMIT = 2**63 - 1  # what the database can count to


@router.get("", responses=READ, summary="All jobs, newest first")
def list_jobs(
    services: ServicesNeeded,
    state: Annotated[list[JobState] | None, Query(description="Only jobs in these states.")] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> list[JobView]:
    services.queue.sweep()
    found = services.queue.list_jobs(states=states_of(state), limit=limit, offset=offset)
    return [view_job(job) for job in found]


@router.get("/{job_id}", responses=FIND, summary="One job")
def read_job(services: ServicesNeeded, job_id: JobId) -> JobView:
    services.queue.sweep()
    return view_job(services.queue.get(job_id))


@router.get("/{job_id}/events", responses=FIND, summary="The log of a job")
def list_events(
    services: ServicesNeeded,
    job_id: JobId,
    after: Annotated[int, Query(ge=0, le=SEQUENCE_LIMIT, description="Only lines with a higher sequence.")] = 0,
    before: Annotated[int | None, Query(ge=0, le=SEQUENCE_LIMIT, description="Only lines with a lower one.")] = None,
    newest: Annotated[bool, Query(description="The last of these lines rather than the first.")] = False,
    limit: Limit = 500,
) -> list[EventView]:
    """Lines in order. To read on: `after` the last one, or `newest` lines `before` the first one."""
    found = services.queue.list_events(job_id, after=after, before=before, limit=limit, newest=newest)
    return [view_event(event) for event in found]


@router.get(
    "/{job_id}/log",
    response_class=StreamingResponse,
    responses={**FIND, 200: {"description": "A text.", "content": {TEXT: {"schema": {"type": "string"}}}}},
    summary="The whole log of a job as text",
)
def read_log(services: ServicesNeeded, job_id: JobId) -> StreamingResponse:
    """Sent in pieces as it is read, however long it is."""
    headers = {"Content-Disposition": f'attachment; filename="run-{job_id[:12]}.log.txt"'}
    return StreamingResponse(run_log.write_log(services, job_id), media_type=f"{TEXT}; charset=utf-8", headers=headers)
