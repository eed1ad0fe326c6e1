"""The best plan within limits: starts from everywhere, then Newton steps with analytic slopes and curvatures.

The outcome is a sum of one curve per channel, so a step is the exact maximum of a separable quadratic within the limits
(`mixline.mmm.planning.limits`); a step that does not improve is halved. Starts come from dynamic programming and from prices
of money (`mixline.mmm.planning.frontier`), from given plans such as today's and from a seed. They climb on cheap
curves first; the best ones go on with exact ones. Imports numpy only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mixline.mmm.planning.frontier import Frontier, frontier, hull_starts
from mixline.mmm.planning.limits import Limits, best_step, nearest

Floats = NDArray[np.float64]
Curvature = tuple[Floats, Floats, Floats]  # value, slope, curvature of every channel, each (C,)
At = Callable[[Floats], Curvature]
RANDOM_STARTS = 3
FINALISTS = 2
SAME = 1e-6  # plans closer than this share of the total are one plan


class Hills(Protocol):
    """One curve per channel: quickly for all channels, for one over many amounts, and exactly."""

    def at(self, spend: Floats) -> Curvature: ...

    def table(self, channel: int, spend: Floats) -> Floats: ...

    def exact(self, spend: Floats) -> Curvature: ...


@dataclass(frozen=True)
class Point:
    """A plan and what it brings: `objective` is the outcome less price times spend; `slope` per channel (C,)."""

    spend: Floats
    objective: float
    outcome: float
    slope: Floats


def ascend(at: At, start: Floats, limits: Limits, price: float = 0.0, rounds: int = 80) -> Point:
    """Climb from an allowed plan to the top of its hill."""
    spend = start
    value, slope, bend = at(spend)
    objective = float(value.sum()) - price * float(spend.sum())
    span = np.maximum(limits.high - limits.low, 1e-9 * (float(limits.high.max()) or 1.0))
    for _ in range(rounds):
        steep = np.abs(slope - price)
        size = float(np.abs(value).sum()) + abs(objective) + 1e-300
        # Where a curve is a straight line or bends upwards the quadratic needs a bend of its own to have a top.
        least = np.maximum(1e-3 * steep / span, 1e-4 * max(float(steep.max()), 1e-300) / float(span.max()))
        with np.errstate(over="ignore"):
            curvature = np.clip(np.where(bend < 0, np.maximum(-bend, least), np.maximum(bend, least)), 1e-300, 1e300)
        direction = best_step(limits, spend, slope, curvature, price) - spend
        gain = float((slope - price) @ direction)
        if gain <= 1e-15 * size:
            break
        part, moved = 1.0, False
        # So close to the top rounding hides the gain: one last whole step, kept unless it loses.
        last = gain <= 1e-11 * size
        while part > 1e-9:
            there = spend + part * direction
            found = at(there)
            reached = float(found[0].sum()) - price * float(there.sum())
            if reached >= objective + (-1e-14 * size if last else 1e-4 * part * gain):
                moved = True
                break
            if last:
                break
            part *= 0.5
        if not moved:
            break
        spend, objective, (value, slope, bend) = there, reached, found
        if last:
            break
    return Point(spend, objective, float(value.sum()), slope)


def best_plan(
    hills: Hills,
    limits: Limits,
    *,
    price: float = 0.0,
    starts: Sequence[Floats] = (),
    seed: int = 0,
    map_of_totals: Frontier | None = None,
) -> Point:
    """The plan of highest outcome less price times spend.

    Args:
        hills: the curves. limits: what is allowed. price: outcome that a unit of money must bring.
        starts: plans to start from as well, allowed or not. seed: of the random starts.
        map_of_totals: `frontier(hills.table, limits)` where the caller has it already.
    """
    found = map_of_totals or frontier(hills.table, limits)
    inside = (found.totals >= limits.total_low) & (found.totals <= limits.total_high)
    if not inside.any():
        inside[int(np.argmin(np.abs(found.totals - limits.total_high)))] = True
    worth = np.where(inside, found.outcome - price * found.totals, -np.inf)
    tried = [found.spend_at(int(worth.argmax()))] if np.isfinite(worth.max()) else []
    tried += hull_starts(hills.table, limits, price)
    tried += [np.asarray(start, dtype=float) for start in starts]
    rng = np.random.default_rng(seed)
    for _ in range(RANDOM_STARTS):
        tried.append(limits.low + rng.random(len(limits.low)) * (limits.high - limits.low))
    climbed = sorted(
        (ascend(hills.at, nearest(limits, start), limits, price) for start in tried), key=lambda p: -p.objective
    )
    finalists: list[Point] = []
    whole = max(float(np.abs(climbed[0].spend).sum()), 1e-300)
    for point in climbed:
        if all(np.abs(point.spend - other.spend).max() > SAME * whole for other in finalists):
            finalists.append(point)
    close = [p for p in finalists if p.objective >= finalists[0].objective - 1e-3 * abs(finalists[0].objective)]
    return max((ascend(hills.exact, p.spend, limits, price) for p in close[:FINALISTS]), key=lambda p: p.objective)
