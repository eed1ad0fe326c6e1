"""The line of waiting jobs: paused, resumed, put in another order; and jobs that nobody claims any more. Both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mixline.errors import ConflictError, NotFoundError
from mixline.jobs.contract import Lease, LineState, Place
from mixline.jobs.line import StateLine
from mixline.jobs.queue import StateQueue
from mixline.state import State, open_state

KINDS = frozenset({"fit"})
START = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(state: State, clock: Clock) -> StateQueue:
    return StateQueue(state, clock=clock, max_attempts=1)


@pytest.fixture
def line(state: State, clock: Clock) -> StateLine:
    return StateLine(state, clock=clock)


def submit(queue: StateQueue, count: int) -> list[str]:
    return [queue.submit("fit", {}, idempotency_key=str(number)).id for number in range(count)]


def claim(queue: StateQueue) -> Lease:
    lease = queue.claim("worker-1", KINDS)
    assert lease is not None
    return lease


def in_order(queue: StateQueue) -> list[str]:
    waiting = queue.list_jobs(states=frozenset({"queued"}))
    return [job.id for job in sorted(waiting, key=lambda job: job.position or 0)]


def test_a_line_nobody_touched_runs(line: StateLine) -> None:
    assert line.read() == LineState()


def test_a_paused_line_accepts_jobs_and_starts_none(queue: StateQueue, line: StateLine) -> None:
    paused = line.pause(actor="ada", note="stock count")
    assert paused == LineState(True, "stock count", "ada", START)
    submit(queue, 1)
    assert queue.claim("worker-1", KINDS) is None
    assert line.resume(actor="bob") == LineState(False, "", "bob", START)
    assert claim(queue).job.state == "running"


def test_what_runs_goes_on_while_the_line_is_paused(queue: StateQueue, line: StateLine) -> None:
    submit(queue, 1)
    lease = claim(queue)
    line.pause(actor="ada")
    assert queue.succeed(queue.heartbeat(lease), {}).state == "succeeded"


def test_pausing_twice_keeps_who_did_it_first(line: StateLine, clock: Clock) -> None:
    line.pause(actor="ada", note="audit")
    clock.now += timedelta(minutes=5)
    assert line.pause(actor="bob", note="audit") == LineState(True, "audit", "ada", START)
    assert line.pause(actor="bob", note="other").actor == "bob"
    line.resume(actor="ada")
    assert line.resume(actor="bob").actor == "ada"


@pytest.mark.parametrize(
    ("moved", "place", "expected"),
    [
        (2, "first", [2, 0, 1, 3]),
        (0, "last", [1, 2, 3, 0]),
        (2, "up", [0, 2, 1, 3]),
        (1, "down", [0, 2, 1, 3]),
        (0, "up", [0, 1, 2, 3]),
        (0, "first", [0, 1, 2, 3]),
        (3, "down", [0, 1, 2, 3]),
    ],
)
def test_a_waiting_job_is_moved_and_claimed_in_its_new_place(
    queue: StateQueue, line: StateLine, moved: int, place: Place, expected: list[int]
) -> None:
    ids = submit(queue, 4)
    before = len(queue.list_events(ids[moved]))
    job = line.move(ids[moved], place, actor="ada")
    assert job.position == expected.index(moved) + 1
    wanted = [ids[number] for number in expected]
    assert in_order(queue) == wanted
    added = queue.list_events(ids[moved])[before:]
    assert [event.data for event in added] == ([] if expected == [0, 1, 2, 3] else [{"actor": "ada"}])
    assert [claim(queue).job.id for _ in ids] == wanted


def test_a_new_job_stands_behind_moved_ones(queue: StateQueue, line: StateLine) -> None:
    ids = submit(queue, 3)
    line.move(ids[0], "last", actor="ada")
    later = queue.submit("fit", {}, idempotency_key="later").id
    assert in_order(queue) == [ids[1], ids[2], ids[0], later]


@pytest.mark.parametrize("place", ["first", "up", "down", "last"])
def test_only_waiting_jobs_are_moved(queue: StateQueue, line: StateLine, place: Place) -> None:
    submit(queue, 2)
    running = claim(queue).job.id
    with pytest.raises(ConflictError, match="got 'running'"):
        line.move(running, place, actor="ada")
    with pytest.raises(NotFoundError):
        line.move("0" * 32, place, actor="ada")


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["first", "up", "down", "last"])), max_size=12))
def test_any_moves_leave_every_job_in_line_once(
    make_address: Callable[[], str], moves: list[tuple[int, Place]]
) -> None:
    opened = open_state(make_address())
    queue, line = StateQueue(opened), StateLine(opened)
    ids = submit(queue, 5)
    expected = list(ids)
    for number, place in moves:
        line.move(ids[number], place, actor="ada")
        old = expected.index(ids[number])
        new = {"first": 0, "last": 4, "up": max(old - 1, 0), "down": min(old + 1, 4)}[place]
        expected.insert(new, expected.pop(old))
    assert in_order(queue) == expected
    opened.close()


def test_moves_at_once_lose_no_job(state: State) -> None:
    queue, line = StateQueue(state), StateLine(state)
    ids = submit(queue, 6)
    threads = [
        threading.Thread(target=line.move, args=(job, place), kwargs={"actor": "ada"})
        for job in ids
        for place in ("up", "first")
    ]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(in_order(queue)) == sorted(ids)
    assert sorted(job.position or 0 for job in queue.list_jobs()) == [1, 2, 3, 4, 5, 6]


def test_sweep_ends_what_may_not_be_started_again(queue: StateQueue, clock: Clock) -> None:
    ids = submit(queue, 2)
    claim(queue), claim(queue)
    queue.cancel(ids[1])
    assert queue.sweep() == 0
    clock.now += timedelta(seconds=16)
    assert queue.sweep() == 2
    failed, cancelled = queue.get(ids[0]), queue.get(ids[1])
    assert (failed.state, cancelled.state) == ("failed", "cancelled")
    assert failed.error is not None
    assert "process ended" in failed.error["sentence"]
    assert queue.sweep() == 0


def test_sweep_leaves_what_another_worker_will_take_over(state: State, clock: Clock) -> None:
    queue = StateQueue(state, clock=clock, max_attempts=2)
    submit(queue, 1)
    claim(queue)
    clock.now += timedelta(seconds=16)
    assert queue.sweep() == 0
    assert claim(queue).job.attempt == 2
