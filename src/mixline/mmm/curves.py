"""Response curves and expected outcomes: what other spend would bring, all else as it was.

A curve multiplies a channel's window spend by a factor and simulates the whole adstock, so carry-over moves with spend. It
passes through today's point: at today's spend it is the channel's contribution per period. Imports numpy only.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mixline.errors import InputError
from mixline.mmm.estimates import Band, Estimate, band, estimate
from mixline.mmm.media_effects import effect_today, half_lives, scaled_effect, today_factor
from mixline.mmm.model import MixModel
from mixline.mmm.specification import Interval

Floats = NDArray[np.float64]
POINTS = 41
QUARTER: Mapping[Interval, int] = {"day": 91, "week": 13, "month": 3}
WORDS: Mapping[Interval, str] = {"day": "day", "week": "week", "month": "month"}


@dataclass(frozen=True)
class Curve:
    """Response of one channel. Spend and outcome are means per period of the window.

    `marginal` is the outcome of the next unit of money. `observed_maximum` is the highest mean spend over any quarter of
    the data: beyond it the curve is extrapolated.
    """

    name: str
    label: str
    spend: Floats  # (G,)
    outcome: Band  # (G,)
    marginal: Floats  # (G,)
    spend_today: float
    value_today: Estimate
    marginal_today: Estimate
    observed_maximum: float
    observed_spend: Floats  # spend of each window period with any, sorted
    saturation_words: str
    carryover_words: str


@dataclass(frozen=True)
class Outcome:
    """Expected outcome per period at other spend, against today's. `spend` is the mean per period of every paid channel."""

    spend: dict[str, float]
    outcome: Estimate
    outcome_today: Estimate
    uplift: Estimate
    by_channel: dict[str, Estimate]
    extrapolated: tuple[str, ...]


def curves(model: MixModel, points: int = POINTS) -> tuple[Curve, ...]:
    """The curve of every paid channel, from no spend to twice today's or the most observed, whichever is more."""
    return tuple(curve(model, p, points) for p in range(model.paid_count))


def curve(model: MixModel, channel: int, points: int = POINTS) -> Curve:
    """The curve of one paid channel at `points` places, today's spend being one of them."""
    start, stop = model.series.window
    weights = model.draws.weights
    media = model.spec.paid[channel]
    spend = model.series.spend[start:stop, channel]
    today = float(spend.mean())
    most = observed_maximum(model, channel)
    # A channel without spend has no pattern to scale; its axis is in money itself and only shows that nothing is known.
    unit = today if today > 0 else 1.0
    reach = max(2.0, most / unit)
    here = today_factor(model, channel)
    factors = np.sort(np.append(np.linspace(0.0, reach, points - 1), 1.0))
    effect = scaled_effect(model, channel, factors)
    at = int(np.searchsorted(factors, here))
    marginal = weights @ effect.slope / unit
    if factors[0] == 0:
        # With alpha < 1 the first unit is infinitely productive; the first step's mean slope is what can be shown.
        first_step = weights @ (effect.value[:, 1] - effect.value[:, 0]) / ((factors[1] - factors[0]) * unit)
        marginal[0] = max(float(first_step), float(marginal[1]))
    lives = float(weights @ half_lives(model, channel))
    reached = float(weights @ effect.value[:, at])
    return Curve(
        name=media.name,
        label=media.label or media.name,
        spend=factors * unit,
        outcome=band(effect.value, weights),
        marginal=marginal,
        spend_today=today,
        value_today=estimate(effect.value[:, at], weights),
        marginal_today=estimate(effect.slope[:, at] / unit, weights),
        observed_maximum=most,
        observed_spend=np.sort(spend[spend > 0]),
        saturation_words=_saturation_words(today, reached, float(weights @ model.draws.beta[:, channel])),
        carryover_words=_carryover_words(lives, WORDS[model.interval]),
    )


def observed_maximum(model: MixModel, channel: int) -> float:
    """Highest mean spend per period over any quarter of the data up to the end of the window, at least the window's mean.

    A mean, because a curve is about mean spend: one period's peak says nothing of spending that much all the time.
    """
    start, stop = model.series.window
    spend = model.series.spend[:stop, channel]
    width = min(QUARTER[model.interval], len(spend))
    running = np.convolve(spend, np.full(width, 1.0 / width), mode="valid")
    return max(float(running.max()), float(spend[start:].mean()))


def expected_outcome(model: MixModel, spend: Mapping[str, float]) -> Outcome:
    """Expected outcome per window period when paid channels spend these means per period; others stay as they were.

    Raises:
        InputError: an unknown channel, or an amount that is negative or not finite.
    """
    names = model.paid_names
    for name, amount in spend.items():
        if name not in names:
            raise InputError("unknown channel", where=f"spend.{name}", got=name, expected=", ".join(names))
        if isinstance(amount, bool) or not isinstance(amount, int | float) or not math.isfinite(amount) or amount < 0:
            raise InputError(
                "a spend is not usable", where=f"spend.{name}", got=amount, expected="a finite amount, zero or more"
            )
    start, stop = model.series.window
    weights = model.draws.weights
    today_spend = model.series.spend[start:stop].mean(0)
    today = model.draws.intercept + model.draws.coefficients @ model.series.other[start:stop].mean(0)
    for m in range(model.paid_count, len(model.media_names)):
        today = today + effect_today(model, m).value[:, 0]
    then = today.copy()
    asked: dict[str, float] = {}
    by_channel: dict[str, Estimate] = {}
    extrapolated = []
    for p, name in enumerate(names):
        own = float(today_spend[p])
        amount = float(spend.get(name, own))
        here = today_factor(model, p)
        factor = here if amount == own else amount / own if own > 0 else amount
        effect = scaled_effect(model, p, np.array([here, factor])).value
        today, then = today + effect[:, 0], then + effect[:, 1]
        asked[name], by_channel[name] = amount, estimate(effect[:, 1], weights)
        if amount > observed_maximum(model, p) * (1 + 1e-9):
            extrapolated.append(name)
    return Outcome(
        spend=asked,
        outcome=estimate(then, weights),
        outcome_today=estimate(today, weights),
        uplift=estimate(then - today, weights),
        by_channel=by_channel,
        extrapolated=tuple(extrapolated),
    )


def _saturation_words(today: float, reached: float, most: float) -> str:
    if today <= 0:
        return "Nothing was spent in this window, so nothing is known of its saturation."
    if most <= 0:
        return "No effect was found, so there is nothing to saturate."
    share = reached / most
    if share < 0.3:
        verdict = "its ceiling is far off"
    elif share < 0.6:
        verdict = "each further step brings less"
    else:
        verdict = "it is close to its ceiling"
    return f"Today's spend reaches {share:.0%} of the most this channel could bring: {verdict}."


def _carryover_words(half_life: float, unit: str) -> str:
    if half_life < 0.25:
        return f"The effect comes in the {unit} of the spend."
    number = f"{half_life:.1f}"
    return f"Half of the effect is gone after {number} {unit}{'' if number == '1.0' else 's'}."
