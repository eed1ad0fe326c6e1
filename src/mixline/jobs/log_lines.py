"""Reading the log of a job from either end, and dropping what nobody reads any more of jobs that ended long ago."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, exists, func, select

from mixline.jobs.contract import FINAL_STATES
from mixline.state.database import State
from mixline.state.tables import job_events, jobs

PROGRESS = "progress"
JOBS_AT_ONCE = 100  # of one transaction: a database with one writer must not be kept from it


def select_events(job_id: str, *, after: int, before: int | None, newest: bool) -> Select[Any]:
    """Lines of a log between two sequences, from its beginning or (`newest`) from its end."""
    statement = select(job_events).where(job_events.c.job_id == job_id, job_events.c.sequence > after)
    if before is not None:
        statement = statement.where(job_events.c.sequence < before)
    return statement.order_by(job_events.c.sequence.desc() if newest else job_events.c.sequence)


def prune_events(state: State, *, ended_before: datetime, keep: int) -> int:
    """As `JobQueue.prune_events` says. What is left keeps its sequence, so that a gap tells of what was dropped."""
    mine = job_events.c.job_id == jobs.c.id
    progress = exists().where(mine, job_events.c.kind == PROGRESS)
    count = select(func.count()).select_from(job_events).where(mine).scalar_subquery()
    candidates = select(jobs.c.id).where(_ended(ended_before), progress | (count > keep)).order_by(jobs.c.id)
    dropped = 0
    last = ""
    while True:
        with state.read() as connection:
            ids = list(connection.execute(candidates.where(jobs.c.id > last).limit(JOBS_AT_ONCE)).scalars())
        if not ids:
            return dropped
        last = ids[-1]
        with state.write() as connection:
            dropped += sum(_prune_job(connection, job_id, ended_before, keep) for job_id in ids)


def _prune_job(connection: Connection, job_id: str, ended_before: datetime, keep: int) -> int:
    """The lines of one job, unless somebody has queued it again meanwhile."""
    still = select(jobs.c.id).where(jobs.c.id == job_id, _ended(ended_before)).with_for_update()
    if connection.execute(still).first() is None:
        return 0
    mine = job_events.c.job_id == job_id
    gone = connection.execute(delete(job_events).where(mine, job_events.c.kind == PROGRESS)).rowcount
    oldest_kept = (
        select(job_events.c.sequence).where(mine).order_by(job_events.c.sequence.desc()).offset(keep - 1).limit(1)
    )
    edge = connection.execute(oldest_kept).scalar_one_or_none()
    if edge is None:
        return int(gone)
    return int(gone) + int(connection.execute(delete(job_events).where(mine, job_events.c.sequence < edge)).rowcount)


def _ended(before: datetime) -> ColumnElement[bool]:
    return and_(jobs.c.state.in_(sorted(FINAL_STATES)), jobs.c.finished_at < before)
