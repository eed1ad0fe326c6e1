"""The back-test of a model: what it would have forecast, and what then came."""

from __future__ import annotations

from datetime import date
from typing import Literal

from mixline.messages.base import Digest, Estimate, Message


class BacktestFold(Message):
    """One forecast, made with the periods before `dates[0]` alone. Series are per period, in `Backtest.unit`.

    `low` to `high` is the 90 % range of what was to come, `low50` to `high50` the 50 % range. `naive` repeats the same
    period a year before. Errors are shares: NRMSE of the range of what came, MAPE of what came; None where that is 0.
    """

    number: int
    fitted_from: date
    fitted_to: date  # first day of the last period fitted on
    fitted_periods: int
    dates: list[date]
    actual: list[float]
    expected: list[float]
    low: list[float]
    high: list[float]
    low50: list[float]
    high50: list[float]
    naive: list[float]
    nrmse: float | None
    mape: float | None
    coverage: float  # share of the periods that came within their 90 % range
    naive_nrmse: float | None
    naive_mape: float | None


class BacktestChannel(Message):
    """A channel's ROI as each fold saw it, None where it had not run; `movement` is the highest over the lowest."""

    channel: str
    label: str
    roi: list[Estimate | None]
    movement: float | None


class Backtest(Message):
    """All forecasts, oldest first. Without a back-test `folds` is empty and `words` says that none was asked for."""

    model_id: Digest
    unit: str
    interval: Literal["day", "week", "month"]
    words: str
    horizon: int = 0  # periods of each forecast
    trials: int = 0  # of each forecast's own, smaller search
    iterations: int = 0
    error: float | None = None  # root mean square error of all forecasts, as a share of the mean outcome
    naive_error: float | None = None
    skill: float | None = None  # part of the naive error that the model saves; below 0 it is the worse forecast
    coverage: float | None = None
    folds: list[BacktestFold] = []
    channels: list[BacktestChannel] = []
