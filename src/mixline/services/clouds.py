"""The candidates of a search while it is at work, so that people can watch the cloud fill in.

Kept as a part of the job: fenced like its other parts, gone with them when the run succeeds and its model has the candidates.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from mixline.jobs.contract import JobContext
from mixline.jobs.parts import JobParts
from mixline.messages import SearchCloud
from mixline.mmm.model import Floats
from mixline.services.context import Services
from mixline.services.run_rows import get_run

PART = "cloud"
POINTS_KEPT = 1200  # more cannot be told apart on a screen
SAVE_SECONDS = 1.0


class LiveCloud:
    """Collects what a fit reports and keeps it with the job, at most once a second. An earlier attempt's points stay.

    Args:
        clock: seconds, monotonic.
    """

    def __init__(self, context: JobContext, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._context, self._clock = context, clock
        self._points: dict[tuple[float, float], None] = dict.fromkeys(_read(context.load_part(PART)))
        self._saved_at = float("-inf")
        self._changed = False

    def add(self, candidates: Floats) -> None:
        """Take in points, array of shape (n, 2): error and distance. Those reported before are known by their numbers."""
        before = len(self._points)
        self._points.update(dict.fromkeys((round(float(e), 6), round(float(d), 5)) for e, d in candidates))
        self._changed = self._changed or len(self._points) != before
        while len(self._points) > POINTS_KEPT:  # every other of the older half goes: the newest are what people watch
            known = list(self._points)
            half = len(known) // 2
            self._points = dict.fromkeys(known[:half:2] + known[half:])
        if self._changed and self._clock() - self._saved_at >= SAVE_SECONDS:
            self._saved_at, self._changed = self._clock(), False
            self._context.save_part(PART, json.dumps(list(self._points), separators=(",", ":")).encode())


def read_cloud(services: Services, run_id: str) -> SearchCloud:
    """The candidates so far. Raises NotFoundError."""
    get_run(services, run_id)
    points = _read(JobParts(services.state).load(run_id, PART))
    return SearchCloud(run_id=run_id, error=[e for e, _ in points], rssd=[d for _, d in points])


def _read(content: bytes | None) -> list[tuple[float, float]]:
    return [(error, distance) for error, distance in json.loads(content)] if content else []
