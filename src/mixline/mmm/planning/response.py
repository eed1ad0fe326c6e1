"""The curves a plan was found on: what each channel would bring in the planned periods at other spend. numpy only.

Axes: C channels, D draws, U distinct parameter sets, N points.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mixline.mmm.curves import observed_maximum
from mixline.mmm.estimates import Band, band
from mixline.mmm.model import MixModel
from mixline.mmm.planning.curves import PlanCurve
from mixline.mmm.planning.result import Plan
from mixline.mmm.planning.stage import Stage

Floats = NDArray[np.float64]
POINTS = 33
AHEAD = 1.35  # a curve goes on a third beyond the highest spend shown


@dataclass(frozen=True)
class PlannedCurve:
    """One channel over the planned periods: money in all against what it brings, as `PlannedChannel.contribution` counts it.

    The curve is that of the way in which the plan spreads the channel's money. `observed_maximum` is the most that was ever
    spent for a quarter, for as many periods as are planned.
    """

    name: str
    label: str
    spend: Floats  # (N,)
    outcome: Band  # (N,)
    observed_maximum: float


def planned_curves(model: MixModel, stage: Stage, plan: Plan, points: int = POINTS) -> tuple[PlannedCurve, ...]:
    """The curve of every paid channel, through today's and the planned spend."""
    count = len(plan.dates)
    found = []
    for c, channel in enumerate(plan.channels):
        curve = _way(stage, c, plan)
        seen = observed_maximum(model, c)
        shown = max(channel.spend, channel.spend_today) / count
        most = min(max(AHEAD * shown, min(1.1 * seen, 2 * shown)), curve.reach) or curve.reach
        # Closer together near the start, where curves bend.
        at = most * np.linspace(0.0, 1.0, points) ** 1.5
        value = _interpolate(curve, at)
        if stage.carry_out:
            value = value - value[:, :1]
        by_draw = count * curve.beta[:, None] * value[curve.shapes.row]
        found.append(PlannedCurve(channel.name, channel.label, at * count, band(by_draw, stage.weights), seen * count))
    return tuple(found)


def _way(stage: Stage, channel: int, plan: Plan) -> PlanCurve:
    """The curve of the way in which the plan spreads a channel's money."""
    planned = plan.channels[channel]
    mean = planned.spend / len(plan.dates)
    ways = stage.schedules[channel]
    if len(ways) == 1 or mean <= 0:
        return stage.curves[channel][0]
    away = [float(np.abs(way.money * mean - planned.spend_by_period).max()) for way in ways]
    return stage.curves[channel][int(np.argmin(away))]


def _interpolate(curve: PlanCurve, spend: Floats) -> Floats:
    """Mean effect per period of each parameter set at (N,) amounts, (U, N): cubic between the table's points."""
    points, values, slopes = curve.points, curve.values, curve.slopes.copy()
    with np.errstate(invalid="ignore"):
        chord = (values[:, 1] - values[:, 0]) / points[1]
        slopes[:, 0] = np.clip(np.nan_to_num(slopes[:, 0], posinf=np.inf), 0.0, 3 * np.abs(chord))
    left = np.clip(np.searchsorted(points, spend, side="right") - 1, 0, len(points) - 2)
    width = points[left + 1] - points[left]
    t = np.minimum((spend - points[left]) / width, 1.0)
    low, rise = values[:, left], values[:, left + 1] - values[:, left]
    first, second = slopes[:, left] * width, slopes[:, left + 1] * width
    return np.asarray(low + t * (first + t * (3 * rise - 2 * first - second + t * (first + second - 2 * rise))))
