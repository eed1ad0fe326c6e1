"""Dates as people and programs write them. Whether 03/04/2021 is March or April is decided by the whole column or asked."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from mixline.errors import DataError

_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[AaPp][Mm])?\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?)?"

# Pattern of the text -> how to read it. Times and zones are cut off: a period is named by its day.
_FIXED: Mapping[str, str] = {
    r"\d{4}-\d{1,2}-\d{1,2}": "%Y-%m-%d",
    r"\d{4}/\d{1,2}/\d{1,2}": "%Y/%m/%d",
    r"\d{4}\.\d{1,2}\.\d{1,2}": "%Y.%m.%d",
    r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])": "%Y%m%d",
    r"\d{1,2}\.\d{1,2}\.\d{4}": "%d.%m.%Y",  # the point is used only where the day comes first
    r"\d{1,2}\.\d{1,2}\.\d{2}": "%d.%m.%y",
    r"\d{1,2}[ -][A-Za-z]{3}[ -]\d{4}": "%d %b %Y",
    r"\d{1,2}[ -][A-Za-z]{3}[ -]\d{2}": "%d %b %y",
    r"\d{1,2}[ -][A-Za-z]{4,9}[ -]\d{4}": "%d %B %Y",
    r"[A-Za-z]{3} \d{1,2} \d{4}": "%b %d %Y",
    r"[A-Za-z]{4,9} \d{1,2} \d{4}": "%B %d %Y",
    r"\d{4}-(?:0[1-9]|1[0-2])": "%Y-%m",
    r"[A-Za-z]{3}[ -]\d{4}": "%b %Y",
    r"[A-Za-z]{4,9}[ -]\d{4}": "%B %Y",
    r"\d{4}-?W\d{2}": "iso week",
}
# Pattern -> readings, of which the column must pick one: day first, month first.
_DOUBTFUL: Mapping[str, tuple[str, str]] = {
    r"\d{1,2}/\d{1,2}/\d{4}": ("%d/%m/%Y", "%m/%d/%Y"),
    r"\d{1,2}/\d{1,2}/\d{2}": ("%d/%m/%y", "%m/%d/%y"),
    r"\d{1,2}-\d{1,2}-\d{4}": ("%d-%m-%Y", "%m-%d-%Y"),
    r"\d{1,2}-\d{1,2}-\d{2}": ("%d-%m-%y", "%m-%d-%y"),
}
_WORDED = {f for f in _FIXED.values() if "%b" in f or "%B" in f}


def parse_dates(text: pd.Series) -> pd.Series | None:
    """A column of stripped text as datetime64[s] days, None if it is no date column. Empty values become NaT.

    Raises:
        DataError: when day and month can be exchanged throughout and neither reading gives regular steps.
    """
    present = text[text.notna() & (text != "")]
    if present.empty:
        return None
    first = _without_time(present.iloc[:1]).iloc[0]
    pattern = next((p for p in (*_FIXED, *_DOUBTFUL) if re.fullmatch(p, first)), None)
    if pattern is None:
        return None
    days = _without_time(present)
    if not days.str.fullmatch(pattern).all():
        return None
    if pattern in _FIXED:
        return _finish(_read(days, _FIXED[pattern]), text)
    day_first, month_first = _DOUBTFUL[pattern]
    return _finish(_decide(days, _read(days, day_first), _read(days, month_first)), text)


def mostly_dates(text: pd.Series) -> float:
    """Share of the present values written like a date of any form; 0 for an empty column."""
    stripped = text.astype("str").str.strip()
    present = stripped[text.notna() & (stripped != "")]
    if present.empty:
        return 0.0
    pattern = "|".join(f"(?:{p})" for p in (*_FIXED, *_DOUBTFUL))
    return float(_without_time(present).str.fullmatch(pattern).mean())


def regular_step(dates: pd.Series) -> bool:
    """Whether the distinct dates, in order, are one day, one week or one month apart (or a whole number of these)."""
    days = np.unique(dates.dropna().to_numpy().astype("datetime64[D]"))
    if len(days) < 3:
        return False
    steps = np.diff(days).astype(int)
    if len({day.day for day in days.astype(object)}) == 1 and steps.min() >= 28:
        return True
    return bool(
        np.median(steps) in (1, 7) and (steps % np.median(steps) == 0).all() and steps.max() <= 10 * steps.min()
    )


def _without_time(text: pd.Series) -> pd.Series:
    days = text.str.replace(rf"(\d){_TIME}$", r"\1", regex=True) if text.iloc[:1].str.contains(":").all() else text
    return days.str.replace(", ", " ", regex=False).str.replace(",", " ", regex=False)


def _read(days: pd.Series, form: str) -> pd.Series:
    """Parsed with one format; NaT where the calendar has no such day. Distinct values are read once."""
    distinct = pd.Series(days.unique())
    if form == "iso week":
        monday = distinct.str.replace("-", "", regex=False) + "-1"
        parsed = pd.to_datetime(monday, format="%GW%V-%u", errors="coerce")
    else:
        worded = distinct.str.replace("-", " ", regex=False) if form in _WORDED else distinct
        parsed = pd.to_datetime(worded, format=form, errors="coerce")
    return days.map(dict(zip(distinct, parsed, strict=True)))


def _decide(days: pd.Series, day_first: pd.Series, month_first: pd.Series) -> pd.Series:
    first_fits, second_fits = bool(day_first.notna().all()), bool(month_first.notna().all())
    if first_fits != second_fits or not first_fits:
        return day_first if first_fits else month_first
    if day_first.equals(month_first):
        return day_first
    first_regular, second_regular = regular_step(day_first), regular_step(month_first)
    if first_regular != second_regular:
        return day_first if first_regular else month_first
    raise DataError(
        "day and month cannot be told apart",
        where=f"column {days.name}",
        got=str(days.iloc[0]),
        expected="dates of which at least one has a day above 12",
        action="Write the dates as yyyy-mm-dd.",
    )


def _finish(parsed: pd.Series, text: pd.Series) -> pd.Series | None:
    """Aligned with the whole column; None when a value is no day of the calendar (31.02.2021), so that it is reported."""
    if parsed.isna().any():
        return None
    full = parsed.reindex(text.index).astype("datetime64[s]")
    full.name = text.name
    return full


__all__ = ["mostly_dates", "parse_dates", "regular_step"]
