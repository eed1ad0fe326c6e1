"""The calendar of a table: its interval, its first and last day, and the periods that are missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mixline.mmm.specification import Interval

Days = NDArray[np.datetime64]


@dataclass(frozen=True)
class Periods:
    """`interval` is None where most steps are neither a day, a week nor a month; `step` is the usual step in days."""

    interval: Interval | None
    step: int
    first: date
    last: date
    missing: tuple[date, ...]  # periods between first and last that no row has
    misplaced: tuple[date, ...]  # days that do not fall on the interval, such as a Tuesday among Mondays


def read_periods(dates: pd.Series) -> Periods | None:
    """The calendar of a datetime column; repeated days count once. None with fewer than two different days."""
    days = np.unique(dates.dropna().to_numpy().astype("datetime64[D]"))
    if len(days) < 2:
        return None
    steps = np.diff(days).astype(int)
    usual = int(np.median(steps))
    first, last = days[0].astype(object), days[-1].astype(object)
    if 28 <= usual <= 31 and len({d.day for d in days.astype(object)}) == 1:
        months = days.astype("datetime64[M]")
        wanted = np.arange(months[0], months[-1] + 1)
        offset = days[0] - months[0].astype("datetime64[D]")
        missing = np.setdiff1d(wanted, months).astype("datetime64[D]") + offset
        return Periods("month", usual, first, last, tuple(missing.astype(object)), ())
    if usual not in (1, 7):
        return Periods(None, usual, first, last, (), ())
    # The anchor is the weekday most rows fall on, so that one wrong date does not make all others wrong.
    phases = (days - days[0]).astype(int) % usual
    phase = int(np.bincount(phases).argmax())
    misplaced = days[phases != phase]
    regular = days[phases == phase]
    wanted = np.arange(regular[0], regular[-1] + 1, usual)
    missing = np.setdiff1d(wanted, regular)
    interval: Interval = "day" if usual == 1 else "week"
    return Periods(interval, usual, first, last, tuple(missing.astype(object)), tuple(misplaced.astype(object)))


def name_days(days: tuple[date, ...], limit: int = 4) -> str:
    """Days for a sentence: all of a few, else the first ones and how many more."""
    shown = ", ".join(day.isoformat() for day in days[:limit])
    return shown if len(days) <= limit else f"{shown} and {len(days) - limit} more"
