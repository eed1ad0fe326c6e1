"""What Mixline shows of a model against what Robyn reports of the same one: ten models, every term, through `response`."""

from __future__ import annotations

from typing import Any

import pytest

from mixline.mmm import response
from mixline.mmm.transforms.losses import adjusted_r_squared, split_rows
from tests.unit.mmm.robyn.recorded import CLOSE, MEDIA, MODELS, WINDOW, model_of


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
