"""How long a search will take and what it will cost, from how long searches took here.

Time is modelled as a fixed part (reading, decomposition, writing) plus a part per candidate: with runs of different sizes
both are fitted by least squares, with one size only the second. Runs on the same dataset are preferred, because a wide
table is slower than a narrow one. Cost is the time of all cores booked at the price of a core-hour.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from sqlalchemy import select

from mixline.errors import MixlineError
from mixline.messages import CostView
from mixline.messages.specifications import Bound
from mixline.services.context import Services
from mixline.services.status import ALIVE_LEASES
from mixline.settings import Settings
from mixline.state.tables import jobs, runs

RECENT_RUNS = 20
RUNS_LOOKED_AT = 200


@dataclass(frozen=True)
class Measured:
    """One run that succeeded at its first attempt: candidates it tried, seconds it took."""

    dataset_id: str
    candidates: int
    seconds: float


@dataclass(frozen=True)
class Duration:
    """Seconds a search will take, and how that is known: about it, at most it, or under it."""

    seconds: float
    bound: Bound


def read_measured(services: Services) -> list[Measured]:
    """Newest first. Resumed runs are no measure and are left out."""
    statement = (
        select(runs.c.dataset_id, runs.c.trials, runs.c.iterations, jobs.c.started_at, jobs.c.finished_at)
        .join(jobs, jobs.c.id == runs.c.id)
        .where(jobs.c.state == "succeeded", jobs.c.attempt == 1)
        .order_by(jobs.c.finished_at.desc())
        .limit(RUNS_LOOKED_AT)
    )
    with services.state.read() as connection:
        rows = connection.execute(statement).all()
    spans = ((row, (row.finished_at - row.started_at).total_seconds()) for row in rows if row.started_at)
    return [Measured(row.dataset_id, row.trials * row.iterations, seconds) for row, seconds in spans if seconds > 0]


def estimate_duration(measured: Sequence[Measured], dataset_id: str, candidates: int) -> Duration | None:
    """How long a search of `candidates` (trials times iterations) will take; None when nothing was measured yet.

    With one size measured the fixed part is unknown: a larger search takes at most its proportion, a smaller one less
    than what was measured.

    Args:
        measured: newest first.
    """
    same = [run for run in measured if run.dataset_id == dataset_id]
    points = [(run.candidates, run.seconds) for run in (same or measured)[:RECENT_RUNS]]
    if not points:
        return None
    sizes = sorted({size for size, _ in points})
    # The median of each size: one run that waited for a busy machine must not bend the line.
    medians = [median([seconds for other, seconds in points if other == size]) for size in sizes]
    # A smaller search takes no longer than a larger one did: where it seems so, the machine was busy.
    pairs = [(size, min(medians[place:])) for place, size in enumerate(sizes)]
    known = dict(pairs)
    if candidates in known:
        return Duration(known[candidates], "about")
    if len(pairs) >= 2:
        slope, fixed = _line(pairs)
        if slope > 0 and fixed >= 0:
            return Duration(fixed + slope * candidates, "about")
    size, seconds = min(pairs, key=lambda pair: abs(pair[0] - candidates))
    return Duration(seconds * candidates / size, "at most") if candidates > size else Duration(seconds, "under")


def estimate_cost(
    services: Services, measured: Sequence[Measured], dataset_id: str, candidates: int, *, count: int = 1
) -> CostView:
    """What `count` runs of so many candidates each will take with the workers that are there."""
    duration = estimate_duration(measured, dataset_id, candidates)
    if duration is None:
        return CostView(
            candidates=candidates * count,
            seconds=None,
            bound="unknown",
            core_seconds=None,
            cost=None,
            currency=services.settings.core_hour_currency,
        )
    core_seconds = duration.seconds * booked_cores(services.settings) * count
    return CostView(
        candidates=candidates * count,
        seconds=duration.seconds * math.ceil(count / count_workers(services)),
        bound=duration.bound,
        core_seconds=core_seconds,
        cost=price(services.settings, core_seconds),
        currency=services.settings.core_hour_currency,
    )


def add_up(parts: Sequence[CostView], currency: str) -> CostView:
    """Several searches one after another. What is unknown of one is unknown of all."""
    seconds = [part.seconds for part in parts]
    cores = [part.core_seconds for part in parts]
    costs = [part.cost for part in parts]
    bounds = {part.bound for part in parts}
    return CostView(
        candidates=sum(part.candidates for part in parts),
        seconds=None if None in seconds else math.fsum(s for s in seconds if s is not None),
        bound="unknown" if not parts or "unknown" in bounds else bounds.pop() if len(bounds) == 1 else "at most",
        core_seconds=None if None in cores else math.fsum(s for s in cores if s is not None),
        cost=None if None in costs or not parts else math.fsum(c for c in costs if c is not None),
        currency=currency,
    )


def price(settings: Settings, core_seconds: float | None) -> float | None:
    """What core seconds cost; None without a price or a measure."""
    if core_seconds is None or settings.core_hour_price == 0:
        return None
    return core_seconds / 3600.0 * settings.core_hour_price


def booked_cores(settings: Settings) -> int:
    """Cores a fit holds while it runs."""
    return settings.fit_processes or os.cpu_count() or 1


@contextmanager
def booking(services: Services, run_id: str, cores: int) -> Iterator[None]:
    """Add the time of the block, times the cores it holds, to a run, however the block ends. Attempts add up."""
    begun = time.monotonic()
    try:
        yield
    finally:
        with suppress(MixlineError):  # a price not noted must not cost the work
            services.runs.add_core_seconds(run_id, (time.monotonic() - begun) * cores)


def count_workers(services: Services) -> int:
    """Workers that are alive, at least one: without any the estimate is of the time once one is there."""
    alive = timedelta(seconds=services.settings.lease_seconds * ALIVE_LEASES)
    return max(1, len(services.workers.list_alive(within=alive)))


def _line(pairs: Sequence[tuple[int, float]]) -> tuple[float, float]:
    """Slope and intercept of the least-squares line, weighted by 1/size: relative errors count alike."""
    weights = [1.0 / max(size, 1) for size, _ in pairs]
    total = sum(weights)
    mean_x = sum(w * x for w, (x, _) in zip(weights, pairs, strict=True)) / total
    mean_y = sum(w * y for w, (_, y) in zip(weights, pairs, strict=True)) / total
    spread = sum(w * (x - mean_x) ** 2 for w, (x, _) in zip(weights, pairs, strict=True))
    slope = sum(w * (x - mean_x) * (y - mean_y) for w, (x, y) in zip(weights, pairs, strict=True)) / spread
    return slope, mean_y - slope * mean_x
