"""Every figure recorded from Robyn that Mixline has a word for, uncut, where the recordings lie beside the project.

The other tests of this folder need the small fixtures only. Left out, and why: Michaelis-Menten (Robyn 3.12 keeps it and does not
use it) and its normalisation, timings, refresh and time-stamped columns equal to others, and the allocator's lone
`fx_objective` calls, whose arguments were not recorded (the same formulas are compared in its 24 runs).
"""

from __future__ import annotations

import csv
import json
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mixline.mmm import response
from mixline.mmm.inputs.features import prepare
from mixline.mmm.media_effects import immediate_effect
from mixline.mmm.robyn.response import response_call
from mixline.mmm.search.candidate_space import dimensions
from mixline.mmm.search.convergence import measure_convergence
from mixline.mmm.specification import Context, Goal, Media, ModelSpec, Range, Validation
from mixline.mmm.transforms.adstock import ADSTOCKS, adstock, immediate
from mixline.mmm.transforms.losses import adjusted_r_squared, nrmse, r_squared
from mixline.mmm.transforms.ridge import GLMNET_THRESHOLD, lambda_range, ridge
from mixline.mmm.transforms.saturation import hill, split
from tests.unit.mmm.robyn.recorded import (
    CLOSE,
    DATES,
    MEDIA,
    OTHER,
    SPEND,
    WHOLE,
    WINDOW,
    column,
    demo,
    form_of,
    model_of,
    recorded_media,
)
from tests.unit.mmm.robyn.test_replay import judged
from tests.unit.mmm.robyn.test_response import asked_rows

pytestmark = pytest.mark.skipif(not WHOLE.is_dir(), reason="the recordings of Robyn (shared/data/robyn) are not here")
NAMES = (
    "first",
    "best_nrmse",
    "best_rssd",
    "worst_nrmse",
    "mid_lambda002",
    "ts_validation_0.7",
    "best_nrmse_nozeropenalty",
    "weibull_pdf_1",
    "weibull_cdf_1",
    "calibration_geometric_mid",
)
REFIT_LAMBDA = 0.2  # of the recorded refits, whose record does not give it: both refits agree with this one alone
PARAMETERS = {"thetas": "theta", "shapes": "shape", "scales": "scale", "alphas": "alpha", "gammas": "gamma"}


@cache
def whole(name: str) -> Any:
    return json.loads((WHOLE / name).read_text())


@cache
def recorded_models() -> dict[str, dict[str, Any]]:
    return {**whole("models_geometric_demo.json")["models"], **whole("models_variants.json")}


def close(got: Any, wanted: Any, *, floor: float = 0.0, name: str = "") -> None:
    """Relative 1e-9; `floor` is a share of the largest wanted value, for differences of large figures."""
    wanted = np.asarray(wanted, dtype=float)
    size = float(np.abs(wanted).max(initial=0.0))
    np.testing.assert_allclose(np.asarray(got, dtype=float), wanted, rtol=CLOSE, atol=floor * size, err_msg=name)


def test_adstock_kernels_inflation_and_long_series() -> None:
    table = whole("transformations.json")
    cases = [("geometric", c["theta"], 0.0, c["x"], c) for c in table["geometric"]]
    cases += [("geometric", c["theta"], 0.0, table["tv_S"], c) for c in table["geometric_tv"]]
    cases += [(f"weibull_{c['type']}", c["shape"], c["scale"], c["x"], c) for c in table["weibull"]]
    cases += [(f"weibull_{c['type']}", c["shape"], c["scale"], table["tv_S"], c) for c in table["weibull_tv"]]
    assert len(cases) == 6 + 2 + 84 + 6
    for form, first, second, x, case in cases:
        found, label = adstock(x, form, first, second), f"{form} {first} {second}"
        # Weights of the Weibull density fall to nothing by subtraction: an absolute floor of 1e-9 of the largest.
        close(found, case["x_decayed"], floor=1e-9, name=label)
        close(found.sum() / np.sum(x), case["inflation_total"], name=label)
        if "x_imme" in case:
            close(immediate(x, form, first, second), case["x_imme"], floor=1e-9, name=label)
        if "thetaVecCum" in case:
            kernel = ADSTOCKS[form].weights(np.array(first), np.array(second), len(x) + 1)
            if form != "geometric":
                kernel = ADSTOCKS[form].weights(np.array(first), np.array(second), len(x))
            off = form != "geometric" and (first == 0 or second == 0)  # recorded as no weights at all
            # Geometric weights are recorded from age one on.
            wanted = kernel[1:] if form == "geometric" else np.zeros(len(x)) if off else kernel
            close(case["thetaVecCum"], wanted, floor=1e-9, name=label)


