"""What a channel brings, draw by draw: the one place where adstock, saturation and strength meet for a fitted model.

Many draws share adstock and saturation and differ in strength only, so the curved part is computed once for each set of
parameters and then spread over the draws. Imports numpy only.

Axes: D draws, U distinct parameter sets of a channel, T periods of the series, W of the window, G factors on spend.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mixline.mmm.model import MixModel
from mixline.mmm.transforms.adstock import adstock, adstock_named
from mixline.mmm.transforms.saturation import hill

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shapes:
    """The distinct adstock and saturation parameters of one channel; `row` gives the one each draw uses."""

    name: str
    first: Floats  # (U,)
    second: Floats  # (U,)
    alpha: Floats  # (U,)
    inflexion: Floats  # (U,)
    row: NDArray[np.intp]  # (D,)


def shapes_of(model: MixModel, channel: int) -> Shapes:
    """The distinct parameter sets of a channel, given by its place on the media axis."""
    draws = model.draws
    table = np.column_stack([draws.adstock[:, channel], draws.alpha[:, channel], draws.inflexion[:, channel]])
    distinct, row = np.unique(table, axis=0, return_inverse=True)
    name = model.spec.ordered_media[channel].adstock
    first, second, alpha, inflexion = np.ascontiguousarray(distinct.T)
    return Shapes(name, first, second, alpha, inflexion, row.reshape(-1))


def effect_over_time(model: MixModel, channel: int) -> Floats:
    """Outcome per window period that a channel brings, shape (D, W)."""
    shapes = shapes_of(model, channel)
    level = _adstocked(model, shapes, model.series.media[:, channel])
    share = hill(level, shapes.alpha[:, None], shapes.inflexion[:, None])
    return model.draws.beta[:, channel, None] * share[shapes.row]


def other_over_time(model: MixModel, term: int) -> Floats:
    """Outcome per window period of another term (trend, holiday, price ...), shape (D, W)."""
    start, stop = model.series.window
    return np.asarray(model.draws.coefficients[:, term, None] * model.series.other[start:stop, term])


def has_pattern(model: MixModel, channel: int) -> bool:
    """Whether a channel can be scaled: organic, or with spend in the window."""
    start, stop = model.series.window
    return channel >= model.paid_count or bool(model.series.spend[start:stop, channel].any())


def today_factor(model: MixModel, channel: int) -> float:
    """The factor of `scaled_effect` at which a channel stands today."""
    return 1.0 if has_pattern(model, channel) else 0.0


def effect_today(model: MixModel, channel: int) -> ScaledEffect:
    """`scaled_effect` at today's factor only, shapes (D, 1)."""
    return scaled_effect(model, channel, np.array([today_factor(model, channel)]))


@dataclass(frozen=True)
class ScaledEffect:
    """Mean outcome per window period when a channel's window spend is multiplied by each of G factors."""

    value: Floats  # (D, G)
    slope: Floats  # (D, G): derivative by the factor


def scaled_effect(model: MixModel, channel: int, factors: Floats) -> ScaledEffect:
    """Simulate a channel's window spend times each factor (G,), the whole adstock included.

    The pattern over time stays; what was spent before the window stays, too, so a factor of 0 leaves its carry-over.
    A paid channel that spent nothing in the window has no pattern: its factors are amounts of money per period, spread
    evenly and added to what there is. `today_factor` is today's place on the axis.
    """
    shapes = shapes_of(model, channel)
    start, stop = model.series.window
    before, inside = model.series.media[:, channel].copy(), model.series.media[:, channel].copy()
    if has_pattern(model, channel):
        before[start:] = 0.0
        inside[:start] = 0.0
    else:
        inside[:] = 0.0
        inside[start:stop] = 1.0
    carried = _adstocked(model, shapes, before)
    own = _adstocked(model, shapes, inside)
    values, slopes = _mean_response(carried, own, shapes, np.asarray(factors, dtype=float))
    beta = model.draws.beta[:, channel, None]
    return ScaledEffect(beta * values[shapes.row], beta * slopes[shapes.row])


def immediate_effect(model: MixModel, channel: int) -> Floats:
    """Outcome over the window owed to the same period's media, shape (D,); the rest of the effect is carry-over.

    Carry-over takes the lower part of the saturation curve, being there first (Robyn 3.12.1, `robyn_run` decomposition).
    """
    shapes = shapes_of(model, channel)
    start, stop = model.series.window
    level = _adstocked(model, shapes, model.series.media[:, channel])
    at_once = kernels(model, shapes)[:, :1] * model.series.media[start:stop, channel]
    alpha, inflexion = shapes.alpha[:, None], shapes.inflexion[:, None]
    carried = hill(np.maximum(level - at_once, 0.0), alpha, inflexion)
    share = (hill(level, alpha, inflexion) - carried).sum(1)
    return np.asarray(model.draws.beta[:, channel] * share[shapes.row])


def kernels(model: MixModel, shapes: Shapes) -> Floats:
    """Adstock weights by age, shape (U, T)."""
    periods = len(model.series.dates)
    return adstock_named(shapes.name).weights(shapes.first, shapes.second, periods)


def half_lives(model: MixModel, channel: int) -> Floats:
    """Periods after its peak until the effect of one period's media has fallen to half of the peak, shape (D,).

    Between periods the fall is taken as exponential, which for a geometric adstock gives ln(1/2) / ln(theta).
    """
    shapes = shapes_of(model, channel)
    weights = kernels(model, shapes)
    lives = np.empty(len(weights))
    for i, kernel in enumerate(weights):
        peak = int(kernel.argmax())
        tail = kernel[peak:] / kernel[peak]
        below = np.nonzero(tail <= 0.5)[0]
        if not below.size:
            lives[i] = float(len(tail))
            continue
        after = int(below[0])
        upper, lower = tail[after - 1], max(tail[after], 1e-300)
        lives[i] = after - 1 + np.log(upper / 0.5) / np.log(upper / lower)
    return lives[shapes.row]


def _adstocked(model: MixModel, shapes: Shapes, media: Floats) -> Floats:
    """Window part of the adstocked series for every distinct parameter set, shape (U, W)."""
    start, stop = model.series.window
    levels = adstock(media, shapes.name, shapes.first, shapes.second, periods=len(model.series.dates))
    return np.ascontiguousarray(levels[:, start:stop])


def _mean_response(carried: Floats, own: Floats, shapes: Shapes, factors: Floats) -> tuple[Floats, Floats]:
    """Mean over the window of hill(carried + factor * own) and of its derivative by the factor, each (U, G)."""
    values = np.empty((len(own), len(factors)))
    slopes = np.empty_like(values)
    alpha = shapes.alpha[:, None]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        log_half = np.log(shapes.inflexion)[:, None]
        for g, factor in enumerate(factors):
            level = carried + factor * own
            share = np.where(level > 0, 1.0 / (1.0 + np.exp(alpha * (log_half - np.log(level)))), 0.0)
            share = np.where(shapes.inflexion[:, None] > 0, share, 0.0)
            values[:, g] = share.mean(1)
            rise = np.where(level > 0, alpha * share * (1.0 - share) * own / level, 0.0)
            slopes[:, g] = rise.mean(1)
    return values, slopes
