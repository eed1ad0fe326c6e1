"""How the engine's cost grows: the same data with ten times the weeks, channels or candidates.

In seconds of the processor, which neighbours on the machine disturb less than seconds of the clock.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from mixline.mmm.fitting import assemble
from mixline.mmm.search import candidate_space
from mixline.mmm.search.pareto import fronts
from mixline.mmm.search.result import Prepared, join
from mixline.mmm.search.trials import run_trials


@dataclass(frozen=True)
class Cost:
    """Seconds of the processor: of the search, and of what follows it (choice, draws, candidates)."""

    search: float
    ranges: float

    @property
    def total(self) -> float:
        return self.search + self.ranges


def per_candidate(prepared: Prepared, count: int = 2000) -> float:
    """Microseconds per candidate of the compiled evaluation, the best of five rounds."""
    space = candidate_space.dimensions(prepared)
    units = np.clip(np.random.default_rng(1).normal(0.5, 1 / 6, (count, len(space))), 0, 1)
    points = candidate_space.decode(prepared, space, units)
    candidate_space.evaluate(prepared, points)
    rounds = []
    for _ in range(5):
        began = time.process_time()
        candidate_space.evaluate(prepared, points)
        rounds.append(time.process_time() - began)
    return min(rounds) / count * 1e6


def whole(prepared: Prepared, iterations: int) -> Cost:
    """A fit of one trial, from prepared data to a model with ranges."""
    search = replace(prepared.spec.search, trials=1, iterations=iterations)
    prepared = replace(prepared, spec=replace(prepared.spec, search=search))
    searches = []
    for _ in range(2):  # short, so the better of two
        began = time.process_time()
        candidates = join(run_trials(prepared, 1, None, None))
        searches.append(time.process_time() - began)
    began = time.process_time()
    assemble(prepared, candidates, fronts(candidates.error, candidates.rssd))
    return Cost(min(searches), time.process_time() - began)


def stretched(prepared: Prepared, weeks: int = 1, media: int = 1) -> Prepared:
    """The same data, longer or with more channels, for the growth of cost only. Arrays are copies."""
    width = prepared.media.shape[1]
    stop = prepared.window[1] * weeks
    spec = prepared.spec
    paid, organic = spec.paid, spec.organic
    if media > 1:
        more = tuple(replace(m, name=f"{m.name} {k}") for k in range(media) for m in paid)
        others = tuple(replace(m, name=f"{m.name} {k}") for k in range(media) for m in organic)
        spec = replace(spec, media=more + others)
    noise = np.random.default_rng(2).uniform(0.8, 1.2, (len(prepared.outcome) * weeks, width * media))
    # Paid media come first on every axis: their copies stand together, then those of the organic ones.
    order = list(range(len(paid))) * media + [len(paid) + k for k in range(len(organic))] * media
    count = prepared.other.shape[1]
    return replace(
        prepared,
        spec=spec,
        outcome=np.tile(prepared.outcome, weeks),
        dates=prepared.dates[0] + 7 * np.arange(len(prepared.dates) * weeks).astype("timedelta64[D]"),
        spend=np.tile(prepared.spend, (weeks, media)),
        media=np.tile(prepared.media[:, order], (weeks, 1)) * noise,
        other=np.tile(prepared.other, (weeks, 1)),
        window=(prepared.window[0], stop),
        media_names=tuple(m.name for m in spec.ordered_media),
        low=np.concatenate([prepared.low[:count], prepared.low[count:][order]]),
        high=np.concatenate([prepared.high[:count], prepared.high[count:][order]]),
        ranges=tuple(prepared.ranges[k] for k in order),
    )


def show(prepared: Prepared, iterations: int = 2000) -> None:
    """Print the table for data ten times as large each way."""
    cases = {
        "the demo": (1, 1, 1),
        "weeks x 10": (10, 1, 1),
        "channels x 10": (1, 10, 1),
        "candidates x 10": (1, 1, 10),
    }
    whole(stretched(prepared), 40)  # loads what is compiled
    print(
        f"{'processor time, one trial of ' + format(iterations, ','):<38} us each  times  search s  times  all s  times"
    )
    base_each, base = 0.0, Cost(0.0, 0.0)
    for name, (weeks, media, more) in cases.items():
        data = stretched(prepared, weeks, media)
        each = per_candidate(data, 2000 if weeks * media == 1 else 300)
        cost = whole(data, iterations * more)
        if name == "the demo":
            base_each, base = each, cost
        print(
            f"{name:<38} {each:7.0f} {each / base_each:6.1f} {cost.search:9.2f} {cost.search / base.search:6.1f} "
            f"{cost.total:6.2f} {cost.total / base.total:6.1f}"
        )
