"""From rows to the documents everybody is shown."""

from __future__ import annotations

from mixline.jobs.contract import Job, JobEvent
from mixline.messages import EventView, JobView, ProgressView


def view_job(job: Job) -> JobView:
    """A job as everybody sees it: without its payload, its key and its lease."""
    return JobView(
        id=job.id,
        kind=job.kind,
        state=job.state,
        attempt=job.attempt,
        max_attempts=job.max_attempts,
        cancel_requested=job.cancel_requested,
        progress=ProgressView(
            percent=job.progress.percent,
            stage=job.progress.stage,
            seconds_left=job.progress.seconds_left,
            best=dict(job.progress.best),
        ),
        position=job.position,
        reason=job.reason,
        error=None if job.error is None else dict(job.error),
        result=None if job.result is None else dict(job.result),
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
    )


def view_event(event: JobEvent) -> EventView:
    """A line of a job's log."""
    return EventView(
        sequence=event.sequence, at=event.at, kind=event.kind, message=event.message, data=dict(event.data)
    )
