"""Is a table usable, and what should be known before it is? `faults` are refused, `concerns` are told."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from mixline.data.concerns import find_concerns
from mixline.data.faults import find_faults
from mixline.errors import DataError
from mixline.messages import ColumnChoice, Finding

_ORDER = {"error": 0, "warning": 1, "info": 2}


def review_table(frame: pd.DataFrame, choices: Sequence[ColumnChoice]) -> list[Finding]:
    """Findings, worst first, each with the fix to make. With an error among them the table cannot be used as mapped."""
    faults = [_finding(code, fault) for code, fault in find_faults(frame, choices)]
    if faults:
        return faults
    return sorted(find_concerns(frame, choices), key=lambda f: _ORDER[f.severity])


def require_usable(frame: pd.DataFrame, choices: Sequence[ColumnChoice]) -> None:
    """Raise the first fault as a DataError: what, where, what was got and what to do."""
    for _, fault in find_faults(frame, choices):
        raise fault


def _finding(code: str, fault: DataError) -> Finding:
    detail = "; ".join(part for part in (fault.where, fault.got and f"got {fault.got}", _expected(fault)) if part)
    column = fault.where.removeprefix("column ").split(", ")[0] if fault.where.startswith("column ") else ""
    return Finding(
        code=code,
        severity="error",
        title=fault.what[:1].upper() + fault.what[1:],
        detail=f"{detail}." if detail else "",
        action=fault.action,
        columns=[column] if column else [],
    )


def _expected(fault: DataError) -> str:
    return f"expected {fault.expected}" if fault.expected else ""
