"""Robyn's Pareto tables of a model, as CSV and Parquet.

`pareto_hyperparameters` and the media rows of `pareto_aggregated` cover the candidates on the best fronts (as many fronts as
hold 100, Robyn's rule) and the chosen one. A model keeps coefficients and series of the chosen candidate only, so the other
rows of `pareto_aggregated` and the two matrices are of that one.
"""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixline.mmm.ensemble.candidate_table import chosen_row
from mixline.mmm.model import MixModel
from mixline.mmm.robyn.export import ChosenTerm, RobynNames, adstocked, hyperparameters, model_id
from mixline.mmm.transforms.adstock import adstock_named
from mixline.mmm.transforms.saturation import hill

Table = dict[str, list[Any]]
MIN_CANDIDATES = 100


def pareto_tables(model: MixModel, names: RobynNames, terms: tuple[ChosenTerm, ...]) -> dict[str, Table]:
    """The four tables by name, each a list per column; None where there is no value."""
    rows = pareto_rows(model)
    return {
        "pareto_hyperparameters": _hyperparameters(model, names, rows),
        "pareto_aggregated": _aggregated(model, names, terms, rows),
        "pareto_alldecomp_matrix": _decomposition(model, terms),
        "pareto_media_transform_matrix": _transformations(model, terms),
    }


def pareto_rows(model: MixModel) -> NDArray[np.intp]:
    """Rows of `MixModel.candidates` on the fewest fronts that hold 100 candidates, and the chosen one."""
    front = np.asarray(model.candidates["front"])
    counts = np.array([(front <= f).sum() for f in np.unique(front)])
    enough = np.nonzero(counts >= MIN_CANDIDATES)[0]
    last = np.unique(front)[int(enough[0]) if enough.size else -1]
    return np.union1d(np.nonzero(front <= last)[0], [chosen_row(model)])


def write_csv(table: Table) -> bytes:
    """Comma-separated, NA where there is no value, shortest digits that give the number back."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table)
    for row in zip(*table.values(), strict=True):
        writer.writerow(["NA" if v is None else repr(v) if isinstance(v, float) else v for v in row])
    return out.getvalue().encode()


def write_parquet(table: Table) -> bytes:
    """The same values with types; the bytes depend on nothing else."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {
        name: pa.array(values, type=pa.string() if any(isinstance(v, str) for v in values) else None)
        for name, values in table.items()
    }
    # A column without any value has no type of its own.
    columns = {n: c.cast(pa.float64()) if pa.types.is_null(c.type) else c for n, c in columns.items()}
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, compression="none", use_dictionary=False, write_statistics=False)
    return sink.getvalue()


def _ids(model: MixModel, rows: NDArray[np.intp]) -> list[str]:
    trial, iteration, own = model.candidates["trial"], model.candidates["iteration"], chosen_row(model)
    return [model_id(model) if r == own else f"{int(trial[r])}_{int(iteration[r])}_1" for r in rows]


def _hyperparameters(model: MixModel, names: RobynNames, rows: NDArray[np.intp]) -> Table:
    kept = model.candidates
    table: Table = {"solID": _ids(model, rows)}
    for medium in sorted(model.spec.ordered_media, key=lambda m: names.variable[m.name]):
        variable = names.variable[medium.name]
        columns = {"alphas": "alpha", "gammas": "gamma"}
        columns |= {
            f"{p}s": key for p, key in zip(adstock_named(medium.adstock).parameters, ("first", "second"), strict=False)
        }
        for theirs, ours in sorted(columns.items()):
            if f"{medium.name}:{ours}" in kept:
                table[f"{variable}_{theirs}"] = _floats(kept[f"{medium.name}:{ours}"][rows])
    unknown = np.full(len(kept["nrmse"]), np.nan)  # models of older versions kept fewer columns
    table["lambda"] = _floats(np.asarray(kept.get("ridge", unknown))[rows])
    window = model.series.window[1] - model.series.window[0]
    table["train_size"] = _floats(np.asarray(kept.get("train", unknown), dtype=float)[rows] / window)
    held = np.asarray(kept.get("nrmse_validation", unknown), dtype=float)
    table["nrmse"] = _floats(np.where(np.isnan(held), kept["nrmse"], held)[rows])
    table["nrmse_train"] = _floats(kept["nrmse"][rows])
    table["nrmse_val"] = _floats(held[rows])
    table["decomp.rssd"] = _floats(kept["rssd"][rows])
    table["trial"] = [int(v) for v in kept["trial"][rows]]
    table["iterNG"] = [int(v) for v in kept["iteration"][rows]]
    table["robynPareto"] = [int(v) for v in kept["front"][rows]]
    # The chosen row says what the JSON says, Robyn's form of gamma included.
    at = int(np.nonzero(rows == chosen_row(model))[0][0])
    for name, value in hyperparameters(model, names).items():
        if name in table and name != "train_size":
            table[name][at] = value
    return table


