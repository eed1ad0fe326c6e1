"""Agreement with experiments: what a model says a lift study should have measured, and how far off it is.

Source: Robyn 3.12.1, `robyn_calibrate_lift` ("immediate" and "total" scope, pooled channels). Two things are done otherwise
unless `robyn_days` asks for Robyn's arithmetic: a period that only partly lies in the study counts with the share of its
days (Robyn scales by calendar spans, which divides by zero for a study within one period), and a Weibull kernel stays that
of the whole series (Robyn makes a new one from the few rows of the study). Imports numpy only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mixline.errors import SpecificationError
from mixline.mmm.calibration.studies import check_study, rows_of
from mixline.mmm.model import Floats, MixModel
from mixline.mmm.specification import Interval, Study
from mixline.mmm.transforms.adstock import adstock
from mixline.mmm.transforms.saturation import hill


@dataclass(frozen=True)
class MediaFit:
    """The media side of one candidate. M media, T periods of the whole series."""

    names: tuple[str, ...]  # (M,)
    forms: tuple[str, ...]  # (M,) adstock by name
    media: Floats  # (T, M) modelled input
    adstock: Floats  # (M, 2)
    alpha: Floats  # (M,)
    inflexion: Floats  # (M,)
    beta: Floats  # (M,)


@dataclass(frozen=True)
class Lift:
    """A study beside the model. `predicted` and `measured` are outcome over the study; `error` is relative to measured."""

    study: Study
    predicted: float
    measured: float
    error: float


def chosen_media(model: MixModel) -> MediaFit:
    """The media side of a model's chosen candidate."""
    draws, own = model.draws, model.draws.chosen
    return MediaFit(
        names=model.media_names,
        forms=tuple(m.adstock for m in model.spec.ordered_media),
        media=model.series.media,
        adstock=draws.adstock[own],
        alpha=draws.alpha[own],
        inflexion=draws.inflexion[own],
        beta=draws.beta[own],
    )


def predict_lift(
    fit: MediaFit,
    study: Study,
    dates: NDArray[np.datetime64],
    window: tuple[int, int],
    interval: Interval,
    *,
    robyn_days: bool = False,
) -> Lift:
    """What the model says the study's media brought while it ran.

    Total scope counts everything the channels bring in the study's periods, carry-over of earlier spend included. Immediate
    scope counts what the study's own spend brings in them: total less what the carry-over from before would have brought
    alone, being first on the saturation curve. Pooled channels are added up.

    Raises:
        SpecificationError: see `mixline.mmm.calibration.studies.check_study`.
    """
    check_study(study, fit.names, dates, window, interval)
    rows, share = _robyn_rows(study, dates, window) if robyn_days else rows_of(study, dates, window, interval)
    predicted = float(sum(share @ _effect(fit, fit.names.index(c), rows, study.scope) for c in study.channels))
    return Lift(study, predicted, study.effect, abs((predicted - study.effect) / study.effect))


def predict_lifts(model: MixModel) -> tuple[Lift, ...]:
    """Every study of the model's specification beside its chosen candidate."""
    fit = chosen_media(model)
    series = model.series
    return tuple(predict_lift(fit, s, series.dates, series.window, model.interval) for s in model.spec.studies)


def lift_error(lifts: Sequence[Lift], *, by_confidence: bool = True) -> float:
    """The third objective, MAPE: mean relative error of the studies, weighted by their confidence; 0 without studies.

    Robyn weighs every study the same (`by_confidence=False`).
    """
    if not lifts:
        return 0.0
    weights = np.array([lift.study.confidence if by_confidence else 1.0 for lift in lifts])
    return float(weights @ np.array([lift.error for lift in lifts]) / weights.sum())


def _effect(fit: MediaFit, m: int, rows: NDArray[np.intp], scope: str) -> Floats:
    """Outcome the channel brings in each of the rows."""
    series, form = fit.media[:, m], fit.forms[m]
    first, second = fit.adstock[m]
    level = adstock(series, form, first, second)[rows]
    total = hill(level, fit.alpha[m], fit.inflexion[m])
    if scope == "immediate":
        own = adstock(series[rows], form, first, second, periods=len(series))
        # A Weibull density may give the first period nothing, hence the floor against rounding below zero.
        total = total - hill(np.maximum(level - own, 0.0), fit.alpha[m], fit.inflexion[m])
    return np.asarray(fit.beta[m] * total)


def _robyn_rows(
    study: Study, dates: NDArray[np.datetime64], window: tuple[int, int]
) -> tuple[NDArray[np.intp], Floats]:
    """Rows dated in the study, preceded by the row it starts in; all weigh study days over days between their dates."""
    begin, end = np.datetime64(study.start, "D"), np.datetime64(study.end, "D")
    rows = np.nonzero((dates >= begin) & (dates <= end))[0]
    rows = rows[(rows >= window[0]) & (rows < window[1])]
    if begin not in dates:
        before = int(np.searchsorted(dates, begin)) - 1
        rows = np.concatenate([[before], rows]) if before >= window[0] else rows
    spanned = float((dates[rows[-1]] - dates[rows[0]]).astype(float)) if len(rows) else 0.0
    if spanned == 0:
        raise SpecificationError(
            "Robyn cannot scale a study within one period",
            where=f"study of {study.start}",
            action="Use a longer study.",
        )
    return rows, np.full(len(rows), float((end - begin).astype(float)) / spanned)
