"""What makes a table unusable: each check finds one kind of fault and says where, what was got and what to do.

The checks run in order; later ones may rely on what earlier ones would have found (dates are dates, spend is numbers).
Rows are counted as a spreadsheet does: the header is row 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd

from mixline.data.column_facts import describe, numbers
from mixline.data.mapping import columns_by_role, only_column, pair_media
from mixline.data.number_text import bare
from mixline.data.periods import name_days, read_periods
from mixline.errors import DataError
from mixline.messages import ColumnChoice, Role

FEWEST_ROWS = 26  # half a year of weeks: below, not even a trend can be told from a channel
NUMERIC_ROLES: tuple[Role, ...] = ("goal", "spend", "exposure", "organic", "context")
NEVER_NEGATIVE: tuple[Role, ...] = ("spend", "exposure", "organic")

Choices = Sequence[ColumnChoice]
Check = Callable[[pd.DataFrame, Choices], Iterator[DataError]]


def find_faults(frame: pd.DataFrame, choices: Choices) -> Iterator[tuple[str, DataError]]:
    """Every fault with its code. A check that meets a fault ends the later ones that build on it."""
    for stage in _STAGES:
        found = False
        for code, check in stage:
            try:
                for fault in check(frame, choices):
                    found = True
                    yield code, fault
            except DataError as fault:
                found = True
                yield code, fault
        if found:
            return


def each_segment(frame: pd.DataFrame, choices: Choices) -> Iterator[tuple[str, pd.DataFrame]]:
    """(", country DE", rows) per segment, ("", table) without a segment column."""
    columns = columns_by_role(choices).get("segment", [])
    if len(columns) != 1:
        yield "", frame
        return
    for value, rows in frame.groupby(columns[0], sort=True):
        yield f", {columns[0]} {value}", rows


def _unknown_columns(frame: pd.DataFrame, choices: Choices) -> Iterator[DataError]:
    names = [c.name for c in choices]
    missing = [n for n in names if n not in frame.columns]
    if missing:
        yield DataError(
            "the table has no such column",
            got=", ".join(missing),
            expected="one of " + ", ".join(map(str, frame.columns[:12])),
            action="Correct the mapping.",
        )
    repeated = sorted({n for n in names if names.count(n) > 1})
    if repeated:
        yield DataError("a column is mapped twice", got=", ".join(repeated), action="Give each column one role.")


def _dates(frame: pd.DataFrame, choices: Choices) -> Iterator[DataError]:
    name = only_column(columns_by_role(choices), "date")
    column = frame[name]
    if not pd.api.types.is_datetime64_any_dtype(column.dtype):
        row, value = _first_not_a_date(column)
        yield DataError(
            "the date column holds something that is no date",
            where=f"column {name}, row {row}",
            got=value,
            expected="a day such as 2024-01-31",
            action="Correct or delete the row, or choose another date column.",
        )
    elif column.isna().any():
        yield DataError(
            "a date is missing",
            where=f"column {name}, row {_row(column.isna())}",
            action="Fill in the date or delete the row.",
        )


def _goal(frame: pd.DataFrame, choices: Choices) -> Iterator[DataError]:
    only_column(columns_by_role(choices), "goal")
    yield from ()


def _channels(frame: pd.DataFrame, choices: Choices) -> Iterator[DataError]:
    paid, _ = pair_media(choices)
    if not paid:
        yield DataError(
            "there is no spend column", expected="at least one", action="Give the role spend to what each channel cost."
        )


def _text_where_numbers_belong(frame: pd.DataFrame, choices: Choices) -> Iterator[DataError]:
    for choice in choices:
        if choice.role not in NUMERIC_ROLES:
            continue
        facts = describe(frame[choice.name])
        if facts.type == "date":
            yield DataError(
                f"the {choice.role} column holds dates",
                where=f"column {choice.name}",
                expected="numbers",
                action="Choose another role.",
            )
        elif facts.type == "text" and (choice.role != "context" or facts.numeric):
            text = frame[choice.name].astype("str").str.strip()
            bad = frame[choice.name].notna() & pd.to_numeric(bare(text), errors="coerce").isna()
            bad = bad & ~text.str.fullmatch(r"[+-]?[\d.,]+")
            row = _row(bad) if bad.any() else 2
            yield DataError(
                f"the {choice.role} column holds text",
                where=f"column {choice.name}, row {row}",
                got=str(frame[choice.name].iloc[row - 2]),
                expected="numbers only",
                action="Write the number, or 0 where there was none.",
            )


def _missing_values(frame: pd.DataFrame, choices: Choices) -> Iterator[DataError]:
    for choice in choices:
        if choice.role not in (*NUMERIC_ROLES, "factor", "segment"):
            continue
        column = frame[choice.name]
        absent = column.isna()
        if absent.any():
            zero = choice.role in NEVER_NEGATIVE
            yield DataError(
                f"values are missing in a column with the role {choice.role}",
                where=f"column {choice.name}, row {_row(absent)}",
                got=f"{int(absent.sum())} empty",
                expected="a value in every row",
                action="Write 0 where nothing ran." if zero else "Fill the gap or ignore the column.",
            )
        elif pd.api.types.is_float_dtype(column.dtype) and np.isinf(numbers(column)).any():
            infinite = pd.Series(np.isinf(numbers(column)))
            yield DataError(
                "a value is infinite",
                where=f"column {choice.name}, row {_row(infinite)}",
                expected="a finite number",
                action="Correct the formula that made it (a division by zero?).",
            )


def _negative_values(frame: pd.DataFrame, choices: Choices) -> Iterator[DataError]:
    for choice in choices:
        if choice.role not in NEVER_NEGATIVE:
            continue
        below = pd.Series(numbers(frame[choice.name]) < 0)
        if below.any():
            row = _row(below)
            yield DataError(
                f"the {choice.role} is negative",
                where=f"column {choice.name}, row {row}",
                got=f"{numbers(frame[choice.name])[row - 2]:,.6g}",
                expected="0 or more",
                action="Book refunds in the week of the original spend, or write 0.",
            )


def _repeated_dates(frame: pd.DataFrame, choices: Choices) -> Iterator[DataError]:
    name = only_column(columns_by_role(choices), "date")
    for place, rows in each_segment(frame, choices):
        again = rows[name].duplicated()
        if again.any():
            days = tuple(d.date() for d in rows[name][again].drop_duplicates().sort_values())
            row = int(frame.index.get_indexer(rows.index[again.to_numpy()][:1])[0]) + 2
            yield DataError(
                "a date comes twice",
                where=f"column {name}{place}, row {row}",
                got=name_days(days),
                expected="one row for each date",
                action="Add the rows of a date up, or choose the column that tells them apart as segment.",
            )
            return


def _calendar(frame: pd.DataFrame, choices: Choices) -> Iterator[DataError]:
    name = only_column(columns_by_role(choices), "date")
    for place, rows in each_segment(frame, choices):
        periods = read_periods(rows[name])
        if periods is None:
            continue
        where = f"column {name}{place}"
        if periods.interval is None:
            yield DataError(
                "the dates are neither daily, weekly nor monthly",
                where=where,
                got=f"{periods.step} days apart",
                expected="one row for each day, week or month",
                action="Add the data up to days or weeks.",
            )
        elif periods.misplaced:
            yield DataError(
                f"some dates do not follow the {periods.interval}s of the others",
                where=where,
                got=name_days(periods.misplaced),
                expected=f"{periods.step} days from row to row",
                action="Correct these dates.",
            )
        elif periods.missing:
            count = len(periods.missing)
            yield DataError(
                f"{count} {periods.interval}{'s are' if count > 1 else ' is'} missing between the first and the last date",
                where=where,
                got=name_days(periods.missing),
                expected="no gaps",
                action=f"Add the missing {periods.interval}s, with 0 spend where nothing ran.",
            )


def _rows(frame: pd.DataFrame, choices: Choices) -> Iterator[DataError]:
    longest = max((len(rows) for _, rows in each_segment(frame, choices)), default=0)
    if longest < FEWEST_ROWS:
        yield DataError(
            "there are too few rows",
            got=longest,
            expected=f"at least {FEWEST_ROWS}, better two years",
            action="Add earlier weeks, or daily rows.",
        )


def _still_goal(frame: pd.DataFrame, choices: Choices) -> Iterator[DataError]:
    name = only_column(columns_by_role(choices), "goal")
    values = numbers(frame[name])
    if len(values) and np.ptp(values) == 0:
        yield DataError(
            "the goal never changes", where=f"column {name}", got=values[0], action="Choose the column of the outcome."
        )


def _silent_channels(frame: pd.DataFrame, choices: Choices) -> Iterator[DataError]:
    spends = [c.name for c in choices if c.role == "spend"]
    if spends and not any((numbers(frame[name]) > 0).any() for name in spends):
        yield DataError("every spend is zero", got=", ".join(spends), action="Choose the columns that hold the spend.")


def _first_not_a_date(column: pd.Series) -> tuple[int, str]:
    for position, value in enumerate(column.astype("str")):
        if describe(pd.Series([value], name="v", dtype="str")).date_share < 1.0:
            return position + 2, str(value)
    return 2, str(column.iloc[0]) if len(column) else ""


def _row(mask: pd.Series) -> int:
    return int(np.argmax(mask.to_numpy())) + 2


_STAGES: tuple[tuple[tuple[str, Check], ...], ...] = (
    (("unknown-column", _unknown_columns),),
    (("date", _dates), ("goal", _goal), ("channels", _channels)),
    (("text", _text_where_numbers_belong), ("missing-value", _missing_values)),
    (("negative", _negative_values), ("repeated-date", _repeated_dates)),
    (("gap", _calendar), ("few-rows", _rows), ("still-goal", _still_goal), ("silent-channels", _silent_channels)),
)
