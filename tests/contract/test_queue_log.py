"""What is seen of jobs: progress, their log, lists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mixline.errors import NotFoundError
from mixline.jobs.contract import JobQueue, Lease, Progress
from tests.fixtures_queue import ERROR, Clock, claim


def test_progress_never_goes_back_within_an_attempt(queue: JobQueue) -> None:
    job = queue.submit("fit", {}, idempotency_key="k")
    lease = claim(queue)
    seen = []
    for percent in (10.0, 35.5, 20.0, 250.0, float("nan")):
        queue.report(lease, Progress(percent, "search", 12.0, {"nrmse": 0.1, "rssd": float("inf")}))
        seen.append(queue.get(job.id).progress)
    assert [progress.percent for progress in seen] == [10.0, 35.5, 35.5, 100.0, 100.0]
    assert seen[-1] == Progress(100.0, "search", 12.0, {"nrmse": 0.1})


def test_events_are_numbered_without_gaps_and_can_be_followed(queue: JobQueue) -> None:
    job = queue.submit("fit", {}, idempotency_key="k")
    lease = claim(queue)
    queue.log(lease, "dropped 3 rows\0", {"rows": [3, float("nan")], "when": datetime(2026, 1, 5, tzinfo=UTC)})
    for percent in (1.0, 1.2, 1.4, 2.0):
        queue.report(lease, Progress(percent, "search"))
    queue.succeed(lease, {})
    events = queue.list_events(job.id)
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert [event.kind for event in events] == ["state", "state", "log", "progress", "progress", "state"]
    assert events[2].message == "dropped 3 rows"
    assert events[2].data["rows"] == [3, None]
    assert queue.list_events(job.id, after=3, limit=2) == events[3:5]


def test_lists_are_newest_first_and_filtered(queue: JobQueue, clock: Clock) -> None:
    ids = []
    for number in range(4):
        ids.append(queue.submit("fit" if number else "score", {}, idempotency_key=str(number)).id)
        clock.pass_seconds(1)
    claim(queue)
    assert [job.id for job in queue.list_jobs()] == ids[::-1]
    assert [job.id for job in queue.list_jobs(limit=2, offset=1)] == [ids[2], ids[1]]
    assert [job.id for job in queue.list_jobs(kind="score")] == [ids[0]]
    assert [job.id for job in queue.list_jobs(states=frozenset({"running"}))] == [ids[1]]


def test_unknown_job_is_not_found(queue: JobQueue) -> None:
    for ask in (queue.get, queue.cancel, queue.list_events, lambda job_id: queue.retry(job_id, reason="")):
        with pytest.raises(NotFoundError, match="no job with this id"):
            ask("0" * 32)


def write_log(queue: JobQueue, lease: Lease, count: int) -> None:
    for number in range(count):
        queue.log(lease, f"line {number}", {})


def test_a_long_log_is_read_from_either_end(queue: JobQueue) -> None:
    job = queue.submit("fit", {}, idempotency_key="k")
    write_log(queue, claim(queue), 30)
    every = queue.list_events(job.id)
    assert queue.list_events(job.id, limit=7, newest=True) == every[-7:]
    assert queue.list_events(job.id, before=every[-7].sequence, limit=7, newest=True) == every[-14:-7]
    assert queue.list_events(job.id, after=3, before=8) == every[3:7]
    assert queue.list_events(job.id, before=1, newest=True) == []
    pages, before = [], None
    while page := queue.list_events(job.id, before=before, limit=5, newest=True):
        pages, before = page + pages, page[0].sequence
    assert pages == every


def test_what_ended_long_ago_keeps_its_states_and_loses_its_progress(queue: JobQueue, clock: Clock) -> None:
    ids = [queue.submit("fit", {}, idempotency_key=key).id for key in ("old", "new", "works")]
    for number, job_id in enumerate(ids):
        lease = claim(queue)
        assert lease.job.id == job_id
        for percent in range(1, 40):
            queue.report(lease, Progress(float(percent), "search"))
        if number < 2:
            queue.succeed(queue.heartbeat(lease), {})
        clock.pass_seconds(5)
    before = [queue.list_events(job_id) for job_id in ids]
    edge = clock.now - timedelta(seconds=12)  # after the first one ended, before the second did
    assert queue.prune_events(ended_before=edge, keep=10) == 39
    after = [queue.list_events(job_id) for job_id in ids]
    assert after[0] == [event for event in before[0] if event.kind != "progress"]
    assert after[1:] == before[1:]
    assert queue.prune_events(ended_before=edge, keep=10) == 0


def test_of_many_other_lines_the_last_stay_and_keep_their_numbers(queue: JobQueue, clock: Clock) -> None:
    job = queue.submit("fit", {}, idempotency_key="k")
    lease = claim(queue)
    write_log(queue, lease, 50)
    queue.fail(lease, ERROR, retryable=False)
    every = queue.list_events(job.id)
    clock.pass_seconds(1)
    assert queue.prune_events(ended_before=clock.now, keep=8) == len(every) - 8
    assert queue.list_events(job.id) == every[-8:]
    queue.retry(job.id, reason="again")
    assert queue.list_events(job.id)[-1].sequence == every[-1].sequence + 1


def test_a_job_queued_again_keeps_its_log(queue: JobQueue, clock: Clock) -> None:
    job = queue.submit("fit", {}, idempotency_key="k")
    lease = claim(queue)
    write_log(queue, lease, 20)
    queue.fail(lease, ERROR, retryable=False)
    queue.retry(job.id, reason="again")
    clock.pass_seconds(100)
    before = queue.list_events(job.id)
    assert queue.prune_events(ended_before=clock.now, keep=2) == 0
    assert queue.list_events(job.id) == before
