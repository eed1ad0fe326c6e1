"""The total spend at which the best outcome meets a target: the least that reaches an outcome, the most at a return.

The best outcome rises with the total, so a target is a line it crosses, more than once where curves are S-shaped. The map of
all totals says where to look, the highest outcome at each point of it is sharpened where a crossing could hide, and the
last crossing is found on exact curves. Imports numpy only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mixline.mmm.planning.frontier import Frontier, frontier
from mixline.mmm.planning.limits import Limits, nearest
from mixline.mmm.planning.solver import Hills, Point, ascend, best_plan

Floats = NDArray[np.float64]
Closest = Callable[[Frontier], Point | None]
Gap = Callable[[float, float], float]  # (total, best outcome) -> 0 or more where the target is met
ROUNDS = 12
EXACT = 1e-11  # share of the outcome by which the target may be missed
NEAR = 5e-3  # share of the outcome below the line at which the coarse map may hide a crossing
LOOKS = 8  # points of the map that are sharpened at most


@dataclass(frozen=True)
class Crossing:
    """The plan found, whether it meets the target, and the map of totals it was found on."""

    point: Point
    met: bool
    totals: Frontier


def cross(
    hills: Hills,
    limits: Limits,
    gap: Gap,
    end: Literal["least", "most"],
    *,
    starts: Sequence[Floats],
    seed: int,
    closest: Closest | None = None,
) -> Crossing:
    """The best plan of the least (or most) total that meets the target; where none does, of the total that comes closest.

    Args:
        hills, starts, seed: as for `best_plan`. limits: what is allowed; totals between theirs are looked at.
        gap: by how much a total and its best outcome meet the target. end: which total is wanted.
        closest: the plan that comes closest to the target of all, where the map of totals shows none that meets it.
    """
    least, most = limits.total_low, limits.total_high
    found = frontier(hills.table, limits)

    def solve(total: float) -> Point:
        fixed = limits.with_total(total, total)
        return best_plan(hills, fixed, starts=starts, seed=seed, map_of_totals=found)

    def climb(total: float, near: Floats) -> Point:
        fixed = limits.with_total(total, total)
        return ascend(hills.exact, nearest(fixed, near), fixed)

    wanted, other = (most, least) if end == "most" else (least, most)
    point = solve(wanted)
    if gap(wanted, point.outcome) >= 0:
        return Crossing(point, True, found)
    total = _look(hills, limits, gap, end, found)
    if total is None:
        point, total = solve(other), other
        if gap(total, point.outcome) < 0 and closest is not None:
            point = closest(found) or point
            total = float(point.spend.sum())
        if gap(total, point.outcome) < 0:
            return Crossing(point, False, found)
    else:
        point = solve(total)
    return Crossing(_meet(climb, gap, total, point, wanted, (least, most)), True, found)


def _look(hills: Hills, limits: Limits, gap: Gap, end: str, found: Frontier) -> float | None:
    """The total of the map that is closest to the wanted end and meets the target, its outcome sharpened where near."""
    inside = np.isfinite(found.outcome) & (found.totals >= limits.total_low) & (found.totals <= limits.total_high)
    places = np.flatnonzero(inside)
    gaps = np.array([gap(float(found.totals[i]), float(found.outcome[i])) for i in places])
    if end == "most":
        places, gaps = places[::-1], gaps[::-1]
    size = float(np.abs(found.outcome[places]).max()) if places.size else 0.0
    meets = np.flatnonzero(gaps >= 0)
    first = int(meets[0]) if meets.size else len(places)
    near = np.flatnonzero(gaps[:first] >= -NEAR * size)
    for place in near[:: max(1, -(-len(near) // LOOKS))]:
        total = float(found.totals[places[place]])
        fixed = limits.with_total(total, total)
        point = ascend(hills.at, nearest(fixed, found.spend_at(int(places[place]))), fixed)
        if gap(total, point.outcome) >= 0:
            return total
    return float(found.totals[places[first]]) if meets.size else None


def _meet(
    climb: Callable[[float, Floats], Point],
    gap: Gap,
    total: float,
    point: Point,
    wanted: float,
    ends: tuple[float, float],
) -> Point:
    """From a plan close to the line to the plan on it, by secants kept between what meets the target and what does not."""
    value = gap(total, point.outcome)
    size = abs(point.outcome) + abs(value) + 1e-300
    meets = (total, point) if value >= 0 else None
    misses = total if value < 0 else None
    before: tuple[float, float] | None = None
    there = total + 1e-3 * (wanted - total) if value >= 0 else total - 1e-3 * (wanted - total)
    for _ in range(ROUNDS):
        if 0 <= value <= EXACT * size:
            return point
        if before is not None:
            slope = (value - before[1]) / (total - before[0])
            there = total - value / slope if slope else total
        if meets is not None and misses is not None:
            low, high = sorted((meets[0], misses))
            there = there if low < there < high else (low + high) / 2
        there = min(max(there, ends[0]), ends[1])
        if there == total:
            break
        before = (total, value)
        point = climb(there, point.spend)
        total, value = there, gap(there, point.outcome)
        if value >= 0:
            meets = (total, point)
        else:
            misses = total
            if -value <= EXACT * size:
                return point
    return meets[1] if meets is not None else point
