"""A model exported by Robyn as a `MixModel`: the same coefficients, curves and contributions, read by Mixline's own functions.

The result has one draw, the model Robyn's user had selected, so its ranges have no width. Media are computed anew from the
raw data and must give the contributions in the file. Trend, season, holiday and factor series are not in Robyn's file; they
come from `Extras.dt_mod` where Mixline wrote it, from Robyn's `pareto_alldecomp_matrix.csv` where given (then every number is
Robyn's), or are estimated again and set to Robyn's totals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from mixline.errors import DataError, SpecificationError
from mixline.mmm.checks.findings import Finding
from mixline.mmm.inputs.calendar import read_dates
from mixline.mmm.inputs.features import prepare
from mixline.mmm.model import Draws, Floats, MixModel, Series
from mixline.mmm.robyn.components import component_series
from mixline.mmm.robyn.document import RobynDocument, read_document
from mixline.mmm.robyn.specification import spec_of, term_names
from mixline.mmm.search.result import Prepared
from mixline.mmm.specification import ModelSpec, require_columns
from mixline.mmm.transforms.adstock import adstock, adstock_named
from mixline.mmm.transforms.losses import nrmse, r_squared, rssd, split_rows
from mixline.mmm.transforms.saturation import hill

INTERCEPT = "(Intercept)"
SAME = 1e-6  # relative: what ten digits in the file leave open
OTHER_DATA = 0.01  # a larger difference means other data or another Robyn


@dataclass(frozen=True)
class RobynImport:
    """The model and what to know about it."""

    model: MixModel
    findings: tuple[Finding, ...]


def import_robyn(
    content: bytes,
    frame: pd.DataFrame | None = None,
    *,
    decomposition: pd.DataFrame | None = None,
    holidays: pd.DataFrame | None = None,
) -> RobynImport:
    """Read a model that Robyn exported.

    Args:
        content: a `RobynModel-<id>.json`.
        frame: the raw data it was fitted on; the copy inside the JSON when not given.
        decomposition: Robyn's `pareto_alldecomp_matrix.csv`, for the exact trend, season and holiday series.
        holidays: a table with the columns ds, holiday and country, such as Robyn's dt_prophet_holidays; else the country's
            public holidays.

    Raises:
        SpecificationError: the JSON is not a usable model of Robyn.
        DataError: the data is missing, not usable, or not what the model was fitted on.
    """
    document = read_document(content)
    if frame is None and not document.raw_data:
        raise DataError("the file holds no raw data", where="Robyn model", action="Give the data as well.")
    table = pd.DataFrame(list(document.raw_data)) if frame is None else frame
    if document.date_column not in table.columns:
        raise DataError("the data has no such column", got=document.date_column, expected=", ".join(map(str, table)))
    dates = np.sort(read_dates(table[document.date_column], document.date_column))
    spec = spec_of(document, _window_end(document, dates))
    require_columns(spec, [str(c) for c in table.columns])
    numeric = tuple(c for c in spec.context if not c.factor)
    # Limits of the search do not bear on a model that is already fitted, so its checks see the data only.
    prepared = prepare(replace(spec, components=(), holiday_country="", context=numeric), table)
    model_input = pd.DataFrame(list(document.model_input)) if document.model_input else None
    parts = component_series(document, spec, prepared, table, decomposition, holidays, model_input)
    model = _assemble(document, spec, prepared, parts.series)
    findings = (*parts.findings, *_findings(document, model, len(table)))
    told = [f"{f.title}: {f.detail}" for f in findings if f.severity != "info"]
    return RobynImport(replace(model, facts=model.facts | {"notes": [*prepared.notes, *told]}), findings)


def _window_end(document: RobynDocument, dates: np.ndarray[Any, np.dtype[np.datetime64]]) -> Any:
    """The last period of the window; the date in the file may be the day before the next period."""
    start = np.nonzero(dates == np.datetime64(document.window_start, "D"))[0]
    if not start.size or int(start[0]) + document.window_rows > len(dates) or document.window_rows < 1:
        raise DataError(
            "the data does not hold the model's window",
            got=f"{dates[0]} to {dates[-1]}",
            expected=f"{document.window_rows} periods from {document.window_start}",
            action="Give the data the model was fitted on.",
        )
    return dates[int(start[0]) + document.window_rows - 1].astype(object)


def _assemble(document: RobynDocument, spec: ModelSpec, prepared: Prepared, other: dict[str, Floats]) -> MixModel:
    names = term_names(document)
    start, stop = prepared.window
    media = spec.ordered_media
    variables = [names.variable[m.name] for m in media]
    beta = np.array([_coefficient(document, v) for v in variables])
    shape, alpha, inflexion = np.zeros((len(media), 2)), np.zeros(len(media)), np.zeros(len(media))
    gamma, contribution = np.zeros(len(media)), np.zeros(len(media))
    for m, (medium, variable) in enumerate(zip(media, variables, strict=True)):
        form = adstock_named(medium.adstock)
        for place, parameter in enumerate(form.parameters):
            shape[m, place] = _value(document, f"{variable}_{parameter}s", parameter)
        alpha[m] = _value(document, f"{variable}_alphas", "alpha")
        gamma[m] = _value(document, f"{variable}_gammas", "gamma")
        level = adstock(prepared.media[:, m], medium.adstock, shape[m, 0], shape[m, 1])[start:stop]
        inflexion[m] = gamma[m] * level.max()
        contribution[m] = beta[m] * hill(level, alpha[m], inflexion[m]).sum()
        _require_same(variable, contribution[m], document.terms[variable].total)
    kept = list(other)
    coefficients = np.array([_coefficient(document, names.other[k]) for k in kept])
    values = np.column_stack([other[k] for k in kept]) if kept else np.zeros((len(prepared.dates), 0))
    intercept = document.terms[INTERCEPT].coefficient if INTERCEPT in document.terms else 0.0
    rows = stop - start
    share = document.values.get("train_size", 1.0) if document.split else 1.0
    train, validation = split_rows(rows, share)
    if not 0 < train <= rows:
        raise SpecificationError("the training share is out of range", where="Robyn model, train_size", got=share)
    trial, iteration = _place(document.model)
    actual = prepared.outcome[start:stop]
    fitted = intercept + values[start:stop] @ coefficients
    for m, medium in enumerate(media):
        level = adstock(prepared.media[:, m], medium.adstock, shape[m, 0], shape[m, 1])[start:stop]
        fitted = fitted + beta[m] * hill(level, alpha[m], inflexion[m])
    distance = rssd(contribution[: len(spec.paid)], prepared.spend[start:stop].sum(0))
    metrics = {
        "nrmse_train": nrmse(actual[:train], fitted[:train]),
        "nrmse_validation": nrmse(actual[train:validation], fitted[train:validation]),
        "nrmse_test": nrmse(actual[validation:], fitted[validation:]),
        "rssd": distance,
        "ridge": document.values.get("lambda", 0.0),
        "r2_train": r_squared(actual[:train], fitted[:train]),
        "mape": float(np.mean(np.abs(fitted - actual)) / np.mean(np.abs(actual))),
    }
    if not np.isfinite(fitted).all() or not np.isfinite(metrics["nrmse_train"]):
        raise SpecificationError("the numbers of the model are too large to compute with", where="Robyn model")
    if train + 2 < rows:
        metrics["r2_validation"] = r_squared(actual[train:], fitted[train:])
    candidates: dict[str, Any] = {
        "trial": np.array([trial]),
        "iteration": np.array([iteration]),
        "nrmse": np.array([metrics["nrmse_train"]]),
        "nrmse_validation": np.array([metrics["nrmse_validation"]]),
        "nrmse_test": np.array([metrics["nrmse_test"]]),
        "rssd": np.array([distance]),
        "front": np.array([1]),
        "near_optimal": np.array([True]),
        "ridge": np.array([metrics["ridge"]]),
        "train": np.array([train]),
        "intercept": np.array([intercept]),
        "crowding": np.array([np.inf]),
    }
    for m, medium in enumerate(media):
        for label, value in (("contribution", contribution[m]), ("alpha", alpha[m]), ("gamma", gamma[m]),
                             ("first", shape[m, 0]), ("second", shape[m, 1])):  # fmt: skip
            candidates[f"{medium.name}:{label}"] = np.array([value])
    model = MixModel(
        spec=spec,
        series=Series(prepared.dates, prepared.outcome, prepared.spend, prepared.media, values, prepared.window, train),
        draws=Draws(
            weights=np.ones(1),
            adstock=shape[None],
            alpha=alpha[None],
            inflexion=inflexion[None],
            beta=beta[None],
            coefficients=coefficients[None],
            intercept=np.array([intercept]),
            candidate=np.zeros(1, dtype=np.int64),
            chosen=0,
        ),
        media_names=tuple(m.name for m in media),
        other_names=tuple(kept),
        other_groups=tuple("component" if k in spec.components else "context" for k in kept),
        interval=prepared.interval,
        candidates=candidates,
        metrics={name: value for name, value in metrics.items() if np.isfinite(value)},
        reason=f"Imported: model {document.model} was selected in Robyn ({document.version or 'version not named'}).",
        facts={
            "engine": "robyn",
            "seed": document.seed,
            "evaluated": document.trials * document.iterations,
            "near_optimal": 1,
            "cost_per_exposure": dict(zip((m.name for m in media), prepared.cost.tolist(), strict=False)),
            "trials": [],
            "robyn": {"model": document.model, "version": document.version, "errors": document.errors},
        },
    )
    for group in (model.series, model.draws, model.candidates):
        for value in (group if isinstance(group, dict) else vars(group)).values():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False
    return model


def _coefficient(document: RobynDocument, variable: str) -> float:
    if variable not in document.terms:
        raise SpecificationError(
            "a variable has no coefficient", where="Robyn model, ExportedModel.summary", got=variable
        )
    return document.terms[variable].coefficient


def _value(document: RobynDocument, key: str, parameter: str) -> float:
    if key not in document.values:
        raise SpecificationError(
            "a hyperparameter is missing", where="Robyn model, ExportedModel.hyper_values", got=key
        )
    value = document.values[key]
    highest = {"theta": 1.0, "scale": 1.0}.get(parameter, 100.0)
    if not 0 <= value <= highest or (parameter == "theta" and value == 1.0):
        raise SpecificationError(
            "a hyperparameter is out of range", where=f"Robyn model, {key}", got=value, expected=f"0 to {highest:g}"
        )
    return value


def _require_same(variable: str, ours: float, theirs: float) -> None:
    if abs(ours - theirs) > OTHER_DATA * max(abs(theirs), abs(ours)):
        raise DataError(
            "the data does not give the contribution in the file",
            where=f"channel {variable}",
            got=f"{ours:,.6g}",
            expected=f"{theirs:,.6g}",
            action="Give the raw data the model was fitted on. Models of Robyn before 3.12 transform media otherwise and "
            "cannot be imported.",
        )


def _place(model: str) -> tuple[int, int]:
    """Trial and iteration of an id like 1_1773_1."""
    parts = re.fullmatch(r"(\d{1,9})_(\d{1,9})_(\d{1,9})", model)
    return (int(parts[1]), int(parts[2])) if parts else (1, 1)


def _findings(document: RobynDocument, model: MixModel, rows: int) -> Iterator[Finding]:
    yield Finding(
        "robyn-one-model", "warning", "No ranges",
        "Robyn exports one model, so every figure has a value and no range around it.",
        "Fit the imported specification with Mixline to see how sure the figures are.",
    )  # fmt: skip
    start, stop = model.series.window
    names = term_names(document)
    for m, medium in enumerate(model.spec.ordered_media):
        ours = float(model.candidates[f"{medium.name}:contribution"][0])
        term = document.terms[names.variable[medium.name]]
        if abs(ours - term.total) > SAME * max(abs(term.total), 1e-12):
            yield Finding(
                "robyn-contribution", "warning", f"{medium.name} differs slightly from Robyn",
                f"The raw data gives a contribution of {ours:,.6g}, the file says {term.total:,.6g}.",
                "Check that the data is the data of the model.", ours, (medium.name,),
            )  # fmt: skip
        if m < model.paid_count and term.performance is not None and model.spec.goal.kind == "revenue":
            roi = ours / float(model.series.spend[start:stop, m].sum())
            if abs(roi - term.performance) > SAME * abs(roi):
                yield Finding(
                    "robyn-performance", "info", f"ROI of {medium.name} is not the one in Robyn's file",
                    f"Robyn's file divides the window's contribution by the spend of all {rows} rows "
                    f"({term.performance:.4g}); over the window's own spend ROI is {roi:.4g}, as in Robyn's one-pager.",
                    "Use the ROI over the window.", roi, (medium.name,),
                )  # fmt: skip
    recorded = document.errors.get("nrmse_train")
    ours_fit = model.metrics["nrmse_train"]
    if recorded is not None and abs(recorded - ours_fit) > SAME * recorded:
        yield Finding(
            "robyn-fit", "info" if abs(recorded - ours_fit) < 0.02 * recorded else "warning", "The fit is not quite Robyn's",
            f"NRMSE is {ours_fit:.5f} here and {recorded:.5f} in Robyn.",
            "Give Robyn's pareto_alldecomp_matrix.csv for its own trend, season and holiday series.", ours_fit,
        )  # fmt: skip
    if document.observations and document.observations != rows:
        yield Finding(
            "robyn-rows", "warning", "The data has other rows than Robyn saw",
            f"{rows} rows here, {document.observations} in Robyn.", "Give the data the model was fitted on.", float(rows),
        )  # fmt: skip
    left = [
        *(["parameters for prophet"] if document.custom_params else []),
        *(["penalty factors of the ridge (they only matter for a new fit)"] if document.penalty_factors else []),
        *(["clusters and bootstrapped intervals"] if any(t.performance is not None for t in document.terms.values()) else []),
    ]  # fmt: skip
    if left:
        yield Finding(
            "robyn-left-out", "info", "Not carried over", f"{', '.join(left).capitalize()}.",
            "None of them changes a figure of the imported model.",
        )  # fmt: skip
