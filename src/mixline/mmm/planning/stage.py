"""Everything a plan is judged by that does not depend on the plan: built once, asked many times.

A `Stage` holds every channel's curves over the planned periods and the outcome without paid media. A `Landscape` is what a
solver climbs on it: the weighted mean over the draws, quickly by table or exactly, each channel taking the best of the
ways in which it may spread its money. Imports numpy only.

Axes: C paid channels, D draws, H planned periods, V ways to spread a channel's money, G table points.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mixline.mmm.model import MixModel
from mixline.mmm.planning.curves import PlanCurve, affordable_points, channel_past, plan_curve
from mixline.mmm.planning.periods import Periods, Schedule, organic_media, other_outcome, planned_periods, schedules
from mixline.mmm.planning.request import PlanRequest

Floats = NDArray[np.float64]
CLOSE_WAYS = 0.05  # of what the money brings: far more than a table is wrong


@dataclass(frozen=True)
class Stage:
    """The planned periods, per channel its schedules and their curves, and the outcome of all else (D, H)."""

    periods: Periods
    schedules: tuple[tuple[Schedule, ...], ...]
    curves: tuple[tuple[PlanCurve, ...], ...]
    rest: Floats
    weights: Floats  # (D,)
    carry_out: bool

    def effects(self, spend: Floats, ways: NDArray[np.intp]) -> Floats:
        """Mean outcome per period of each channel, shape (D, C)."""
        return np.column_stack([c[w].by_draw(float(x)) for c, w, x in zip(self.curves, ways, spend, strict=True)])

    def measure(self, spend: Floats, ways: NDArray[np.intp]) -> tuple[Floats, Floats]:
        """Mean outcome per period of each channel and outcome of its next unit of money, both (D, C)."""
        found = [c[w].measure_by_draw(float(x)) for c, w, x in zip(self.curves, ways, spend, strict=True)]
        return np.column_stack([value for value, _ in found]), np.column_stack([slope for _, slope in found])

    def over_time(self, spend: Floats, ways: NDArray[np.intp]) -> Floats:
        """Outcome in each planned period, shape (D, H)."""
        paid = (c[w].over_time(float(x)) for c, w, x in zip(self.curves, ways, spend, strict=True))
        return np.asarray(sum(paid, self.rest))

    def history(self) -> Floats:
        """Mean outcome per period of what was spent before the plan, shape (D, C)."""
        return np.column_stack([c[0].by_draw(0.0) for c in self.curves])


def stage_key(request: PlanRequest) -> tuple[object, ...]:
    """What of a request a stage depends on: requests with one key share a stage."""
    return (
        request.periods,
        request.pacing,
        tuple(sorted(request.patterns.items())),
        tuple(sorted(request.prices.items())),
        tuple(sorted(request.flights.items())),
        request.baseline,
        request.carry_out,
    )


def build_stage(model: MixModel, request: PlanRequest, reach: Floats) -> Stage:
    """Simulate what can be simulated before a plan is known. `reach`: spend (C,) the tables must cover."""
    periods = planned_periods(model, request.periods)
    ways = tuple(schedules(model, periods, request, c) for c in range(model.paid_count))
    # Tables of one size, so that a solver looks all of them up at once.
    points = affordable_points(model, len(periods), max(map(len, ways), default=1))
    curves = []
    for c, spread in enumerate(ways):
        past = channel_past(model, c, periods.first, len(periods), carry_out=request.carry_out)
        owns = past.spread([schedule.media for schedule in spread])
        curves.append(tuple(past.curve(own, float(reach[c]), points) for own in owns))
    rest = other_outcome(model, periods, request.baseline)
    for m in range(model.paid_count, len(model.media_names)):
        media = organic_media(model, periods, m)
        rest = rest + plan_curve(model, m, periods.first, media, reach=1.0, points=0, carry_out=False).over_time(1.0)
    return Stage(periods, ways, tuple(curves), rest, model.draws.weights, request.carry_out)


class Landscape:
    """Expected outcome per period as a function of spend, for weights (D,) of the draws."""

    def __init__(self, stage: Stage, weights: Floats) -> None:
        self._curves = stage.curves
        self._strengths = [[curve.strength(weights) for curve in ways] for ways in stage.curves]
        rows = [(c, v) for c, ways in enumerate(stage.curves) for v in range(len(ways))]
        self._channel = np.array([c for c, _ in rows])
        self._first = np.array(
            [next(i for i, (c, _) in enumerate(rows) if c == own) for own in range(len(stage.curves))]
        )
        self._points = np.array([stage.curves[c][v].points for c, v in rows])
        self._values = np.array([self._strengths[c][v] @ stage.curves[c][v].values for c, v in rows])
        self._slopes = np.array([self._strengths[c][v] @ stage.curves[c][v].slopes for c, v in rows])
        # At no spend the slope may be infinite, and no cubic follows that: at most thrice the chord's.
        chord = 3 * np.abs(np.diff(self._values[:, :2], axis=1)[:, 0] / self._points[:, 1])
        self._slopes[:, 0] = np.clip(self._slopes[:, 0], -chord, chord)

    def at(self, spend: Floats) -> tuple[Floats, Floats, Floats]:
        """Value, slope and curvature of every channel (C,) by table: cubic between points."""
        value, slope, bend = self._cubic(np.arange(len(self._channel)), spend[self._channel])
        if len(self._channel) == len(self._curves):
            return value, slope, bend
        best = self._best(value)
        return value[best], slope[best], bend[best]

    def table(self, channel: int, spend: Floats) -> Floats:
        """Value of one channel at (N,) amounts, by table."""
        rows = np.flatnonzero(self._channel == channel)
        return np.asarray(np.max([self._cubic(np.full(len(spend), row), spend)[0] for row in rows], axis=0))

    def exact(self, spend: Floats) -> tuple[Floats, Floats, Floats]:
        """Value, slope and curvature of every channel (C,), simulated."""
        found = np.empty((3, len(self._curves)))
        for c in range(len(self._curves)):
            found[:, c] = max(self._simulate(c, float(spend[c])), key=lambda way: way[1][0])[1]
        return found[0], found[1], found[2]

    def best_ways(self, spend: Floats) -> NDArray[np.intp]:
        """The way each channel had best spread its money, shape (C,)."""
        return np.array(
            [
                0 if len(ways) == 1 else max(self._simulate(c, float(spend[c])), key=lambda way: way[1][0])[0]
                for c, ways in enumerate(self._curves)
            ],
            dtype=np.intp,
        )

    def _simulate(self, channel: int, spend: float) -> list[tuple[int, tuple[float, float, float]]]:
        """(way, value, slope and curvature) of the ways of a channel that can be its best: those the tables tell apart by
        more than a table can be wrong are left out.
        """
        found = []
        for way in self._close_ways(channel, spend):
            curve, strength = self._curves[channel][way], self._strengths[channel][way]
            effect = curve.exact(spend)
            found.append(
                (
                    way,
                    (
                        float(strength @ effect.value),
                        float(strength @ effect.slope),
                        float(strength @ effect.curvature),
                    ),
                )
            )
        return found

    def _close_ways(self, channel: int, spend: float) -> list[int]:
        count = len(self._curves[channel])
        if count == 1:
            return [0]
        rows = self._first[channel] + np.arange(count)
        value = self._cubic(rows, np.full(count, spend))[0]
        best, nothing = float(value.max()), float(self._values[rows, 0].max())
        return [way for way in range(count) if best - value[way] <= CLOSE_WAYS * abs(best - nothing)]

    def _best(self, value: Floats) -> NDArray[np.intp]:
        ends = np.append(self._first[1:], len(value))
        return np.array([a + int(value[a:b].argmax()) for a, b in zip(self._first, ends, strict=True)])

    def _cubic(self, rows: NDArray[np.intp], spend: Floats) -> tuple[Floats, Floats, Floats]:
        left = np.clip((self._points[rows] <= spend[:, None]).sum(1) - 1, 0, self._points.shape[1] - 2)
        start = self._points[rows, left]
        width = self._points[rows, left + 1] - start
        t = np.minimum((spend - start) / width, 1.0)
        low, rise = self._values[rows, left], self._values[rows, left + 1] - self._values[rows, left]
        first, second = self._slopes[rows, left] * width, self._slopes[rows, left + 1] * width
        cubic, square = first + second - 2 * rise, 3 * rise - 2 * first - second
        return (
            low + t * (first + t * (square + t * cubic)),
            (first + t * (2 * square + 3 * t * cubic)) / width,
            (2 * square + 6 * t * cubic) / width**2,
        )
