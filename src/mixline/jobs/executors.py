"""Executors: what sees to it that there are workers.

The queue holds the truth; an executor only provides processes that claim from it. Here: processes on this machine. One that
starts an execution elsewhere per waiting job, or a cluster's workers, needs the same two methods.
"""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import Protocol

from mixline.jobs.processes import child_environment, configure_logging, describe_exit
from mixline.settings import Settings
from mixline.state import open_state, upgrade

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.5  # between two looks at the worker processes
STEADY_SECONDS = 30.0  # a worker that lived this long was well; one that dies sooner is restarted ever more slowly
RESTART_DELAY_LIMIT = 30.0
STOP_SECONDS = 10.0  # a worker may take this long to give its job back


class Executor(Protocol):
    """Provides workers. None of its methods may be needed for a job to be safe: a job is a row before this is called."""

    def ensure(self, count: int) -> None:
        """See to it that `count` workers run: start missing ones, replace dead ones, stop surplus ones. Call it often."""
        ...

    def stop(self) -> None:
        """Stop the workers; each gives back the job it is at."""
        ...


@dataclass
class _Slot:
    """The place of one worker process, whichever process fills it now."""

    process: subprocess.Popen[bytes]
    started_at: float
    failures: int = 0
    restart_at: float | None = None


class LocalExecutor:
    """`Executor` by worker processes on this machine. Not safe to share between threads."""

    def __init__(self, factory: str, settings: Settings) -> None:
        self._factory = factory
        self._settings = settings
        self._slots: list[_Slot] = []

    @property
    def pids(self) -> list[int]:
        """Processes of the workers that run."""
        return [slot.process.pid for slot in self._slots if slot.process.poll() is None]

    def ensure(self, count: int) -> None:
        now = time.monotonic()
        for slot in self._slots:
            code = slot.process.poll()
            if code is None:
                continue
            if slot.restart_at is None:
                slot.failures = 0 if now - slot.started_at > STEADY_SECONDS else slot.failures + 1
                delay = 0.0 if slot.failures <= 1 else min(RESTART_DELAY_LIMIT, 2.0 ** (slot.failures - 2))
                slot.restart_at = now + delay
                logger.warning("a worker %s; restarted in %.0f s", describe_exit(code), delay)
            if now >= slot.restart_at:
                _close(slot.process)
                slot.process, slot.started_at, slot.restart_at = self._start(), now, None
        while len(self._slots) < count:
            self._slots.append(_Slot(self._start(), now))
        if len(self._slots) > count:
            surplus, self._slots = self._slots[count:], self._slots[:count]
            _stop([slot.process for slot in surplus])

    def stop(self) -> None:
        slots, self._slots = self._slots, []
        _stop([slot.process for slot in slots])

    def _start(self) -> subprocess.Popen[bytes]:
        # a session of its own, so that Ctrl-C reaches the executor only, which then stops its workers in good order;
        # the pipe is the worker's lifeline: when this process is gone, however it went, the worker stops
        return subprocess.Popen(
            [sys.executable, "-m", "mixline.jobs.worker", self._factory, "--lifeline"],
            stdin=subprocess.PIPE,
            start_new_session=True,
            env=child_environment(self._settings),
        )


def run_worker(settings: Settings, factory: str) -> int:
    """Keep `settings.workers` workers running until SIGTERM or Ctrl-C. Returns the exit code.

    Args:
        factory: "package.module:function" giving the handlers for the settings; only the runner processes import it.

    Raises:
        ConflictError: the state database was made by a newer Mixline.
        UnavailableError: the state database does not answer.
    """
    configure_logging(settings)
    state = open_state(settings.state_address)
    upgrade(state)
    state.close()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    executor = LocalExecutor(factory, settings)
    try:
        while not stop.is_set():
            executor.ensure(settings.workers)
            stop.wait(LOOK_SECONDS)
    finally:
        executor.stop()
    return 0


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        _close(process)


def _close(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
