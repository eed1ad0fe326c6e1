"""A model in the files Robyn's users know: model JSON, summary, and the Pareto tables.

The JSON describes the chosen candidate (`Draws.chosen`), as Robyn describes one model; `mixline.mmm.robyn.model_import`
reads it back to the same numbers. `model_summary.json` holds the figures with ranges that every page of Mixline shows. What
Robyn has no word for stands in `Extras.mixline`, and the series of trend, season, holidays and context in `Extras.dt_mod`.

The same model gives the same bytes.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from mixline.mmm import response
from mixline.mmm.ensemble.candidate_table import chosen_row
from mixline.mmm.estimates import Estimate
from mixline.mmm.model import Floats, MixModel
from mixline.mmm.recipes.defaults import ranges_for
from mixline.mmm.specification import ModelSpec, Sign
from mixline.mmm.transforms.adstock import adstock, adstock_named
from mixline.mmm.transforms.saturation import hill

VERSION = "Mixline, in the form of Robyn 3.12.1"
SIGNS: dict[Sign, str] = {"positive": "positive", "negative": "negative", "either": "default"}


@dataclass(frozen=True)
class RobynNames:
    """Robyn's column names (letters, digits, dot and underscore, each once) by Mixline's."""

    variable: dict[str, str]  # by medium: the modelled column
    spend: dict[str, str]  # by paid medium
    other: dict[str, str]  # by other term
    date: str
    outcome: str


@dataclass(frozen=True)
class ChosenTerm:
    """A term of the chosen candidate over the window. `series`: (W,) contribution."""

    name: str
    robyn: str
    coefficient: float
    series: Floats
    medium: int  # place on the media axis, -1 for others

    @property
    def total(self) -> float:
        return float(self.series.sum())


def export_robyn(model: MixModel) -> dict[str, bytes]:
    """The files by name: RobynModel-<id>.json, model_summary.json, and every table as CSV and as Parquet."""
    from mixline.mmm.robyn.tables import pareto_tables, write_csv, write_parquet

    names, terms = robyn_names(model), chosen_terms(model)
    files = {
        f"RobynModel-{model_id(model)}.json": _json(_document(model, names, terms)),
        "model_summary.json": _json(_summary(model)),
    }
    for name, table in pareto_tables(model, names, terms).items():
        files[f"{name}.csv"] = write_csv(table)
        files[f"{name}.parquet"] = write_parquet(table)
    return files


def model_id(model: MixModel) -> str:
    """Robyn's id: trial_round_slot. An imported model keeps its own."""
    own = model.facts.get("robyn")
    kept = own.get("model") if isinstance(own, dict) else None
    if isinstance(kept, str) and re.fullmatch(r"\d{1,9}_\d{1,9}_\d{1,9}", kept):
        return kept
    row = chosen_row(model)
    return f"{int(model.candidates['trial'][row])}_{int(model.candidates['iteration'][row])}_1"


def robyn_names(model: MixModel) -> RobynNames:
    """A name for every column. Robyn accepts no spaces, and no column may serve twice."""
    taken: set[str] = set()

    def take(wanted: str) -> str:
        clean = re.sub(r"[^A-Za-z0-9_.]", "_", wanted)
        clean = clean if clean[:1].isalpha() else f"X{clean}"
        name, number = clean, 2
        while name in taken:
            name, number = f"{clean}_{number}", number + 1
        taken.add(name)
        return name

    date, outcome = take(model.spec.date_column), take(model.spec.goal.column)
    other = {n: take(n) for n, group in zip(model.other_names, model.other_groups, strict=True) if group == "component"}
    variable, spend = {}, {}
    for medium in model.spec.ordered_media:
        if medium.spend is not None:
            spend[medium.name] = take(medium.spend)
        exposed = medium.exposure is not None and medium.exposure != medium.spend
        variable[medium.name] = take(medium.exposure or "") if exposed else spend[medium.name]
    other |= {n: take(n) for n in model.other_names if n not in other}
    return RobynNames(variable, spend, other, date, outcome)


