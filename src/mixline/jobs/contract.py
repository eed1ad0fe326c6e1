"""What the queue promises: accepted means stored, one worker at a time, results once.

A job is a row. Its state moves only along these arrows, each by compare-and-set::

    queued ──claim──> running ──succeed──> succeeded
      │  ^               │ ├────fail─────> failed ──retry──> queued
      │  └──lease lost───┘ └────cancel───> cancelled ──retry──> queued
      └────────cancel───────────────────> cancelled

A worker holds a *lease*: an owner, an expiry and a fencing token that grows with every claim. Every write a worker makes
carries its token; a write with an old token is refused with `LeaseLostError`, so a worker that was thought dead cannot
overwrite the work of its successor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from mixline.errors import ConflictError

JobState = Literal["queued", "running", "succeeded", "failed", "cancelled"]
Place = Literal["first", "up", "down", "last"]
FINAL_STATES: frozenset[JobState] = frozenset({"succeeded", "failed", "cancelled"})


class LeaseLostError(ConflictError):
    """Another worker has taken over the job; this worker must stop and write nothing."""

    code = "lease-lost"


@dataclass(frozen=True)
class Progress:
    """How far a job is. `percent` is 0-100 and never goes back within an attempt; `best` holds figures worth watching."""

    percent: float
    stage: str
    seconds_left: float | None = None
    best: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """One row of the queue, as everybody sees it. Times are UTC and timezone-aware."""

    id: str
    kind: str
    payload: Mapping[str, Any]
    idempotency_key: str
    state: JobState
    attempt: int
    max_attempts: int
    cancel_requested: bool
    progress: Progress
    result: Mapping[str, Any] | None
    error: Mapping[str, Any] | None  # MixlineError.to_dict()
    reason: str  # why it was retried or taken over last, else ""
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    position: int | None = None  # place in the queue, 1 is next; None when not queued


@dataclass(frozen=True)
class JobEvent:
    """One line of a job's log. `sequence` grows by one per job."""

    job_id: str
    sequence: int
    at: datetime
    kind: str  # "state" | "progress" | "log"
    message: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Lease:
    """The right to work on a job until `expires_at` (renewed by the heartbeat)."""

    job: Job
    owner: str
    token: int
    expires_at: datetime


@dataclass(frozen=True)
class LineState:
    """Whether waiting jobs are started. `actor`, `note` and `changed_at` say who changed that last, why and when."""

    paused: bool = False
    note: str = ""
    actor: str = ""
    changed_at: datetime | None = None


class JobContext(Protocol):
    """What a handler is given. All methods are safe to call often: they cost nothing unless something is due."""

    @property
    def job(self) -> Job: ...

    def report(self, progress: Progress) -> None:
        """Store progress (at most every 0.5 s). Raises CancelledError when a person has asked to stop, LeaseLostError."""
        ...

    def check(self) -> None:
        """Raise CancelledError or LeaseLostError when the job must stop; noticed within 1 s."""
        ...

    def log(self, message: str, **data: Any) -> None:
        """Add a line to the job's log."""
        ...

    def load_part(self, name: str) -> bytes | None:
        """A part saved by this or an earlier attempt of this job, or None. How a resumed job skips finished trials."""
        ...

    def save_part(self, name: str, content: bytes) -> None:
        """Save a part for later attempts, atomically. Raises LeaseLostError."""
        ...


Handler = Callable[[JobContext], Mapping[str, Any]]
"""Does a job's work and returns its result (JSON). Raises MixlineError to fail with a sentence, CancelledError to stop."""


class JobQueue(Protocol):
    """The queue. Every method is one short transaction."""

    def submit(self, kind: str, payload: Mapping[str, Any], *, idempotency_key: str) -> Job:
        """Store a job, or return the one already stored under this key.

        A failed or cancelled job under the same key is queued again (as `retry`).

        Raises:
            BusyError: `queue_limit` jobs wait already.
            ConflictError: the key is used by a job of another kind or payload.
        """
        ...

    def get(self, job_id: str) -> Job:
        """Raises NotFoundError."""
        ...

    def list_jobs(
        self, *, kind: str | None = None, states: frozenset[JobState] | None = None, limit: int = 50, offset: int = 0
    ) -> list[Job]:
        """Newest first."""
        ...

    def list_events(
        self, job_id: str, *, after: int = 0, before: int | None = None, limit: int = 500, newest: bool = False
    ) -> list[JobEvent]:
        """Log lines with a sequence above `after` and below `before`, in order: the first `limit` of them, or the last.

        Raises NotFoundError.
        """
        ...

    def prune_events(self, *, ended_before: datetime, keep: int) -> int:
        """Drop lines of progress, and all but the last `keep` others, of jobs that ended before a moment; how many went."""
        ...

    def cancel(self, job_id: str) -> Job:
        """Cancel a queued job at once; ask a running one to stop. Idempotent. Raises NotFoundError, ConflictError (final)."""
        ...

    def retry(self, job_id: str, *, reason: str) -> Job:
        """Queue a failed or cancelled job again. Raises NotFoundError, ConflictError, BusyError."""
        ...

    def sweep(self) -> int:
        """End the jobs whose lease ran out and that must not be started again; how many there were.

        Those are the ones cancelled meanwhile, and the ones started `max_attempts` times, which fail with a reason. A claim
        does the same; this is for places without a worker, so that nothing is shown as running for ever.
        """
        ...

    def claim(self, owner: str, kinds: frozenset[str]) -> Lease | None:
        """Take the first waiting job, or one whose lease has run out. None when there is nothing to do.

        None also while the line is paused (`JobLine`). A job whose lease ran out `max_attempts` times fails with a reason
        instead.
        """
        ...

    def heartbeat(self, lease: Lease) -> Lease:
        """Extend a lease; the returned lease's job says whether a cancel was asked for. Raises LeaseLostError."""
        ...

    def report(self, lease: Lease, progress: Progress) -> None: ...

    def log(self, lease: Lease, message: str, data: Mapping[str, Any]) -> None: ...

    def succeed(self, lease: Lease, result: Mapping[str, Any]) -> Job: ...

    def fail(self, lease: Lease, error: Mapping[str, Any], *, retryable: bool) -> Job:
        """Fail, or queue again when retryable and attempts are left. Raises LeaseLostError."""
        ...

    def acknowledge_cancel(self, lease: Lease) -> Job: ...

    def release(self, lease: Lease, *, reason: str) -> Job:
        """Give a job back unfinished (worker shutting down): queued again, the attempt not counted."""
        ...


class JobLine(Protocol):
    """The line of waiting jobs. What runs already is not touched by any of this."""

    def read(self) -> LineState: ...

    def pause(self, *, actor: str, note: str = "") -> LineState:
        """No waiting job is started until `resume`; jobs are still accepted. Idempotent."""
        ...

    def resume(self, *, actor: str) -> LineState:
        """Idempotent."""
        ...

    def move(self, job_id: str, place: Place, *, actor: str) -> Job:
        """Put a waiting job elsewhere in the line; where it stands already, nothing changes.

        Raises NotFoundError, ConflictError (it does not wait).
        """
        ...
