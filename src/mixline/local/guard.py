"""What the process manager is taught: loaded into supervisord as an extension of its remote interface.

It stops everything when `mixline run` is gone, however it went; it ends what a service left behind before that service
starts again; and it looks at once when a process ended, where supervisord would look every second. Only the standard
library and supervisor are imported, because the memory counts on every machine.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from typing import Any

from supervisor import events
from supervisor.medusa import asyncore_25 as asyncore
from supervisor.states import SupervisorStates

LIFELINE = 0  # standard input: a pipe whose other end only `mixline run` holds
ENDED = ("PROCESS_STATE_EXITED", "PROCESS_STATE_BACKOFF", "PROCESS_STATE_STOPPED")


class Pipe:
    """A readable end in supervisord's loop."""

    def __init__(self, descriptor: int, on_end: Callable[[], None] | None = None) -> None:
        self._descriptor = descriptor
        self._on_end = on_end
        self._open = True
        asyncore.socket_map[descriptor] = self

    def readable(self) -> bool:
        return self._open

    def writable(self) -> bool:
        return False

    def handle_read_event(self) -> None:
        if not os.read(self._descriptor, 4096):
            self._open = False
            if self._on_end is not None:
                self._on_end()

    def handle_error(self) -> None:
        self._open = False


def make_guard(supervisord: Any) -> object:
    """The factory named in the configuration. Its interface has no methods."""

    def shut_down() -> None:
        supervisord.options.logger.warn("mixline run is gone, stopping")
        supervisord.options.mood = SupervisorStates.SHUTDOWN

    Pipe(LIFELINE, shut_down)
    awake, waker = os.pipe()
    for descriptor in (awake, waker):
        os.set_blocking(descriptor, False)
    Pipe(awake)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    os.write(waker, b"\0")  # the services start in the first turn of the loop, not a second later
    for name in ENDED:
        events.subscribe(getattr(events.EventTypes, name), _end_group)
    return object()


def _end_group(event: Any) -> None:
    """Each service leads a group of its own: what is still in it when the leader has ended would keep its port."""
    if event.process.pid:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(event.process.pid, signal.SIGKILL)
