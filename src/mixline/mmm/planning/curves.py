"""What a channel brings in the planned periods, as a function of its mean spend alone.

Given how its money is spread and what earlier media carries in, a channel's adstocked media is `carried + spend * own`,
so its response, its slope and its curvature are exact sums over the periods: the whole adstock is simulated, nothing is
held constant. Beside the exact form stands a table over a wide range of spend, for a solver to look things up quickly.
Imports numpy only.

Axes: D draws, U distinct parameter sets, H planned periods (and some after them where carry-out counts), G table points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mixline.mmm.media_effects import Shapes, shapes_of
from mixline.mmm.model import MixModel
from mixline.mmm.planning.periods import YEAR
from mixline.mmm.transforms.adstock import adstock_named

Floats = NDArray[np.float64]
TINY = 1e-7  # share of the table's reach below which a slope is taken there, being infinite at 0 for some curves
TABLE_WORK = 260_000  # simulated parameter sets x periods x points per channel: a table costs some milliseconds
FEWEST_POINTS, MOST_POINTS = 22, 160
FADED = 1e-100  # share of a kernel's largest weight below which media is forgotten
AFTER_SHARE = 1e-3  # carry-out is followed until less than this share of a period's effect is left


@dataclass(frozen=True)
class Effect:
    """Mean effect per planned period per unit of strength: value, slope and curvature by mean spend, each (U,)."""

    value: Floats
    slope: Floats
    curvature: Floats


@dataclass(frozen=True)
class PlanCurve:
    """One channel with one way of spreading its money. `beta` and `row` bring parameter sets to draws, both (D,)."""

    shapes: Shapes
    beta: Floats
    carried: Floats  # (U, H + after)
    own: Floats  # (U, H + after) per unit of mean spend
    planned: int  # H
    reach: float  # spend up to which the table goes
    points: Floats  # (G,) spend
    values: Floats  # (U, G)
    slopes: Floats  # (U, G)

    def strength(self, weights: Floats) -> Floats:
        """Weight of each parameter set in a weighted mean over draws, strength of the channel included: (U,)."""
        strength: Floats = np.bincount(self.shapes.row, weights * self.beta, len(self.shapes.alpha)).astype(np.float64)
        return strength

    def exact(self, spend: float) -> Effect:
        """Simulate the plan at one mean spend."""
        return _effect(self.carried, self.own, self.shapes, spend, max(spend, TINY * self.reach), self.planned)

    def by_draw(self, spend: float) -> Floats:
        """Mean outcome per planned period, carry-out included where it counts, shape (D,)."""
        total = _share(self.carried + spend * self.own, self.shapes).sum(1)
        value = _less_history(total, self.carried, self.shapes, self.planned) / self.planned
        return np.asarray(self.beta * value[self.shapes.row])

    def measure_by_draw(self, spend: float) -> tuple[Floats, Floats]:
        """`by_draw`, and the outcome of the next unit of money, both (D,).

        The first unit of some curves is infinitely productive; without spend the first step's mean slope is shown.
        """
        effect = self.exact(spend)
        row = self.shapes.row
        if spend == 0.0:
            step = float(self.points[1])
            first = (self.exact(step).value - effect.value) / step
            return self.beta * effect.value[row], self.beta * first[row]
        return self.beta * effect.value[row], self.beta * effect.slope[row]

    def over_time(self, spend: float) -> Floats:
        """Outcome in each planned period, shape (D, H)."""
        share = _share(self.carried[:, : self.planned] + spend * self.own[:, : self.planned], self.shapes)
        return np.asarray(self.beta[:, None] * share[self.shapes.row])


@dataclass(frozen=True)
class Past:
    """A channel before its money is spread: how it carries over, and what history leaves it with."""

    shapes: Shapes
    beta: Floats  # (D,)
    weights: Floats  # (U, ages)
    carried: Floats  # (U, H + after)
    planned: int  # H

    def spread(self, media: Sequence[Floats]) -> list[Floats]:
        """Adstocked level per unit of mean spend for each way to spread it: media (H,) to (U, H + after)."""
        total = self.carried.shape[1]
        ages = min(self.weights.shape[1], total)
        aged = np.concatenate([_by_age(one, 0, total, ages) for one in media], axis=1)
        return list(np.hsplit(self.weights[:, :ages] @ aged, len(media)))

    def curve(self, own: Floats, reach: float, points: int) -> PlanCurve:
        """The curve of one way (`own` as `spread` gives it) with its table, as for `plan_curve`."""
        at = np.concatenate([[0.0], reach * np.geomspace(1e-3, 1.0, points - 1)]) if points else np.zeros(0)
        values = np.empty((len(self.shapes.alpha), len(at)))
        slopes = np.empty_like(values)
        for i, spend in enumerate(at):
            nearby = max(spend, TINY * reach)
            values[:, i], slopes[:, i] = _rise(self.carried, own, self.shapes, spend, nearby, self.planned)
        return PlanCurve(self.shapes, self.beta, self.carried, own, self.planned, reach, at, values, slopes)


def plan_curve(
    model: MixModel, channel: int, first: int, media: Floats, *, reach: float, points: int, carry_out: bool
) -> PlanCurve:
    """The curve of a channel with one way to spread its money.

    Args:
        model: the fitted model. channel: place on the media axis. first: row of the series at which the plan begins.
        media: (H,) media fed to the model per unit of mean spend. reach: spend the table must cover, in `points` points
            (0 leaves it out). carry_out: follow the effect beyond the planned periods.
    """
    past = channel_past(model, channel, first, len(media), carry_out=carry_out)
    (own,) = past.spread([media])
    return past.curve(own, reach, points)


def channel_past(model: MixModel, channel: int, first: int, count: int, *, carry_out: bool) -> Past:
    """What a channel brings to a plan of `count` periods that begins at row `first` of the series."""
    shapes = shapes_of(model, channel)
    form = adstock_named(shapes.name)
    longest = periods_after(model) if carry_out else 0
    # A recursive adstock goes on for ever; the kernels of others end where the data did, as they were estimated.
    length = first + count + longest if form.recursive else len(model.series.dates)
    weights = form.weights(shapes.first, shapes.second, length)
    left = 1.0 - np.cumsum(weights, axis=1) / weights.sum(1, keepdims=True)
    total = count + min(longest, int((left > AFTER_SHARE).sum(1).max()))
    # What has faded to nothing is nothing: numbers close to the smallest there are slow a processor down a hundredfold.
    weights = np.where(np.abs(weights) > FADED * np.abs(weights).max(1, keepdims=True), weights, 0.0)
    ages = int(np.flatnonzero(weights.any(0)).max(initial=0)) + 1
    carried = weights[:, :ages] @ _by_age(model.series.media[:first, channel], first, total, ages)
    return Past(shapes, model.draws.beta[:, channel], weights[:, :ages], carried, count)


def periods_after(model: MixModel) -> int:
    """Most periods after the plan in which carry-out is followed: a year."""
    return YEAR[model.interval]


def affordable_points(model: MixModel, periods: int, ways: int = 1) -> int:
    """Points of a table that can be simulated in some milliseconds a channel, the more the fewer draws differ and the fewer
    `ways` there are to spread its money, each with a table of its own.
    """
    draws = model.draws
    distinct = len(np.unique(np.column_stack([draws.adstock[:, 0], draws.alpha[:, 0], draws.inflexion[:, 0]]), axis=0))
    return int(np.clip(TABLE_WORK / (distinct * periods * ways), FEWEST_POINTS, MOST_POINTS))


def _by_age(media: Floats, ahead: int, total: int, ages: int) -> Floats:
    """Media (N,) that begins at row 0, seen from `total` periods from row `ahead` on at each age: (ages, total)."""
    row = ahead + np.arange(total)[None, :] - np.arange(ages)[:, None]
    padded = np.append(media, 0.0)  # every row without media reads the last cell
    return padded[np.where((row >= 0) & (row < len(media)), row, len(media))]


def _share(level: Floats, shapes: Shapes) -> Floats:
    """Hill's curve (as `mixline.mmm.transforms.saturation.hill`, by logarithms)."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        power = shapes.alpha[:, None] * (np.log(shapes.inflexion)[:, None] - np.log(level))
        share = 1.0 / (1.0 + np.exp(power))
    return np.where((level > 0) & (shapes.inflexion[:, None] > 0), share, 0.0)


