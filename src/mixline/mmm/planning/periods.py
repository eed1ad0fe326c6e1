"""The planned periods: their dates, how money is spread over them, and what the outcome is without paid media.

Periods ahead begin after the data's last row; what a season brings is taken from the same periods a year before. A plan
of "the window once more" has the window's own rows, so that it agrees with every other view of the model. numpy only.

Axes: H planned periods, T rows of the series, D draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mixline.errors import SpecificationError
from mixline.mmm.media_effects import has_pattern
from mixline.mmm.model import MixModel
from mixline.mmm.planning.request import PlanRequest
from mixline.mmm.specification import Interval

Floats = NDArray[np.float64]
YEAR: Mapping[Interval, int] = {"day": 364, "week": 52, "month": 12}  # periods; 364 days keep the weekday
SEASONAL = ("season", "holiday", "monthly", "weekday")


@dataclass(frozen=True)
class Periods:
    """Planned periods. `first` is their row in (or after) the series, `rows` (H,) the rows that a season is read from:
    a year before, the planned rows themselves in the window once more, -1 where the series is too short to tell.
    """

    dates: NDArray[np.datetime64]
    first: int
    rows: NDArray[np.int64]
    again: bool

    def __len__(self) -> int:
        return len(self.dates)


@dataclass(frozen=True)
class Schedule:
    """How one unit of mean spend per period falls on the periods: `money` (H,) has mean 1; `media` (H,) is what the model
    is fed for it.
    """

    money: Floats
    media: Floats


def planned_periods(model: MixModel, periods: int | None) -> Periods:
    """The periods a request is about."""
    start, stop = model.series.window
    if periods is None:
        return Periods(model.window_dates, start, np.arange(start, stop), again=True)
    dates, count = model.series.dates, len(model.series.dates)
    if model.interval == "month":
        day = dates[-1].astype("datetime64[D]") - dates[-1].astype("datetime64[M]").astype("datetime64[D]")
        ahead = (dates[-1].astype("datetime64[M]") + np.arange(1, periods + 1)).astype("datetime64[D]") + day
    else:
        ahead = dates[-1].astype("datetime64[D]") + (7 if model.interval == "week" else 1) * np.arange(1, periods + 1)
    year = YEAR[model.interval]
    before = count + np.arange(periods) - year * (1 + np.arange(periods) // year)
    return Periods(ahead, count, np.where(before >= 0, before, -1), again=False)


def today_spend(model: MixModel, periods: int | None) -> Floats:
    """Mean spend per period of every paid channel over the window, or its last periods: the report's figures, shape (P,).

    Raises:
        SpecificationError: more periods than the window has.
    """
    start, stop = model.series.window
    if periods is not None and periods > stop - start:
        raise SpecificationError(
            "the window is shorter than that", where="today_periods", got=periods, expected=f"at most {stop - start}"
        )
    return np.asarray(model.series.spend[start if periods is None else stop - periods : stop].mean(0))


def media_per_money(model: MixModel, channel: int) -> float:
    """Modelled media for a unit of money over the window; 1 where nothing was spent."""
    start, stop = model.series.window
    money = float(model.series.spend[start:stop, channel].sum())
    media = float(model.series.media[start:stop, channel].sum())
    return media / money if money > 0 and media > 0 else 1.0


def schedules(model: MixModel, periods: Periods, request: PlanRequest, channel: int) -> tuple[Schedule, ...]:
    """Ways to spread a channel's money: one, or several where it may run in flights; the first runs all the time."""
    name = model.paid_names[channel]
    rate = media_per_money(model, channel) / request.prices.get(name, 1.0)
    if periods.again:
        start, stop = model.series.window
        spend, media = model.series.spend[start:stop, channel], model.series.media[start:stop, channel]
        if not has_pattern(model, channel):
            return (Schedule(np.ones(len(periods)), np.full(len(periods), rate)),)
        return (Schedule(spend / spend.mean(), media / spend.mean() / request.prices.get(name, 1.0)),)
    money = _pacing(model, periods, request, channel)
    spread = [money]
    if name in request.flights:
        spread += [money * mask for mask in _flights(len(periods), request.flights[name]) if (money * mask).any()]
    return tuple(Schedule(m / m.mean(), m / m.mean() * rate) for m in spread)


def other_outcome(model: MixModel, periods: Periods, rule: str) -> Floats:
    """Outcome per planned period that is neither paid nor organic media, shape (D, H).

    The trend stays at its last value: a plan should not live on growth nobody promised.
    """
    start, stop = model.series.window
    values = np.empty((len(periods), len(model.other_names)))
    mean = model.series.other[start:stop].mean(0)
    for k, name in enumerate(model.other_names):
        if periods.again:
            values[:, k] = model.series.other[start:stop, k]
        elif name == "trend":
            values[:, k] = model.series.other[-1, k]
        elif rule == "flat":
            values[:, k] = mean[k]
        else:
            values[:, k] = np.where(periods.rows >= 0, model.series.other[periods.rows, k], mean[k])
    return np.asarray(model.draws.intercept[:, None] + model.draws.coefficients @ values.T)


def organic_media(model: MixModel, periods: Periods, channel: int) -> Floats:
    """Media of an organic channel in the planned periods, shape (H,): as a year before, or at its mean."""
    start, stop = model.series.window
    series = model.series.media[:, channel]
    return np.asarray(np.where(periods.rows >= 0, series[periods.rows], series[start:stop].mean()))


def _pacing(model: MixModel, periods: Periods, request: PlanRequest, channel: int) -> Floats:
    """Relative money per period, not all zero."""
    own = request.patterns.get(model.paid_names[channel])
    if own is not None:
        return np.array(own)
    if request.pacing == "historic":
        start, stop = model.series.window
        spend = model.series.spend[:, channel]
        before = np.where(periods.rows >= 0, spend[periods.rows], spend[start:stop].mean())
        if before.any():
            return np.asarray(before)
    return np.ones(len(periods))


def _flights(count: int, least: int) -> list[Floats]:
    """Masks of runs of at least `least` periods that cover a quarter, a half or three quarters of the plan: as many short
    runs as fit, evenly laid out, or one long one at the start, in the middle or at the end.
    """
    masks: dict[bytes, Floats] = {}
    for share in (0.25, 0.5, 0.75):
        on = max(round(share * count), least)
        if on >= count:
            continue
        for runs in {on // least, max(on // (2 * least), 1)}:
            pauses = count - on
            if runs < 2 or pauses < runs - 1:
                continue
            mask = np.zeros(count)
            for run in range(runs):
                length = on // runs + (run < on % runs)
                begin = run * (on // runs) + min(run, on % runs) + round((run + 0.5) * pauses / runs)
                mask[begin : begin + length] = 1.0
            masks.setdefault(mask.tobytes(), mask)
        for begin in (0, (count - on) // 2, count - on):
            mask = np.zeros(count)
            mask[begin : begin + on] = 1.0
            masks.setdefault(mask.tobytes(), mask)
    return list(masks.values())
