"""One set of numbers: figures that must agree do, to 1e-9."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.errors import InputError
from mixline.mmm import response
from mixline.mmm.estimates import Estimate
from mixline.mmm.media_effects import effect_over_time, scaled_effect
from mixline.mmm.model import MixModel
from tests.builders import make_model

MODELS = st.builds(
    make_model,
    periods=st.integers(30, 90),
    paid=st.integers(1, 4),
    organic=st.integers(0, 2),
    draws=st.integers(1, 25),
    seed=st.integers(0, 10_000),
    lead=st.sampled_from([0, 1, 8]),
    equal_weights=st.booleans(),
)
FEW = settings(max_examples=25, deadline=None)


def close(a: object, b: object) -> None:
    np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9)  # type: ignore[arg-type]


def ordered(figure: Estimate) -> None:
    assert figure.low <= figure.low50 <= figure.high50 <= figure.high


@FEW
@given(MODELS)
def test_terms_sum_to_the_fit_over_time_and_in_total(model: MixModel) -> None:
    parts = response.contributions(model)
    close(sum(t.series.value for t in parts.terms), parts.fitted)
    close(parts.fitted, response.fitted_values(model))
    close([t.series.value.sum() for t in parts.terms], [t.total.value for t in parts.terms])
    close(sum(t.share for t in parts.terms), 1.0)
    close(parts.actual.sum(), response.totals(model).outcome)
    for term in parts.terms:
        ordered(term.total)
        assert (term.series.low <= term.series.high + 1e-9).all()


@FEW
@given(MODELS)
def test_roi_times_spend_is_the_contribution_everywhere(model: MixModel) -> None:
    parts = {t.name: t for t in response.contributions(model).terms}
    channels, whole = response.channel_results(model), response.totals(model)
    for channel in channels:
        close(channel.roi.value * channel.spend, channel.contribution.value)
        close(channel.roi.low * channel.spend, channel.contribution.low)
        close(channel.contribution.value, parts[channel.name].total.value)
        close(channel.contribution.high, parts[channel.name].total.high)
        assert 0 <= channel.immediate_share <= 1
        assert 0 <= channel.saturation_share <= 1
        ordered(channel.roi)
    close(sum(c.contribution.value for c in channels), whole.incremental.value)
    close(sum(c.share_of_effect.value for c in channels), 1.0)
    close(sum(c.share_of_spend for c in channels), 1.0)
    close(whole.blended_roi.value * whole.spend, whole.incremental.value)
    close(sum(c.marginal_roi.value * c.spend for c in channels) / whole.spend, whole.marginal_roi.value)
    close(whole.incremental.value + whole.organic.value + whole.baseline.value, whole.fitted)
    close(whole.fitted, response.contributions(model).fitted.sum())


@FEW
@given(MODELS)
def test_the_curve_at_todays_spend_is_the_contribution(model: MixModel) -> None:
    periods = response.totals(model).periods
    for channel, curve in zip(response.channel_results(model), response.curves(model), strict=True):
        at = int(np.searchsorted(curve.spend, curve.spend_today))
        close(curve.spend[at], curve.spend_today)
        for got in (curve.value_today.value, curve.outcome.value[at]):
            close(got * periods, channel.contribution.value)
        close(curve.outcome.low[at], curve.value_today.low)
        close(curve.marginal_today.value, channel.marginal_roi.value)
        close(curve.marginal[at], channel.marginal_roi.value)
        assert (np.diff(curve.outcome.value) >= -1e-9).all()
        assert np.isfinite(curve.marginal).all()
        assert curve.spend[0] == 0
        assert curve.spend[-1] == pytest.approx(max(2 * curve.spend_today, curve.observed_maximum))


@FEW
@given(MODELS)
def test_expected_outcome_at_todays_spend_is_the_fit(model: MixModel) -> None:
    whole = response.totals(model)
    answer = response.expected_outcome(model, {})
    close(answer.outcome.value * whole.periods, whole.fitted)
    close([answer.uplift.value, answer.uplift.low, answer.uplift.high], 0.0)
    assert answer.extrapolated == ()
    again = response.expected_outcome(model, answer.spend)
    close(again.outcome.value, answer.outcome.value)
    curve = response.curve(model, 0)
    more = response.expected_outcome(model, {curve.name: float(curve.spend[-1])})
    close(more.by_channel[curve.name].value, curve.outcome.value[-1])
    close(more.uplift.value, curve.outcome.value[-1] - curve.value_today.value)


@FEW
@given(MODELS, st.floats(0.05, 3.0))
def test_the_analytic_slope_is_the_slope(model: MixModel, factor: float) -> None:
    step = 1e-5
    for channel in range(len(model.media_names)):
        effect = scaled_effect(model, channel, np.array([factor - step, factor, factor + step]))
        np.testing.assert_allclose(
            effect.slope[:, 1], (effect.value[:, 2] - effect.value[:, 0]) / (2 * step), rtol=1e-4, atol=1e-6
        )
        close(scaled_effect(model, channel, np.ones(1)).value[:, 0], effect_over_time(model, channel).mean(1))


@pytest.mark.parametrize("interval", ["day", "week", "month"])
@pytest.mark.parametrize("period", ["day", "week", "month", "quarter"])
def test_longer_periods_hold_the_same_totals(interval: str, period: str) -> None:
    model = make_model(interval=interval)  # type: ignore[arg-type]
    if response.PERIODS.index(period) < response.PERIODS.index(interval):  # type: ignore[arg-type]
        with pytest.raises(InputError, match="shorter"):
            response.contributions(model, period)  # type: ignore[arg-type]
        return
    fine, coarse = response.contributions(model), response.contributions(model, period)  # type: ignore[arg-type]
    close(fine.fitted.sum(), coarse.fitted.sum())
    close(fine.actual.sum(), coarse.actual.sum())
    close(sum(t.series.value for t in coarse.terms), coarse.fitted)
    assert len(coarse.dates) <= len(fine.dates)
    assert (np.diff(coarse.dates) > np.timedelta64(0)).all()


def test_summed_ranges_come_from_summed_draws_not_from_summed_ends() -> None:
    model = make_model(draws=40)
    fine = {t.name: t for t in response.contributions(model).terms}
    coarse = {t.name: t for t in response.contributions(model, "quarter").terms}
    name = "channel_0"
    assert coarse[name].series.high.sum() < fine[name].series.high.sum()


def test_a_draw_without_weight_changes_nothing() -> None:
    model = make_model(draws=10)
    draws = model.draws
    padded = replace(
        draws,
        weights=np.append(draws.weights, 0.0),
        adstock=np.concatenate([draws.adstock, draws.adstock[:1]]),
        alpha=np.concatenate([draws.alpha, draws.alpha[:1]]),
        inflexion=np.concatenate([draws.inflexion, draws.inflexion[:1]]),
        beta=np.concatenate([draws.beta, draws.beta[:1] * 1000]),
        coefficients=np.concatenate([draws.coefficients, draws.coefficients[:1] * 9]),
        intercept=np.append(draws.intercept, 1e9),
        candidate=np.append(draws.candidate, 0),
    )
    for one, other in zip(
        response.channel_results(model), response.channel_results(replace(model, draws=padded)), strict=True
    ):
        close([one.roi.value, one.roi.low, one.roi.high], [other.roi.value, other.roi.low, other.roi.high])


def test_a_channel_without_spend_has_figures_and_no_invented_effect() -> None:
    model = make_model()
    spend, media = model.series.spend.copy(), model.series.media.copy()
    spend[:, 0] = media[:, 0] = 0.0
    model = replace(model, series=replace(model.series, spend=spend, media=media))
    channel = response.channel_results(model)[0]
    assert channel.roi == Estimate(0, 0, 0, 0, 0)
    assert channel.contribution.value == 0
    close(response.expected_outcome(model, {}).uplift.value, 0.0)
    curve = response.curve(model, 0)
    assert curve.value_today.value == 0
    assert curve.outcome.value[-1] > 0
    assert "Nothing was spent" in curve.saturation_words


def test_conversions_have_a_cost_per_outcome() -> None:
    model = make_model(kind="conversions")
    for channel in response.channel_results(model):
        assert channel.cpa is not None
        close(channel.cpa.value * channel.contribution.value, channel.spend)
        ordered(channel.cpa)
    assert response.channel_results(make_model())[0].cpa is None


@pytest.mark.parametrize("spend", [{"fax": 1.0}, {"channel_0": -1.0}, {"channel_0": float("nan")}, {"channel_0": True}])
def test_a_spend_that_makes_no_sense_is_refused(spend: dict[str, float]) -> None:
    with pytest.raises(InputError):
        response.expected_outcome(make_model(), spend)


def test_much_more_than_ever_observed_is_called_extrapolated() -> None:
    model = make_model()
    most = response.observed_maximum(model, 0)
    assert response.expected_outcome(model, {"channel_0": most * 1.5}).extrapolated == ("channel_0",)
    assert response.expected_outcome(model, {"channel_0": most}).extrapolated == ()


def test_quality_of_a_perfect_and_of_a_noisy_fit() -> None:
    perfect = response.fit_quality(make_model(draws=1, noise=0.0))
    assert perfect.r2 == pytest.approx(1.0)
    assert perfect.nrmse == pytest.approx(0.0, abs=1e-9)
    noisy = response.fit_quality(make_model(draws=1, noise=60.0, periods=200))
    assert noisy.r2 < 1
    assert 1.5 < noisy.durbin_watson < 2.5


def test_words_name_the_interval() -> None:
    assert "month" in response.curve(make_model(interval="month", adstocks=("geometric",)), 0).carryover_words
