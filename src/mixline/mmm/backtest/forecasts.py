"""Rolling-origin back-test: forecasts made from what came before them, held against what came.

Each fold fits the specification anew on the rows before its origin (trend, season, ranges of the search, everything), with
a smaller search, and forecasts with the media and context that then happened. So its error is that of the model, not of
anybody's media plan. The method is Tashman's (2000, "Out-of-sample tests of forecasting accuracy") with an expanding window.

What a fold costs is kept down: at most `TRIALS` trials of `ITERATIONS` candidates and a shorter walk (`FOLD`). Its figures
are rougher than the model's own, so the error found is on the high side.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import numpy as np
import pandas as pd

from mixline.mmm.backtest.folds import FoldRows, plan_folds
from mixline.mmm.backtest.result import Backtest, Fold, fold_document, mape, nrmse, read_fold
from mixline.mmm.ensemble.draws import (
    Ensemble,
    baseline_columns,
    block_bootstrap,
    build_draws,
    contributions,
    with_chosen,
)
from mixline.mmm.ensemble.plausible import Walk
from mixline.mmm.ensemble.selection import choose
from mixline.mmm.estimates import Estimate, band, estimate
from mixline.mmm.inputs.columns import read_columns
from mixline.mmm.inputs.features import arrange
from mixline.mmm.model import Draws, Floats
from mixline.mmm.search.result import Prepared, join
from mixline.mmm.search.trial_parts import Parts, fingerprint
from mixline.mmm.search.trials import FitProgress, Report, run_trials
from mixline.mmm.specification import ModelSpec, Validation, canonical_json
from mixline.mmm.transforms.adstock import adstock
from mixline.mmm.transforms.saturation import hill

TRIALS, ITERATIONS = 2, 500
FOLD = Ensemble(walk=Walk(steps=150))
NOISES = 5  # noise paths laid over each draw; with 200 draws a thousand futures


def backtest(
    spec: ModelSpec,
    frame: pd.DataFrame,
    *,
    processes: int = 1,
    progress: Report | None = None,
    parts: Parts | None = None,
) -> Backtest:
    """Back-test a specification: `spec.validation.folds` forecasts of `spec.validation.horizon` periods.

    The result depends on `spec` and `frame` alone, like `mixline.mmm.fitting.fit`, whose arguments these are.

    Raises:
        SpecificationError: no fold is asked for, or there is too little history for them; and see
            `mixline.mmm.inputs.features.prepare`. DataError, UnavailableError: as there.
    """
    columns = read_columns(spec, frame)
    folds = plan_folds(columns)
    search = spec.search
    found: list[Fold] = []
    for fold in folds:
        share = _Share(progress, fold.number, len(folds))
        share.tell(0.0)
        whole = arrange(columns.until(fold.stop), fold.origin)
        past = _past(whole, fold)
        mark = hashlib.sha256((fingerprint(past) + fingerprint(whole)).encode()).hexdigest()
        name = f"fold-{fold.number:03d}"
        kept = _read_part(parts.load(name) if parts is not None else None, mark)
        if kept is None:
            kept = _forecast(whole, past, fold, processes, share.search)
            if parts is not None:
                parts.save(name, mark.encode() + canonical_json(fold_document(kept)))
        found.append(kept)
    return Backtest(
        columns.interval,
        folds[0].stop - folds[0].origin,
        min(search.trials, TRIALS),
        min(search.iterations, ITERATIONS),
        tuple(found),
    )


def _past(whole: Prepared, fold: FoldRows) -> Prepared:
    """A fold's data without the rows it forecasts, and its smaller search. `whole` knows no outcome of those rows either."""
    spec, row = whole.spec, fold.origin
    future = whole.dates[row].astype(object)
    spec = replace(
        spec,
        validation=Validation(),
        studies=tuple(study for study in spec.studies if study.end < future),
        refresh=None,  # the earlier model may have seen what is forecast here
        search=replace(
            spec.search, trials=min(spec.search.trials, TRIALS), iterations=min(spec.search.iterations, ITERATIONS)
        ),
    )
    cut = {name: getattr(whole, name)[:row] for name in ("dates", "outcome", "spend", "media", "other")}
    return replace(whole, spec=spec, window=(whole.window[0], row), **cut)