def chosen_terms(model: MixModel) -> tuple[ChosenTerm, ...]:
    """Every term of the chosen candidate, Robyn's order: intercept, components, context, paid, organic."""
    names, draws, own = robyn_names(model), model.draws, model.draws.chosen
    start, stop = model.series.window
    intercept = float(draws.intercept[own])
    found = [ChosenTerm("intercept", "(Intercept)", intercept, np.full(stop - start, intercept), -1)]
    for k, name in enumerate(model.other_names):
        coefficient = float(draws.coefficients[own, k])
        series = coefficient * model.series.other[start:stop, k]
        found.append(ChosenTerm(name, names.other[name], coefficient, series, -1))
    for m, name in enumerate(model.media_names):
        beta = float(draws.beta[own, m])
        share = hill(adstocked(model, m), draws.alpha[own, m], draws.inflexion[own, m])
        found.append(ChosenTerm(name, names.variable[name], beta, beta * share, m))
    return tuple(found)


def adstocked(model: MixModel, m: int) -> Floats:
    """Adstocked media (W,) of the chosen candidate."""
    first, second = model.draws.adstock[model.draws.chosen, m]
    form = model.spec.ordered_media[m].adstock
    return adstock(model.series.media[:, m], form, first, second)[slice(*model.series.window)]


def hyperparameters(model: MixModel, names: RobynNames) -> dict[str, float]:
    """Robyn's hyperparameters of the chosen candidate, sorted by name.

    Gamma is what gives the candidate's inflexion from the maximum of the whole window, which is Robyn's form; where weeks
    were held out Mixline takes the maximum of the fitted weeks only.
    """
    draws, own, found = model.draws, model.draws.chosen, {}
    for m, medium in enumerate(model.spec.ordered_media):
        variable = names.variable[medium.name]
        for place, parameter in enumerate(adstock_named(medium.adstock).parameters):
            found[f"{variable}_{parameter}s"] = float(draws.adstock[own, m, place])
        top = float(adstocked(model, m).max())
        found[f"{variable}_alphas"] = float(draws.alpha[own, m])
        found[f"{variable}_gammas"] = float(draws.inflexion[own, m]) / top if top > 0 else 1.0
    ridge = model.candidates.get("ridge")  # models of older versions did not keep it
    found["lambda"] = float(model.metrics.get("ridge", 0.0) if ridge is None else ridge[chosen_row(model)])
    rows = model.series.window[1] - model.series.window[0]
    # Half a row more than fitted on, so that Robyn's floor(1 + (rows - 1) * share) gives the same row.
    found["train_size"] = 1.0 if model.series.train >= rows else (model.series.train - 0.5) / (rows - 1)
    return dict(sorted(found.items()))