def test_ridge_predictions_refits_and_the_lambda_sequence() -> None:
    table = whole("glmnet_ridge.json")
    x, y = np.array(table["X"]), np.array(table["y"])
    for case in table["cases"]:
        low, high = (np.array([float(v) for v in case[end]]) for end in ("lower", "upper"))
        fit = ridge(x, y, case["lambda"], low=low, high=high, factors=case["penalty_factor"],
                    rule="free" if case["intercept"] else "none", threshold=case["thresh"])  # fmt: skip
        close(fit.predict(x), case["pred"], floor=1e-12, name=case["name"])
    sequence = table["lambda_seq"]
    close(lambda_range(x, y), (0.1 * sequence[-1], 0.1 * sequence[0]))
    lower = y - 40.0
    for rule, wanted in table["refit_y_minus_40"].items():
        fit = ridge(x, lower, REFIT_LAMBDA, low=np.zeros(4), rule="non_negative" if rule == "non_negative" else "free",
                    threshold=GLMNET_THRESHOLD)  # fmt: skip
        close([fit.intercept, *fit.coefficients], wanted["coefs"], name=rule)
        close(fit.predict(x), wanted["y_pred"], name=rule)
        close(nrmse(lower, fit.predict(x)), wanted["nrmse_train"], name=rule)
        intercept = bool(wanted["df_int"])
        assert fit.has_intercept is intercept
        adjusted = adjusted_r_squared(lower, fit.predict(x), rows=60, terms=4, intercept=intercept)
        close(adjusted, wanted["rsq_train"], name=rule)


def test_adjustment_of_r_squared() -> None:
    """The adjustment alone: the recorded ten values are not those the recorded R squared was computed from."""
    table = whole("misc.json")["rsq"]
    plain = r_squared(table["true"], table["pred"])
    for rows, name in ((10, "adj"), (40, "adj_ntrain")):
        ours = adjusted_r_squared(table["true"], table["pred"], rows=rows, terms=3)
        close((1 - ours) / (1 - plain), (1 - table[name]) / (1 - table["plain"]), name=name)


def test_model_input_of_the_raw_table() -> None:
    """Media, context and outcome as Robyn engineers them; components are compared in inputs/test_decomposition."""
    frame = pd.read_csv(WHOLE / "dt_simulated_weekly.csv", parse_dates=["DATE"])
    wanted = pd.read_csv(WHOLE / "dt_mod_demo.csv")
    media = [Media(m, spend=SPEND[i] if i < 5 else None, exposure=m) for i, m in enumerate(MEDIA)]
    spec = ModelSpec(
        Goal("revenue"), "DATE", tuple(media), components=(), context=(Context(OTHER[3], OTHER[3]),),
        window_start=DATES[WINDOW[0]].astype(object), window_end=DATES[WINDOW[1] - 1].astype(object),
    )  # fmt: skip
    prepared = prepare(spec, frame)
    assert prepared.window == WINDOW
    close(prepared.outcome, wanted["dep_var"])
    for m, name in enumerate(MEDIA):
        close(prepared.media[:, m], wanted[name], name=name)
        close(column(name), wanted[name], name=name)
    close(prepared.other[:, 0], wanted[OTHER[3]])


