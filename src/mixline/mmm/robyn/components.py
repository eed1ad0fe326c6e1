"""The series behind Robyn's coefficients of trend, season, holidays and factors, which its model file does not hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from mixline.errors import DataError
from mixline.mmm.checks.findings import Finding
from mixline.mmm.inputs.calendar import read_dates
from mixline.mmm.inputs.decomposition import decompose
from mixline.mmm.inputs.features import numbers
from mixline.mmm.model import Floats
from mixline.mmm.robyn.document import RobynDocument
from mixline.mmm.robyn.specification import term_names
from mixline.mmm.search.result import Prepared
from mixline.mmm.specification import ModelSpec

MOST_LEVELS = 10  # levels of a factor; Robyn pools the others
NEAR = 2.0  # a total is reached by scaling when it is off by less than this factor, else by a shift
OTHER_DATA = 0.01


@dataclass(frozen=True)
class Parts:
    """Series (T,) of the terms that are not media, in the model's order, and what to know about them."""

    series: dict[str, Floats]
    findings: tuple[Finding, ...]


def component_series(
    document: RobynDocument,
    spec: ModelSpec,
    prepared: Prepared,
    table: pd.DataFrame,
    decomposition: pd.DataFrame | None,
    holidays: pd.DataFrame | None,
    model_input: pd.DataFrame | None,
) -> Parts:
    """Find or estimate the series of every other term that has a coefficient.

    In order of preference: Robyn's decomposition matrix, the model input in the file, an estimate by Robyn's method whose
    window totals are set to those of the file.

    Raises:
        DataError: a given table does not belong to the model.
    """
    names = term_names(document)
    order = np.argsort(read_dates(table[spec.date_column], spec.date_column), kind="stable")
    rows = table.iloc[order]
    wanted = [n for n in (*spec.components, *(c.name for c in spec.context)) if names.other[n] in document.terms]
    factors = [c for c in spec.context if c.factor and c.name in wanted]
    numeric = {c.name: numbers(rows, c.column) for c in spec.context if not c.factor and c.name in wanted}
    for name, values in numeric.items():
        _require_total(document, names.other[name], values, prepared)
    missing = [n for n in wanted if n not in numeric]
    series, findings = dict(numeric), []
    if missing and decomposition is None and model_input is not None:
        series |= _of_model_input(model_input, missing, names.other, prepared)
    elif missing:
        estimated = _estimate(document, spec, prepared, rows, [c.name for c in factors], holidays)
        for name in missing:
            values = estimated[name] if name in estimated else estimated[f"factor {name}"]
            shift = name not in ("holiday", *(c.name for c in factors))
            series[name] = _with_total(document, names.other[name], values, prepared, shift=shift)
        if decomposition is not None:
            series |= _of_matrix(document, decomposition, series, missing, names.other, prepared)
        else:
            findings.append(
                Finding(
                    "robyn-components",
                    "warning",
                    "Trend, season, holidays and factors are estimated",
                    f"Robyn's file does not hold the series of {', '.join(missing)}. They were estimated by its method and "
                    "set to its totals, so totals and media are Robyn's and single periods may differ slightly.",
                    "Give Robyn's pareto_alldecomp_matrix.csv to have its own series.",
                    None,
                    tuple(missing),
                )
            )
    return Parts({n: np.ascontiguousarray(series[n]) for n in wanted}, tuple(findings))


def _estimate(
    document: RobynDocument,
    spec: ModelSpec,
    prepared: Prepared,
    rows: pd.DataFrame,
    factors: list[str],
    holidays: pd.DataFrame | None,
) -> dict[str, Floats]:
    columns = {c.name: c.column for c in spec.context}
    levels: dict[str, Floats] = {f"factor {name}": _levels(rows[columns[name]]) for name in factors}
    found = decompose(
        prepared.dates,
        prepared.outcome,
        prepared.interval,
        spec.components,
        spec.holiday_country,
        levels,
        holidays=None if holidays is None else _holiday_list(holidays, spec.holiday_country),
    )
    return {name: np.asarray(values, dtype=float) for name, values in found.series.items()}


