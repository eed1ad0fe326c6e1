"""How long a run will take, from how long runs took here.

Time is modelled as a fixed part (reading, decomposition, writing) plus a part per candidate: with runs of different sizes
both are fitted by least squares, with one size only the second. Runs on the same dataset are preferred, because a wide
table is slower than a narrow one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from mixline.messages import RunView

RECENT_RUNS = 20


@dataclass(frozen=True)
class TimeEstimate:
    """Seconds a run will take, and how that is known: "about" it, "at most" it, or "under" it."""

    seconds: float
    bound: Literal["about", "at most", "under"]

    @property
    def words(self) -> str:
        return f"{self.bound} {duration_words(self.seconds)}"


def estimate_time(runs: Sequence[RunView], dataset_id: str, candidates: int) -> TimeEstimate | None:
    """How long a search of `candidates` (trials times iterations) will take; None when nothing was measured yet.

    With one size measured the fixed part is unknown: a larger search takes at most its proportion, a smaller one less
    than what was measured.

    Args:
        runs: newest first; only those that succeeded at their first attempt are used (a resumed run is no measure).
    """
    measured = [run for run in runs if _took(run) is not None and run.job.attempt == 1][:RECENT_RUNS]
    same = [run for run in measured if run.dataset_id == dataset_id]
    points = [(run.trials * run.iterations, _took(run) or 0.0) for run in (same or measured)]
    if not points:
        return None
    sizes = sorted({size for size, _ in points})
    # The median of each size: one run that waited for a busy machine must not bend the line.
    pairs = [(size, median([seconds for other, seconds in points if other == size])) for size in sizes]
    known = dict(pairs)
    if candidates in known:
        return TimeEstimate(known[candidates], "about")
    if len(pairs) >= 2:
        slope, fixed = _line(pairs)
        if slope > 0 and fixed >= 0:
            return TimeEstimate(fixed + slope * candidates, "about")
    size, seconds = min(pairs, key=lambda pair: abs(pair[0] - candidates))
    return TimeEstimate(seconds * candidates / size, "at most") if candidates > size else TimeEstimate(seconds, "under")


def _line(pairs: Sequence[tuple[int, float]]) -> tuple[float, float]:
    """Slope and intercept of the least-squares line, weighted by 1/size: relative errors count alike."""
    weights = [1.0 / max(size, 1) for size, _ in pairs]
    total = sum(weights)
    mean_x = sum(w * x for w, (x, _) in zip(weights, pairs, strict=True)) / total
    mean_y = sum(w * y for w, (_, y) in zip(weights, pairs, strict=True)) / total
    spread = sum(w * (x - mean_x) ** 2 for w, (x, _) in zip(weights, pairs, strict=True))
    slope = sum(w * (x - mean_x) * (y - mean_y) for w, (x, y) in zip(weights, pairs, strict=True)) / spread
    return slope, mean_y - slope * mean_x


def _took(run: RunView) -> float | None:
    """Seconds from start to finish of a run that succeeded."""
    job = run.job
    if job.state != "succeeded" or job.started_at is None or job.finished_at is None:
        return None
    seconds = (job.finished_at - job.started_at).total_seconds()
    return seconds if seconds > 0 else None


def duration_words(seconds: float) -> str:
    """A duration as said: "4 s", "1 min 20 s", "12 min", "2 h 5 min"."""
    if seconds < 60:
        return f"{max(round(seconds), 1)} s"
    if seconds < 600:
        minutes, rest = divmod(round(seconds / 10) * 10, 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    if seconds < 3600:
        return f"{round(seconds / 60)} min"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
