"""The queue on the state database. Each method is one short transaction; every change is a compare-and-set."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, func, or_, select, update

from mixline.errors import BusyError, ConflictError
from mixline.jobs.contract import Job, JobEvent, JobState, Lease, Progress
from mixline.jobs.line import line_runs
from mixline.jobs.log_lines import prune_events, select_events
from mixline.jobs.parts import delete_parts
from mixline.jobs.rows import add_event, clean_numbers, clean_text, job_id_of, read_event, read_job, select_jobs
from mixline.jobs.transactions import as_json, estimate_wait, find_job, hold_job, next_ticket
from mixline.state.database import State
from mixline.state.rows import Clock, utc_now
from mixline.state.tables import jobs

RETRY_DELAY_LIMIT = 60.0  # seconds between attempts at most

_AT_START: dict[str, Any] = {
    "state": "queued",
    "attempt": 0,
    "cancel_requested": False,
    "percent": 0.0,
    "stage": "",
    "seconds_left": None,
    "best": {},
    "result": None,
    "error": None,
    "not_before": None,
    "owner": "",
    "lease_expires_at": None,
    "started_at": None,
    "finished_at": None,
}
_LET_GO: dict[str, Any] = {"owner": "", "lease_expires_at": None}


class StateQueue:
    """`mixline.jobs.contract.JobQueue` on a state database.

    Args:
        queue_limit: jobs that may wait; more are refused with BusyError.
        max_attempts: times a job is started before it fails for good.
        lease_seconds: time without a heartbeat after which a job is taken over.
        retry_delay: seconds before the second attempt of a job that failed; each further wait is four times as long.
        clock: the time now, aware, in UTC.
    """

    def __init__(
        self,
        state: State,
        *,
        queue_limit: int = 100,
        max_attempts: int = 3,
        lease_seconds: float = 15.0,
        retry_delay: float = 1.0,
        clock: Clock = utc_now,
    ) -> None:
        self._state = state
        self._limit = queue_limit
        self._max_attempts = max_attempts
        self._lease = timedelta(seconds=lease_seconds)
        self._retry_delay = retry_delay
        self._clock = clock

    # --- asking -------------------------------------------------------------------------------------------------------

    def get(self, job_id: str) -> Job:
        with self._state.read() as connection:
            return read_job(find_job(connection, job_id))

    def list_jobs(
        self, *, kind: str | None = None, states: frozenset[JobState] | None = None, limit: int = 50, offset: int = 0
    ) -> list[Job]:
        statement = select_jobs().order_by(jobs.c.created_at.desc(), jobs.c.ticket.desc(), jobs.c.id)
        if kind is not None:
            statement = statement.where(jobs.c.kind == kind)
        if states is not None:
            statement = statement.where(jobs.c.state.in_(sorted(states)))
        with self._state.read() as connection:
            return [read_job(row) for row in connection.execute(statement.limit(limit).offset(offset)).mappings()]

    def list_events(
        self, job_id: str, *, after: int = 0, before: int | None = None, limit: int = 500, newest: bool = False
    ) -> list[JobEvent]:
        statement = select_events(job_id, after=after, before=before, newest=newest).limit(limit)
        with self._state.read() as connection:
            find_job(connection, job_id)
            events = [read_event(row) for row in connection.execute(statement).mappings()]
        return events[::-1] if newest else events

    def prune_events(self, *, ended_before: datetime, keep: int) -> int:
        return prune_events(self._state, ended_before=ended_before, keep=keep)

    # --- people's side ------------------------------------------------------------------------------------------------

    def submit(self, kind: str, payload: Mapping[str, Any], *, idempotency_key: str) -> Job:
        payload = as_json(payload, "payload")
        job_id = job_id_of(idempotency_key)
        with self._state.write() as connection:
            self._state.serialise(connection, "queue")
            row = connection.execute(select(jobs).where(jobs.c.id == job_id)).mappings().one_or_none()
            if row is None:
                self._insert(connection, job_id, kind, payload, idempotency_key)
            elif row["kind"] != kind or row["payload"] != payload:
                raise ConflictError(
                    "this idempotency key was used for another job",
                    got=idempotency_key,
                    action="Send another key for another job.",
                )
            elif row["state"] in {"failed", "cancelled"}:
                self._queue_again(connection, job_id, "asked for again")
            return read_job(find_job(connection, job_id))

    def cancel(self, job_id: str) -> Job:
        now = self._clock()
        with self._state.write() as connection:
            row = find_job(connection, job_id, lock=True)
            abandoned = row["state"] == "running" and row["lease_expires_at"] <= now
            if row["state"] in {"succeeded", "failed"}:
                raise ConflictError(
                    "only a waiting or running job can be cancelled",
                    got=row["state"],
                    action="Nothing is left to cancel.",
                )
            if row["state"] == "queued" or abandoned:
                values = _LET_GO | {"state": "cancelled", "cancel_requested": True, "finished_at": now}
                self._change(connection, job_id, values, "Cancelled")
            elif row["state"] == "running" and not row["cancel_requested"]:
                self._change(connection, job_id, {"cancel_requested": True}, "Cancel asked for")
            return read_job(find_job(connection, job_id))

    def retry(self, job_id: str, *, reason: str) -> Job:
        with self._state.write() as connection:
            self._state.serialise(connection, "queue")
            row = find_job(connection, job_id, lock=True)
            if row["state"] not in {"failed", "cancelled"}:
                raise ConflictError(
                    "only a failed or cancelled job can be queued again",
                    got=row["state"],
                    action="Wait for it, or cancel it first." if row["state"] != "succeeded" else "Launch a new one.",
                )
            self._queue_again(connection, job_id, reason)
            return read_job(find_job(connection, job_id))

    def sweep(self) -> int:
        now = self._clock()
        over = select(jobs).where(
            jobs.c.state == "running",
            jobs.c.lease_expires_at <= now,
            or_(jobs.c.cancel_requested, jobs.c.attempt >= jobs.c.max_attempts),
        )
        with self._state.read() as connection:  # nearly always there is none: that must not take the write lock
            if connection.execute(over.limit(1)).first() is None:
                return 0
        with self._state.write() as connection:
            rows = connection.execute(over.with_for_update(skip_locked=True)).mappings().all()
            return sum(self._give_up(connection, row, now) for row in rows)

    # --- workers' side ------------------------------------------------------------------------------------------------

    def claim(self, owner: str, kinds: frozenset[str]) -> Lease | None:
        now = self._clock()
        waiting = and_(jobs.c.state == "queued", or_(jobs.c.not_before.is_(None), jobs.c.not_before <= now))
        abandoned = and_(jobs.c.state == "running", jobs.c.lease_expires_at <= now)
        next_job = (
            select(jobs)
            .where(jobs.c.kind.in_(sorted(kinds)), or_(waiting, abandoned), line_runs())
            .order_by(jobs.c.ticket, jobs.c.id)
            .limit(1)
        )
        with self._state.read() as connection:  # an idle worker asks often: it must not take the write lock to ask
            if connection.execute(next_job).first() is None:
                return None
        while True:
            with self._state.write() as connection:
                row = connection.execute(next_job.with_for_update(skip_locked=True)).mappings().one_or_none()
                if row is None:
                    return None
                if row["state"] == "running" and self._give_up(connection, row, now):
                    continue
                return self._lend(connection, row, owner, now)

    def heartbeat(self, lease: Lease) -> Lease:
        expires = self._clock() + self._lease
        with self._state.write() as connection:
            hold_job(connection, lease)
            connection.execute(update(jobs).where(jobs.c.id == lease.job.id).values(lease_expires_at=expires))
            job = read_job(find_job(connection, lease.job.id))
        return Lease(job, lease.owner, lease.token, expires)

    def report(self, lease: Lease, progress: Progress) -> None:
        """Store progress. A percentage below the stored one is kept at the stored one."""
        wanted = progress.percent if math.isfinite(progress.percent) else 0.0
        with self._state.write() as connection:
            row = hold_job(connection, lease)
            percent = max(row["percent"], min(100.0, wanted))
            seconds = progress.seconds_left
            values = {
                "percent": percent,
                "stage": clean_text(progress.stage),
                "seconds_left": seconds if seconds is None or math.isfinite(seconds) else None,
                "best": {name: float(value) for name, value in progress.best.items() if math.isfinite(value)},
            }
            # one line per stage and whole percent: a job's log stays readable however often it reports. What follows a
            # colon counts ("Searching: 1,240 of 10,000") and begins no new stage.
            new_stage = str(values["stage"]).partition(":")[0] != row["stage"].partition(":")[0]
            notable = new_stage or int(percent) != int(row["percent"])
            if notable:
                data = {"percent": percent, "seconds_left": values["seconds_left"], "best": values["best"]}
                self._change(connection, lease.job.id, values, progress.stage, kind="progress", data=data)
            else:
                connection.execute(update(jobs).where(jobs.c.id == lease.job.id).values(values))

    def log(self, lease: Lease, message: str, data: Mapping[str, Any]) -> None:
        """Add a line to the job's log. Raises LeaseLostError."""
        readable = json.loads(json.dumps(clean_numbers(data), default=str))
        with self._state.write() as connection:
            hold_job(connection, lease)
            self._change(connection, lease.job.id, {}, message, kind="log", data=readable)

    def succeed(self, lease: Lease, result: Mapping[str, Any]) -> Job:
        """Store the result. Parts saved on the way are no longer needed and are removed. Raises LeaseLostError."""
        values = {
            "state": "succeeded",
            "percent": 100.0,
            "seconds_left": 0.0,
            "result": as_json(result, "result"),
            "error": None,
        }
        with self._state.write() as connection:
            hold_job(connection, lease)
            self._end(connection, lease.job.id, values, "Succeeded")
            delete_parts(connection, lease.job.id)
            return read_job(find_job(connection, lease.job.id))

    def fail(self, lease: Lease, error: Mapping[str, Any], *, retryable: bool) -> Job:
        error = as_json(clean_numbers(error), "error")
        sentence = str(error.get("sentence") or error.get("what") or "The job failed.")
        with self._state.write() as connection:
            row = hold_job(connection, lease)
            job_id = lease.job.id
            if retryable and row["cancel_requested"]:
                self._end(connection, job_id, {"state": "cancelled"}, "Cancelled")
            elif retryable and row["attempt"] < row["max_attempts"]:
                wait = min(self._retry_delay * 4.0 ** (row["attempt"] - 1), RETRY_DELAY_LIMIT)
                values = _LET_GO | {
                    "state": "queued",
                    "error": error,
                    "reason": sentence,
                    "not_before": self._clock() + timedelta(seconds=wait),
                }
                message = f"Attempt {row['attempt']} of {row['max_attempts']} failed; queued again"
                self._change(connection, job_id, values, message, data={"error": error})
            else:
                values = {"state": "failed", "error": error}
                if retryable:
                    values["reason"] = f"Given up after {row['attempt']} attempts. {sentence}"
                self._end(connection, job_id, values, f"Failed. {sentence}")
            return read_job(find_job(connection, job_id))

    def acknowledge_cancel(self, lease: Lease) -> Job:
        """The work was stopped as asked. Raises LeaseLostError."""
        with self._state.write() as connection:
            hold_job(connection, lease)
            self._end(connection, lease.job.id, {"state": "cancelled", "seconds_left": None}, "Cancelled")
            return read_job(find_job(connection, lease.job.id))

    def release(self, lease: Lease, *, reason: str) -> Job:
        with self._state.write() as connection:
            row = hold_job(connection, lease)
            if row["cancel_requested"]:
                self._end(connection, lease.job.id, {"state": "cancelled", "seconds_left": None}, "Cancelled")
            else:
                values = _LET_GO | {"state": "queued", "attempt": row["attempt"] - 1, "reason": reason}
                self._change(connection, lease.job.id, values, f"Queued again: {reason}")
            return read_job(find_job(connection, lease.job.id))

    # --- steps of a transaction ---------------------------------------------------------------------------------------

    def _insert(self, connection: Connection, job_id: str, kind: str, payload: Mapping[str, Any], key: str) -> None:
        self._check_room(connection)
        now = self._clock()
        values = _AT_START | {
            "id": job_id,
            "kind": kind,
            "payload": payload,
            "idempotency_key": key,
            "max_attempts": self._max_attempts,
            "reason": "",
            "ticket": next_ticket(connection),
            "token": 0,
            "last_event": 1,
            "created_at": now,
        }
        connection.execute(jobs.insert().values(values))
        add_event(connection, job_id, now, "state", "Queued")

    def _queue_again(self, connection: Connection, job_id: str, reason: str) -> None:
        self._check_room(connection)
        values = _AT_START | {
            "max_attempts": self._max_attempts,
            "reason": reason,
            "ticket": next_ticket(connection),
        }
        self._change(connection, job_id, values, f"Queued again: {reason}")

    def _check_room(self, connection: Connection) -> None:
        waiting = connection.execute(select(func.count()).where(jobs.c.state == "queued")).scalar_one()
        if waiting < self._limit:
            return
        raise BusyError(
            "the queue is full",
            retry_after=estimate_wait(connection),
            got=f"{waiting} waiting jobs",
            expected=f"fewer than {self._limit}",
            action="Try again later, or cancel a waiting job.",
        )

    def _lend(self, connection: Connection, row: RowMapping, owner: str, now: datetime) -> Lease:
        taken_over = row["state"] == "running"
        values = {
            "state": "running",
            "attempt": row["attempt"] + 1,
            "percent": 0.0,
            "stage": "",
            "seconds_left": None,
            "best": {},
            "not_before": None,
            "owner": owner,
            "token": row["token"] + 1,
            "lease_expires_at": now + self._lease,
            "started_at": row["started_at"] or now,
        }
        message = f"Started, attempt {row['attempt'] + 1} of {row['max_attempts']}"
        if taken_over:
            values["reason"] = f"Its worker ({row['owner']}) stopped answering; taken over."
            message = f"Taken over from a worker that stopped answering, attempt {row['attempt'] + 1}"
        self._change(connection, row["id"], values, message, data={"owner": owner, "token": row["token"] + 1})
        job = read_job(find_job(connection, row["id"]))
        return Lease(job, owner, row["token"] + 1, now + self._lease)

    def _give_up(self, connection: Connection, row: RowMapping, now: datetime) -> bool:
        """End an abandoned job that must not be started again. Its owner's token is spent, as by a claim."""
        if row["cancel_requested"]:
            values = {"state": "cancelled", "token": row["token"] + 1}
            self._end(connection, row["id"], values, "Cancelled; its worker had stopped answering")
            return True
        if row["attempt"] < row["max_attempts"]:
            return False
        times = "once" if row["attempt"] == 1 else f"{row['attempt']} times"
        reason = f"Its worker stopped answering {times}; given up."
        error = ConflictError(
            f"the work was started {times} and each time its process ended without a word",
            action="Often the machine ran out of memory: choose a smaller preset, or retry on a larger machine.",
        )
        values = {"state": "failed", "reason": reason, "error": error.to_dict(), "token": row["token"] + 1}
        self._end(connection, row["id"], values, f"Failed. {reason}")
        return True

    def _end(self, connection: Connection, job_id: str, values: Mapping[str, Any], message: str) -> None:
        self._change(connection, job_id, {**values, **_LET_GO, "finished_at": self._clock()}, message)

    def _change(
        self,
        connection: Connection,
        job_id: str,
        values: Mapping[str, Any],
        message: str,
        *,
        kind: str = "state",
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Change a row the transaction holds, and add the line that says so."""
        connection.execute(
            update(jobs).where(jobs.c.id == job_id).values({**values, "last_event": jobs.c.last_event + 1})
        )
        add_event(connection, job_id, self._clock(), kind, message, data)
