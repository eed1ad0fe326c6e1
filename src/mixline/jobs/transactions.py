"""The steps the queue's transactions are made of."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from mixline.errors import InputError, NotFoundError
from mixline.jobs.contract import Lease, LeaseLostError
from mixline.jobs.rows import select_jobs
from mixline.state.tables import jobs

DURATIONS_SEEN = 20  # recent jobs whose duration says how long a full queue takes to move
DURATION_UNKNOWN = 30.0  # seconds; the answer before any job has finished
RETRY_AFTER_LIMIT = 600  # seconds; nobody should be told to come back later than this


def find_job(connection: Connection, job_id: str, *, lock: bool = False) -> RowMapping:
    """A job with its place in line, or, when it is about to change, its row locked. Raises NotFoundError."""
    statement = select(jobs).where(jobs.c.id == job_id).with_for_update() if lock else select_jobs()
    row = connection.execute(statement.where(jobs.c.id == job_id)).mappings().one_or_none()
    if row is None:
        raise NotFoundError("there is no job with this id", got=job_id, action="The Runs page lists the jobs.")
    return row


def hold_job(connection: Connection, lease: Lease) -> RowMapping:
    """The lease's row, locked until the transaction ends. Raises LeaseLostError when the lease is no longer the newest."""
    statement = (
        select(jobs)
        .where(jobs.c.id == lease.job.id, jobs.c.state == "running", jobs.c.token == lease.token)
        .with_for_update()
    )
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        raise LeaseLostError(
            "another worker has taken over the job, or it has ended",
            where=f"job {lease.job.id}",
            got=f"token {lease.token}",
            action="This worker stops and writes nothing.",
        )
    return row


def next_ticket(connection: Connection) -> int:
    """The ticket behind all others. Two submits at once cannot get the same one: see `State.serialise`."""
    return int(connection.execute(select(func.coalesce(func.max(jobs.c.ticket), 0))).scalar_one()) + 1


def estimate_wait(connection: Connection) -> int:
    """Seconds until a place in the queue is likely free: the mean of recent durations, shared by what runs now."""
    recent = (
        select(jobs.c.started_at, jobs.c.finished_at)
        .where(jobs.c.state == "succeeded")
        .order_by(jobs.c.finished_at.desc())
        .limit(DURATIONS_SEEN)
    )
    durations = [(finished - started).total_seconds() for started, finished in connection.execute(recent)]
    mean = sum(durations) / len(durations) if durations else DURATION_UNKNOWN
    running = connection.execute(select(func.count()).where(jobs.c.state == "running")).scalar_one()
    return max(1, min(RETRY_AFTER_LIMIT, math.ceil(mean / max(1, running))))


def as_json(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The document as it will come back from the database: what is stored, compared and returned is the same thing."""
    try:
        plain: dict[str, Any] = json.loads(json.dumps(dict(document), allow_nan=False))
    except (TypeError, ValueError) as error:
        raise InputError(
            "is not plain JSON", where=f"the job's {name}", got=str(error), expected="text, finite numbers, lists, maps"
        ) from error
    return plain
