"""Jobs: every kind of queued work, and its log."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from gcp.common.application import ServicesNeeded
from gcp.common.documentation import FIND, READ
from gcp.trainer.routes.paging import Limit, Offset
from mixline.messages import EventView, JobId, JobState, JobView
from mixline.services.run_rows import states_of
from mixline.services.views import view_event, view_job

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])
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
    limit: Limit = 500,
) -> list[EventView]:
    return [view_event(event) for event in services.queue.list_events(job_id, after=after, limit=limit)]
