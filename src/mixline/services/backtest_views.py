"""The document of a model's back-test."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING

from mixline.messages.backtest import Backtest, BacktestChannel, BacktestFold
from mixline.mmm.backtest.result import Fold, read_backtest
from mixline.services.model_views import unit_of, view_estimate

if TYPE_CHECKING:
    from mixline.mmm.model import MixModel

NOT_ASKED = (
    "No back-test was asked for. On the Runs page, under Hold-out & back-test, ask for forecasts from the past to see what "
    "the model would have forecast (validation.folds of a specification)."
)


def backtest_view(model: MixModel, model_id: str) -> Backtest:
    """A model's back-test; without one a document that says so."""
    found = read_backtest(model)
    if found is None:
        return Backtest(model_id=model_id, unit=unit_of(model), interval=model.interval, words=NOT_ASKED)
    return Backtest(
        model_id=model_id,
        unit=unit_of(model),
        interval=found.interval,
        words=found.words,
        horizon=found.horizon,
        trials=found.trials,
        iterations=found.iterations,
        error=found.error,
        naive_error=found.naive_error,
        skill=found.skill,
        coverage=found.coverage,
        folds=[_fold(fold) for fold in found.folds],
        channels=[
            BacktestChannel(
                channel=medium.name,
                label=medium.label or medium.name,
                roi=[None if figure is None else view_estimate(figure) for figure in found.returns(medium.name)],
                movement=_finite(found.movement(medium.name)),
            )
            for medium in model.spec.paid
        ],
    )


def _fold(fold: Fold) -> BacktestFold:
    parts = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(fold).items()}
    del parts["roi"]
    return BacktestFold(**parts)


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value
