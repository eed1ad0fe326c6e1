"""The process in which handlers run: `python -m mixline.jobs.runner FD MODULE:FUNCTION`.

A handler may be deep in native code, run out of memory or crash. It therefore runs in a process of its own, which its
worker can end at any time; the worker keeps the lease alive meanwhile. A runner stays for many jobs, because importing an
engine takes longer than a small fit. It is the leader of its own process group, so that what a handler starts ends with it.

The worker writes `Begin` and `Stop`, the runner answers with the kinds of job it knows, then one outcome per job.
"""

from __future__ import annotations

import importlib
import logging
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import cast

from mixline.errors import SettingsError
from mixline.jobs.context import LeaseContext, StopReason
from mixline.jobs.contract import Handler, Lease
from mixline.jobs.outcomes import run_handler
from mixline.jobs.parts import JobParts
from mixline.jobs.processes import configure_logging
from mixline.jobs.queue import StateQueue
from mixline.settings import Settings, load_settings
from mixline.state import open_state

logger = logging.getLogger(__name__)

HandlerFactory = Callable[[Settings], Mapping[str, Handler]]


@dataclass(frozen=True)
class Begin:
    lease: Lease


@dataclass(frozen=True)
class Stop:
    """Stop the job that runs under this token; anything else has ended already."""

    job_id: str
    token: int
    reason: StopReason


@dataclass(frozen=True)
class Ready:
    kinds: frozenset[str]


class Inbox:
    """Reads what the worker writes, on a thread of its own, so that a stop is known while a handler works."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._begun: queue.SimpleQueue[Lease] = queue.SimpleQueue()
        self._stop: Stop | None = None
        threading.Thread(target=self._read, name="inbox", daemon=True).start()

    def next_lease(self) -> Lease:
        """Wait for the next job."""
        return self._begun.get()

    def stop_reason(self, lease: Lease) -> StopReason:
        """Why this lease's job must stop, or ""."""
        stop = self._stop
        return stop.reason if stop and (stop.job_id, stop.token) == (lease.job.id, lease.token) else ""

    def _read(self) -> None:
        try:
            while True:
                message = self._connection.recv()
                if isinstance(message, Begin):
                    self._begun.put(message.lease)
                else:
                    self._stop = message
        except (EOFError, OSError):
            os.killpg(os.getpgrp(), signal.SIGKILL)  # the worker is gone: nobody would know how this ends


def load_factory(path: str) -> HandlerFactory:
    """The function that makes the handlers, from "package.module:function".

    Raises:
        SettingsError: the path names nothing.
    """
    module, _, name = path.partition(":")
    try:
        return cast(HandlerFactory, getattr(importlib.import_module(module), name))
    except (ImportError, AttributeError, ValueError) as error:
        raise SettingsError(
            "the job handlers cannot be loaded", got=path, expected="package.module:function"
        ) from error


def serve(connection: Connection, factory: HandlerFactory, settings: Settings) -> None:
    """Run jobs for ever; the worker ends the process."""
    handlers = factory(settings)
    state = open_state(settings.state_address)
    jobs, parts = StateQueue(state, lease_seconds=settings.lease_seconds), JobParts(state)
    inbox = Inbox(connection)
    connection.send(Ready(frozenset(handlers)))
    while True:
        lease = inbox.next_lease()
        context = LeaseContext(jobs, parts, lease, stop_reason=lambda lease=lease: inbox.stop_reason(lease))  # type: ignore[misc]
        connection.send(run_handler(handlers[lease.job.kind], context))


def main() -> None:
    settings = load_settings()
    configure_logging(settings)
    try:
        serve(Connection(int(sys.argv[1])), load_factory(sys.argv[2]), settings)
    except BrokenPipeError:
        sys.exit(0)
    except Exception:
        logger.exception("the job runner ended")
        sys.exit(1)


if __name__ == "__main__":
    # under its own name, because what is sent over the connection is found by the name of its module
    from mixline.jobs.runner import main as run

    run()
