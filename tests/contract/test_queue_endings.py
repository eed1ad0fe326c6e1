"""How jobs end: success, failure and its retries, cancelling."""

from __future__ import annotations

import pytest

from mixline.errors import ConflictError, InputError
from mixline.jobs.contract import JobQueue, LeaseLostError
from tests.fixtures_queue import ERROR, KINDS, Clock, claim, messages

# --- ending -----------------------------------------------------------------------------------------------------------


def test_success_keeps_the_result(queue: JobQueue, clock: Clock) -> None:
    job = queue.submit("fit", {}, idempotency_key="k")
    lease = claim(queue)
    clock.pass_seconds(5)
    queue.succeed(lease, {"model": "m", "r2": 0.9})
    done = queue.get(job.id)
    assert (done.state, done.result, done.progress.percent) == ("succeeded", {"model": "m", "r2": 0.9}, 100.0)
    assert done.started_at is not None
    assert done.finished_at is not None
    assert (done.finished_at - done.started_at).total_seconds() == 5
    with pytest.raises(LeaseLostError):
        queue.succeed(lease, {"model": "again"})


def test_result_that_is_not_json_is_refused_and_the_job_still_held(queue: JobQueue) -> None:
    queue.submit("fit", {}, idempotency_key="k")
    lease = claim(queue)
    with pytest.raises(InputError):
        queue.succeed(lease, {"r2": float("nan")})
    assert queue.heartbeat(lease).job.state == "running"


def test_retryable_failure_waits_longer_each_time_and_then_fails(queue: JobQueue, clock: Clock) -> None:
    job = queue.submit("fit", {}, idempotency_key="k")
    for attempt, wait in ((1, 1.0), (2, 4.0)):
        waiting = queue.fail(claim(queue), ERROR, retryable=True)
        assert (waiting.state, waiting.attempt, waiting.reason) == ("queued", attempt, ERROR["sentence"])
        clock.pass_seconds(wait - 0.5)
        assert queue.claim("worker-1", KINDS) is None
        clock.pass_seconds(0.5)
    failed = queue.fail(claim(queue), ERROR, retryable=True)
    assert (failed.state, failed.error) == ("failed", ERROR)
    assert failed.reason == "Given up after 3 attempts. The warehouse does not answer."
    assert messages(queue, job.id)[-1].startswith("Failed. The warehouse")


def test_failure_that_is_not_retryable_is_final(queue: JobQueue) -> None:
    queue.submit("fit", {}, idempotency_key="k")
    assert queue.fail(claim(queue), ERROR, retryable=False).state == "failed"
    assert queue.claim("worker-1", KINDS) is None


def test_retry_starts_the_attempts_anew(queue: JobQueue) -> None:
    job = queue.submit("fit", {}, idempotency_key="k")
    queue.fail(claim(queue), ERROR, retryable=False)
    again = queue.retry(job.id, reason="warehouse is back")
    assert (again.state, again.attempt, again.reason, again.error) == ("queued", 0, "warehouse is back", None)
    assert claim(queue).token == 2  # tokens never start anew


@pytest.mark.parametrize("ending", ["queued", "running", "succeeded"])
def test_retry_of_a_job_that_has_not_failed_is_a_conflict(queue: JobQueue, ending: str) -> None:
    job = queue.submit("fit", {}, idempotency_key="k")
    if ending != "queued":
        lease = claim(queue)
        if ending == "succeeded":
            queue.succeed(lease, {})
    with pytest.raises(ConflictError, match=f"got '{ending}'"):
        queue.retry(job.id, reason="why not")


def test_released_job_is_next_again_and_its_attempt_not_counted(queue: JobQueue) -> None:
    first = queue.submit("fit", {}, idempotency_key="a")
    queue.submit("fit", {}, idempotency_key="b")
    released = queue.release(claim(queue), reason="the worker is shutting down")
    assert (released.state, released.attempt, released.position) == ("queued", 0, 1)
    assert released.reason == "the worker is shutting down"
    assert claim(queue).job.id == first.id


# --- cancelling -------------------------------------------------------------------------------------------------------


def test_waiting_job_is_cancelled_at_once_and_again_without_error(queue: JobQueue) -> None:
    job = queue.submit("fit", {}, idempotency_key="k")
    cancelled = queue.cancel(job.id)
    assert cancelled.state == "cancelled"
    assert queue.cancel(job.id) == cancelled
    assert queue.claim("worker-1", KINDS) is None


def test_running_job_is_asked_to_stop(queue: JobQueue) -> None:
    job = queue.submit("fit", {}, idempotency_key="k")
    lease = claim(queue)
    assert queue.cancel(job.id).state == "running"
    queue.cancel(job.id)
    assert queue.heartbeat(lease).job.cancel_requested
    assert queue.acknowledge_cancel(lease).state == "cancelled"
    assert messages(queue, job.id).count("Cancel asked for") == 1


def test_cancelled_job_of_a_dead_worker_does_not_start_again(queue: JobQueue, clock: Clock) -> None:
    job = queue.submit("fit", {}, idempotency_key="k")
    claim(queue)
    queue.cancel(job.id)
    clock.pass_seconds(16)
    assert queue.claim("worker-2", KINDS) is None
    assert queue.get(job.id).state == "cancelled"


def test_job_abandoned_by_its_worker_is_cancelled_at_once(queue: JobQueue, clock: Clock) -> None:
    job = queue.submit("fit", {}, idempotency_key="k")
    lease = claim(queue)
    clock.pass_seconds(16)
    assert queue.cancel(job.id).state == "cancelled"
    with pytest.raises(LeaseLostError):
        queue.succeed(lease, {})


def test_cancelled_job_is_not_queued_again_by_its_failure_or_release(queue: JobQueue) -> None:
    for key, end in (("a", "fail"), ("b", "release")):
        job = queue.submit("fit", {}, idempotency_key=key)
        lease = claim(queue)
        queue.cancel(job.id)
        if end == "fail":
            queue.fail(lease, ERROR, retryable=True)
        else:
            queue.release(lease, reason="stopping")
        assert queue.get(job.id).state == "cancelled"


def test_finished_job_cannot_be_cancelled(queue: JobQueue) -> None:
    job = queue.submit("fit", {}, idempotency_key="k")
    queue.succeed(claim(queue), {})
    with pytest.raises(ConflictError, match="got 'succeeded'"):
        queue.cancel(job.id)
