"""A service that takes a connection and never answers.

Refused connections fail at once. Silence costs whoever meets it the whole waiting time, and a page asks for several
documents: so the first to meet it looks whether the service lives at all, and if not, everybody else is told at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

QUIET_SECONDS = 5.0  # how long a silent service is left alone before somebody knocks again
PATIENCE = 0.5  # seconds: a service that lives answers a knock in some thousandths


class Silence:
    """What is known of one service. Threads may share it.

    Nobody waits for a knock longer than `PATIENCE`: who waited in vain has waited enough, and who asks a service known to be
    silent is told at once. A knock that takes longer goes on behind; the next to ask hears what it found.

    Args:
        knock: whether the service gives a sign of life; should take two seconds at most.
        clock: seconds that only grow.
    """

    def __init__(self, knock: Callable[[], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._knock = knock
        self._clock = clock
        self._lock = threading.Lock()
        self._until: float | None = None
        self._knocking: threading.Event | None = None

    def holds(self) -> bool:
        """Whether asking would be in vain. Knocks, one thread at a time, when the service was left alone for a while."""
        with self._lock:
            if self._until is None:
                return False
            if self._clock() < self._until:
                return True
            self._leave_alone()  # the others need not knock as well
        return self._listen()

    def met(self) -> None:
        """A request waited in vain: was it this one, or is nobody there?"""
        self._listen()

    def _listen(self) -> bool:
        with self._lock:
            over = self._knocking
            if over is None:
                over = self._knocking = threading.Event()
                threading.Thread(target=self._hear, args=(over,), daemon=True).start()
        answered = over.wait(PATIENCE)
        with self._lock:
            if not answered and not over.is_set():
                self._leave_alone()
            return self._until is not None

    def _hear(self, over: threading.Event) -> None:
        """One knock, and what it found, for all who wait for it or come later."""
        lives = False
        try:
            lives = self._knock()
        finally:
            with self._lock:
                self._until = None
                if not lives:
                    self._leave_alone()
                self._knocking = None
                over.set()

    def _leave_alone(self) -> None:
        self._until = self._clock() + QUIET_SECONDS
