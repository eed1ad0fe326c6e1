"""Keeping one service running: start, readiness, restart, stop, log."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from mixline.local.home import mark_process, unmark_process
from mixline.local.services import Service

LOG_LIMIT = 5_000_000  # bytes; a longer log is put aside at the next start
STEADY_SECONDS = 30.0  # a service that ran this long was well; one that ends sooner is restarted ever more slowly
ATTEMPTS = 4  # quick ends in a row after which it is given up
DELAY_LIMIT = 15.0


class Keeper:
    """A service and the process that is it at the moment."""

    def __init__(self, service: Service, home: Path, environment: Mapping[str, str]) -> None:
        self.service = service
        self.ready = False
        self.given_up = False
        self.log = home / "logs" / f"{service.name}.log"
        self.first_started = 0.0
        self._home = home
        self._environment = {**environment, **service.environment}
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._failures = 0
        self._restart_at: float | None = None

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    @property
    def seconds(self) -> float:
        """Since the process was started."""
        return time.monotonic() - self._started

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".old.log"))
        self._started = time.monotonic()
        self.first_started = self.first_started or self._started
        self._restart_at = None
        with self.log.open("ab") as log:
            # a session of its own: Ctrl-C reaches the stack alone, which then stops the services in good order
            self._process = subprocess.Popen(
                self.service.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment,
                start_new_session=True,
            )
        mark_process(self._home, self.service.name, self._process.pid)

    def look(self) -> str | None:
        """Restart the process if it ended. Returns a line for people when something happened."""
        now = time.monotonic()
        if self.given_up:
            return None
        if self._restart_at is not None:
            if now >= self._restart_at:
                self.start()
            return None
        code = self._process.poll() if self._process is not None else None
        if code is None:
            return None
        self._clear()
        self.ready = False
        self._failures = 1 if now - self._started > STEADY_SECONDS else self._failures + 1
        if self._failures >= ATTEMPTS:
            self.given_up = True
            return (
                f"{self.service.name} {_describe(code)} {ATTEMPTS} times in a row and is given up. {self.last_words()}"
            )
        delay = 0.0 if self._failures == 1 else min(DELAY_LIMIT, 2.0 ** (self._failures - 2))
        self._restart_at = now + delay
        when = "at once" if not delay else f"in {delay:.0f} s"
        return f"{self.service.name} {_describe(code)}; it is started again {when}. {self.last_words()}"

    def check(self, timeout: float = 1.0) -> bool:
        """Ask whether it is ready. Keeps the answer in `ready`."""
        if self._process is None or self._process.poll() is not None:
            return False
        self.ready = not self.service.ready or _answers(self.service, timeout)
        return self.ready

    def ask_to_stop(self) -> None:
        self._restart_at, self.given_up = None, True
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()

    def stop(self, deadline: float) -> None:
        """Wait for the end until `deadline` (monotonic seconds), then kill it and all it started."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._clear()

    def last_words(self) -> str:
        """The end of its log, for a person."""
        with contextlib.suppress(OSError):
            lines = [line for line in self.log.read_text(errors="replace")[-4000:].splitlines() if line.strip()]
            if lines:
                return f"Its last line: {lines[-1].strip()[:200]} (more in {self.log})"
        return f"Its log is {self.log}"

    def _clear(self) -> None:
        """End what the ended process left behind."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        unmark_process(self._home, self.service.name)


def _answers(service: Service, timeout: float) -> bool:
    try:
        with urllib.request.urlopen(service.ready, timeout=timeout) as answer:  # noqa: S310
            if answer.status != 200:
                return False
            return not service.ready_field or bool(json.loads(answer.read())[service.ready_field])
    except (OSError, ValueError, KeyError):
        return False


def _describe(code: int) -> str:
    if code >= 0:
        return f"ended with code {code}"
    with contextlib.suppress(ValueError):
        return f"was ended by {signal.Signals(-code).name}"
    return f"was ended by signal {-code}"
