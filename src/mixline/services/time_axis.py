"""The time axis of a table: its interval, its ends, and the segments that each have one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

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
    import pandas as pd

    from mixline.data.periods import read_periods

    date_column, segment_column = find_column(choices, "date"), find_column(choices, "segment")
    segments: list[str] = []
    if segment_column:
        segments = sorted(frame[segment_column].dropna().astype("str").unique())[:SEGMENTS_SHOWN]
    if not date_column or not pd.api.types.is_datetime64_any_dtype(frame[date_column].dtype):
        return TimeAxis(None, None, None, segments)
    periods = read_periods(frame[date_column])
    if periods is None:
        return TimeAxis(None, None, None, segments)
    return TimeAxis(periods.interval, periods.first, periods.last, segments)


def find_column(choices: Sequence[ColumnChoice], role: str) -> str:
    """The name of the column with a role, "" when there is none."""
    return next((choice.name for choice in choices if choice.role == role), "")
