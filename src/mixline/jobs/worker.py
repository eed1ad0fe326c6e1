"""A worker: claims jobs, has each done by its runner process, keeps the lease and writes the outcome.

The worker itself computes nothing, so it always answers: a cancel is noticed within a second and carried out within
three, whatever the handler is busy with, and a handler that crashes takes only its runner with it.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import signal
import socket
import sys
import threading
import time
import uuid
from collections.abc import Callable

from mixline.errors import MixlineError, UnavailableError
from mixline.jobs.context import StopReason
from mixline.jobs.contract import JobQueue, Lease, LeaseLostError
from mixline.jobs.outcomes import Failed, Stopped, Succeeded
from mixline.jobs.processes import RunnerProcess, configure_logging, describe_exit
from mixline.jobs.queue import StateQueue
from mixline.jobs.runner import Begin, Ready, Stop
from mixline.settings import Settings, load_settings
from mixline.state import State, open_state, upgrade
from mixline.state.workers import Workers

logger = logging.getLogger("mixline.jobs.worker")  # not __name__: as a process of its own this module is __main__

POLL_SECONDS = 0.5  # between two looks into an empty queue
HEARTBEAT_SECONDS = 1.0  # at most this long until a cancel is noticed; a third of the lease if that is shorter
GRACE_SECONDS = 1.0  # a handler asked to stop may tidy up for this long before its process is killed
BEAT_SECONDS = 10.0  # between two signs of life in the table of workers
JOBS_PER_RUNNER = 50  # then a new process, so that no leak of a library grows for ever
OUTCOME_TRIES = 120  # seconds an outcome is kept while the database does not answer
START_DELAY_LIMIT = 30.0  # seconds between two tries to start a runner


class Worker:
    """One worker.

    Args:
        factory: "package.module:function" giving the handlers for the settings. It is called in the runner process only,
            so the worker stays small and never imports an engine.
    """

    def __init__(self, state: State, factory: str, settings: Settings) -> None:
        self._queue: JobQueue = make_queue(state, settings)
        self._workers = Workers(state)
        self._factory = factory
        self._settings = settings
        self._heartbeat = min(HEARTBEAT_SECONDS, settings.lease_seconds / 3)
        self._runner: RunnerProcess | None = None
        self._kinds: frozenset[str] = frozenset()
        self._jobs_done = 0
        self._start_failures = 0
        self._beat_at = -BEAT_SECONDS
        self.host = socket.gethostname()
        self.name = f"{self.host}:{os.getpid()}:{uuid.uuid4().hex[:6]}"

    def run(self, stop: threading.Event, *, drain: bool = False) -> None:
        """Work until `stop` is set; a job at hand is then given back. With `drain`, until the queue is empty."""
        try:
            while not stop.is_set():
                self._beat()
                if self._runner is None and not self._start_runner(stop):
                    continue
                lease = self._claim()
                if lease is not None:
                    self._work(lease, stop)
                elif drain:
                    break
                else:
                    stop.wait(POLL_SECONDS)
        finally:
            self._end_runner()
            with contextlib.suppress(UnavailableError):
                self._workers.remove(self.name)

    # --- the runner ---------------------------------------------------------------------------------------------------

    def _start_runner(self, stop: threading.Event) -> bool:
        runner = self._runner = RunnerProcess(self._factory, self._settings)
        self._jobs_done = 0
        try:
            while not stop.is_set():
                self._beat()
                message = runner.receive(POLL_SECONDS)
                if isinstance(message, Ready):
                    self._kinds = message.kinds
                    self._start_failures = 0
                    logger.info("worker %s is ready for %s", self.name, ", ".join(sorted(self._kinds)))
                    return True
        except EOFError:
            ended = describe_exit(self._end_runner(died=True))
            self._start_failures += 1
            delay = min(START_DELAY_LIMIT, 2.0 ** (self._start_failures - 1))
            logger.error("the job runner %s before it was ready; next try in %.0f s", ended, delay)
            stop.wait(delay)
        return False

    def _end_runner(self, *, died: bool = False) -> int:
        runner, self._runner = self._runner, None
        return 0 if runner is None else runner.end(died=died)

    # --- one job ------------------------------------------------------------------------------------------------------

    def _claim(self) -> Lease | None:
        try:
            return self._queue.claim(self.name, self._kinds)
        except UnavailableError as error:
            logger.warning("no job claimed: %s", error.sentence)
            return None

    def _work(self, lease: Lease, stop: threading.Event) -> None:
        """Have a job done, and write how it ended."""
        logger.info("job %s: attempt %d of %d", lease.job.id, lease.job.attempt, lease.job.max_attempts)
        assert self._runner is not None  # noqa: S101  (`run` starts it before it claims)
        self._runner.send(Begin(lease))
        reason: StopReason = ""
        beat_at = time.monotonic() + self._heartbeat
        kill_at = float("inf")
        try:
            while (outcome := self._runner.receive(0.1)) is None:
                now = time.monotonic()
                if now >= kill_at:
                    raise EOFError
                if not reason and stop.is_set():
                    reason = "shutdown"
                if not reason and now >= beat_at:
                    self._beat()
                    reason, beat_at = self._keep(lease), time.monotonic() + self._heartbeat
                if reason and kill_at == float("inf"):
                    self._runner.send(Stop(lease.job.id, lease.token, reason))
                    kill_at = time.monotonic() + (0.0 if reason == "lost" else GRACE_SECONDS)
        except EOFError:
            code = self._end_runner(died=not reason)
            outcome = Stopped(cancelled=reason == "cancel") if reason else _died(code)
        self._settle(lease, outcome, reason)
        self._jobs_done += 1
        if self._jobs_done >= JOBS_PER_RUNNER:
            self._end_runner()

    def _keep(self, lease: Lease) -> StopReason:
        """Renew the lease. Returns why the job must stop, if it must."""
        try:
            return "cancel" if self._queue.heartbeat(lease).job.cancel_requested else ""
        except LeaseLostError:
            return "lost"
        except UnavailableError as error:
            # nobody else can claim the job either while the database is away, and the token guards what comes after
            logger.warning("job %s: lease not renewed: %s", lease.job.id, error.sentence)
            return ""

    def _settle(self, lease: Lease, outcome: object, reason: StopReason) -> None:
        queue, job_id = self._queue, lease.job.id
        write: Callable[[], object]
        if reason == "lost" or (isinstance(outcome, Stopped) and not outcome.cancelled and not reason):
            logger.warning("job %s was taken over; its work here is dropped", job_id)
            return
        if isinstance(outcome, Succeeded):
            result = outcome.result
            write = lambda: queue.succeed(lease, result)  # noqa: E731
        elif reason == "shutdown":
            write = lambda: queue.release(lease, reason="its worker was shut down")  # noqa: E731
        elif reason == "cancel" or isinstance(outcome, Stopped):
            write = lambda: queue.acknowledge_cancel(lease)  # noqa: E731
        else:
            assert isinstance(outcome, Failed)  # noqa: S101
            error, retryable = outcome.error, outcome.retryable
            write = lambda: queue.fail(lease, error, retryable=retryable)  # noqa: E731
        for _ in range(OUTCOME_TRIES):
            try:
                write()
            except LeaseLostError:
                logger.warning("job %s was taken over; its outcome here is dropped", job_id)
            except UnavailableError as problem:
                logger.warning("job %s: outcome not stored yet: %s", job_id, problem.sentence)
                time.sleep(1.0)
                continue
            logger.info("job %s: %s", job_id, type(outcome).__name__.lower())
            return

    def _beat(self) -> None:
        if time.monotonic() - self._beat_at < BEAT_SECONDS:
            return
        self._beat_at = time.monotonic()
        with contextlib.suppress(UnavailableError):
            self._workers.beat(self.name, host=self.host, pid=os.getpid())


def make_queue(state: State, settings: Settings) -> StateQueue:
    """The queue as the settings describe it."""
    return StateQueue(
        state,
        queue_limit=settings.queue_limit,
        max_attempts=settings.job_attempts,
        lease_seconds=settings.lease_seconds,
    )


def _died(code: int) -> Failed:
    memory = code == -signal.SIGKILL
    error = MixlineError(
        f"the process of the job {describe_exit(code)}",
        action="Most likely the machine ran out of memory: choose a smaller preset or a larger machine."
        if memory
        else "The worker's log may say why; please report it.",
    )
    return Failed(error.to_dict(), retryable=True)


def main() -> None:
    """The process of one worker: `python -m mixline.jobs.worker MODULE:FUNCTION [--drain] [--lifeline]`."""
    parser = argparse.ArgumentParser(prog="python -m mixline.jobs.worker")
    parser.add_argument("factory", help="package.module:function giving the handlers")
    parser.add_argument("--drain", action="store_true", help="end when the queue is empty")
    parser.add_argument("--lifeline", action="store_true", help="stop when standard input ends")
    options = parser.parse_args()
    settings = load_settings()
    configure_logging(settings)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if options.lifeline:
        threading.Thread(target=_wait_for_parent, args=(stop,), name="lifeline", daemon=True).start()
    state = open_state(settings.state_address)
    try:
        upgrade(state)
        Worker(state, options.factory, settings).run(stop, drain=options.drain)
    except MixlineError as error:
        logger.error("%s", error.sentence)
        sys.exit(1)
    finally:
        state.close()


def _wait_for_parent(stop: threading.Event) -> None:
    """Standard input is a pipe from the process that started this one: it ends when that is gone, however it went."""
    while os.read(0, 1024):
        pass
    stop.set()


if __name__ == "__main__":
    main()
