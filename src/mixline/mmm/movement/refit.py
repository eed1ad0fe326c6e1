"""A model's draws put to other data: what they say of other periods, and how strong each term comes out there.

Between an earlier model and a later one stand three that were never fitted, so that a change can be taken apart:
`carried` has the earlier parameters and the later periods; `refitted` keeps every draw's memory and saturation and fits how
strong each term is, by the same ridge and the same pull on earlier and later data. Nothing is drawn by chance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mixline.mmm.ensemble.choice import prepared_of
from mixline.mmm.ensemble.draws import baseline_columns
from mixline.mmm.ensemble.expectation import Expectation
from mixline.mmm.media_effects import effect_today
from mixline.mmm.model import Draws, Floats, MixModel
from mixline.mmm.response import residuals
from mixline.mmm.search.candidate_space import Points, evaluate
from mixline.mmm.search.result import Prepared
from mixline.mmm.transforms.adstock import adstock, adstock_named


@dataclass(frozen=True)
class Figures:
    """What a model says of its paid channels, draw by draw: outcome and slope per period, and money per period."""

    effect: Floats  # (D, P)
    slope: Floats  # (D, P) of the effect by a proportional change of spend
    spend: Floats  # (P,)
    weights: Floats  # (D,)

    def value(self, measure: str) -> Floats:
        """(P,) as shown: of the weighted means."""
        mean, money = self.weights @ self.effect, np.where(self.spend > 0, self.spend, np.inf)
        if measure == "share_of_effect":
            return np.asarray(mean / mean.sum()) if mean.sum() else np.zeros(len(mean))
        if measure == "roi":
            return np.asarray(mean / money)
        return np.asarray(self.weights @ self.slope / money) if measure == "marginal_roi" else np.asarray(mean)

    def draws(self, measure: str) -> Floats:
        """(D, P)"""
        money = np.where(self.spend > 0, self.spend, np.inf)
        if measure == "share_of_effect":
            total = self.effect.sum(1, keepdims=True)
            return np.asarray(np.divide(self.effect, total, out=np.zeros_like(self.effect), where=total != 0))
        if measure == "roi":
            return np.asarray(self.effect / money)
        return np.asarray(self.slope / money) if measure == "marginal_roi" else self.effect

    def together(self) -> Figures:
        """All paid channels as one."""
        effect, slope = self.effect.sum(1, keepdims=True), self.slope.sum(1, keepdims=True)
        return Figures(effect, slope, self.spend.sum(keepdims=True), self.weights)


def figures_of(model: MixModel) -> Figures:
    """The figures behind `mixline.mmm.response.channel_results`, per period."""
    start, stop = model.series.window
    now = [effect_today(model, p) for p in range(model.paid_count)]
    return Figures(
        effect=np.column_stack([e.value[:, 0] for e in now]),
        slope=np.column_stack([e.slope[:, 0] for e in now]),
        spend=model.series.spend[start:stop].mean(0),
        weights=model.draws.weights,
    )


def later_data(before: MixModel, after: MixModel, frame: pd.DataFrame | None, *, alike: bool) -> Prepared | None:
    """The later model's periods as the earlier specification prepares them; None where that cannot be known.

    Args:
        frame: the later data, needed where the specifications ask different questions. alike: they do not.

    Raises:
        DataError, SpecificationError: the later data cannot be used with the earlier specification.
    """
    if alike and before.other_names == after.other_names and before.media_names == after.media_names:
        later = replace(prepared_of(after), spec=before.spec)
    elif frame is not None:
        from mixline.mmm.inputs.features import prepare

        days = after.window_dates.astype("datetime64[D]").astype(object)
        later = prepare(replace(before.spec, window_start=days[0], window_end=days[-1]), frame)
        if later.other_names != before.other_names:
            return None
    else:
        return None
    # Exposure stands in money at its cost in the window; the earlier parameters know the earlier cost.
    costs = before.facts.get("cost_per_exposure", {})
    scale = np.ones(later.media.shape[1])
    scale[: len(later.cost)] = [
        float(costs.get(name, own)) / own for name, own in zip(before.paid_names, later.cost, strict=True)
    ]
    return replace(later, media=later.media * scale)


def carried(model: MixModel, later: Prepared, train: int) -> MixModel:
    """The model's own draws over other periods."""
    return _moved(model, later, train, _at_length(model, len(later.dates)))


def refitted(model: MixModel, data: Prepared, train: int) -> MixModel:
    """Every draw's memory and saturation, with the strengths that these data give."""
    # Neither studies nor the earlier decomposition are asked here. A model's arrays are read-only, which the compiled kernel
    # would take for another type and compile anew.
    spec = replace(data.spec, studies=(), refresh=None)
    data = replace(data, spec=spec, other=data.other.copy())
    draws = _at_length(model, len(data.dates))
    count, width = draws.alpha.shape
    start, stop = data.window
    end = stop if data.spec.validation.leaking else start + train
    gamma = np.empty((count, width))
    for m, medium in enumerate(data.spec.ordered_media):
        first, second = draws.adstock[:, m, 0], draws.adstock[:, m, 1]
        level = adstock(data.media[:end, m], medium.adstock, first, second, periods=len(data.dates))
        peak = level[:, start:].max(1)
        gamma[:, m] = draws.inflexion[:, m] / np.where(peak > 0, peak, 1.0)  # the same half-saturation in money
    points = Points(
        adstock=draws.adstock.copy(),
        alpha=draws.alpha.copy(),
        gamma=gamma,
        ridge=np.full(count, data.lambdas[0]),
        penalty=np.ones((count, len(data.low))),
        train=np.full(count, train, dtype=np.int64),
        ends=np.full((count, 2), data.window_rows, dtype=np.int64),
    )
    pull = _pull(model, data)
    found = evaluate(data, points, expected=pull.contribution, precision=pull.precision)
    draws = replace(draws, beta=found.beta, coefficients=found.coefficients, intercept=found.intercept)
    return _moved(model, data, train, replace(draws, inflexion=found.inflexion))


def _pull(model: MixModel, data: Prepared) -> Expectation:
    """What is expected of the channels of these data: the model's own pooled return, as loosely as its draws were held to it."""
    figures = figures_of(model).together()
    start, stop = data.window
    spend = np.zeros(len(data.media_names))
    spend[: data.spend.shape[1]] = data.spend[start:stop].sum(0)
    rest = residuals(model)[: model.series.train]
    own = prepared_of(model)
    spent = len(own.low) + baseline_columns(own, len(rest))
    noise = float(rest @ rest) / max(len(rest) - spent, len(rest) / 4)
    return Expectation(spend, max(float(figures.value("roi")[0]), 0.0), noise / data.window_rows)


def _at_length(model: MixModel, periods: int) -> Draws:
    """The draws with the same memory in periods on a longer series, of which a Weibull scale is a share."""
    before = len(model.series.dates)
    if periods == before:
        return model.draws
    changed = model.draws.adstock.copy()
    for m, medium in enumerate(model.spec.ordered_media):
        if "scale" in adstock_named(medium.adstock).parameters:
            changed[:, m, 1] *= (before - 1) / (periods - 1)
    return replace(model.draws, adstock=changed)


def _moved(model: MixModel, data: Prepared, train: int, draws: Draws) -> MixModel:
    series = replace(
        model.series,
        dates=data.dates,
        outcome=data.outcome,
        spend=data.spend,
        media=data.media,
        other=data.other,
        window=data.window,
        train=train,
    )
    return replace(model, series=series, draws=draws)