def _aggregated(model: MixModel, names: RobynNames, terms: tuple[ChosenTerm, ...], rows: NDArray[np.intp]) -> Table:
    start, stop = model.series.window
    spend = model.series.spend[start:stop].sum(0)
    own, fit = chosen_row(model), float(sum(t.total for t in terms))
    columns = ("solID", "rn", "coef", "xDecompAgg", "xDecompPerc", "total_spend", "mean_spend", "spend_share",
               "effect_share", "mean_response", "roi_total", "cpa_total")  # fmt: skip
    table: Table = {name: [] for name in columns}

    def add(solution: str, variable: str, coefficient: float | None, total: float, share: float | None, m: int,
            paid_total: float) -> None:  # fmt: skip
        money = float(spend[m]) if 0 <= m < model.paid_count else None
        values = (
            solution, variable, coefficient, total, share, money, None if money is None else money / (stop - start),
            None if money is None or not spend.sum() else money / float(spend.sum()),
            None if money is None or not paid_total else total / paid_total,
            total / (stop - start) if m >= 0 else None,
            total / money if money else None, money / total if money is not None and total else None,
        )  # fmt: skip
        for name, value in zip(columns, values, strict=True):
            table[name].append(value)

    for row, solution in zip(rows, _ids(model, rows), strict=True):
        if row == own:
            paid = sum(t.total for t in terms if 0 <= t.medium < model.paid_count)
            for term in terms:
                share = term.total / fit if fit else None
                add(solution, term.robyn, term.coefficient, term.total, share, term.medium, paid)
        elif all(f"{name}:contribution" in model.candidates for name in model.media_names):
            totals = [float(model.candidates[f"{name}:contribution"][row]) for name in model.media_names]
            for m, name in enumerate(model.media_names):
                add(solution, names.variable[name], None, totals[m], None, m, sum(totals[: model.paid_count]))
    return table


def _decomposition(model: MixModel, terms: tuple[ChosenTerm, ...]) -> Table:
    start, stop = model.series.window
    table: Table = {
        "ds": [str(d) for d in model.series.dates[start:stop].astype("datetime64[D]")],
        "dep_var": _floats(model.series.outcome[start:stop]),
    }
    table |= {t.robyn: _floats(t.series) for t in terms[1:]}
    table["intercept"] = _floats(terms[0].series)
    table["depVarHat"] = _floats(np.sum([t.series for t in terms], axis=0))
    table["solID"] = [model_id(model)] * (stop - start)
    return table


def _transformations(model: MixModel, terms: tuple[ChosenTerm, ...]) -> Table:
    """Each stage of every medium: rows by stage and period, a column per medium. Money of organic media is empty."""
    start, stop = model.series.window
    draws, own = model.draws, model.draws.chosen
    media = [t for t in terms if t.medium >= 0]
    dates = [str(d) for d in model.series.dates[start:stop].astype("datetime64[D]")]
    stages = ("rawSpend", "rawMedia", "adstockedMedia", "saturatedMedia", "decompMedia")
    table: Table = {"ds": dates * len(stages)}
    for term in media:
        m = term.medium
        level = adstocked(model, m)
        spent = _floats(model.series.spend[start:stop, m]) if m < model.paid_count else [None] * len(dates)
        table[term.robyn] = [
            *spent,
            *_floats(model.series.media[start:stop, m]),
            *_floats(level),
            *_floats(hill(level, draws.alpha[own, m], draws.inflexion[own, m])),
            *_floats(term.series),
        ]
    table["type"] = [stage for stage in stages for _ in dates]
    table["solID"] = [model_id(model)] * (len(dates) * len(stages))
    return table


def _floats(values: NDArray[Any]) -> list[float | None]:
    """Plain floats; None for what is not finite."""
    return [float(v) if np.isfinite(v) else None for v in np.asarray(values, dtype=float)]
