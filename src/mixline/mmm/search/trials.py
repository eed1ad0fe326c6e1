"""Running the trials of a search, here or in processes of their own, and telling how far they are.

Each trial is a function of the data, the specification and its number alone. So which process runs it does not matter,
and neither does an earlier attempt that saved some of them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing import connection, get_context
from time import monotonic as stopwatch  # for the time left; no result depends on it
from typing import Any

import numpy as np

from mixline.errors import UnavailableError
from mixline.mmm.model import Floats
from mixline.mmm.search.result import Candidates, Prepared
from mixline.mmm.search.trial_parts import Parts, fingerprint, part_name, read_part, write_part
from mixline.mmm.transforms.adstock import adstock_named

PULSE = 0.3  # seconds between two reports
RECENT = 200  # candidate points in a report
# Seconds of search from which processes of their own pay: starting one takes most of a second. Which side of it a search
# falls on changes nothing but the time.
WORTH_A_PROCESS = 4.0


@dataclass(frozen=True)
class FitProgress:
    """How far a fit is.

    `best` holds the lowest "nrmse" (held-out where there is a hold-out) and "rssd" so far, `candidates` the latest
    points, array of shape (n, 2): nrmse, rssd.
    """

    stage: str
    percent: float
    seconds_left: float | None
    best: dict[str, float]
    candidates: Floats


Report = Callable[[FitProgress], None]


@dataclass
class Meter:
    """Adds up what the trials have done and reports it at most every `PULSE` seconds."""

    total: int
    report: Report | None
    share: float = 90.0  # percent of the bar that is search
    done: dict[int, int] = field(default_factory=dict)
    already: int = 0  # evaluations that were there before this attempt
    recent: list[Floats] = field(default_factory=list)
    best: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=stopwatch)
    first: float | None = None  # when the first evaluation of this attempt came
    last: float = -1.0

    def add(self, trial: int, done: int, points: Floats) -> None:
        self.done[trial] = done
        finite = points[np.isfinite(points).all(1)]
        if finite.size:
            for k, name in enumerate(("nrmse", "rssd")):
                self.best[name] = min(self.best.get(name, np.inf), float(finite[:, k].min()))
            self.recent = [*self.recent, finite][-20:]
        if self.first is None:
            self.first = stopwatch()
            self.last = -1.0  # the first candidates are shown at once

    def show(self, *, now: bool = False, stage: str = "") -> None:
        """Report if it is time. The callback may raise to stop the fit."""
        clock = stopwatch()
        if self.report is None or (not now and clock - self.last < PULSE):
            return
        self.last = clock
        count = sum(self.done.values())
        fresh = count - self.already
        left = None
        if self.first is not None and fresh > 0 and clock > self.first:
            left = (clock - self.first) / fresh * (self.total - count)
        text = stage or (f"Searching: {count:,} of {self.total:,} candidates" if count else "Starting the search")
        points = np.concatenate(self.recent)[-RECENT:] if self.recent else np.zeros((0, 2))
        percent = 2.0 + (self.share - 2.0) * count / self.total
        self.report(FitProgress(text, percent, left, dict(self.best), points))


def run_trials(prepared: Prepared, processes: int, report: Report | None, parts: Parts | None) -> list[Candidates]:
    """All trials of the specification, in order of their number.

    Raises:
        UnavailableError: a search process died. Whatever `report` raises.
    """
    search = prepared.spec.search
    mark = fingerprint(prepared) if parts is not None else ""
    meter = Meter(search.trials * search.iterations, report)
    found: dict[int, Candidates] = {}
    for trial in range(1, search.trials + 1):
        kept = parts.load(part_name(trial)) if parts is not None else None
        saved = read_part(kept, mark, search.iterations, shorter=search.early_stop)
        if saved is not None:
            found[trial] = saved
            meter.add(trial, len(saved), _points(saved))
            meter.already += len(saved)
    meter.first = None
    waiting = [t for t in range(1, search.trials + 1) if t not in found]
    meter.show(now=True)
    apart = processes > 1 and len(waiting) > 1 and _seconds(prepared, len(waiting)) > WORTH_A_PROCESS
    run = _run_in_processes if apart else _run_here
    for trial, candidates in run(prepared, waiting, processes, meter):
        found[trial] = candidates
        if parts is not None:
            parts.save(part_name(trial), write_part(candidates, mark))
    meter.show(now=True)  # the last candidates count too, however soon they came after a report
    return [found[trial] for trial in sorted(found)]


def _seconds(prepared: Prepared, trials: int) -> float:
    """About how long trials take on one core: the cost of a row, of a cell, and of a product of two columns."""
    rows, columns = prepared.window_rows, len(prepared.low)
    cells = rows * len(prepared.media_names)
    reach = 1 if all(adstock_named(m.adstock).recursive for m in prepared.spec.ordered_media) else rows / 10
    each = 60e-6 + 20e-9 * cells * reach + 0.6e-9 * rows * columns**2
    return trials * prepared.spec.search.iterations * each


def _points(candidates: Candidates) -> Floats:
    return np.column_stack([candidates.error, candidates.rssd])


def _run_here(prepared: Prepared, waiting: list[int], _: int, meter: Meter) -> Iterator[tuple[int, Candidates]]:
    from mixline.mmm.search.trial import search_trial

    for trial in waiting:

        def watch(batch: Candidates, trial: int = trial) -> None:
            meter.add(trial, int(batch.iteration[-1]), _points(batch))
            meter.show()

        yield trial, search_trial(prepared, trial, watch)


def _run_in_processes(
    prepared: Prepared, waiting: list[int], processes: int, meter: Meter
) -> Iterator[tuple[int, Candidates]]:
    """Hand trials to spawned processes as they become free. They are stopped at once when anything goes wrong here."""
    context = get_context("spawn")
    queue = list(waiting)
    lines: dict[Any, Any] = {}
    try:
        for _ in range(min(processes, len(queue))):
            ours, theirs = context.Pipe()
            worker = context.Process(target=_work, args=(theirs, prepared), name="search", daemon=True)
            worker.start()
            theirs.close()
            lines[ours] = worker
            ours.send(queue.pop(0))
        busy = set(lines)
        while busy:
            ready: list[Any] = connection.wait(list(busy), timeout=PULSE / 2)
            for line in ready:
                try:
                    kind, trial, content = line.recv()
                except (EOFError, ConnectionError):
                    raise UnavailableError(
                        "a search process ended without a result",
                        expected="enough memory for every process",
                        action="Run it again, with fewer processes if it happens twice.",
                    ) from None
                if kind == "moved":
                    meter.add(trial, *content)
                else:
                    yield trial, content
                    if queue:
                        line.send(queue.pop(0))
                    else:
                        busy.discard(line)
            meter.show()
    finally:
        for line in lines:
            line.close()
        for worker in lines.values():
            worker.kill()
        for worker in lines.values():
            worker.join(timeout=1.0)


def _work(line: connection.Connection, prepared: Prepared) -> None:
    """A search process: trials come in, batches and results go out. A closed line means the parent is gone: end."""
    from mixline.mmm.search.trial import search_trial

    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionError, KeyboardInterrupt):
        while True:
            trial = line.recv()
            sent = [stopwatch()]
            held: list[Floats] = []

            def watch(
                batch: Candidates, trial: int = trial, sent: list[float] = sent, held: list[Floats] = held
            ) -> None:
                held.append(_points(batch))
                if stopwatch() - sent[0] >= PULSE / 2:
                    sent[0] = stopwatch()
                    line.send(("moved", trial, (int(batch.iteration[-1]), np.concatenate(held))))
                    held.clear()

            candidates = search_trial(prepared, trial, watch)
            line.send(("moved", trial, (len(candidates), _points(candidates)[-RECENT:])))
            line.send(("found", trial, candidates))