def _levels(column: pd.Series) -> Floats:
    """One-hot columns of a factor as Robyn makes them: sorted levels without the last (or, of two, the first)."""
    text = column.astype(str)
    common = text.value_counts().sort_index().sort_values(ascending=False, kind="stable").index[:MOST_LEVELS]
    kept = sorted(common)
    kept = kept[1:] if len(kept) == 2 else kept[:-1]
    return np.column_stack([(text == level).to_numpy(dtype=float) for level in kept] or [np.zeros(len(text))])


def _holiday_list(table: pd.DataFrame, country: str) -> list[tuple[date, str]]:
    needed = {"ds", "holiday", "country"}
    if not needed <= set(table.columns):
        raise DataError(
            "the table of holidays lacks columns",
            got=", ".join(sorted(needed - set(table.columns))),
            expected="ds, holiday, country",
        )
    own = table[table["country"].astype(str) == country]
    if own.empty:
        raise DataError("the table of holidays does not hold the country", got=country)
    days = read_dates(own["ds"], "ds").astype(object)
    return list(zip(days, own["holiday"].astype(str), strict=True))


def _total(document: RobynDocument, term: str) -> float | None:
    """Sum of the series over the window that the file implies; None where the coefficient is zero."""
    own = document.terms[term]
    return own.total / own.coefficient if own.coefficient != 0 else None


def _with_total(document: RobynDocument, term: str, values: Floats, prepared: Prepared, *, shift: bool) -> Floats:
    """The series with Robyn's total. Levels are shifted; effects that are mostly zero are scaled, so that zeros stay."""
    wanted, start, stop = _total(document, term), *prepared.window
    if wanted is None:
        return values
    have = float(values[start:stop].sum())
    if not shift and have != 0 and 1 / NEAR < wanted / have < NEAR:
        return values * (wanted / have)
    return values + (wanted - have) / (stop - start)


def _require_total(document: RobynDocument, term: str, values: Floats, prepared: Prepared) -> None:
    wanted, inside = _total(document, term), values[slice(*prepared.window)]
    size = float(np.abs(inside).sum())
    if wanted is not None and abs(float(inside.sum()) - wanted) > OTHER_DATA * max(abs(wanted), 1e-3 * size):
        raise DataError(
            "the data does not give the contribution in the file",
            where=f"column {term}",
            got=f"{float(inside.sum()):,.6g}",
            expected=f"{wanted:,.6g}",
            action="Give the raw data the model was fitted on.",
        )


def _of_model_input(
    table: pd.DataFrame, missing: list[str], terms: Mapping[str, str], prepared: Prepared
) -> dict[str, Floats]:
    place = "Robyn model, Extras.dt_mod"
    lacking = [terms[n] for n in ["ds", *missing] if terms.get(n, n) not in table.columns] if len(table) else missing
    if lacking or not np.array_equal(read_dates(table["ds"], "ds"), prepared.dates):
        raise DataError("the model input does not fit the data", where=place, got=", ".join(lacking) or "other dates")
    return {n: numbers(table, terms[n]) for n in missing}


def _of_matrix(
    document: RobynDocument,
    table: pd.DataFrame,
    estimated: Mapping[str, Floats],
    missing: list[str],
    terms: Mapping[str, str],
    prepared: Prepared,
) -> dict[str, Floats]:
    """Window values from the rows of the model in Robyn's decomposition matrix; outside the window the estimate stays."""
    place = "decomposition matrix"
    rows = table[table["solID"].astype(str) == document.model] if "solID" in table.columns else table
    lacking = [c for c in ["ds", *(terms[n] for n in missing)] if c not in table.columns]
    if lacking:
        raise DataError("the table lacks columns", where=place, got=", ".join(lacking))
    start, stop = prepared.window
    if not np.array_equal(read_dates(rows["ds"], "ds") if len(rows) else [], prepared.dates[start:stop]):
        raise DataError(
            f"the table does not hold the window of model {document.model}",
            where=place,
            got=f"{len(rows)} rows",
            expected=f"{stop - start} rows from {prepared.dates[start]}",
        )
    found = {}
    for name in missing:
        own = document.terms[terms[name]]
        if own.coefficient == 0:
            continue
        effect = numbers(rows, terms[name])
        if abs(float(effect.sum()) - own.total) > 1e-6 * max(abs(own.total), 1e-3 * float(np.abs(effect).sum())):
            raise DataError("the table belongs to another model", where=place, got=f"another total of {name}")
        found[name] = estimated[name].copy()
        found[name][start:stop] = effect / own.coefficient
    return found
