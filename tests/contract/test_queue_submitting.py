"""Submitting: accepted means stored, once per key, in a queue with a limit."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

import pytest

from mixline.errors import BusyError, ConflictError, InputError, UnavailableError
from mixline.jobs.contract import JobQueue
from mixline.jobs.queue import StateQueue
from mixline.jobs.rows import job_id_of
from mixline.state import State
from tests.fixtures_queue import ERROR, KINDS, Clock, claim

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
