"""The time axis of a table: its interval, its ends, and the segments that each have one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from mixline.errors import DataError
from mixline.messages import ColumnChoice
from mixline.mmm.specification import Interval

if TYPE_CHECKING:
    import pandas as pd

SEGMENTS_SHOWN = 500


@dataclass(frozen=True)
class TimeAxis:
    """`interval` is None when the dates are not regular (the findings say where), or when there is no date column."""

    interval: Interval | None
    first: date | None
    last: date | None
    segments: list[str]


def describe_time(frame: pd.DataFrame, choices: Sequence[ColumnChoice]) -> TimeAxis:
    """What a table's dates say, as far as they can be read. Never raises: judging them is `mixline.data.quality`'s part."""
    import numpy as np

    from mixline.mmm.calendar import detect_interval, read_dates

    date_column, segment_column = find_column(choices, "date"), find_column(choices, "segment")
    segments = []
    if segment_column:
        values = frame[segment_column].dropna().astype(str)
        segments = sorted(values.unique())[:SEGMENTS_SHOWN]
    if not date_column or frame.empty:
        return TimeAxis(None, None, None, segments)
    part = frame
    if segments:
        part = frame[frame[segment_column].astype(str) == segments[0]]
    try:
        days = read_dates(frame[date_column], date_column)
        first, last = days.min().astype(object), days.max().astype(object)
    except DataError:
        return TimeAxis(None, None, None, segments)
    try:
        interval = detect_interval(np.sort(read_dates(part[date_column], date_column)), date_column)
    except DataError:
        interval = None
    return TimeAxis(interval, first, last, segments)


def find_column(choices: Sequence[ColumnChoice], role: str) -> str:
    """The name of the column with a role, "" when there is none."""
    return next((choice.name for choice in choices if choice.role == role), "")
