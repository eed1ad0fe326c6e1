"""What Mixline shows of a model against what Robyn reports of the same one: ten models, every term, through `response`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mixline.mmm import response
from mixline.mmm.model import Draws, MixModel, Series
from mixline.mmm.specification import Goal, Media, ModelSpec
from mixline.mmm.transforms.adstock import adstock
from mixline.mmm.transforms.losses import adjusted_r_squared, split_rows

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "robyn"
DATA = json.loads((FIXTURES / "demo_data.json").read_text())
MODELS = {m["name"]: m for m in json.loads((FIXTURES / "models.json").read_text())["models"]}
MEDIA = ("tv_S", "ooh_S", "print_S", "facebook_I", "search_clicks_P", "newsletter")
SPEND = ("tv_S", "ooh_S", "print_S", "facebook_S", "search_S")
OTHER = ("trend", "season", "holiday", "competitor_sales_B", "events")
WINDOW = (DATA["window"][0], DATA["window"][1])
CLOSE = 1e-9


def model_of(name: str) -> MixModel:
    """A `MixModel` of one draw with Robyn's recorded parameters and coefficients."""
    recorded = MODELS[name]
    hyper, terms = recorded["hyper"], dict(zip(recorded["terms"]["rn"], recorded["terms"]["coef"], strict=True))
    form = "weibull_pdf" if "pdf" in name else "weibull_cdf" if "cdf" in name else "geometric"
    keys = ("thetas",) if form == "geometric" else ("shapes", "scales")
    columns = {k: np.array(v, dtype=float) for k, v in DATA["columns"].items()}
    media = np.column_stack([columns[m] for m in MEDIA])
    shape = np.zeros((len(MEDIA), 2))
    for m, medium in enumerate(MEDIA):
        shape[m, : len(keys)] = [hyper[f"{medium}_{key}"] for key in keys]
    top = [adstock(media[:, m], form, *shape[m])[slice(*WINDOW)].max() for m in range(len(MEDIA))]
    spec = ModelSpec(
        Goal("dep_var"),
        "ds",
        tuple(
            Media(m, spend=SPEND[i] if i < len(SPEND) else None, exposure=m, adstock=form) for i, m in enumerate(MEDIA)
        ),
        components=(),
    )
    train = split_rows(WINDOW[1] - WINDOW[0], float(hyper.get("train_size", 1)))[0]
    return MixModel(
        spec=spec,
        series=Series(
            dates=np.array(DATA["dates"], dtype="datetime64[D]"),
            outcome=columns["dep_var"],
            spend=np.column_stack([DATA["spend"][s] for s in SPEND]),
            media=media,
            other=np.column_stack([columns[o] for o in OTHER]),
            window=WINDOW,
            train=train,
        ),
        draws=Draws(
            weights=np.ones(1),
            adstock=shape[None],
            alpha=np.array([[hyper[f"{m}_alphas"] for m in MEDIA]]),
            inflexion=np.array([[hyper[f"{m}_gammas"] for m in MEDIA]]) * np.array(top),
            beta=np.array([[terms[m] for m in MEDIA]]),
            coefficients=np.array([[terms[o] for o in OTHER]]),
            intercept=np.array([terms["(Intercept)"]]),
            candidate=np.zeros(1, dtype=np.int64),
            chosen=0,
        ),
        media_names=MEDIA,
        other_names=OTHER,
        other_groups=("component",) * 3 + ("context",) * 2,
        interval="week",
        candidates={},
        metrics={},
        reason="recorded",
    )


@pytest.mark.parametrize("name", MODELS)
def test_contributions_shares_and_roi(name: str) -> None:
    model, terms = model_of(name), MODELS[name]["terms"]
    totals = dict(zip(terms["rn"], terms["xDecompAgg"], strict=True))
    shown = {t.name: t for t in response.contributions(model).terms}
    whole = sum(totals.values())
    for term, total in totals.items():
        own = shown["intercept" if term == "(Intercept)" else term]
        assert own.total.value == pytest.approx(total, rel=CLOSE, abs=1e-6)
        assert own.share == pytest.approx(total / whole, rel=CLOSE, abs=1e-12)
    spend = model.series.spend[slice(*WINDOW)].sum(0)
    recorded = dict(zip(terms["rn"], zip(terms["roi_total"], terms["mean_response"], strict=True), strict=True))
    periods = WINDOW[1] - WINDOW[0]
    paid = sum(totals[m] for m in MEDIA[:5])
    for p, channel in enumerate(response.channel_results(model)):
        roi, mean_response = recorded[channel.name]
        assert channel.spend == pytest.approx(spend[p])
        assert channel.roi.value == pytest.approx(roi, rel=CLOSE, abs=1e-12)
        assert channel.contribution.value / periods == pytest.approx(mean_response, rel=CLOSE, abs=1e-9)
        if paid > 0:
            assert channel.share_of_effect.value == pytest.approx(totals[channel.name] / paid, rel=CLOSE, abs=1e-12)


@pytest.mark.parametrize("name", MODELS)
def test_immediate_share(name: str) -> None:
    carry = MODELS[name]["carry"]
    recorded = {(r, t): v for r, t, v in zip(carry["rn"], carry["type"], carry["response"], strict=True)}
    for channel in response.channel_results(model_of(name)):
        at_once, carried = recorded[channel.name, "Immediate"], recorded[channel.name, "Carryover"]
        if at_once + carried > 0:
            share = at_once / (at_once + carried)
            # Sums of differences of saturated levels: an absolute floor for parts that are nothing but rounding.
            assert channel.immediate_share == pytest.approx(share, rel=CLOSE, abs=1e-9)


@pytest.mark.parametrize("name", MODELS)
def test_adjusted_r_squared_of_every_slice(name: str) -> None:
    model, recorded = model_of(name), MODELS[name]
    fitted, actual = response.fitted_values(model), model.series.outcome[slice(*WINDOW)]
    train, validation = split_rows(len(actual), float(recorded["hyper"].get("train_size", 1)))
    slices: dict[str, Any] = {
        "train": slice(0, train),
        "val": slice(train, validation),
        "test": slice(validation, None),
    }
    # The recorded intercept is zero exactly where it was refitted without one.
    intercept = bool(model.draws.intercept[0] != 0)
    for part, rows in slices.items():
        wanted = recorded[f"rsq_{part}"]
        if wanted != "NA":
            got = adjusted_r_squared(actual[rows], fitted[rows], rows=train, terms=11, intercept=intercept)
            assert got == pytest.approx(wanted, rel=CLOSE)