@pytest.mark.parametrize("name", NAMES)
def test_series_of_recorded_models(name: str) -> None:
    """Saturated media, their immediate part and carry-over, and every term of every week."""
    wanted, model = recorded_models()[name], model_of(name)
    draws, inside = model.draws, slice(*WINDOW)
    for m, medium in enumerate(MEDIA):
        form, (first, second) = form_of(name), draws.adstock[0, m]
        level, own = (f(model.series.media[:, m], form, first, second) for f in (adstock, immediate))
        alpha, half = draws.alpha[0, m], draws.inflexion[0, m]
        close(level.sum() / model.series.media[:, m].sum(), wanted["inflations"][f"{medium}_inflation"], name=medium)
        close(half, wanted["inflexions"][f"{medium}_inflexion"], name=medium)
        # Kernel weights below 1e-16 of the largest are cut: what Robyn has as 1e-24 is nothing here.
        close(hill(level[inside], alpha, half), wanted["saturated"][medium], floor=1e-12, name=medium)
        at_once, carried = split(level[inside], own[inside], alpha, half)
        # Differences of levels: an absolute floor of 1e-9 of the largest, for parts that are rounding.
        close(carried, wanted["sat_carryover"][medium], floor=1e-9, name=medium)
        # A difference of two shares of up to one, whose own rounding is 1e-16.
        np.testing.assert_allclose(at_once, wanted["sat_immediate"][medium], rtol=CLOSE, atol=1e-15, err_msg=medium)
    shown, series = response.contributions(model), wanted["xDecompVec"]
    assert [str(d) for d in shown.dates] == series["ds"]
    close(shown.actual, series["dep_var"])
    close(shown.fitted, series["depVarHat"])
    for term in shown.terms:
        close(term.series.value, series[term.name], floor=1e-9, name=term.name)


@pytest.mark.parametrize("name", NAMES)
def test_tables_of_recorded_models(name: str) -> None:
    """Robyn's aggregate of every term and channel against what `response` shows."""
    recorded, model = recorded_models()[name], model_of(name)
    rows = [dict(zip(recorded["xDecompAgg"], row, strict=True))
            for row in zip(*recorded["xDecompAgg"].values(), strict=True)]  # fmt: skip
    table = {("intercept" if row["rn"] == "(Intercept)" else row["rn"]): row for row in rows}
    for term in response.contributions(model).terms:
        row, values = table[term.name], term.series.value
        close(term.total.value, row["xDecompAgg"], floor=1e-12, name=term.name)
        close(term.share, row["xDecompPerc"], floor=1e-12, name=term.name)
        # Weights below 1e-16 are cut: weeks that count for Robyn with 1e-24 of a density's tail are none here.
        tail = form_of(name) == "weibull_pdf" and term.name in MEDIA
        if row["xDecompAgg"] > 0 and (values[values != 0] > 0).all() and not tail:
            close(values[values != 0].mean(), row["xDecompMeanNon0"], name=term.name)
    parts = dict(zip(zip(recorded["immcarr"]["rn"], recorded["immcarr"]["type"], strict=True),
                     recorded["immcarr"]["percentage"], strict=True))  # fmt: skip
    for p, channel in enumerate(response.channel_results(model)):
        row = table[channel.name]
        close(channel.spend, row["total_spend"], name=channel.name)
        close(channel.share_of_spend, row["spend_share"], name=channel.name)
        close(channel.roi.value, row["roi_total"], name=channel.name)
        curve = response.curve(model, p)
        close(curve.spend_today, row["mean_spend"], name=channel.name)
        close(curve.value_today.value, row["mean_response"], name=channel.name)
        close(channel.contribution.value / channel.spend, row["roi_mean"], name=channel.name)
        if channel.contribution.value > 0:
            close(channel.share_of_effect.value, row["effect_share"], name=channel.name)
            close(channel.spend / channel.contribution.value, row["cpa_total"], name=channel.name)
            close(channel.immediate_share, parts[channel.name, "Immediate"], floor=1e-9, name=channel.name)
    for m, medium in enumerate(MEDIA):
        first, second = model.draws.adstock[0, m]
        level, own = (f(model.series.media[:, m], form_of(name), first, second)[slice(*WINDOW)]
                      for f in (adstock, immediate))  # fmt: skip
        close(level.mean(), table[medium]["mean_spend_adstocked"], name=medium)
        close((level - own).mean(), table[medium]["mean_carryover"], floor=1e-9, name=medium)
        whole_effect = float(immediate_effect(model, m)[0])
        at = [i for i, (r, t) in enumerate(zip(recorded["immcarr"]["rn"], recorded["immcarr"]["type"], strict=True))
              if (r, t) == (medium, "Immediate")]  # fmt: skip
        # Below 1e-4 of an outcome of 4e5 a week a part is nothing but rounding.
        assert whole_effect == pytest.approx(recorded["immcarr"]["response"][at[0]], rel=CLOSE, abs=1e-4)


