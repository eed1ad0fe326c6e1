"""What the values of a column say, before anybody asks what it is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mixline.data.date_text import mostly_dates
from mixline.data.number_text import mostly_numbers

Floats = NDArray[np.float64]
ColumnType = Literal["date", "number", "text", "boolean"]

MOSTLY = 0.5  # a text column of which more than this reads as numbers was meant to hold numbers
DISTINCT_TO_SHOW = 3


@dataclass(frozen=True)
class Facts:
    """One column. Shares are of all rows."""

    name: str
    type: ColumnType
    rows: int
    missing: int
    distinct: int
    zero_share: float
    minimum: float | None
    maximum: float | None
    mean: float | None
    examples: tuple[str, ...]
    numeric_share: float  # of the present values: 1 for numbers, what reads as a number for text
    date_share: float

    @property
    def numeric(self) -> bool:
        """Numbers, or text that was meant to be numbers."""
        return self.type in ("number", "boolean") or (self.type == "text" and self.numeric_share > MOSTLY)

    @property
    def flag(self) -> bool:
        """Only 0 and 1 (or false and true)."""
        if self.type == "boolean":
            return True
        return self.type == "number" and self.distinct == 2 and self.minimum == 0 and self.maximum == 1

    @property
    def negative(self) -> bool:
        return self.minimum is not None and self.minimum < 0


def describe(column: pd.Series) -> Facts:
    """The facts of one column of a table read by `read_table`."""
    name, rows = str(column.name), len(column)
    present = column.dropna()
    distinct = present.unique()
    kind = _type(column)
    examples = tuple(_shown(value) for value in distinct[:DISTINCT_TO_SHOW])
    zero_share, low, high, mean = 0.0, None, None, None
    if kind in ("number", "boolean"):
        values = numbers(column)
        finite = values[np.isfinite(values)]
        zero_share = float((values == 0).mean()) if rows else 0.0
        if len(finite):
            low, high, mean = float(finite.min()), float(finite.max()), float(finite.mean())
    numeric_share = 1.0 if kind in ("number", "boolean") else mostly_numbers(column) if kind == "text" else 0.0
    date_share = 1.0 if kind == "date" else mostly_dates(column) if kind == "text" else 0.0
    return Facts(
        name, kind, rows, rows - len(present), len(distinct), zero_share, low, high, mean, examples, numeric_share, date_share
    )  # fmt: skip


def numbers(column: pd.Series) -> Floats:
    """The values as float64, NaN where there is none or where text stands."""
    return np.asarray(pd.to_numeric(column, errors="coerce"), dtype=np.float64)


def correlation(a: Floats, b: Floats) -> float | None:
    """Pearson's correlation over rows where both are finite; None with fewer than 8 or without variation."""
    both = np.isfinite(a) & np.isfinite(b)
    if both.sum() < 8 or np.ptp(a[both]) == 0 or np.ptp(b[both]) == 0:
        return None
    return float(np.corrcoef(a[both], b[both])[0, 1])


def lift_where(flags: Floats, outcome: Floats) -> tuple[float, float] | None:
    """How the outcome stands out where a flag is set.

    Compares each flagged period with the median of the seven periods around it, on the log scale.

    Returns:
        The mean lift (0.3 is 30 % more) and how many standard errors it is from none, None if that cannot be said.
    """
    if not np.isfinite(outcome).all() or (outcome <= 0).any():
        return None
    logs = pd.Series(np.log(outcome))
    distance = (logs - logs.rolling(7, center=True, min_periods=4).median()).to_numpy()
    active = flags == 1
    noise = float(np.median(np.abs(distance))) * 1.4826  # standard deviation of normal noise with that median
    if not active.any() or noise == 0.0:
        return None
    mean = float(distance[active].mean())
    return float(np.expm1(mean)), mean / (noise / float(np.sqrt(active.sum())))


def _type(column: pd.Series) -> ColumnType:
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return "date"
    if pd.api.types.is_bool_dtype(column.dtype):
        return "boolean"
    return "number" if pd.api.types.is_numeric_dtype(column.dtype) else "text"


def _shown(value: object) -> str:
    if isinstance(value, pd.Timestamp | np.datetime64):
        return str(pd.Timestamp(value).date())
    if isinstance(value, float | np.floating):
        return f"{float(value):,.6g}"
    return str(value)[:40]