def _effect(carried: Floats, own: Floats, shapes: Shapes, spend: float, nearby: float, planned: int) -> Effect:
    """Value at `spend`, slope and curvature at `nearby` (the same but for 0, where they may be infinite)."""
    share = _share(carried + spend * own, shapes)
    level = carried + nearby * own
    near = share if nearby == spend else _share(level, shapes)
    alpha = shapes.alpha[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = np.where(level > 0, own / level, 0.0)
    rise = alpha * near * (1.0 - near) * growth
    bend = rise * growth * (alpha * (1.0 - 2.0 * near) - 1.0)
    value = _less_history(share.sum(1), carried, shapes, planned)
    return Effect(value / planned, rise.sum(1) / planned, bend.sum(1) / planned)


def _rise(
    carried: Floats, own: Floats, shapes: Shapes, spend: float, nearby: float, planned: int
) -> tuple[Floats, Floats]:
    """Value and slope as `_effect` gives them, without the curvature: most of a plan's time is spent here."""
    level = carried + nearby * own
    near = _share(level, shapes)
    value = _less_history(
        (near if nearby == spend else _share(carried + spend * own, shapes)).sum(1), carried, shapes, planned
    )
    near -= near * near
    near *= own
    # Without media there is nothing to divide by, and its share is 0.
    np.divide(near, level, out=near, where=level > 0)
    return value / planned, shapes.alpha * near.sum(1) / planned


def _less_history(total: Floats, carried: Floats, shapes: Shapes, planned: int) -> Floats:
    """Beyond the plan only what the plan adds counts: what history carries there is nobody's decision."""
    return total - _share(carried[:, planned:], shapes).sum(1) if carried.shape[1] > planned else total