@pytest.mark.parametrize("number", range(24))
def test_every_value_of_the_response_calls(number: int) -> None:
    call = whole("responses_geometric_demo.json")[number]
    amount = call["args"].get("metric_value")
    found = response_call(
        recorded_media(call["model"]), call["metric_name"], WINDOW, rows=asked_rows(call),
        amount=None if amount is None else float(amount),
    )  # fmt: skip
    for name in ("input_total", "input_carryover", "response_total", "response_carryover"):
        # Carry-over is a difference of large figures: an absolute floor of 1e-9 of the series' own size.
        close(getattr(found, name), call[name], floor=1e-9, name=name)


def test_every_column_of_the_convergence_table() -> None:
    table, run = whole("pareto_convergence.json")["convergence"], whole("pareto_convergence.json")["run500"]
    for loss, key in (("DECOMP.RSSD", "rssd"), ("NRMSE", "nrmse")):
        rows = [i for i, kind in enumerate(table["error_type"]) if kind == loss]
        own = {name: [values[i] for i in rows] for name, values in table.items()}
        found = measure_convergence(loss, run[key], np.ones(500))
        assert own["n"] == [int(n) for n in found.counts]
        close(found.medians, own["median"])
        close(found.scatters, own["std"])
        close(found.medians[0], own["first_med"][0])
        close(found.medians[-1], own["last_med"][0])
        close(np.mean(found.medians[:3]), own["first_med_avg"][0])
        close(found.scatters[-1], own["last_sd"][0])
        close(found.first_scatter, own["first_sd_avg"][0])
        close(found.threshold, own["med_thres"][0])
        assert [bool(abs(m) < found.threshold) for m in found.medians] == own["flag_med"]
        assert [bool(s < found.first_scatter) for s in found.scatters] == own["flag_sd"]


def test_every_column_of_the_recorded_search() -> None:
    with (WHOLE / "run_geometric_500x1_seed123_cores1_resultHypParam.csv").open() as file:
        rows = list(csv.DictReader(file))
    table = {name: np.array([float(row[name]) for row in rows]) for name in rows[0]
             if rows[0][name] not in ("NA", "1_1_1")}  # fmt: skip
    prepared = demo()
    names = [*(f"{m}_{kind}" for m in MEDIA for kind in ("thetas", "alphas", "gammas")), "lambda"]
    values = np.column_stack([table[n if n != "lambda" else "lambda_hp"] for n in names])
    found = judged(prepared, names, values)
    close(found.ridge, table["lambda"], name="lambda")
    close(found.nrmse, table["nrmse_train"], name="nrmse")
    close(found.rssd, table["decomp.rssd"], name="rssd")
    close(np.full(500, prepared.lambdas[1]), table["lambda_max"])
    inside, actual = slice(*WINDOW), prepared.outcome[slice(*WINDOW)]
    fitted = found.intercept[:, None] + found.coefficients @ prepared.other[inside].T
    for m, medium in enumerate(MEDIA):
        level = adstock(prepared.media[:, m], "geometric", table[f"{medium}_thetas"])
        close(level.sum(1) / prepared.media[:, m].sum(), table[f"{medium}_inflation"], name=medium)
        close(found.inflexion[:, m], table[f"{medium}_inflexion"], name=medium)
        fitted += found.beta[:, m, None] * hill(
            level[:, inside], table[f"{medium}_alphas"][:, None], found.inflexion[:, m, None]
        )
    adjusted = [adjusted_r_squared(actual, fit, rows=157, terms=11, intercept=bool(found.intercept[c] != 0))
                for c, fit in enumerate(fitted)]  # fmt: skip
    close(adjusted, table["rsq_train"], name="rsq")


