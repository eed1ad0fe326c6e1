"""A Weibull kernel is a share of the series it was fitted on: the same in the report, in a plan and in a forecast."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mixline.mmm.backtest.forecasts import _paths
from mixline.mmm.curves import curves
from mixline.mmm.inputs.features import prepare
from mixline.mmm.model import Draws, MixModel
from mixline.mmm.planner import PlanRequest, plan
from mixline.mmm.planning.curves import plan_curve
from mixline.mmm.response import channel_results
from mixline.mmm.simulation.simulate import simulate
from mixline.mmm.transforms.adstock import adstock_named
from tests.builders import make_model

FORMS = ("weibull_cdf", "weibull_pdf")


@pytest.fixture(scope="module")
def model() -> MixModel:
    return make_model(periods=80, paid=2, organic=0, draws=10, adstocks=FORMS)


@pytest.mark.parametrize("periods", [None, 13, 80, 104])
def test_a_plan_of_any_length_uses_the_fitted_kernel(model: MixModel, periods: int | None) -> None:
    for channel in range(2):
        count = periods or 72
        begin = len(model.series.dates)
        curve = plan_curve(model, channel, begin, np.ones(count), reach=1.0, points=0, carry_out=False)
        form, first, second = FORMS[channel], model.draws.adstock[:, channel, 0], model.draws.adstock[:, channel, 1]
        history = np.concatenate([model.series.media[:, channel], np.zeros(count)])
        # The kernel of 80 periods ends there, whatever is planned.
        kernel = adstock_named(form).weights(first, second, begin)
        carried = np.array([np.convolve(history, k)[begin : begin + count] for k in kernel])
        np.testing.assert_allclose(curve.carried[curve.shapes.row], carried, rtol=1e-9, atol=1e-9 * carried.max())


def test_the_window_once_more_is_the_report(model: MixModel) -> None:
    answer = plan(model, PlanRequest(periods=None))
    reported = channel_results(model)
    assert answer.spend_today == pytest.approx(sum(r.spend for r in reported), rel=1e-9)
    for planned, result in zip(answer.channels, reported, strict=True):
        assert planned.contribution_today.value == pytest.approx(result.contribution.value, rel=1e-9)


def test_the_curve_at_todays_spend_is_todays_contribution(model: MixModel) -> None:
    for curve, result in zip(curves(model), channel_results(model), strict=True):
        today = curve.value_today.value * (model.series.window[1] - model.series.window[0])
        assert today == pytest.approx(result.contribution.value, rel=1e-9)


def test_a_forecast_uses_the_kernel_of_the_past_it_was_fitted_on() -> None:
    world = simulate("clean", seed=1, weeks=90, channels=3)
    media = tuple(replace(m, adstock=form) for m, form in zip(world.spec.media, (*FORMS, "weibull_pdf"), strict=True))
    whole = prepare(replace(world.spec, media=media), world.frame)
    cut = {name: getattr(whole, name)[:60] for name in ("dates", "outcome", "spend", "media", "other")}
    past = replace(whole, window=(0, 60), **cut)
    rng = np.random.default_rng(0)
    draws = Draws(
        weights=np.full(5, 0.2),
        adstock=np.stack([rng.uniform(0.5, 2, (5, 3)), rng.uniform(0.03, 0.1, (5, 3))], axis=2),
        alpha=rng.uniform(1, 2, (5, 3)),
        inflexion=np.full((5, 3), float(whole.media.mean())),
        beta=rng.uniform(1, 2, (5, 3)),
        coefficients=rng.normal(size=(5, whole.other.shape[1])),
        intercept=np.zeros(5),
        candidate=np.arange(5),
        chosen=0,
    )
    np.testing.assert_allclose(_paths(whole, draws, 60)[:, :60], _paths(past, draws, 60), rtol=1e-9)
