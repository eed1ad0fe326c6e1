"""A service that takes a connection and never answers.

Refused connections fail at once. Silence costs whoever meets it the whole waiting time, and a page asks for several
documents: so the first to meet it looks whether the service lives at all, and if not, everybody else is told at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

QUIET_SECONDS = 5.0  # how long a silent service is left alone before somebody knocks again


class Silence:
    """What is known of one service. Threads may share it.

    Args:
        knock: whether the service gives a sign of life; should take two seconds at most.
        clock: seconds that only grow.
    """

    def __init__(self, knock: Callable[[], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._knock = knock
        self._clock = clock
        self._lock = threading.Lock()
        self._until: float | None = None

    def holds(self) -> bool:
        """Whether asking would be in vain. Knocks, one thread at a time, when the service was left alone for a while."""
        with self._lock:
            if self._until is None:
                return False
            if self._clock() < self._until:
                return True
            self._until = self._clock() + QUIET_SECONDS  # the others need not knock as well
        return self._listen()

    def met(self) -> None:
        """A request waited in vain: was it this one, or is nobody there?"""
        self._listen()

    def _listen(self) -> bool:
        silent = not self._knock()
        with self._lock:
            self._until = self._clock() + QUIET_SECONDS if silent else None
        return silent