def _forecast(whole: Prepared, past: Prepared, fold: FoldRows, processes: int, progress: Report | None) -> Fold:
    """Fit the past, forecast the rest."""
    seed = past.spec.search.seed
    candidates = join(run_trials(past, processes, progress, None))
    paid = past.spend.shape[1]
    heed = past.spec.search.lift_weight > 0
    first = choose(candidates, paid, heed_studies=heed).chosen
    draws = build_draws(past, candidates, first, seed, FOLD)
    chosen = choose(candidates, paid, contributions(past, draws)[1:], heed_studies=heed).chosen
    draws = with_chosen(draws, candidates, chosen)
    gains = contributions(past, draws)
    start, row = past.window
    paths = _paths(whole, draws, row)[:, row - start :]  # (D, H)
    fitted = draws.weights @ _paths(past, draws, row)
    noise = _noise(past, past.outcome[start:row] - fitted, paths, np.random.default_rng([seed, fold.number]))
    ranges = band(np.concatenate([paths + n for n in noise]), np.tile(draws.weights, NOISES) / NOISES)
    expected = draws.weights @ paths
    actual, naive = whole.outcome[row:], _naive(whole, row)
    within = (actual >= ranges.low) & (actual <= ranges.high)
    spend = past.spend[start:row].sum(0)
    days = whole.dates.astype("datetime64[D]").tolist()
    return Fold(
        number=fold.number,
        fitted_from=days[start],
        fitted_to=days[row - 1],
        fitted_periods=row - start,
        dates=tuple(days[row:]),
        actual=tuple(actual.tolist()),
        expected=tuple(expected.tolist()),
        low=tuple(ranges.low.tolist()),
        high=tuple(ranges.high.tolist()),
        low50=tuple(ranges.low50.tolist()),
        high50=tuple(ranges.high50.tolist()),
        naive=tuple(naive.tolist()),
        nrmse=nrmse(actual, expected),
        mape=mape(actual, expected),
        coverage=float(within.mean()),
        naive_nrmse=nrmse(actual, naive),
        naive_mape=mape(actual, naive),
        roi={
            name: _return(gains[:, p], draws.weights, float(spend[p])) for p, name in enumerate(past.media_names[:paid])
        },
    )


def _paths(prepared: Prepared, draws: Draws, fitted: int) -> Floats:
    """What every draw says of every window period, shape (D, W).

    `fitted` is the length of the series the draws were fitted on: a Weibull kernel is a share of it.
    """
    start, stop = prepared.window
    total = draws.intercept[:, None] + draws.coefficients @ prepared.other[start:stop].T
    for m, medium in enumerate(prepared.spec.ordered_media):
        first, second = draws.adstock[:, m, 0], draws.adstock[:, m, 1]
        level = adstock(prepared.media[:, m], medium.adstock, first, second, periods=fitted)
        shape = hill(level[:, start:stop], draws.alpha[:, m, None], draws.inflexion[:, m, None])
        total = total + draws.beta[:, m, None] * shape
    return np.asarray(total)


def _noise(past: Prepared, residual: Floats, paths: Floats, rng: np.random.Generator) -> Floats:
    """Noise (NOISES, D, H) of rows not fitted on: blocks of residuals, which keep their autocorrelation, made larger.

    Residuals are smaller than the noise, as numbers were fitted to them; and the numbers in the components have errors of
    their own, which the draws do not show. With p of them on n rows the variance of a forecast is 1 + p/n of the noise.
    """
    rows = len(residual)
    spent = baseline_columns(past, rows)
    growth = rows / max(rows - len(past.low) - 1 - spent, rows / 4) * (1 + spent / rows)
    centred = (residual - residual.mean()) * np.sqrt(growth)
    draws, horizon = paths.shape
    length = max(2, round(rows ** (1 / 3)))
    repeats = -(-horizon // rows)
    drawn = [block_bootstrap(centred, length, NOISES * draws, rng) for _ in range(repeats)]
    return np.concatenate(drawn, axis=1)[:, :horizon].reshape(NOISES, draws, horizon)


def _naive(whole: Prepared, row: int) -> Floats:
    """The same periods of the latest year before the forecast, or the last value where history does not reach back."""
    year = {"day": 364, "week": 52, "month": 12}[whole.interval]  # 364 days keep the day of the week
    rows = np.arange(row, len(whole.outcome))
    before = rows - year * np.ceil((rows - row + 1) / year).astype(int)
    return np.asarray(np.where(before >= 0, whole.outcome[np.maximum(before, 0)], whole.outcome[row - 1]))


def _return(gain: Floats, weights: Floats, spend: float) -> Estimate | None:
    return estimate(gain, weights).times(1.0 / spend) if spend > 0 else None


def _read_part(content: bytes | None, mark: str) -> Fold | None:
    if content is None or content[:64] != mark.encode():
        return None
    try:
        return read_fold(json.loads(content[64:]))
    except (KeyError, TypeError, ValueError):
        return None


class _Share:
    """The progress of one fold as a part of the whole."""

    def __init__(self, report: Report | None, number: int, count: int) -> None:
        self._report, self._number, self._count = report, number, count

    def tell(self, percent: float) -> None:
        """Report that this fold is so far. The callback may raise to stop."""
        if self._report is None:
            return
        done = (self._number - 1 + percent / 100.0) / self._count
        stage = f"Back-test: forecast {self._number} of {self._count}"
        self._report(FitProgress(stage, 100.0 * done, None, {}, np.zeros((0, 2))))

    def search(self, progress: FitProgress) -> None:
        self.tell(progress.percent * 0.6)  # the rest is the walk, which takes about as long
