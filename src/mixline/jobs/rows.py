"""Between rows of the jobs tables and what the contract shows of them."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, and_, case, func, insert, select

from mixline.jobs.contract import Job, JobEvent, Progress
from mixline.state.tables import job_events, jobs


def job_id_of(idempotency_key: str) -> str:
    """The id of the job stored under a key: known before it is stored, so that what refers to it can be stored first."""
    return hashlib.sha256(idempotency_key.encode()).hexdigest()[:32]


def select_jobs() -> Select[Any]:
    """Every column of a job and its place in line."""
    ahead = jobs.alias("ahead")
    position = (
        select(func.count())
        .select_from(ahead)
        .where(and_(ahead.c.state == "queued", ahead.c.ticket <= jobs.c.ticket))
        .scalar_subquery()
    )
    return select(jobs, case((jobs.c.state == "queued", position), else_=None).label("position"))


def read_job(row: RowMapping) -> Job:
    return Job(
        id=row["id"],
        kind=row["kind"],
        payload=row["payload"],
        idempotency_key=row["idempotency_key"],
        state=row["state"],
        attempt=row["attempt"],
        max_attempts=row["max_attempts"],
        cancel_requested=row["cancel_requested"],
        progress=Progress(row["percent"], row["stage"], row["seconds_left"], row["best"]),
        result=row["result"],
        error=row["error"],
        reason=row["reason"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        position=row["position"],
    )


def read_event(row: RowMapping) -> JobEvent:
    return JobEvent(row["job_id"], row["sequence"], row["at"], row["kind"], row["message"], row["data"])


def add_event(
    connection: Connection, job_id: str, at: datetime, kind: str, message: str, data: Mapping[str, Any] | None = None
) -> None:
    """Add a line to a job's log. The caller's transaction has raised `last_event` by one, which orders writers."""
    sequence = select(jobs.c.last_event).where(jobs.c.id == job_id).scalar_subquery()
    connection.execute(
        insert(job_events).values(
            job_id=job_id,
            sequence=sequence,
            at=at,
            kind=kind,
            message=clean_text(message),
            data=clean_numbers(data or {}),
        )
    )


def clean_text(text: str) -> str:
    """PostgreSQL stores no NUL characters."""
    return text.replace("\0", "")


def clean_numbers(value: Any) -> Any:
    """JSON has no NaN and no infinity: in a log or in progress they become None rather than an error."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): clean_numbers(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean_numbers(item) for item in value]
    return value
