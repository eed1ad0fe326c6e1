"""What moved between two models of the same goal, and why.

A figure's change is split into four parts that add up to it exactly. Write B for the earlier model, A for the later one,
B' for B's parameters over A's periods, and R(m, d) for the draws of model m with their strengths refitted to data d
(`mixline.mmm.movement.refit`). Then

    spend          = B' - B                              other spend and other periods, nothing else
    new data       = R(B, later) - R(B, earlier) - spend the same memory and saturation, other strengths
    specification  = R(A, later) - R(B, later)           only where the specifications ask different questions, else 0
    uncertainty    = the rest: what search and resampling move

Refits on both sides of a difference are made in the same way, so that what refitting itself does cancels. Where only ranges,
window, seed or size of the search differ, what a new search makes of memory and saturation is part of the rest.

A change's own range comes from every pair of draws. Models of one question that share periods err together, so the doubts of
the pair are taken together with a correlation of the share of periods both windows hold, at most `MOST_ALIKE`: what the
search itself moves is not shared. Models of different questions are taken as independent.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from mixline.errors import ConflictError
from mixline.mmm.estimates import Estimate, estimate
from mixline.mmm.model import MixModel
from mixline.mmm.movement.data import compare_data
from mixline.mmm.movement.refit import Figures, carried, figures_of, later_data, refitted
from mixline.mmm.movement.result import (
    MEASURES,
    BuildTerm,
    CauseName,
    ChannelMovement,
    FittedSeries,
    Measure,
    Moved,
    Movement,
)
from mixline.mmm.movement.specification import compare_specifications
from mixline.mmm.movement.words import describe_channel, headline, movement_findings
from mixline.mmm.response import contributions, fitted_values

# At most this correlation of the doubts of two models. Over 72 channels of clean and realistic companies the range of a change
# then held the true change in 97 % with 8 weeks new and in 95 % with 31 new; without a limit in 88 % and 93 %; with none
# shared in all of them.
MOST_ALIKE = 0.8
WARNING_LINE = 0.15  # relative change of ROI: beyond what a change of seed does, enough to change a budget
Parts = dict[CauseName, dict[Measure, dict[str, float]]]
ALL = ""  # the name of all paid channels together


def compare_models(
    before: MixModel, after: MixModel, frame: pd.DataFrame | None = None, *, threshold: float = WARNING_LINE
) -> Movement:
    """What moved from `before` to `after`.

    Args:
        frame: the later model's data; needed to take changes apart where the specifications ask different questions.
        threshold: the warning line, as a share of the earlier ROI.

    Raises:
        ConflictError: the models explain different things, or at another interval.
    """
    _require_comparable(before, after)
    differences = compare_specifications(before.spec, after.spec, before.interval)
    asked = [d for d in differences if d.kind == "specification"]
    one, two = figures_of(before), figures_of(after)
    parts = _parts(before, after, frame, one, two, structural=bool(asked))
    names = list(dict.fromkeys((*before.paid_names, *after.paid_names)))
    alike = 0.0 if asked else _likeness(before, after)
    channels = [_channel(name, before, after, one, two, parts, alike, threshold) for name in names]
    channels.sort(key=lambda c: (c.presence == "both", -abs(c.figures["roi"].relative or 0.0)))
    data = compare_data(before, after)
    return Movement(
        threshold=threshold,
        headline=headline(channels, threshold),
        totals={
            measure: _moved(measure, ALL, one.together(), 0, two.together(), 0, parts, alike)
            for measure in MEASURES
            if measure != "share_of_effect"
        },
        channels=tuple(channels),
        specification=differences,
        data=data,
        fitted=fitted_series(before, after),
        findings=movement_findings(channels, data, threshold, asked_otherwise=len(asked), apart=parts is not None),
    )


def compare_totals(before: MixModel, after: MixModel) -> dict[Measure, Moved]:
    """The change of ROI, marginal ROI and contribution of all paid channels together, not taken apart.

    Raises:
        ConflictError: as `compare_models`.
    """
    _require_comparable(before, after)
    one, two = figures_of(before).together(), figures_of(after).together()
    differences = compare_specifications(before.spec, after.spec, before.interval)
    alike = 0.0 if any(d.kind == "specification" for d in differences) else _likeness(before, after)
    return {m: _moved(m, ALL, one, 0, two, 0, None, alike) for m in MEASURES if m != "share_of_effect"}


def build_terms(model: MixModel) -> tuple[BuildTerm, ...]:
    """A model's decomposition as one stack of shares, the baseline (base, trend, season, holidays) as one bar."""
    terms = contributions(model).terms
    start, stop = model.series.window
    base = [term for term in terms if term.group == "baseline"]
    found = [
        BuildTerm("baseline", "Baseline", "baseline", sum(t.share for t in base), sum(t.total.value for t in base))
    ]
    found += [BuildTerm(t.name, t.label, t.group, t.share, t.total.value) for t in terms if t.group != "baseline"]
    return tuple(BuildTerm(t.name, t.label, t.group, t.share, t.contribution / (stop - start)) for t in found)


def fitted_series(before: MixModel, after: MixModel) -> FittedSeries:
    """Both fits over all periods of either window, with the actual values as the later data have them."""
    days = np.union1d(*(model.window_dates.astype("datetime64[D]") for model in (before, after)))
    fits, actual = [], np.full(len(days), np.nan)
    for model in (before, after):
        own = model.series.dates.astype("datetime64[D]")
        here = np.isin(own, days)
        actual[np.searchsorted(days, own[here])] = model.series.outcome[here]
        fit = np.full(len(days), np.nan)
        fit[np.searchsorted(days, model.window_dates.astype("datetime64[D]"))] = fitted_values(model)
        fits.append(fit)
    fresh = days[days > before.window_dates[-1].astype("datetime64[D]")]
    return FittedSeries(
        dates=days.astype(object).tolist(),
        actual=actual,
        before=fits[0],
        after=fits[1],
        new_from=fresh[0].astype(object) if len(fresh) else None,
    )


