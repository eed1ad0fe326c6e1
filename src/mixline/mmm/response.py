"""Every figure of a fitted model: contributions over time, channels, totals and quality of fit.

Pages, services, reports and the planner ask here (and in `mixline.mmm.curves`) and nowhere else, so that no two views can
disagree. The value of a figure is the weighted mean over the draws; its ranges are weighted quantiles. Imports numpy only.

Held to 1e-9 by tests: the terms of a period sum to the fit; ROI times spend is the contribution; the curve at today's
spend is the contribution per period.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mixline.errors import InputError
from mixline.mmm.curves import Curve, Outcome, curve, curves, expected_outcome, observed_maximum
from mixline.mmm.estimates import Band, Estimate, band, estimate
from mixline.mmm.media_effects import (
    effect_over_time,
    effect_today,
    half_lives,
    immediate_effect,
    other_over_time,
)
from mixline.mmm.model import MixModel

Floats = NDArray[np.float64]
Group = Literal["baseline", "context", "organic", "paid"]
Period = Literal["day", "week", "month", "quarter"]
PERIODS: tuple[Period, ...] = ("day", "week", "month", "quarter")
GROUPS: tuple[Group, ...] = ("baseline", "context", "organic", "paid")
INTERCEPT = "intercept"
LABELS = {
    INTERCEPT: "Base",
    "trend": "Trend",
    "season": "Season",
    "monthly": "Time of month",
    "weekday": "Day of week",
    "holiday": "Holidays",
}


@dataclass(frozen=True)
class Term:
    """One part of the outcome. `series` has one figure per date, `total` is their sum, `share` its part of the fit."""

    name: str
    label: str
    group: Group
    series: Band
    total: Estimate
    share: float


@dataclass(frozen=True)
class Contributions:
    """The outcome taken apart. The terms' values add up to `fitted`, date by date. Outcome units per date."""

    dates: NDArray[np.datetime64]
    actual: Floats
    fitted: Floats
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class ChannelResult:
    """A paid channel over the window. Money and outcome are totals; ROI is outcome per unit of money (0 without spend).

    `cpa` (money per outcome) is given for conversions only. `saturation_share` is the part reached of what the channel
    could bring at most; `probability_profitable` the probability that ROI exceeds 1.
    """

    name: str
    label: str
    kind: str
    spend: float
    contribution: Estimate
    roi: Estimate
    marginal_roi: Estimate
    cpa: Estimate | None
    share_of_spend: float
    share_of_effect: Estimate
    immediate_share: float
    half_life_periods: float
    saturation_share: float
    probability_profitable: float


@dataclass(frozen=True)
class Totals:
    """The window as a whole. `incremental` is what the paid channels bring; `marginal_roi` is that of a small proportional
    increase of all spend; `baseline` is everything that is not media.
    """

    outcome: float
    fitted: float
    spend: float
    periods: int
    incremental: Estimate
    organic: Estimate
    baseline: Estimate
    blended_roi: Estimate
    marginal_roi: Estimate


@dataclass(frozen=True)
class Fit:
    """Quality of the fit over the rows fitted on (as Robyn defines NRMSE: by the range of the outcome)."""

    r2: float
    nrmse: float
    mape: float
    durbin_watson: float


def contributions(model: MixModel, period: Period | None = None) -> Contributions:
    """Take the outcome apart over time, by the model's own interval or summed by a longer period.

    Raises:
        InputError: a period shorter than the model's interval, or an unknown one.
    """
    starts, dates = _periods(model, period)
    weights = model.draws.weights
    fitted = np.zeros(len(dates))
    parts: list[tuple[str, str, Group, Band, Estimate]] = []
    for name, label, group, effect in _terms(model):
        summed = effect if period is None else np.add.reduceat(effect, starts, axis=1)
        series = band(summed, weights)
        fitted = fitted + series.value
        parts.append((name, label, group, series, estimate(effect.sum(1), weights)))
    whole = float(fitted.sum())
    terms = tuple(Term(*part, share=part[4].value / whole if whole else 0.0) for part in parts)
    start, stop = model.series.window
    actual = np.add.reduceat(model.series.outcome[start:stop], starts)
    return Contributions(dates, actual, fitted, terms)


