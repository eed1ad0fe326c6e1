"""One browser at a time prints; who asks meanwhile waits for a while, and what was printed is kept by its content's name."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable

from dashboard.reports.printing import Format, print_page
from mixline.errors import BusyError

KEPT_BYTES = 48_000_000  # of PDFs and pictures, in memory
WAIT_SECONDS = 25.0  # a print takes a few seconds: some may wait, none for ever
MOST_WAITING = 4
RETRY_SECONDS = 10

Printer = Callable[[str, Format], bytes]


class Press:
    """Prints reports one by one and remembers the last ones. Safe to share by threads.

    A Chrome takes about 300 MB while it works: two at once could take a small machine down, and a person who clicks again
    and again would start as many.
    """

    def __init__(
        self, printer: Printer = print_page, *, wait: float = WAIT_SECONDS, waiting: int = MOST_WAITING
    ) -> None:
        self._printer, self._wait = printer, wait
        self._turn = threading.Lock()
        self._places = threading.BoundedSemaphore(waiting + 1)
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def print(self, page: str, form: Format) -> bytes:
        """The printed report; the kept one where the same page was printed before.

        Raises:
            BusyError: others are in line, and the line is full or did not move in time.
            UnavailableError: see `print_page`.
        """
        name = f"{hashlib.sha256(page.encode()).hexdigest()}.{form}"
        if (known := self._find(name)) is not None:
            return known
        if not self._places.acquire(blocking=False):
            raise self._busy()
        try:
            if not self._turn.acquire(timeout=self._wait):
                raise self._busy()
            try:
                if (known := self._find(name)) is not None:  # somebody before us in the line wanted the same
                    return known
                made = self._printer(page, form)
                self._keep(name, made)
                return made
            finally:
                self._turn.release()
        finally:
            self._places.release()

    def _find(self, name: str) -> bytes | None:
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
            return self._kept.get(name)

    def _keep(self, name: str, content: bytes) -> None:
        with self._lock:
            self._kept[name] = content
            while sum(map(len, self._kept.values())) > KEPT_BYTES and len(self._kept) > 1:
                self._kept.popitem(last=False)

    def _busy(self) -> BusyError:
        return BusyError(
            "other reports are being printed",
            retry_after=RETRY_SECONDS,
            action="Try again in a moment, or take the HTML file: it needs no printing.",
        )
