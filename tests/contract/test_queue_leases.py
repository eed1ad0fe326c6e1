"""Claiming: one worker at a time, in order, and what happens to those who stop answering."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from mixline.jobs.contract import JobQueue, LeaseLostError, Progress
from mixline.jobs.parts import JobParts
from mixline.jobs.queue import StateQueue
from mixline.state import State
from tests.fixtures_queue import ERROR, KINDS, Clock, claim

# --- claiming and leases ----------------------------------------------------------------------------------------------


def test_jobs_are_claimed_oldest_first_and_only_of_known_kinds(queue: JobQueue) -> None:
    queue.submit("score", {}, idempotency_key="other")
    ids = [queue.submit("fit", {}, idempotency_key=str(number)).id for number in range(3)]
    assert [claim(queue).job.id for _ in ids] == ids
    assert queue.claim("worker-1", KINDS) is None
    assert queue.claim("worker-1", frozenset()) is None


def test_positions_move_up(queue: JobQueue) -> None:
    ids = [queue.submit("fit", {}, idempotency_key=str(number)).id for number in range(3)]
    assert [queue.get(job_id).position for job_id in ids] == [1, 2, 3]
    claim(queue)
    assert [queue.get(job_id).position for job_id in ids] == [None, 1, 2]
    queue.cancel(ids[1])
    assert queue.get(ids[2]).position == 1


def test_two_workers_never_get_one_job(state: State) -> None:
    queue = StateQueue(state)
    ids = {queue.submit("fit", {}, idempotency_key=str(number)).id for number in range(12)}
    claimed: list[str] = []

    def work(owner: str) -> None:
        while lease := queue.claim(owner, KINDS):
            claimed.append(lease.job.id)

    threads = [threading.Thread(target=work, args=(f"worker-{number}",)) for number in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(claimed) == len(ids)
    assert set(claimed) == ids


def test_heartbeat_keeps_a_job(queue: JobQueue, clock: Clock) -> None:
    queue.submit("fit", {}, idempotency_key="k")
    lease = claim(queue)
    for _ in range(4):
        clock.pass_seconds(10)
        lease = queue.heartbeat(lease)
        assert lease.expires_at == clock.now + timedelta(seconds=15)
        assert queue.claim("worker-2", KINDS) is None


def test_expired_lease_is_taken_over_with_a_higher_token(queue: JobQueue, clock: Clock) -> None:
    queue.submit("fit", {}, idempotency_key="k")
    first = claim(queue, "worker-1")
    queue.report(first, Progress(60.0, "trial 3"))
    clock.pass_seconds(16)
    second = claim(queue, "worker-2")
    assert second.token > first.token
    assert (second.job.attempt, second.job.progress.percent) == (2, 0.0)
    assert "worker-1" in second.job.reason


def test_worker_that_lost_its_lease_writes_nothing(queue: JobQueue, state: State, clock: Clock) -> None:
    job_id = queue.submit("fit", {}, idempotency_key="k").id
    old = claim(queue, "worker-1")
    clock.pass_seconds(16)
    claim(queue, "worker-2")
    before, events = queue.get(job_id), queue.list_events(job_id)
    for write in (
        lambda: queue.heartbeat(old),
        lambda: queue.report(old, Progress(99.0, "late")),
        lambda: queue.log(old, "late", {}),
        lambda: queue.succeed(old, {"late": True}),
        lambda: queue.fail(old, ERROR, retryable=True),
        lambda: queue.acknowledge_cancel(old),
        lambda: queue.release(old, reason="late"),
        lambda: JobParts(state).save(old, "part", b"late"),
    ):
        with pytest.raises(LeaseLostError):
            write()
    assert queue.get(job_id) == before
    assert queue.list_events(job_id) == events
    assert JobParts(state).load(job_id, "part") is None


def test_late_worker_whose_job_nobody_took_may_still_finish(queue: JobQueue, clock: Clock) -> None:
    queue.submit("fit", {}, idempotency_key="k")
    lease = claim(queue)
    clock.pass_seconds(3600)
    assert queue.succeed(lease, {"model": "m"}).state == "succeeded"


def test_job_whose_workers_keep_dying_fails_with_a_reason(queue: JobQueue, clock: Clock) -> None:
    job = queue.submit("fit", {}, idempotency_key="k")
    for _ in range(3):
        claim(queue)
        clock.pass_seconds(16)
    assert queue.claim("worker-1", KINDS) is None
    failed = queue.get(job.id)
    assert (failed.state, failed.attempt) == ("failed", 3)
    assert "3 times" in failed.reason
    assert failed.error is not None
    assert "process ended" in failed.error["sentence"]


def test_claim_looks_past_a_job_it_gives_up(make_queue: Callable[..., StateQueue], clock: Clock) -> None:
    queue = make_queue(max_attempts=1)
    dead = queue.submit("fit", {}, idempotency_key="dead")
    claim(queue)
    clock.pass_seconds(16)
    other = queue.submit("fit", {}, idempotency_key="other")
    assert claim(queue).job.id == other.id
    assert queue.get(dead.id).state == "failed"


def test_dead_workers_token_is_spent_when_its_job_is_given_up(
    make_queue: Callable[..., StateQueue], clock: Clock
) -> None:
    queue = make_queue(max_attempts=1)
    queue.submit("fit", {}, idempotency_key="k")
    lease = claim(queue)
    clock.pass_seconds(16)
    assert queue.claim("worker-2", KINDS) is None
    with pytest.raises(LeaseLostError):
        queue.succeed(lease, {})


# --- parts ------------------------------------------------------------------------------------------------------------


def test_parts_survive_a_takeover_and_go_with_success(queue: JobQueue, state: State, clock: Clock) -> None:
    parts = JobParts(state)
    job = queue.submit("fit", {}, idempotency_key="k")
    first = claim(queue)
    parts.save(first, "trial 1", b"\x00\xff")
    parts.save(first, "trial 1", b"\x01\xff")
    clock.pass_seconds(16)
    second = claim(queue, "worker-2")
    assert parts.load(job.id, "trial 1") == b"\x01\xff"
    assert parts.load(job.id, "trial 2") is None
    queue.succeed(second, {})
    assert parts.load(job.id, "trial 1") is None