def fitted_values(model: MixModel) -> Floats:
    """Weighted mean of the fit per window period, shape (W,)."""
    weights = model.draws.weights
    return np.asarray(sum(np.tensordot(weights, effect, axes=1) for _, _, _, effect in _terms(model)))


def channel_results(model: MixModel) -> tuple[ChannelResult, ...]:
    """Every paid channel, in the model's order."""
    start, stop = model.series.window
    weights = model.draws.weights
    spend = model.series.spend[start:stop].sum(0)
    now = [effect_today(model, p) for p in range(model.paid_count)]
    periods = stop - start
    effects = np.column_stack([e.value[:, 0] * periods for e in now])  # (D, P)
    slopes = np.column_stack([e.slope[:, 0] * periods for e in now])
    together = effects.sum(1)
    mean_effects = weights @ effects
    results = []
    for p, media in enumerate(model.spec.paid):
        money = float(spend[p])
        contribution = estimate(effects[:, p], weights)
        per_money = 1.0 / money if money > 0 else 0.0
        ceiling = float(weights @ model.draws.beta[:, p]) * periods
        at_once = float(weights @ immediate_effect(model, p))
        share = estimate(_divide(effects[:, p], together), weights)
        results.append(
            ChannelResult(
                name=media.name,
                label=media.label or media.name,
                kind=media.kind,
                spend=money,
                contribution=contribution,
                roi=contribution.times(per_money),
                marginal_roi=estimate(slopes[:, p] * per_money, weights),
                cpa=_cost_per_outcome(contribution, money) if model.spec.goal.kind == "conversions" else None,
                share_of_spend=money / float(spend.sum()) if spend.sum() > 0 else 0.0,
                share_of_effect=_with_value(share, float(_divide(mean_effects[p], mean_effects.sum()))),
                immediate_share=float(_divide(at_once, contribution.value)),
                half_life_periods=float(weights @ half_lives(model, p)),
                saturation_share=float(_divide(contribution.value, ceiling)),
                probability_profitable=float(weights @ (effects[:, p] > money)) if money > 0 else 0.0,
            )
        )
    return tuple(results)


def totals(model: MixModel) -> Totals:
    """The window as a whole."""
    start, stop = model.series.window
    weights, periods = model.draws.weights, stop - start
    money = float(model.series.spend[start:stop].sum())
    per_money = 1.0 / money if money > 0 else 0.0
    now = [effect_today(model, m) for m in range(len(model.media_names))]
    brought = [e.value[:, 0] * periods for e in now]
    paid = np.sum(brought[: model.paid_count], axis=0)
    organic = np.sum(brought[model.paid_count :], axis=0) + np.zeros(len(weights))
    slope = np.sum([e.slope[:, 0] * periods for e in now[: model.paid_count]], axis=0)
    rest = model.draws.intercept * periods + model.draws.coefficients @ model.series.other[start:stop].sum(0)
    incremental = estimate(paid, weights)
    return Totals(
        outcome=float(model.series.outcome[start:stop].sum()),
        fitted=float(weights @ (paid + organic + rest)),
        spend=money,
        periods=periods,
        incremental=incremental,
        organic=estimate(organic, weights),
        baseline=estimate(rest, weights),
        blended_roi=incremental.times(per_money),
        marginal_roi=estimate(slope * per_money, weights),
    )


def fit_quality(model: MixModel) -> Fit:
    """How closely the fit follows the rows it was fitted on."""
    start, _ = model.series.window
    actual = model.series.outcome[start : start + model.series.train]
    residual = actual - fitted_values(model)[: model.series.train]
    squares = float(residual @ residual)
    spread = float(((actual - actual.mean()) ** 2).sum())
    reach = float(actual.max() - actual.min())
    some = np.abs(actual) > 0
    return Fit(
        r2=1.0 - squares / spread if spread > 0 else 0.0,
        nrmse=float(np.sqrt(squares / len(actual)) / reach) if reach > 0 else 0.0,
        mape=float(np.mean(np.abs(residual[some] / actual[some]))) if some.any() else 0.0,
        durbin_watson=float(np.sum(np.diff(residual) ** 2) / squares) if squares > 0 else 2.0,
    )


