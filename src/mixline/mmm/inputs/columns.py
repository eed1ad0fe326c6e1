"""The columns a specification reads, checked and numeric: what `mixline.mmm.inputs.features` makes arrays of.

Order of the checks (Robyn 3.12.1, `robyn_inputs`): columns present, segment kept, dates sorted and regular, window found,
numbers usable. Each fault is one sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mixline.errors import DataError, SpecificationError
from mixline.mmm.inputs.calendar import Days, detect_interval, read_dates, window_rows
from mixline.mmm.model import Floats
from mixline.mmm.specification import Interval, ModelSpec, require_columns
from mixline.mmm.transforms.adstock import adstock_named

FEWEST_ROWS = 26  # half a year of weeks: below it a season cannot be told from a trend
MOST_LEVELS = 10  # levels of a factor; the rarer ones are pooled, as Robyn does
LARGEST = 1e100  # of any column; its square has to be a number too, and so has the square of what is as small
CONSTANT = 1e-12  # of its size: what a column may move by rounding alone


@dataclass(frozen=True)
class Columns:
    """Series of length T by name, sorted by date. `spend` and `exposure` are by channel, `context` and `levels` (one 0/1
    column per level of a factor but one) by the name of the term.
    """

    spec: ModelSpec
    interval: Interval
    dates: Days
    outcome: Floats
    spend: Mapping[str, Floats]
    exposure: Mapping[str, Floats]
    context: Mapping[str, Floats]
    levels: Mapping[str, Mapping[str, Floats]]
    window: tuple[int, int]  # first and one-past-last row
    notes: tuple[str, ...]

    def until(self, row: int) -> Columns:
        """As it stood before a row: later rows are cut off, of the window too."""

        def cut(series: Mapping[str, Floats]) -> dict[str, Floats]:
            return {name: values[:row] for name, values in series.items()}

        return replace(
            self,
            dates=self.dates[:row],
            outcome=self.outcome[:row],
            spend=cut(self.spend),
            exposure=cut(self.exposure),
            context=cut(self.context),
            levels={name: cut(columns) for name, columns in self.levels.items()},
            window=(self.window[0], min(self.window[1], row)),
        )


def read_columns(spec: ModelSpec, frame: pd.DataFrame) -> Columns:
    """Check a table against a specification.

    Raises:
        SpecificationError: a named column is missing, the window misses the data, an adstock is unknown.
        DataError: a column holds text, gaps, infinities or negative media; dates repeat, have gaps or are too few; a
            channel never runs in the window; the outcome never changes.
    """
    repeated = sorted({str(c) for c in frame.columns[frame.columns.duplicated()]} & set(spec.columns))
    if repeated:
        raise DataError(
            "a column name appears twice",
            where="columns",
            got=", ".join(repeated),
            expected="each name once",
            action="Rename one of them.",
        )
    require_columns(spec, [str(c) for c in frame.columns])
    _require_own_columns(spec)
    for medium in spec.media:
        adstock_named(medium.adstock)
    table = _segment(spec, frame)
    dates = read_dates(table[spec.date_column], spec.date_column)
    order = np.argsort(dates, kind="stable")
    dates, table = dates[order], table.iloc[order]
    interval = detect_interval(dates, spec.date_column)
    if len(dates) < FEWEST_ROWS:
        raise DataError(
            "there are too few rows for a model",
            where=f"column {spec.date_column}",
            got=f"{len(dates)} rows",
            expected=f"at least {FEWEST_ROWS}",
            action="Add history; two years of weeks are advised.",
        )
    notes: list[str] = []
    start, stop = window_rows(spec, dates, notes)
    if stop - start < FEWEST_ROWS:
        raise SpecificationError(
            "the window is too short for a model",
            where="window",
            got=f"{stop - start} rows",
            expected=f"at least {FEWEST_ROWS}",
            action="Widen the window.",
        )
    outcome = numbers(table, spec.goal.column)
    if never_changes(outcome[start:stop]):
        raise DataError(
            "the outcome never changes in the window",
            where=f"column {spec.goal.column}",
            got=float(outcome[start]),
            expected="an outcome that rises and falls",
            action="Check the goal column and the window.",
        )
    spend, exposure = _media(spec, table, (start, stop))
    return Columns(
        spec=spec,
        interval=interval,
        dates=dates,
        outcome=outcome,
        spend=spend,
        exposure=exposure,
        context={c.name: numbers(table, c.column) for c in spec.context if not c.factor},
        levels={c.name: _one_hot(table[c.column]) for c in spec.context if c.factor},
        window=(start, stop),
        notes=tuple(notes),
    )


def numbers(table: pd.DataFrame, column: str, *, negative: bool = True) -> Floats:
    """A column as (T,) floats. Raises DataError for text, empty cells, infinities and, unless allowed, negative values."""
    raw = table[column]
    values = pd.to_numeric(raw, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    place = f"column {column}"
    missing = raw.isna().to_numpy()
    text = np.isnan(values) & ~missing
    if text.any():
        raise DataError(
            "a cell holds text",
            where=place,
            got=str(raw.to_numpy()[text][0]),
            expected="numbers",
            action="Correct the cell; a context of words is a factor." if negative else "Correct the cell.",
        )
    if missing.any():
        raise DataError(
            "cells are empty",
            where=place,
            got=f"{int(missing.sum())} of {len(values)} rows",
            expected="a number in every row",
            action="Fill them: 0 for media that did not run.",
        )
    if np.isinf(values).any():
        raise DataError(
            "a cell is infinite",
            where=place,
            got=f"{int(np.isinf(values).sum())} of {len(values)} rows",
            expected="finite numbers",
            action="Correct the cell.",
        )
    largest = float(np.abs(values).max(initial=0.0))
    if largest > LARGEST or 0 < largest < 1 / LARGEST:
        raise DataError(
            "the numbers are of a size that cannot be calculated with",
            where=place,
            got=largest,
            expected=f"a largest value between {1 / LARGEST:.0e} and {LARGEST:.0e}",
            action="Correct the cells, or choose another unit.",
        )
    if not negative and (values < 0).any():
        raise DataError(
            "a cell is negative",
            where=place,
            got=float(values.min()),
            expected="0 or more",
            action="Correct the sign, or book the refund in its own column.",
        )
    return values


def never_changes(values: Floats) -> bool:
    """Whether a series is constant but for rounding, in whatever unit it is."""
    return bool(np.ptp(values) <= CONSTANT * float(np.abs(values).max())) if values.size else True


def _require_own_columns(spec: ModelSpec) -> None:
    """Refuse a column that serves two terms: they could not be told apart, and the goal would explain itself."""
    users: dict[str, list[str]] = {spec.goal.column: ["the goal"]}
    users.setdefault(spec.date_column, []).append("the date")
    for medium in spec.media:
        for column in dict.fromkeys(c for c in (medium.spend, medium.exposure) if c is not None):
            users.setdefault(column, []).append(f"channel {medium.name}")
    for context in spec.context:
        users.setdefault(context.column, []).append(f"context {context.name}")
    for column, terms in users.items():
        if len(terms) > 1:
            raise SpecificationError(
                "a column serves two terms",
                where=f"column {column}",
                got=" and ".join(terms),
                expected="a column of its own for each",
                action="Take it out of all but one.",
            )


def _segment(spec: ModelSpec, frame: pd.DataFrame) -> pd.DataFrame:
    if not spec.segment_column:
        return frame
    present = frame[spec.segment_column].astype(str)
    kept = frame[present == str(spec.segment_value)]
    if kept.empty:
        raise SpecificationError(
            "no row has this value",
            where=f"segment {spec.segment_column}",
            got=spec.segment_value,
            expected="one of " + ", ".join(sorted(present.unique())[:12]),
            action="Correct the value or the column.",
        )
    return kept


def _media(
    spec: ModelSpec, table: pd.DataFrame, window: tuple[int, int]
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Spend and exposure by channel."""
    inside = slice(*window)
    spends: dict[str, Floats] = {}
    exposures: dict[str, Floats] = {}
    for medium in spec.ordered_media:
        place = f"channel {medium.name}"
        for column, found in ((medium.spend, spends), (medium.exposure, exposures)):
            if column is None:
                continue
            values = numbers(table, column, negative=False)
            if not values[inside].any():
                raise DataError(
                    f"the column {column} is zero in the whole window",
                    where=place,
                    got=f"0 in {window[1] - window[0]} periods",
                    expected="at least some periods above 0",
                    action="Leave the channel out or choose another window.",
                )
            found[medium.name] = values
        series = exposures[medium.name] if medium.exposure is not None else spends[medium.name]
        if never_changes(series[inside]):
            raise DataError(
                "the channel is the same in every period of the window, so its effect cannot be told from the baseline",
                where=place,
                got=float(series[inside][0]),
                expected="more in some periods than in others",
                action="Leave it out or choose another window.",
            )
    return spends, exposures


def _one_hot(values: pd.Series) -> dict[str, Floats]:
    """0/1 columns for all levels but the most frequent one, which is the reference; rare levels beyond ten are pooled."""
    if values.isna().any():
        raise DataError(
            "cells are empty",
            where=f"column {values.name}",
            got=f"{int(values.isna().sum())} rows",
            expected="a level in every row",
            action="Fill them: a word such as none is a level.",
        )
    text = values.astype(str)
    counts = sorted(text.value_counts().items(), key=lambda item: (-item[1], str(item[0])))
    named = [str(level) for level, _ in counts[:MOST_LEVELS]]
    levels = text.to_numpy(dtype=object)
    columns: dict[str, Floats] = {level: (levels == level).astype(float) for level in sorted(named[1:])}
    if len(counts) > MOST_LEVELS:
        columns["other levels"] = (~np.isin(levels.astype(str), named)).astype(float)
    return columns
