from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from mixline.errors import BusyError, ConflictError, InputError, NotFoundError, UnavailableError
from mixline.jobs.contract import JobQueue, Lease, LeaseLostError, Progress
from mixline.jobs.parts import JobParts
from mixline.jobs.queue import StateQueue
from mixline.jobs.rows import job_id_of
from mixline.state import State

KINDS = frozenset({"fit"})
ERROR = {"code": "unavailable", "sentence": "The warehouse does not answer."}


class Clock:
    """Time that passes only when told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 5, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_queue(state: State, clock: Clock) -> Callable[..., StateQueue]:
    def make(**options: float) -> StateQueue:
        return StateQueue(state, clock=clock, **{"lease_seconds": 15.0, **options})  # type: ignore[arg-type]

    return make


@pytest.fixture
def queue(make_queue: Callable[..., StateQueue]) -> JobQueue:
    return make_queue()


def claim(queue: JobQueue, owner: str = "worker-1") -> Lease:
    lease = queue.claim(owner, KINDS)
    assert lease is not None
    return lease


def messages(queue: JobQueue, job_id: str) -> list[str]:
    return [event.message for event in queue.list_events(job_id)]


# --- submitting -------------------------------------------------------------------------------------------------------


def test_submitted_job_is_stored_as_queued(queue: JobQueue, clock: Clock) -> None:
    job = queue.submit("fit", {"dataset": "d", "seed": 1, "share": 0.25}, idempotency_key="k")
    assert (job.state, job.attempt, job.position, job.max_attempts) == ("queued", 0, 1, 3)
    assert job.payload == {"dataset": "d", "seed": 1, "share": 0.25}
    assert job.created_at == clock.now
    assert job.created_at.tzinfo is not None
    assert queue.get(job.id) == job


def test_job_id_is_known_from_the_key(queue: JobQueue) -> None:
    assert queue.submit("fit", {}, idempotency_key="k").id == job_id_of("k")


def test_same_key_gives_the_same_job(queue: JobQueue) -> None:
    first = queue.submit("fit", {"a": (1, 2)}, idempotency_key="k")
    assert queue.submit("fit", {"a": [1, 2]}, idempotency_key="k") == first
    assert len(queue.list_jobs()) == 1


def test_same_key_for_another_payload_or_kind_is_a_conflict(queue: JobQueue) -> None:
    queue.submit("fit", {"a": 1}, idempotency_key="k")
    with pytest.raises(ConflictError, match="key was used for another job"):
        queue.submit("fit", {"a": 2}, idempotency_key="k")
    with pytest.raises(ConflictError):
        queue.submit("score", {"a": 1}, idempotency_key="k")


def test_same_key_of_a_finished_job_gives_its_result(queue: JobQueue) -> None:
    queue.submit("fit", {}, idempotency_key="k")
    done = queue.succeed(claim(queue), {"model": "m"})
    assert queue.submit("fit", {}, idempotency_key="k") == done


@pytest.mark.parametrize("ending", ["failed", "cancelled"])
def test_same_key_of_a_failed_or_cancelled_job_queues_it_again(queue: JobQueue, ending: str) -> None:
    job = queue.submit("fit", {}, idempotency_key="k")
    if ending == "failed":
        queue.fail(claim(queue), ERROR, retryable=False)
    else:
        queue.cancel(job.id)
    again = queue.submit("fit", {}, idempotency_key="k")
    assert (again.id, again.state, again.attempt, again.error, again.cancel_requested) == (
        job.id, "queued", 0, None, False,
    )  # fmt: skip
    assert again.finished_at is None


@pytest.mark.parametrize("payload", [{"a": float("nan")}, {"a": object()}])
def test_payload_that_is_not_json_is_refused(queue: JobQueue, payload: dict[str, object]) -> None:
    with pytest.raises(InputError, match="payload: is not plain JSON"):
        queue.submit("fit", payload, idempotency_key="k")
    assert queue.list_jobs() == []


def test_concurrent_submits_of_one_key_store_one_job(state: State) -> None:
    queue = StateQueue(state)
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(queue.submit("fit", {}, idempotency_key="k").id)) for _ in range(8)
    ]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert found == [job_id_of("k")] * 8
    assert len(queue.list_jobs()) == 1


# --- a bounded queue --------------------------------------------------------------------------------------------------


def test_full_queue_refuses_with_a_time_to_come_back(make_queue: Callable[..., StateQueue]) -> None:
    queue = make_queue(queue_limit=2)
    queue.submit("fit", {}, idempotency_key="a")
    queue.submit("fit", {}, idempotency_key="b")
    with pytest.raises(BusyError, match="queue is full") as caught:
        queue.submit("fit", {}, idempotency_key="c")
    assert caught.value.retry_after == 30
    assert queue.submit("fit", {}, idempotency_key="a").state == "queued"  # known keys are still answered
    claim(queue)
    assert queue.submit("fit", {}, idempotency_key="c").position == 2


def test_time_to_come_back_follows_recent_durations(make_queue: Callable[..., StateQueue], clock: Clock) -> None:
    queue = make_queue(queue_limit=1)
    for number, seconds in enumerate((40, 80)):
        queue.submit("fit", {}, idempotency_key=f"done {number}")
        lease = claim(queue)
        clock.pass_seconds(seconds)
        queue.succeed(queue.heartbeat(lease), {})
    queue.submit("fit", {}, idempotency_key="waits")
    with pytest.raises(BusyError) as caught:
        queue.submit("fit", {}, idempotency_key="refused")
    assert caught.value.retry_after == 60


def test_full_queue_refuses_retries_too(make_queue: Callable[..., StateQueue]) -> None:
    queue = make_queue(queue_limit=1)
    job = queue.submit("fit", {}, idempotency_key="a")
    queue.fail(claim(queue), ERROR, retryable=False)
    queue.submit("fit", {}, idempotency_key="b")
    with pytest.raises(BusyError):
        queue.retry(job.id, reason="again")
    assert queue.get(job.id).state == "failed"


def test_concurrent_submits_never_exceed_the_limit(state: State) -> None:
    queue = StateQueue(state, queue_limit=3)
    refused: list[int] = []

    def submit(number: int) -> None:
        try:
            queue.submit("fit", {}, idempotency_key=str(number))
        except BusyError:
            refused.append(number)

    threads = [threading.Thread(target=submit, args=(number,)) for number in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(queue.list_jobs()) == 3
    assert len(refused) == 5


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


# --- watching ---------------------------------------------------------------------------------------------------------


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


# --- the database -----------------------------------------------------------------------------------------------------


def test_accepted_jobs_are_there_after_a_restart(address: str) -> None:
    from mixline.state import open_state

    first = open_state(address)
    job = StateQueue(first).submit("fit", {"a": 1}, idempotency_key="k")
    first.close()
    second = open_state(address)
    assert StateQueue(second).claim("worker-1", KINDS).job.id == job.id  # type: ignore[union-attr]
    second.close()


def test_absent_database_is_one_sentence() -> None:
    from mixline.state import open_state

    state = open_state("postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=1")
    with pytest.raises(UnavailableError, match="state database does not answer"):
        StateQueue(state).get("0" * 32)


def test_stored_documents_are_plain_json(queue: JobQueue, state: State) -> None:
    job = queue.submit("fit", {"text": "naïve ☃", "nested": {"b": [1, None, True]}}, idempotency_key="ключ")
    assert json.loads(json.dumps(job.payload)) == {"text": "naïve ☃", "nested": {"b": [1, None, True]}}
    assert job.idempotency_key == "ключ"