def residuals(model: MixModel) -> Floats:
    """Actual minus fitted per window period, shape (W,)."""
    start, stop = model.series.window
    return np.asarray(model.series.outcome[start:stop] - fitted_values(model))


def _terms(model: MixModel) -> Iterator[tuple[str, str, Group, Floats]]:
    """(name, label, group, effect of shape (D, W)) of every term: baseline, context, organic, paid."""
    start, stop = model.series.window
    yield INTERCEPT, LABELS[INTERCEPT], "baseline", np.repeat(model.draws.intercept[:, None], stop - start, axis=1)
    labels = LABELS | {c.name: c.label for c in model.spec.context if c.label}
    for wanted in ("baseline", "context"):
        group: Group = "context" if wanted == "context" else "baseline"
        for k, name in enumerate(model.other_names):
            if (model.other_groups[k] == "context") == (wanted == "context"):
                yield name, labels.get(name, name), group, other_over_time(model, k)
    media = model.spec.ordered_media
    for m in (*range(model.paid_count, len(media)), *range(model.paid_count)):
        group = "paid" if m < model.paid_count else "organic"
        yield media[m].name, media[m].label or media[m].name, group, effect_over_time(model, m)


def _periods(model: MixModel, period: Period | None) -> tuple[NDArray[np.intp], NDArray[np.datetime64]]:
    """Row of the window at which each period starts, and the first day of each period."""
    dates = model.window_dates.astype("datetime64[D]")
    if period is None:
        return np.arange(len(dates)), dates
    if period not in PERIODS:
        raise InputError("unknown period", where="period", got=period, expected=", ".join(PERIODS))
    if PERIODS.index(period) < PERIODS.index(model.interval):
        raise InputError(
            "the period is shorter than the model's interval",
            where="period",
            got=period,
            expected=f"{model.interval} or longer",
        )
    if period == "day":
        key = dates
    elif period == "week" and model.interval == "week":
        key = dates  # weeks keep the weekday the data starts them on
    elif period == "week":
        key = dates - (dates.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday; weeks start on Monday
    elif period == "month":
        key = dates.astype("datetime64[M]").astype("datetime64[D]")
    else:
        months = dates.astype("datetime64[M]").astype(np.int64)
        key = (months - months % 3).astype("datetime64[M]").astype("datetime64[D]")
    distinct, starts = np.unique(key, return_index=True)
    return starts, distinct


def _divide(above: Floats | float, below: Floats | float) -> Floats:
    """Quotient, 0 where the divisor is 0."""
    top, bottom = np.asarray(above, dtype=float), np.asarray(below, dtype=float)
    return np.asarray(np.where(bottom == 0, 0.0, top / np.where(bottom == 0, 1.0, bottom)))


def _with_value(figure: Estimate, value: float) -> Estimate:
    """The ranges of a ratio with the ratio of the means: shown shares then agree with shown contributions."""
    return Estimate(value, figure.low, figure.high, figure.low50, figure.high50)


def _cost_per_outcome(contribution: Estimate, money: float) -> Estimate | None:
    """Money per outcome; None when the channel may bring nothing, as no end could then be given."""
    if contribution.low <= 0:
        return None
    value, low, high, low50, high50 = (
        money / x
        for x in (contribution.value, contribution.high, contribution.low, contribution.high50, contribution.low50)
    )
    return Estimate(value, low, high, low50, high50)


__all__ = [
    "GROUPS",
    "INTERCEPT",
    "PERIODS",
    "Band",
    "ChannelResult",
    "Contributions",
    "Curve",
    "Estimate",
    "Fit",
    "Outcome",
    "Term",
    "Totals",
    "channel_results",
    "contributions",
    "curve",
    "curves",
    "expected_outcome",
    "fit_quality",
    "fitted_values",
    "observed_maximum",
    "residuals",
    "totals",
]
