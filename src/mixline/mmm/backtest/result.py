"""What a back-test found: forecasts beside what came, and how much each channel's return moved between them.

Plain numbers and dates, so that it is kept with the model as JSON. Imports numpy only.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, cast

import numpy as np

from mixline.mmm.estimates import Estimate
from mixline.mmm.model import Floats, MixModel
from mixline.mmm.specification import Interval

FACT = "backtest"  # where a model keeps it, in `MixModel.facts`
RANGE = 0.9  # what the ranges promise


@dataclass(frozen=True)
class Fold:
    """One forecast, made with the window's rows before its first day. Series have length H, in units of the outcome.

    `expected` is the mean over the draws, `low` to `high` its 90 % and `low50` to `high50` its 50 % range for what comes,
    noise included. `naive` repeats the same period a year before (the last value where there is none). Errors: NRMSE by the
    range of what came (None where that is 0), MAPE as a share (None where something came as 0). `roi`: each paid channel's
    return as this fold saw it, None where it had not run.
    """

    number: int
    fitted_from: date
    fitted_to: date  # first day of the last period fitted on
    fitted_periods: int
    dates: tuple[date, ...]
    actual: tuple[float, ...]
    expected: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    low50: tuple[float, ...]
    high50: tuple[float, ...]
    naive: tuple[float, ...]
    nrmse: float | None
    mape: float | None
    coverage: float
    naive_nrmse: float | None
    naive_mape: float | None
    roi: Mapping[str, Estimate | None]


@dataclass(frozen=True)
class Backtest:
    """All forecasts, oldest first. `trials` and `iterations`: the size of each one's search."""

    interval: Interval
    horizon: int
    trials: int
    iterations: int
    folds: tuple[Fold, ...]

    @property
    def error(self) -> float:
        """Root mean square error of all forecasts together, as a share of the mean size of what came."""
        return _relative_error([f.actual for f in self.folds], [f.expected for f in self.folds])

    @property
    def naive_error(self) -> float:
        """The same of the naive forecasts."""
        return _relative_error([f.actual for f in self.folds], [f.naive for f in self.folds])

    @property
    def skill(self) -> float:
        """Part of the naive forecast's error that the model saves: 1 is perfect, 0 as good, below 0 worse."""
        return 1.0 - self.error / self.naive_error if self.naive_error > 0 else (0.0 if self.error == 0 else -1.0)

    @property
    def coverage(self) -> float:
        """Share of all periods that came within their 90 % range."""
        return float(np.average([f.coverage for f in self.folds], weights=[len(f.dates) for f in self.folds]))

    @property
    def periods(self) -> int:
        """Periods forecast."""
        return sum(len(fold.dates) for fold in self.folds)

    def returns(self, channel: str) -> tuple[Estimate | None, ...]:
        """A channel's return in each fold."""
        return tuple(fold.roi.get(channel) for fold in self.folds)

    def movement(self, channel: str) -> float | None:
        """Highest over lowest expected return of a channel; None with fewer than two, infinite where one is zero."""
        found = [figure.value for figure in self.returns(channel) if figure is not None]
        if len(found) < 2:
            return None
        low, high = min(found), max(found)
        return high / low if low > 0 else (math.inf if high > 0 else 1.0)

    @property
    def words(self) -> str:
        """The result in words."""
        count = len(self.folds)
        what = f"{count} forecast{'s' if count > 1 else ''} of {self.horizon} {self.interval}s"
        verdict = (
            f"that is {self.skill:.0%} less" if self.skill >= 0.005
            else "that is no better" if self.skill > -0.005
            else f"that is {-self.skill:.0%} more"
        )  # fmt: skip
        return (
            f"In {what}, each made from what came before it, the model was off by {self.error:.1%} of the outcome; "
            f"repeating the year before would have been off by {self.naive_error:.1%}: {verdict}. "
            f"{self.coverage:.0%} of the {self.interval}s came within the 90 % range."
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types; `read_backtest` reads them back to an equal one."""
        return {
            "interval": self.interval,
            "horizon": self.horizon,
            "trials": self.trials,
            "iterations": self.iterations,
            "folds": [fold_document(fold) for fold in self.folds],
        }


def fold_document(fold: Fold) -> dict[str, Any]:
    """A fold in plain JSON types."""
    return {
        **{
            name: value
            for name, value in vars(fold).items()
            if name not in ("dates", "fitted_from", "fitted_to", "roi")
        },
        **{name: list(value) for name, value in vars(fold).items() if isinstance(value, tuple)},
        "dates": [day.isoformat() for day in fold.dates],
        "fitted_from": fold.fitted_from.isoformat(),
        "fitted_to": fold.fitted_to.isoformat(),
        "roi": {name: None if figure is None else asdict(figure) for name, figure in fold.roi.items()},
    }


def read_fold(document: Mapping[str, Any]) -> Fold:
    """The inverse of `fold_document`. Raises KeyError, TypeError or ValueError for anything else."""
    parts: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in document.items()
    }
    return Fold(
        **parts
        | {
            "dates": tuple(date.fromisoformat(day) for day in document["dates"]),
            "fitted_from": date.fromisoformat(document["fitted_from"]),
            "fitted_to": date.fromisoformat(document["fitted_to"]),
            "roi": {name: None if figure is None else Estimate(**figure) for name, figure in document["roi"].items()},
        }
    )


def read_backtest(model: MixModel) -> Backtest | None:
    """The back-test a model was fitted with, or None where none was asked for."""
    document = model.facts.get(FACT)
    if not document or not document["folds"]:
        return None
    return Backtest(
        cast(Interval, document["interval"]),
        int(document["horizon"]),
        int(document["trials"]),
        int(document["iterations"]),
        tuple(read_fold(fold) for fold in document["folds"]),
    )


def nrmse(actual: Floats, forecast: Floats) -> float | None:
    """Root mean square error over the range of what came; None where that is 0."""
    reach = float(np.ptp(actual))
    return float(np.sqrt(np.mean((actual - forecast) ** 2))) / reach if reach > 0 else None


def mape(actual: Floats, forecast: Floats) -> float | None:
    """Mean of the absolute errors as shares of what came; None where something came as 0."""
    return float(np.mean(np.abs(forecast - actual) / np.abs(actual))) if np.all(actual != 0) else None


def _relative_error(actual: list[tuple[float, ...]], forecast: list[tuple[float, ...]]) -> float:
    came, said = np.concatenate(actual), np.concatenate(forecast)
    size = float(np.abs(came).mean())
    return float(np.sqrt(np.mean((came - said) ** 2))) / size if size > 0 else 0.0