def _document(model: MixModel, names: RobynNames, terms: tuple[ChosenTerm, ...]) -> dict[str, Any]:
    spec, series = model.spec, model.series
    start, stop = series.window
    context = [n for n, group in zip(model.other_names, model.other_groups, strict=True) if group == "context"]
    components = [n for n in model.other_names if n not in context]
    by_name = {c.name: c for c in spec.context}
    signs = [SIGNS[by_name[n].sign] if n in by_name else "default" for n in context]
    paid = [names.variable[m.name] for m in spec.paid]
    spends, organic = [names.spend[m.name] for m in spec.paid], [names.variable[m.name] for m in spec.organic]
    exposed = [v for v, s in zip(paid, spends, strict=True) if v != s]
    columns = [names.other[n] for n in (*components, *context)]
    values, split = hyperparameters(model, names), series.train < stop - start
    bounds = _bounds(model, names)
    if split:
        train = spec.validation.train
        bounds["train_size"] = [train.low, train.high] if train else [values["train_size"]] * 2
    dates = [str(d) for d in series.dates.astype("datetime64[D]")]
    inputs = {
        "date_var": [names.date],
        "dayInterval": [int((series.dates[1] - series.dates[0]).astype("timedelta64[D]").astype(int))],
        "intervalType": [model.interval],
        "dep_var": [names.outcome],
        "dep_var_type": ["revenue" if spec.goal.kind == "revenue" else "conversion"],
        "prophet_vars": components,
        "prophet_signs": ["default"] * len(components),
        "prophet_country": [spec.holiday_country] if "holiday" in components else [],
        "context_vars": [names.other[n] for n in context],
        "context_signs": signs,
        "paid_media_vars": paid,
        "paid_media_signs": [SIGNS[m.sign] for m in spec.paid],
        "paid_media_spends": spends,
        "paid_media_selected": paid,
        "paid_media_total": [float(series.spend[start:stop].sum())],
        "exposure_vars": exposed,
        "organic_vars": organic,
        "organic_signs": [SIGNS[m.sign] for m in spec.organic],
        "all_media": paid + organic,
        "all_ind_vars": columns + paid + organic,
        "factor_vars": [],
        "unused_vars": [],
        "window_start": [dates[start]],
        "rollingWindowStartWhich": [start + 1],
        "window_end": [dates[stop - 1]],
        "rollingWindowEndWhich": [stop],
        "rollingWindowLength": [stop - start],
        "totalObservations": [len(dates)],
        **_refresh(spec, dates, start, stop),
        "adstock": list(dict.fromkeys(m.adstock for m in spec.ordered_media)),
        "hyperparameters": bounds,
        "calibration_input": _studies(model, names),
        "custom_params": [],
        "version": [VERSION],
    }
    run = {
        "ts_validation": [split],
        "iterations": [spec.search.iterations],
        "trials": [spec.search.trials],
        "total_iters": [int(model.facts.get("evaluated", spec.search.iterations * spec.search.trials))],
        "intercept": [spec.intercept != "none"],
        "intercept_sign": ["non_negative" if spec.intercept == "non_negative" else "unconstrained"],
        "add_penalty_factor": [spec.penalty_factors],
        "seed": [spec.search.seed],
        "hyper_fixed": [False],
    }
    figures = {c.name: c for c in response.channel_results(model)}
    fit = float(sum(t.total for t in terms))
    exported = {
        "select_model": [model_id(model)],
        "performance": [_performance(model, terms)],
        "summary": [_summary_row(model, term, fit, figures.get(term.name)) for term in terms],
        "errors": [_errors(model)],
        "hyper_values": {name: [value] for name, value in values.items()},
        "hyper_updated": bounds | {"lambda": [0, 1]},
    }
    raw: dict[str, Any] = {names.date: dates, names.outcome: series.outcome.tolist()}
    costs = model.facts.get("cost_per_exposure", {})
    for p, medium in enumerate(spec.paid):
        raw[names.spend[medium.name]] = series.spend[:, p].tolist()
        if names.variable[medium.name] != names.spend[medium.name]:
            raw[names.variable[medium.name]] = (series.media[:, p] / float(costs.get(medium.name, 1.0))).tolist()
    for m in range(len(spec.paid), len(model.media_names)):
        raw[names.variable[model.media_names[m]]] = series.media[:, m].tolist()
    modelled = {"ds": dates, "dep_var": series.outcome.tolist()}
    for k, name in enumerate(model.other_names):
        (raw if name in context else modelled)[names.other[name]] = series.other[:, k].tolist()
    extras = {"raw_data": _rows(raw), "dt_mod": _rows(modelled), "mixline": _notes(model, names, split)}
    return {"InputCollect": inputs, "ModelsCollect": run, "ExportedModel": exported, "Extras": extras}


def _bounds(model: MixModel, names: RobynNames) -> dict[str, list[float]]:
    found = {}
    for medium in model.spec.ordered_media:
        for parameter, ends in ranges_for(medium, model.interval).items():
            found[f"{names.variable[medium.name]}_{parameter}s"] = [ends.low, ends.high]
    return dict(sorted(found.items()))


def _notes(model: MixModel, names: RobynNames, split: bool) -> dict[str, Any]:
    """What Robyn has no word for; the import reads it."""
    own: dict[str, dict[str, str]] = {
        names.variable[m.name]: {"name": m.name, "label": m.label, "kind": m.kind, "adstock": m.adstock}
        for m in model.spec.ordered_media
    }
    labels = {c.name: c.label for c in model.spec.context}
    own |= {names.other[n]: {"name": n, "label": labels.get(n, "")} for n in model.other_names if names.other[n] != n}
    goal = model.spec.goal
    own[names.outcome] = {"label": goal.label, "currency": goal.currency}
    notes: dict[str, Any] = {"names": own}
    if split:
        notes["leaking"] = model.spec.validation.leaking
    if len({m.adstock for m in model.spec.ordered_media}) > 1:
        notes["note"] = "Robyn knows one adstock for all media; this model has several."
    return notes


