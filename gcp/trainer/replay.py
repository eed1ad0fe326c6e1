"""Sends run records that waited for the tracking server, once it is back."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from gcp.common.application import Provider
from mixline.errors import MixlineError
from mixline.services import lineage

EVERY_SECONDS = 30.0
_log = logging.getLogger(__name__)


def start(provider: Provider) -> Callable[[], None]:
    """Look every half minute, on a thread of its own. Returns what stops it."""
    stopping = threading.Event()

    def work() -> None:
        while not stopping.wait(EVERY_SECONDS):
            try:
                delivered = lineage.replay(provider.get())
                if delivered:
                    _log.info("%d waiting run records were delivered to the tracking server", delivered)
            except MixlineError as error:
                _log.warning("waiting run records were not sent: %s", error.sentence)
            except Exception:
                _log.exception("waiting run records were not sent")

    thread = threading.Thread(target=work, name="tracking-replay", daemon=True)
    thread.start()

    def stop() -> None:
        stopping.set()
        thread.join(timeout=5.0)

    return stop