def test_dimensions_of_the_search_are_the_recorded_ones() -> None:
    """The same parameters are searched; Robyn sorts them by name, we go channel by channel."""
    spec = demo().spec
    ranges = tuple({"theta": Range(0, 0.8), "alpha": Range(0.5, 3), "gamma": Range(0.3, 1)} for _ in spec.ordered_media)
    recorded = whole("nevergrad_dimension_order.json")
    for key, validation, penalties in (
        ("ts_validation", Validation(train=Range(0.5, 0.8)), False),
        ("penalty", Validation(), True),
    ):
        asked = ModelSpec(spec.goal, "ds", spec.media, components=(), validation=validation, penalty_factors=penalties)
        prepared = demo()
        prepared = type(prepared)(**{**vars(prepared), "spec": asked, "ranges": ranges})
        words = {v: k for k, v in PARAMETERS.items()}
        found = []
        for d in dimensions(prepared):
            if d.parameter == "penalty":
                found.append(f"{(*OTHER, *MEDIA)[d.column]}_penalty")
            elif d.medium >= 0:
                found.append(f"{MEDIA[d.medium]}_{words[d.parameter]}")
            else:
                found.append({"train": "train_size", "lambda": "lambda"}[d.parameter])
        assert sorted(found) == sorted(recorded[key])


@pytest.mark.parametrize("number", range(24))
def test_curves_of_the_recorded_allocations(number: int) -> None:
    """Response and return at Robyn's initial and both of its best spends, from the recorded model's curves."""
    case = whole("allocator_geometric_demo.json")[number]
    table, model = case["dt_optimOut"], model_of(case["model"])
    points, total = case["mainPoints"], 0.0
    carried = dict(zip(points["channel"], points["spend_point"], strict=True))  # the last rows are the carry-over's
    for row, name in enumerate(table["channels"]):
        m = MEDIA.index(name)
        first = model.draws.adstock[0, m, 0]
        level = adstock(model.series.media[:, m], "geometric", first)
        carry = float((level - model.series.media[:, m])[slice(*WINDOW)].mean())
        close(carry, carried[name], name=name)
        alpha, half, beta = model.draws.alpha[0, m], model.draws.inflexion[0, m], model.draws.beta[0, m]

        def at(spend: float, *, carry: float = carry, shape: tuple[float, ...] = (alpha, half, beta)) -> float:
            return float(shape[2] * hill(np.array(spend + carry), shape[0], shape[1]))

        for kind, ending in (("init", ""), ("optm", ""), ("optm", "Unbound")):
            spend = table[f"{kind}SpendUnit{ending}"][row]
            if kind == "optm" or table["initResponseUnit"] == table["initResponseUnitSim"]:
                close(at(spend), table[f"{kind}ResponseUnit{ending}"][row], name=name)
            # A difference of two responses of 1e5: rounding is 1e-11 of them, 1e-9 of the difference and more.
            slope = table[f"{kind}ResponseMargUnit{ending}"][row]
            assert at(spend + 1) - at(spend) == pytest.approx(slope, rel=CLOSE, abs=1e-10 * beta), name
            if spend > 1e-6 and kind == "optm":
                close(at(spend) / spend, table[f"optmRoiUnit{ending}"][row], name=name)
        total += at(table["optmSpendUnit"][row])
    close(total, table["optmResponseUnitTotal"][0])
    if case["args"]["scenario"] == "max_response":
        close(total, -case["nlopt_objective"])
