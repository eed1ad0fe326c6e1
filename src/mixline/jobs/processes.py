"""Starting our own processes and making sure that none outlives the one that started it."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from pydantic import SecretStr

from mixline.settings import Settings

# Waits until its input ends, which happens when the process that started it is gone however it went, then kills a group.
_GUARD = 'read -r line; kill -s KILL -- "-$1"'


def child_environment(settings: Settings) -> dict[str, str]:
    """The environment that gives a child process the same settings and the same import path."""
    values = {}
    for name in Settings.model_fields:
        value = getattr(settings, name)
        values[f"MIXLINE_{name.upper()}"] = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    path = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path if entry)
    return {**os.environ, **values, "PYTHONPATH": path}


def configure_logging(settings: Settings) -> None:
    """Log to stderr, where whoever started the process keeps it."""
    logging.basicConfig(
        level=settings.log_level.upper(),
        format="%(asctime)s %(levelname)s %(name)s [%(process)d] %(message)s",
        stream=sys.stderr,
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)


class RunnerProcess:
    """A runner as its worker sees it: a process group with a connection, and a guard that ends it with the worker."""

    def __init__(self, factory: str, settings: Settings) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "mixline.jobs.runner", str(theirs.fileno()), factory],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                env=child_environment(settings),
            )
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", _GUARD, "mixline-guard", str(self._process.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._connection = Connection(ours.detach())

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, message: object) -> None:
        """Write to the runner; a runner that has died is noticed by the next `receive`."""
        with contextlib.suppress(OSError):
            self._connection.send(message)

    def receive(self, timeout: float) -> object | None:
        """What the runner has written, None when it has written nothing within `timeout` seconds.

        Raises:
            EOFError: the runner has died.
        """
        try:
            return self._connection.recv() if self._connection.poll(timeout) else None
        except OSError as error:
            raise EOFError from error

    def end(self, *, died: bool = False) -> int:
        """Kill the runner and all it has started. Returns its exit code, negative for a signal. Safe to repeat.

        Args:
            died: it has closed its connection by itself, so it is about to give an exit code of its own.
        """
        if died:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1.0)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        code = self._process.wait()
        self._guard.kill()
        self._guard.wait()
        if self._guard.stdin is not None:
            self._guard.stdin.close()
        self._connection.close()
        return code


def describe_exit(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"ended with code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = str(-code)
    return f"was ended by the system ({name})"