def _require_comparable(before: MixModel, after: MixModel) -> None:
    for what, one, two in (
        ("goal", before.spec.goal.column, after.spec.goal.column),
        ("segment", before.spec.segment_value, after.spec.segment_value),
        ("currency", before.spec.goal.currency, after.spec.goal.currency),
        ("interval", before.interval, after.interval),
    ):
        if one != two:
            raise ConflictError(
                f"the models differ in their {what}, so what moved cannot be said",
                where=what,
                got=f"{one or 'none'} and {two or 'none'}",
                action="Compare models of the same goal, country and interval; others can stand side by side.",
            )


def _likeness(before: MixModel, after: MixModel) -> float:
    """Correlation of the doubts of two models of one question: of two means over windows that share rows, within limits."""
    one, two = before.window_dates, after.window_dates
    return float(min(np.isin(one, two).sum() / np.sqrt(len(one) * len(two)), MOST_ALIKE))


def _parts(
    before: MixModel, after: MixModel, frame: pd.DataFrame | None, one: Figures, two: Figures, *, structural: bool
) -> Parts | None:
    """Every cause's part by measure and channel, `ALL` being all of them; None where the later data do not fit."""
    from mixline.errors import InputError
    from mixline.mmm.ensemble.choice import prepared_of

    try:
        later = later_data(before, after, frame, alike=not structural)
    except InputError:
        return None
    if later is None:
        return None
    train = after.series.train
    moved = figures_of(carried(before, later, train))
    then = figures_of(refitted(before, prepared_of(before), before.series.train))
    now = figures_of(refitted(before, later, train))
    own = figures_of(refitted(after, prepared_of(after), train)) if structural else None
    parts: Parts = {"spend": {}, "new_data": {}, "specification": {}, "uncertainty": {}}
    for measure in MEASURES:
        first, carry, past, present = (_by_name(f, before, measure) for f in (one, moved, then, now))
        last = _by_name(two, after, measure)
        asked = _by_name(own, after, measure) if own is not None else present
        for name in first.keys() & last.keys():
            spend = carry[name] - first[name]
            data = present[name] - past[name]
            question = asked[name] - present[name]
            rest = last[name] - first[name] - data - question
            for cause, value in zip(parts, (spend, data - spend, question, rest), strict=True):
                parts[cause].setdefault(measure, {})[name] = value
    return parts


def _by_name(figures: Figures, model: MixModel, measure: Measure) -> dict[str, float]:
    found = dict(zip(model.paid_names, figures.value(measure).tolist(), strict=True))
    return found | {ALL: float(figures.together().value(measure)[0])}


def _channel(
    name: str,
    before: MixModel,
    after: MixModel,
    one: Figures,
    two: Figures,
    parts: Parts | None,
    alike: float,
    threshold: float,
) -> ChannelMovement:
    left = before.paid_names.index(name) if name in before.paid_names else None
    right = after.paid_names.index(name) if name in after.paid_names else None
    medium = before.spec.paid[left] if right is None and left is not None else after.spec.paid[right or 0]
    label = medium.label or medium.name
    figures = {measure: _moved(measure, name, one, left, two, right, parts, alike) for measure in MEASURES}
    roi = figures["roi"]
    presence: Literal["both", "added", "removed"] = "added" if left is None else "removed" if right is None else "both"
    return ChannelMovement(
        name=name,
        label=label,
        kind=medium.kind,
        presence=presence,
        spend_before=None if left is None else float(one.spend[left]),
        spend_after=None if right is None else float(two.spend[right]),
        figures=figures,
        warning=presence == "both" and abs(roi.relative or 0.0) > threshold and not roi.within_range,
        words=describe_channel(label, roi, after.spec.goal),
    )


def _moved(
    measure: Measure,
    name: str,
    one: Figures,
    left: int | None,
    two: Figures,
    right: int | None,
    parts: Parts | None,
    alike: float,
) -> Moved:
    first = None if left is None else _estimate(one, measure, left)
    last = None if right is None else _estimate(two, measure, right)
    change = None
    causes: dict[CauseName, float] = {}
    if left is not None and right is not None and first is not None and last is not None:
        # Every draw of one model with every draw of the other.
        gaps = (two.draws(measure)[:, right][:, None] - one.draws(measure)[:, left][None, :]).ravel()
        value = last.value - first.value
        spread = estimate(value + np.sqrt(1.0 - alike) * (gaps - value), np.outer(two.weights, one.weights).ravel())
        change = Estimate(value, spread.low, spread.high, spread.low50, spread.high50)
        if parts is not None:
            causes = {cause: by_measure[measure][name] for cause, by_measure in parts.items()}
    return Moved(measure, first, last, change, causes)


def _estimate(figures: Figures, measure: Measure, channel: int) -> Estimate:
    found = estimate(figures.draws(measure)[:, channel], figures.weights)
    # A share's value is the ratio of the means, as in `mixline.mmm.response`.
    return Estimate(float(figures.value(measure)[channel]), found.low, found.high, found.low50, found.high50)


__all__ = ["WARNING_LINE", "Movement", "build_terms", "compare_models", "compare_totals", "fitted_series"]
