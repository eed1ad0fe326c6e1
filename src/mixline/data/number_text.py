"""Numbers as people and programs write them: 1,234.56 and 1.234,56 and 1 234,56 and 1'234.56, with currency or percent.

Which mark is the decimal one is decided by the whole column, else by the whole table, else asked for; never value by value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

import numpy as np
import pandas as pd

from mixline.errors import DataError

Mark = Literal[".", ","]

MISSING = ("", "na", "n/a", "nan", "null", "none", "-", "--", "#n/a", "#div/0!", "\\n")
_CURRENCY = r"(?:€|\$|£|¥|EUR|USD|GBP|CHF|JPY|PLN|SEK|kr)"
_SIGN = r"[+\-−]?"
_SPACES = "[ \u00a0\u202f'\u2019]"  # a space, a no-break space, a narrow one, the Swiss apostrophes
_ANY = rf"{_SIGN}(?:\d[\d.,]*|[.,]\d+)(?:[eE][+-]?\d+)?|{_SIGN}inf(?:inity)?"


def missing_mask(text: pd.Series) -> pd.Series:
    """Which values say that there is no value. `text` is stripped."""
    return text.isna() | text.str.lower().isin(MISSING)


def bare(text: pd.Series) -> pd.Series:
    """Values without currency signs, brackets for minus, blanks and Swiss apostrophes between digits."""
    result = text.str.replace(rf"^{_CURRENCY}\s*|\s*{_CURRENCY}$", "", regex=True)
    result = result.str.replace(r"^\((.+)\)$", r"-\1", regex=True)
    result = result.str.replace(rf"(\d){_SPACES}(\d)", r"\1\2", regex=True)
    result = result.str.replace(rf"(\d){_SPACES}(\d)", r"\1\2", regex=True)  # 1 2 3: neighbours share a digit
    return result.str.replace("−", "-").str.strip()


def decimal_mark(values: pd.Series) -> Mark | None:
    """The decimal mark the values prove, None where they prove nothing.

    Raises:
        DataError: when some values prove the point and others the comma.
    """
    point = values.str.fullmatch(_PROOF_POINT.pattern)
    comma = values.str.fullmatch(_PROOF_COMMA.pattern)
    if point.any() and comma.any():
        raise DataError(
            "some numbers have a decimal point and others a decimal comma",
            where=f"column {values.name}",
            got=f"{values[point].iloc[0]} (row {_row(point)}) and {values[comma].iloc[0]} (row {_row(comma)})",
            expected="one way of writing numbers",
            action="Export the file again with one number format.",
        )
    if point.any():
        return "."
    return "," if comma.any() else None


def parse_numbers(text: pd.Series, table_mark: Mark | None, delimiter: str) -> pd.Series | None:
    """A column of stripped text as numbers (int64 if all are whole and present, else float64), None if it is no such column.

    Args:
        table_mark: the decimal mark other columns prove.
        delimiter: of the file; a semicolon speaks for the decimal comma.

    Raises:
        DataError: when the decimal mark cannot be told.
    """
    absent = missing_mask(text)
    present = text[~absent]
    if present.empty:
        return pd.Series(np.nan, index=text.index, name=text.name)
    percent = bool(present.str.endswith("%").all())
    if percent:
        present = present.str.removesuffix("%").str.strip()
    normal = present
    numbers = pd.to_numeric(present, errors="coerce")
    point_is_sure = table_mark == "." or (table_mark is None and delimiter == ",")
    if numbers.isna().any() or not (point_is_sure or not present.str.contains(".", regex=False).any()):
        present = bare(present)
        if not present.str.fullmatch(_ANY).all():
            return None
        mark = decimal_mark(present) or _unproven_mark(present, table_mark, delimiter)
        other = "," if mark == "." else "."
        if not _grouped_well(present, mark, other):
            return None
        normal = present.str.replace(other, "", regex=False).str.replace(mark, ".", regex=False)
        numbers = pd.to_numeric(normal, errors="coerce")
        if numbers.isna().any():
            return None
    values = numbers.astype(np.float64) / (100.0 if percent else 1.0)
    full = values.reindex(text.index)
    full.name = text.name
    whole = not absent.any() and np.isfinite(values).all() and bool((values % 1 == 0).all())
    if whole and float(values.abs().max()) < 2**53 and not normal.str.contains(".", regex=False).any():
        return full.astype(np.int64)
    return full


def mostly_numbers(text: pd.Series) -> float:
    """Share of the present values that read as a number in some way of writing; 0 for an empty column."""
    stripped = text.astype("str").str.strip()
    present = stripped[~missing_mask(stripped)]
    if present.empty:
        return 0.0
    return float(bare(present.str.removesuffix("%").str.strip()).str.fullmatch(_ANY).mean())


def table_mark(columns: Iterable[Iterable[str]]) -> Mark | None:
    """The decimal mark that the columns' values prove, None when none does or they disagree. Columns of text are skipped."""
    marks = set()
    for values in columns:
        texts = [t for t in values if t.lower() not in MISSING]
        if not all(_LIKE_NUMBER.fullmatch(t) for t in texts):
            continue
        cleaned = [_NOISE.sub("", t) for t in texts]
        marks |= {"." for t in cleaned if _PROOF_POINT.fullmatch(t)} | {
            "," for t in cleaned if _PROOF_COMMA.fullmatch(t)
        }
    if len(marks) != 1:
        return None
    return "." if "." in marks else ","


