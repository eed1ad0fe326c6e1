"""What the trainer looks after by itself: run records that wait for the tracking server, failed runs, and old logs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from gcp.common.application import Provider
from mixline.errors import MixlineError
from mixline.services import failures, lineage, run_log
from mixline.services.context import Services

EVERY_SECONDS = 30.0
HOURLY = 120  # rounds
_log = logging.getLogger(__name__)


@dataclass
class Caretaker:
    """One round after another. `told` are the failures handed to tracking by this process."""

    told: set[str] = field(default_factory=set)
    rounds: int = 0

    def look(self, services: Services) -> None:
        """One round. Raises MixlineError; the next round starts anew."""
        delivered = lineage.replay(services)
        hourly = self.rounds % HOURLY == 0
        if delivered or hourly:  # hourly, as a worker may have delivered what waited here
            failures.find_recorded(services)
        if delivered:
            _log.info("%d waiting run records were delivered to the tracking server", delivered)
        failures.record_failures(services, self.told)
        if hourly:
            dropped = run_log.prune_logs(services)
            if dropped:
                _log.info("%d lines were dropped from logs of runs that ended long ago", dropped)
        self.rounds += 1


def start(provider: Provider) -> Callable[[], None]:
    """Look every half minute, on a thread of its own. Returns what stops it."""
    stopping = threading.Event()
    caretaker = Caretaker()

    def work() -> None:
        while not stopping.wait(EVERY_SECONDS):
            try:
                caretaker.look(provider.get())
            except MixlineError as error:
                _log.warning("a round was not finished: %s", error.sentence)
            except Exception:
                _log.exception("a round was not finished")

    thread = threading.Thread(target=work, name="caretaker", daemon=True)
    thread.start()

    def stop() -> None:
        stopping.set()
        thread.join(timeout=5.0)

    return stop
