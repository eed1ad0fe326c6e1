"""Real worker processes on both databases: what they must hold when they are killed, stopped or busy."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from mixline.jobs.contract import FINAL_STATES, Job, JobState
from mixline.jobs.processes import child_environment
from mixline.jobs.queue import StateQueue
from mixline.jobs.worker import make_queue
from mixline.settings import Settings
from mixline.state import State
from mixline.state.workers import Workers
from tests.fixtures_database import (  # noqa: F401  (fixtures are used by name)
    address,
    make_address,
    migrated_sqlite,
    postgres_databases,
    state,
)

FACTORY = "tests.fixtures.job_handlers:load_handlers"
ON_SQLITE = pytest.mark.parametrize("make_address", ["sqlite"], indirect=True)  # where the database makes no difference
Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def settings(address: str, tmp_path: Path) -> Settings:  # noqa: F811
    return Settings(home=tmp_path, state=SecretStr(address), lease_seconds=2.0, log_level="warning")


@pytest.fixture
def queue(state: State, settings: Settings) -> StateQueue:  # noqa: F811
    return make_queue(state, settings)


@pytest.fixture
def start(settings: Settings) -> Iterator[Start]:
    """Starts worker processes and ends what is left of them."""
    started: list[subprocess.Popen[bytes]] = []

    def start_worker() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "mixline.jobs.worker", FACTORY, "--lifeline"],
            env=child_environment(settings),
            stdin=subprocess.PIPE,
        )
        started.append(process)
        return process

    yield start_worker
    for process in started:
        process.kill()
        process.wait()
        assert process.stdin is not None
        process.stdin.close()


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.02)


def wait_for_end(queue: StateQueue, job: Job, *states: JobState) -> Job:
    wait_for(lambda: queue.get(job.id).state in (states or FINAL_STATES), f"the end of {job.kind}")
    return queue.get(job.id)


def submit_count(queue: StateQueue, tmp_path: Path, key: str, *, pause: float) -> Job:
    payload = {"seed": 7, "pause": pause, "done": str(tmp_path / "done")}
    return queue.submit("test.count", payload, idempotency_key=key)


def steps_done(tmp_path: Path) -> list[str]:
    done = tmp_path / "done"
    return done.read_text().split("\n")[:-1] if done.exists() else []


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_killed_workers_job_is_taken_over_and_ends_as_if_undisturbed(
    queue: StateQueue, start: Start, tmp_path: Path
) -> None:
    worker = start()
    undisturbed = wait_for_end(queue, submit_count(queue, tmp_path, "undisturbed", pause=0.0))
    (tmp_path / "done").unlink()
    job = submit_count(queue, tmp_path, "disturbed", pause=0.2)
    wait_for(lambda: len(steps_done(tmp_path)) >= 3, "three steps")
    worker.kill()
    start()
    ended = wait_for_end(queue, job)
    assert ended.state == "succeeded"
    assert ended.attempt == 2
    assert "taken over" in ended.reason
    assert undisturbed.result is not None
    assert ended.result == undisturbed.result
    steps = [line.split()[0] for line in steps_done(tmp_path)]
    assert sorted(set(steps), key=int) == [str(step) for step in range(10)]
    assert len(steps) <= 11  # at most the step at hand was done again


@ON_SQLITE
def test_killed_workers_runner_and_what_it_started_end_too(queue: StateQueue, start: Start, tmp_path: Path) -> None:
    note = tmp_path / "note"
    worker = start()
    queue.submit("test.wait_in_native_code", {"note": str(note)}, idempotency_key="k")
    wait_for(lambda: note.exists() and len(note.read_text().split()) == 2, "the handler")
    pids = [int(pid) for pid in note.read_text().split()]
    assert all(is_alive(pid) for pid in pids)
    worker.kill()
    wait_for(lambda: not any(is_alive(pid) for pid in pids), "the end of the orphans", seconds=5)


@ON_SQLITE
@pytest.mark.parametrize("kind", ["test.wait_politely", "test.wait_in_native_code"])
def test_running_job_is_cancelled_within_three_seconds(
    queue: StateQueue, start: Start, tmp_path: Path, kind: str
) -> None:
    note = tmp_path / "note"
    start()
    job = queue.submit(kind, {"note": str(note)}, idempotency_key="k")
    wait_for(note.exists, "the handler")
    queue.cancel(job.id)
    wait_for(lambda: queue.get(job.id).state == "cancelled", "the cancel", seconds=3)
    assert note.read_text() == ("cancelled" if kind == "test.wait_politely" else note.read_text())
    after = queue.submit("test.crash_once", {}, idempotency_key="next")
    assert wait_for_end(queue, after).state == "succeeded"  # the worker goes on


def test_stopped_worker_gives_its_job_back_uncounted(queue: StateQueue, start: Start, tmp_path: Path) -> None:
    worker = start()
    job = queue.submit("test.wait_politely", {"note": str(tmp_path / "note")}, idempotency_key="k")
    wait_for((tmp_path / "note").exists, "the handler")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=10) == 0
    released = queue.get(job.id)
    assert (released.state, released.attempt, released.reason) == ("queued", 0, "its worker was shut down")
    assert (tmp_path / "note").read_text() == "started"  # it was not told that a person had cancelled it


@ON_SQLITE
def test_worker_stops_when_the_process_that_started_it_is_gone(queue: StateQueue, start: Start, tmp_path: Path) -> None:
    worker = start()
    job = queue.submit("test.wait_politely", {"note": str(tmp_path / "note")}, idempotency_key="k")
    wait_for((tmp_path / "note").exists, "the handler")
    assert worker.stdin is not None
    worker.stdin.close()
    assert worker.wait(timeout=10) == 0
    assert queue.get(job.id).state == "queued"


@ON_SQLITE
def test_failures_of_every_kind_end_in_a_sentence(queue: StateQueue, start: Start) -> None:
    start()
    jobs = {
        name: queue.submit(f"test.{name}", {"by": 0}, idempotency_key=name)
        for name in ("refuse", "divide", "answer_with_nan", "die_always", "crash_once", "miss_warehouse")
    }
    ended = {name: wait_for_end(queue, job) for name, job in jobs.items()}
    errors = {name: job.error or {} for name, job in ended.items()}

    assert (ended["refuse"].state, ended["refuse"].attempt) == ("failed", 1)
    assert errors["refuse"]["sentence"].startswith("tv_spend: the spend column holds text; got 'n/a'")

    assert (ended["divide"].state, ended["divide"].attempt) == ("failed", 3)
    assert errors["divide"]["code"] == "internal"
    assert errors["divide"]["correlation_id"] in errors["divide"]["sentence"]
    assert "Traceback" not in str(errors["divide"])
    assert "about to divide" in [event.message for event in queue.list_events(jobs["divide"].id)]

    assert (ended["answer_with_nan"].state, ended["answer_with_nan"].attempt) == ("failed", 1)

    assert (ended["die_always"].state, ended["die_always"].attempt) == ("failed", 3)
    assert "SIGKILL" in errors["die_always"]["sentence"]
    assert "memory" in errors["die_always"]["action"]

    assert (ended["crash_once"].state, ended["crash_once"].result) == ("succeeded", {"attempt": 2})
    assert (ended["miss_warehouse"].state, ended["miss_warehouse"].result) == ("succeeded", {"attempt": 2})


def test_two_workers_do_every_job_once(queue: StateQueue, start: Start, state: State, tmp_path: Path) -> None:  # noqa: F811
    jobs = [submit_count(queue, tmp_path, str(number), pause=0.01) for number in range(6)]
    start()
    start()
    ended = [wait_for_end(queue, job) for job in jobs]
    assert [(job.state, job.attempt) for job in ended] == [("succeeded", 1)] * 6
    assert len({str(job.result) for job in ended}) == 1
    assert len(steps_done(tmp_path)) == 60
    assert len(Workers(state).list_alive(within=timedelta(minutes=1))) == 2


def test_jobs_queued_before_a_start_are_done_by_it(queue: StateQueue, settings: Settings, tmp_path: Path) -> None:
    jobs = [submit_count(queue, tmp_path, str(number), pause=0.0) for number in range(3)]
    done = subprocess.run(
        [sys.executable, "-m", "mixline.jobs.worker", FACTORY, "--drain"],
        env=child_environment(settings),
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert [queue.get(job.id).state for job in jobs] == ["succeeded"] * 3


@ON_SQLITE
def test_supervised_workers_are_restarted_and_stopped(
    queue: StateQueue,
    settings: Settings,
    state: State,  # noqa: F811
    tmp_path: Path,
) -> None:
    code = (
        "import sys; from mixline.settings import load_settings; from mixline.jobs.executors import run_worker; "
        f"sys.exit(run_worker(load_settings(), {FACTORY!r}))"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", code], env=child_environment(settings))
    workers = Workers(state)

    def alive() -> list[int]:
        return [row.pid for row in workers.list_alive(within=timedelta(minutes=1)) if is_alive(row.pid)]

    try:
        job = queue.submit("test.wait_politely", {"note": str(tmp_path / "note")}, idempotency_key="k")
        wait_for((tmp_path / "note").exists, "the handler")
        (first,) = alive()
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: queue.get(job.id).attempt == 2, "the takeover")
        (second,) = alive()
        assert second != first
        supervisor.send_signal(signal.SIGINT)
        assert supervisor.wait(timeout=15) == 0
        assert alive() == []
        assert queue.get(job.id).state == "queued"
    finally:
        supervisor.kill()
        supervisor.wait()