def _studies(model: MixModel, names: RobynNames) -> list[dict[str, Any]]:
    return [
        {
            "channel": "+".join(names.variable[c] for c in study.channels),
            "liftStartDate": study.start.isoformat(),
            "liftEndDate": study.end.isoformat(),
            "liftAbs": study.effect,
            "spend": study.spend,
            "confidence": study.confidence,
            "metric": names.outcome,
            "calibration_scope": study.scope,
        }
        for study in model.spec.studies
    ]


def _performance(model: MixModel, terms: tuple[ChosenTerm, ...]) -> dict[str, Any]:
    money = float(model.series.spend[slice(*model.series.window)].sum())
    gain = sum(t.total for t in terms if 0 <= t.medium < model.paid_count)
    revenue = model.spec.goal.kind == "revenue"
    return {
        "solID": model_id(model),
        "metric": "ROAS" if revenue else "CPA",
        "spend": money,
        "response": gain,
        "performance": _ratio(gain, money) if revenue else _ratio(money, gain),
    }


def _summary_row(
    model: MixModel, term: ChosenTerm, fit: float, figure: response.ChannelResult | None
) -> dict[str, Any]:
    """As Robyn writes it, but money and effect are both of the window (Robyn takes money of all rows)."""
    row: dict[str, Any] = {
        "variable": term.robyn,
        "coef": term.coefficient,
        "decompPer": _ratio(term.total, fit),
        "decompAgg": term.total,
    }
    if figure is None:
        return row
    rows = len(term.series)
    shown = figure.roi if model.spec.goal.kind == "revenue" else figure.cpa
    row |= {
        "performance": _ratio(term.total, figure.spend) if figure.cpa is None else _ratio(figure.spend, term.total),
        "mean_response": term.total / rows,
        "mean_spend": figure.spend / rows,
    }
    if shown is not None:
        row |= {"boot_mean": shown.value, "ci_low": shown.low, "ci_up": shown.high}
    return row


def _refresh(spec: ModelSpec, dates: list[str], start: int, stop: int) -> dict[str, list[str]]:
    """Where the newest periods begin and which models came before, in Robyn's words."""
    if spec.refresh is None:
        return {"refreshAddedStart": [dates[start]]}
    return {
        "refreshAddedStart": [dates[stop - spec.refresh.steps]],
        "refreshSourceID": [spec.refresh.model],
        "refreshChain": [*spec.refresh.chain, spec.refresh.model],
    }


def _errors(model: MixModel) -> dict[str, float]:
    names = {"r2_train": "rsq_train", "nrmse_train": "nrmse_train", "nrmse_validation": "nrmse_val",
             "nrmse_test": "nrmse_test", "rssd": "decomp.rssd"}  # fmt: skip
    found = {theirs: float(model.metrics[ours]) for ours, theirs in names.items() if ours in model.metrics}
    return found | {"nrmse": found.get("nrmse_val", found.get("nrmse_train", 0.0))}


def _summary(model: MixModel) -> dict[str, Any]:
    """The figures of the pages: weighted means over the draws, 90 and 50 % ranges."""
    whole, dates = response.totals(model), model.window_dates.astype("datetime64[D]")
    return {
        "model": model_id(model),
        "specification": model.spec.id,
        "goal": asdict(model.spec.goal),
        "window": {"start": str(dates[0]), "last_period": str(dates[-1]), "periods": whole.periods},
        "interval": model.interval,
        "reason": model.reason,
        "metrics": dict(sorted(model.metrics.items())),
        "ranges": "low and high: 90 %; low50 and high50: 50 %",
        "totals": _plain(asdict(whole)),
        "channels": [_plain(asdict(c)) for c in response.channel_results(model)],
        "terms": [
            {"name": t.name, "label": t.label, "group": t.group, "total": _range(t.total), "share": t.share}
            for t in response.contributions(model).terms
        ],
    }


def _range(figure: Estimate) -> dict[str, float]:
    return asdict(figure)


def _plain(document: dict[str, Any]) -> dict[str, Any]:
    return {
        k: _plain(v) if isinstance(v, dict) else v.item() if isinstance(v, np.generic) else v
        for k, v in document.items()
    }


def _rows(columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _ratio(above: float, below: float) -> float:
    return above / below if below else 0.0


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n"
