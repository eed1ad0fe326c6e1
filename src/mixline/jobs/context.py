"""What a handler is given while it works under a lease."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, Literal

from mixline.errors import CancelledError, UnavailableError
from mixline.jobs.contract import Job, JobQueue, Lease, LeaseLostError, Progress
from mixline.jobs.parts import JobParts

logger = logging.getLogger(__name__)

StopReason = Literal["", "cancel", "lost", "shutdown"]
REPORT_SECONDS = 0.5  # a new stage is stored at once, more of the same stage at most this often


class LeaseContext:
    """`mixline.jobs.contract.JobContext` for one attempt of a job.

    Args:
        stop_reason: why the job must stop, "" while it need not. Asked on every `check`: it must cost nothing.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        queue: JobQueue,
        parts: JobParts,
        lease: Lease,
        *,
        stop_reason: Callable[[], StopReason],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._queue = queue
        self._parts = parts
        self._lease = lease
        self._stop_reason = stop_reason
        self._clock = clock
        self._stage: str | None = None
        self._reported_at = 0.0

    @property
    def job(self) -> Job:
        return self._lease.job

    def check(self) -> None:
        reason = self._stop_reason()
        if reason == "cancel":
            raise CancelledError("the job was cancelled", where=f"job {self.job.id}")
        if reason:
            raise LeaseLostError(
                "the worker is shutting down" if reason == "shutdown" else "another worker has taken over the job",
                where=f"job {self.job.id}",
                action="The job goes on elsewhere; this attempt writes nothing more.",
            )

    def report(self, progress: Progress) -> None:
        self.check()
        now = self._clock()
        if progress.stage == self._stage and now - self._reported_at < REPORT_SECONDS:
            return
        self._stage, self._reported_at = progress.stage, now
        try:
            self._queue.report(self._lease, progress)
        except UnavailableError as error:  # the work is worth more than its progress bar
            logger.warning("job %s: progress not stored: %s", self.job.id, error.sentence)

    def log(self, message: str, **data: Any) -> None:
        try:
            self._queue.log(self._lease, message, data)
        except UnavailableError as error:
            logger.warning("job %s: log line %r not stored: %s", self.job.id, message, error.sentence)

    def load_part(self, name: str) -> bytes | None:
        return self._parts.load(self.job.id, name)

    def save_part(self, name: str, content: bytes) -> None:
        self._parts.save(self._lease, name, content)
