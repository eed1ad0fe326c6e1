"""Dates of the data: reading them, the interval between them, and the rows of the modelling window."""

from __future__ import annotations

import warnings
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mixline.errors import DataError, SpecificationError
from mixline.mmm.specification import Interval, ModelSpec

Days = NDArray[np.datetime64]


def read_dates(column: pd.Series, name: str) -> Days:
    """The column as (T,) days. Raises DataError for empty or unreadable cells."""
    place = f"column {name}"
    missing = column.isna()
    if missing.any():
        raise DataError(
            "dates are missing",
            where=place,
            got=f"{int(missing.sum())} rows",
            expected="a date in every row",
            action="Fill them or take the rows out.",
        )
    if pd.api.types.is_numeric_dtype(column):
        raise DataError(
            "the column holds numbers",
            where=place,
            got=str(column.iloc[0]),
            expected="dates like 2024-01-31",
            action="Choose the date column or write dates out.",
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        days = pd.to_datetime(column, errors="coerce")
    if days.isna().any():
        raise DataError(
            "a cell is not a date",
            where=place,
            got=str(column[days.isna().to_numpy()].iloc[0]),
            expected="dates like 2024-01-31",
            action="Correct the cell.",
        )
    if getattr(days.dt, "tz", None) is not None:
        days = days.dt.tz_localize(None)
    return days.to_numpy().astype("datetime64[D]")


def detect_interval(dates: Days, name: str) -> Interval:
    """Day, week or month, from sorted dates. Raises DataError for repeated dates, gaps and other intervals."""
    place = f"column {name}"
    if len(dates) < 2:
        raise DataError(
            "there are too few rows for a model",
            where=place,
            got=f"{len(dates)} rows",
            expected="at least 26",
            action="Add history; two years of weeks are advised.",
        )
    steps = np.diff(dates).astype(int)
    if (steps == 0).any():
        again = dates[1:][steps == 0]
        raise DataError(
            "dates repeat",
            where=place,
            got=f"{again[0]} and {len(again) - 1} more" if len(again) > 1 else str(again[0]),
            expected="one row per period",
            action="Add the rows up, or name the column that tells the segments apart.",
        )
    usual = int(np.median(steps))
    interval: Interval
    if usual == 1:
        interval, regular = "day", steps == 1
    elif usual == 7:
        interval, regular = "week", steps == 7
    elif 28 <= usual <= 31:
        months = dates.astype("datetime64[M]").astype(int)
        interval, regular = "month", (np.diff(months) == 1) & (steps >= 28) & (steps <= 31)
    else:
        raise DataError(
            "the interval between dates is unusual",
            where=place,
            got=f"{usual} days",
            expected="1, 7 or 28-31 days",
            action="Add the rows up to weeks or months.",
        )
    if not regular.all():
        at = int(np.nonzero(~regular)[0][0])
        raise DataError(
            f"the dates are not regular by {interval}",
            where=place,
            got=f"{dates[at]} is followed by {dates[at + 1]}",
            expected=f"every {interval} once",
            action="Add the missing rows (0 for media that did not run).",
        )
    return interval


def window_rows(spec: ModelSpec, dates: Days, notes: list[str]) -> tuple[int, int]:
    """First and one-past-last row of the window.

    A start between two periods moves to the nearest one. The end is the period the asked-for day lies in: 31 December ends
    with December and Sunday with its week (Robyn's nearest period would be the next one, which was not asked for).
    """
    first, last = dates[0], dates[-1]
    if spec.window_start and np.datetime64(spec.window_start, "D") > last:
        raise SpecificationError(
            "the window starts after the data",
            where="window_start",
            got=spec.window_start,
            expected=f"up to {last}",
            action="Choose an earlier start.",
        )
    if spec.window_end and np.datetime64(spec.window_end, "D") < first:
        raise SpecificationError(
            "the window ends before the data",
            where="window_end",
            got=spec.window_end,
            expected=f"from {first}",
            action="Choose a later end.",
        )
    start = _nearest(dates, spec.window_start, 0)
    stop = len(dates) if spec.window_end is None else int((dates <= np.datetime64(spec.window_end, "D")).sum())
    if spec.window_start and np.datetime64(spec.window_start, "D") != dates[start]:
        notes.append(f"The window's start moved from {spec.window_start} to the nearest period, {dates[start]}.")
    if spec.window_end and np.datetime64(spec.window_end, "D") > last + _longest(dates):
        notes.append(f"The window's end moved from {spec.window_end} to the last period, {last}.")
    if stop <= start:
        raise SpecificationError(
            "the window holds no period",
            where="window",
            got=f"{spec.window_start} to {spec.window_end}",
            expected=f"days from {first} to {last}",
            action="Widen the window.",
        )
    return start, stop


def _longest(dates: Days) -> np.timedelta64:
    """Days from the start of a period to the last one that can lie in it."""
    return np.timedelta64(int(np.diff(dates).astype(int).max()) - 1 if len(dates) > 1 else 0, "D")


def _nearest(dates: Days, asked: date | None, otherwise: int) -> int:
    if asked is None:
        return otherwise
    return int(np.argmin(np.abs((dates - np.datetime64(asked, "D")).astype(int))))
