"""One set of numbers, whatever the model: terms sum to the fit, ROI times spend is the contribution, the curve at today's
spend is today's contribution, and the planner's today is the report's. Each relative to 1e-9.

By property on hand-made models of every kind, and on fitted, chosen, refreshed, imported and stored ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixline.mmm import response
from mixline.mmm.ensemble.choice import choose_candidate, preview_candidate
from mixline.mmm.fitting import fit
from mixline.mmm.frames import channels_frame, contributions_frame, terms_frame
from mixline.mmm.model import MixModel
from mixline.mmm.model_file import read_model, write_model
from mixline.mmm.movement.refresh import refresh_spec
from mixline.mmm.planner import PlanRequest, plan
from mixline.mmm.robyn.model_import import import_robyn
from mixline.mmm.simulation.simulate import simulate
from mixline.mmm.specification import Goal, Range, Validation
from tests.builders import make_model
from tests.unit.mmm.robyn.recorded import FIXTURES

FORMS = ("geometric", "weibull_cdf", "weibull_pdf")


def same(got: object, wanted: object, *, of: float = 0.0) -> None:
    """Relative 1e-9; of sums of parts that cancel, 1e-9 of what they are sums `of`."""
    np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-9 * of)  # type: ignore[arg-type]


def assert_one_set(model: MixModel) -> None:
    """Every figure that two views show is one figure."""
    parts, channels, whole = response.contributions(model), response.channel_results(model), response.totals(model)
    size = float(np.abs([t.total.value for t in parts.terms]).sum())
    by_week = float(max(np.abs(t.series.value).max() for t in parts.terms))
    # Contributions sum to the fit: by period, in total, and by longer periods.
    same(sum(t.series.value for t in parts.terms), parts.fitted, of=by_week)
    same(response.fitted_values(model), parts.fitted, of=by_week)
    same(sum(t.total.value for t in parts.terms), parts.fitted.sum(), of=size)
    same(whole.incremental.value + whole.organic.value + whole.baseline.value, whole.fitted, of=size)
    same(parts.fitted.sum(), whole.fitted, of=size)
    same(response.contributions(model, "quarter").fitted.sum(), whole.fitted, of=size)
    same(response.residuals(model) + parts.fitted, parts.actual, of=by_week)
    # ROI times spend is the contribution, and so is every other view of it.
    totals = {t.name: t.total for t in parts.terms}
    start, stop = model.series.window
    for p, channel in enumerate(channels):
        same(channel.spend, model.series.spend[start:stop, p].sum())
        for end in ("value", "low", "high", "low50", "high50"):
            same(getattr(channel.roi, end) * channel.spend, getattr(channel.contribution, end), of=1e-6 * size)
            same(getattr(totals[channel.name], end), getattr(channel.contribution, end), of=1e-6 * size)
        if model.spec.goal.kind != "conversions":
            assert channel.cpa is None
        elif channel.contribution.low > 0:
            assert channel.cpa is not None
            same(channel.cpa.value * channel.contribution.value, channel.spend)
            same(channel.cpa.low * channel.contribution.high, channel.spend)
    same(sum(c.contribution.value for c in channels), whole.incremental.value, of=1e-6 * size)
    same(whole.blended_roi.value * whole.spend, whole.incremental.value)
    # The curve at today's spend is today's contribution, its slope the marginal ROI.
    for channel, curve in zip(channels, response.curves(model), strict=True):
        at = int(np.argmin(np.abs(curve.spend - curve.spend_today)))
        same(curve.spend_today * whole.periods, channel.spend)
        same(curve.value_today.value * whole.periods, channel.contribution.value, of=1e-6 * size)
        same(curve.outcome.value[at] * whole.periods, channel.contribution.value, of=1e-6 * size)
        same(curve.value_today.high * whole.periods, channel.contribution.high, of=1e-6 * size)
        same(curve.marginal_today.value, channel.marginal_roi.value, of=1e-6)
    today = response.expected_outcome(model, {})
    same(today.outcome.value * whole.periods, whole.fitted, of=size)
    # The planner's today is the report's.
    planned = plan(model, PlanRequest(periods=None))
    same(planned.spend_today, whole.spend)
    same(planned.outcome_today.value, whole.fitted, of=size)
    same(planned.contribution_today.value, whole.incremental.value)
    same(planned.roi_today.value, whole.blended_roi.value)
    for one, channel in zip(planned.channels, channels, strict=True):
        assert one.name == channel.name
        same(one.spend_today, channel.spend)
        for end in ("value", "low", "high"):
            same(getattr(one.contribution_today, end), getattr(channel.contribution, end), of=1e-6 * size)
        same(one.marginal_roi_today.value, channel.marginal_roi.value, of=1e-6)
    # The tables of the Python interface.
    table = channels_frame(model)
    same(table["contribution"].to_numpy(), [c.contribution.value for c in channels])
    same(table["roi"].to_numpy(), [c.roi.value for c in channels])
    same(terms_frame(model)["contribution"].sum(), whole.fitted, of=size)
    assert len(contributions_frame(model)) == len(parts.dates)


@st.composite
def models(draw: st.DrawFn) -> MixModel:
    """Hand-made models of every kind: interval, adstock, goal, organic media, exposure, a window inside the data."""
    model = make_model(
        periods=draw(st.integers(45, 100)),
        paid=draw(st.integers(1, 4)),
        organic=draw(st.integers(0, 2)),
        draws=draw(st.integers(1, 15)),
        seed=draw(st.integers(0, 10_000)),
        lead=draw(st.sampled_from([0, 1, 9])),
        interval=draw(st.sampled_from(["day", "week", "month"])),
        kind=draw(st.sampled_from(["revenue", "conversions"])),
        equal_weights=draw(st.booleans()),
        adstocks=draw(st.sampled_from([(f,) for f in FORMS] + [FORMS])),
    )
    series = model.series
    if draw(st.booleans()):  # bought by exposure: money follows it loosely
        price = np.random.default_rng(draw(st.integers(0, 99))).uniform(0.5, 2.0, series.spend.shape)
        series = replace(series, spend=series.spend * price)
    if draw(st.booleans()):  # newer rows that the window leaves out
        stop = len(series.dates) - draw(st.integers(1, 6))
        series = replace(series, window=(series.window[0], stop), train=min(series.train, stop - series.window[0]))
    unit = draw(st.sampled_from([1.0, 1e-6, 1e12]))  # of money
    return replace(
        model,
        series=replace(series, spend=series.spend * unit, media=series.media * unit),
        draws=replace(model.draws, inflexion=model.draws.inflexion * unit),
    )


@settings(max_examples=25, deadline=None)
@given(models())
def test_one_set_of_numbers_of_any_model(model: MixModel) -> None:
    assert_one_set(model)


@cache
def fitted(interval: str = "week", forms: tuple[str, ...] = ("geometric",), kind: str = "revenue") -> MixModel:
    """A small company fitted: exposure for one channel, an organic one, some weeks held out."""
    world = simulate("realistic", seed=4, weeks=70 if interval != "day" else 26, channels=3, interval=interval)  # type: ignore[arg-type]
    media = tuple(replace(m, adstock=forms[i % len(forms)]) for i, m in enumerate(world.spec.media))
    seen = world.frame[media[0].spend] * np.random.default_rng(1).uniform(30, 60, len(world.frame))
    media = (replace(media[0], exposure="impressions"), *media[1:])
    goal = Goal("revenue", kind=kind, currency="EUR" if kind == "revenue" else "")  # type: ignore[arg-type]
    spec = replace(world.spec, media=media, goal=goal, validation=Validation(train=Range(0.9, 0.9)))
    return fit(spec.with_search(trials=1, iterations=60), world.frame.assign(impressions=seen))


@cache
def monthly() -> MixModel:
    world = simulate("clean", seed=1, interval="day", weeks=157, channels=3)
    frame = world.frame.assign(date=world.frame["date"].dt.to_period("M").dt.to_timestamp())
    how = {c: "mean" if c == "price_index" else "sum" for c in frame.columns if c != "date"}
    frame = frame.groupby("date", as_index=False).agg(how).iloc[:36]
    spec = replace(world.spec, components=("trend", "season", "holiday"))
    return fit(spec.with_search(trials=1, iterations=60), frame)


def another_candidate() -> MixModel:
    model = fitted()
    row = int(np.argsort(model.candidates["rssd"])[1])
    return choose_candidate(model, row, "for the test")


def looked_at() -> MixModel:
    return preview_candidate(fitted(), int(np.argsort(fitted().candidates["nrmse"])[2]))


@cache
def refreshed() -> MixModel:
    world = simulate("clean", seed=2, weeks=80, channels=3)
    before = fit(world.spec.with_search(trials=1, iterations=60), world.frame.iloc[:70])
    return fit(refresh_spec(before, world.frame, model_id="a" * 64, trials=1, iterations=60), world.frame)


@cache
def imported() -> MixModel:
    return import_robyn((FIXTURES / "RobynModel-example.json").read_bytes()).model


KINDS: dict[str, Callable[[], MixModel]] = {
    "geometric, exposure, hold-out": fitted,
    "Weibull cdf": lambda: fitted(forms=("weibull_cdf",)),
    "Weibull pdf": lambda: fitted(forms=("weibull_pdf",)),
    "an adstock for each channel": lambda: fitted(forms=FORMS),
    "conversions": lambda: fitted(kind="conversions"),
    "days": lambda: fitted(interval="day"),
    "months": monthly,
    "another candidate chosen": another_candidate,
    "another candidate looked at": looked_at,
    "refreshed": refreshed,
    "imported from Robyn": imported,
    "stored and read again": lambda: read_model(write_model(fitted())),
}


@pytest.mark.parametrize("kind", KINDS)
def test_one_set_of_numbers_of_a(kind: str) -> None:
    model = KINDS[kind]()
    assert isinstance(channels_frame(model), pd.DataFrame)
    assert_one_set(model)