def _proof(mark: str, other: str) -> str:
    """Texts in which `mark` (a pattern) can only be the decimal mark: not a group of three, or after the other mark."""
    groups = rf"\d{{1,3}}(?:{other}\d{{3}})+{mark}\d*"
    short = rf"\d*{mark}(?:\d{{0,2}}|\d{{4,}})"
    long = rf"\d{{4,}}{mark}\d*|0\d*{mark}\d+"
    repeated_other = rf"\d{{1,3}}(?:{other}\d{{3}}){{2,}}"
    return rf"{_SIGN}(?:{groups}|{short}|{long}|{repeated_other})(?:[eE][+-]?\d+)?"


_PROOF_POINT = re.compile(_proof(r"\.", ","))
_PROOF_COMMA = re.compile(_proof(",", r"\."))
_NOISE = re.compile(rf"^{_CURRENCY}\s*|\s*(?:{_CURRENCY}|%)$|[()]|(?<=\d){_SPACES}(?=\d)")
_LIKE_NUMBER = re.compile(rf"\(?(?:{_CURRENCY}\s*)?(?:{_ANY})(?:{_SPACES}\d+[.,\d]*)*(?:\s*(?:{_CURRENCY}|%))?\)?")


def _unproven_mark(values: pd.Series, table_mark: Mark | None, delimiter: str) -> Mark:
    """The decimal mark of a column that proves nothing: all whole numbers, or every mark stands before three digits."""
    dots = values.str.contains(".", regex=False)
    commas = values.str.contains(",", regex=False)
    if not dots.any() and not commas.any():
        return table_mark or "."
    if table_mark:
        return table_mark
    if delimiter == ",":
        return "."
    if commas.any():
        return "," if delimiter == ";" else "."
    if delimiter != ";":
        return "."
    if not dots.all():
        return ","  # 950 beside 1.020: a decimal column would show other lengths after the mark
    raise DataError(
        "a point before three digits can mean thousands or decimals, and nothing in the file tells which",
        where=f"column {values.name}",
        got=str(values.iloc[0]),
        expected=f"{str(values.iloc[0]).replace('.', '')} or {values.iloc[0]}0",
        action="Export the numbers without thousands marks.",
    )


def _grouped_well(values: pd.Series, mark: str, other: str) -> bool:
    """Whether every thousands mark stands before a group of three, so that 1,2,3 or 12.01.20 is no number."""
    body = rf"{_SIGN}(?:\d*|\d{{1,3}}(?:\{other}\d{{3}})+)(?:\{mark}\d*)?(?:[eE][+-]?\d+)?|{_SIGN}inf(?:inity)?"
    return bool(values.str.fullmatch(body).all())


def _row(mask: pd.Series) -> int:
    """Line of the first hit as a spreadsheet counts: the header is row 1."""
    return int(np.argmax(mask.to_numpy())) + 2


__all__ = ["MISSING", "Mark", "bare", "decimal_mark", "missing_mask", "mostly_numbers", "parse_numbers", "table_mark"]
