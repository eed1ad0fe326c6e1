"""Where the forecasts of a back-test start and end, and whether there is history enough for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mixline.errors import SpecificationError
from mixline.mmm.inputs.columns import FEWEST_ROWS, Columns
from mixline.mmm.specification import Interval

QUARTER: Mapping[Interval, int] = {"day": 91, "week": 13, "month": 3}
YEAR: Mapping[Interval, int] = {"day": 365, "week": 52, "month": 12}


@dataclass(frozen=True)
class FoldRows:
    """Rows of one forecast: what lies from the window's start to before `origin` is fitted, `origin` to `stop` forecast."""

    number: int  # from 1
    origin: int
    stop: int


def plan_folds(columns: Columns) -> tuple[FoldRows, ...]:
    """The forecasts of `validation.folds`, oldest first: side by side, the last one ending with the window.

    Raises:
        SpecificationError: the first forecast would have too little before it: half a year of weeks in any case, and a whole
            year where the season is a component, as a part of the year never seen cannot be forecast.
    """
    validation, (start, stop) = columns.spec.validation, columns.window
    horizon = validation.horizon or QUARTER[columns.interval]
    first = stop - validation.folds * horizon
    # Rows before the window count for the season, which is estimated on the whole history.
    year = YEAR[columns.interval] if "season" in columns.spec.components else 0
    needed = max(FEWEST_ROWS, year - start)
    if first - start < needed:
        possible = max(0, (stop - start - needed) // horizon)
        raise SpecificationError(
            "there is too little history for the back-test",
            where="validation.folds",
            got=f"{validation.folds} forecasts of {horizon} {columns.interval}s in a window of {stop - start}",
            expected=f"at least {needed} {columns.interval}s before the first forecast",
            action=f"Ask for at most {possible} of them, or for shorter ones."
            if possible
            else "Ask for shorter forecasts or widen the window.",
        )
    if not any(values[start:first].any() for values in columns.spend.values()):
        raise SpecificationError(
            "no paid channel runs before the first forecast of the back-test",
            where="validation.folds",
            got=f"no spend up to {columns.dates[first - 1]}",
            action="Ask for fewer forecasts or a shorter horizon.",
        )
    return tuple(
        FoldRows(fold + 1, first + fold * horizon, first + (fold + 1) * horizon) for fold in range(validation.folds)
    )
