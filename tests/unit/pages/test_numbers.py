"""One set of numbers: what the pages show is what `mixline.mmm.response` reads from the model's file, page by page."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.figures.format import Unit, write_ratio, write_share
from dashboard.labels import write_label
from mixline.mmm import response
from mixline.mmm.model import MixModel
from mixline.mmm.model_file import read_model, write_model
from mixline.mmm.planner import Planner, PlanRequest
from tests.builders import make_model
from tests.unit.pages.served import Ask, serve
from tests.unit.pages.shown import five, near, rows_by


@pytest.fixture(scope="module", params=["revenue", "conversions"])
def model(request: pytest.FixtureRequest) -> MixModel:
    """Written to its file and read again, as the trainer does."""
    return read_model(write_model(make_model(periods=80, paid=4, draws=24, kind=request.param, seed=3)))


@pytest.fixture(scope="module")
def unit(model: MixModel) -> Unit:
    return Unit(model.spec.goal.currency, model.spec.goal.kind == "conversions")


@pytest.fixture(scope="module")
def ask(model: MixModel) -> Ask:
    """Pages of a dashboard whose trainer makes its documents from the model as the real one does."""
    return serve(model)


def labels(model: MixModel) -> dict[str, str]:
    return {r.name: r.label if r.label != r.name else write_label(r.name) for r in response.channel_results(model)}


@pytest.mark.parametrize("level", [50, 90])
def test_cards_of_the_overview(model: MixModel, unit: Unit, ask: Ask, level: int) -> None:
    shown, whole = ask("/", f"?range={level}"), response.totals(model)
    values = [text.removesuffix(unit.roi_per) for text in shown.texts("value")]
    assert values == [
        unit.outcome(whole.incremental.value),
        unit.roi(whole.blended_roi.value),
        unit.roi(whole.marginal_roi.value),
        unit.money(whole.spend),
    ]
    for text, figure in zip(
        shown.texts("range"), (whole.incremental, whole.blended_roi, whole.marginal_roi), strict=False
    ):
        ends = (figure.low, figure.high) if level == 90 else (figure.low50, figure.high50)
        scale = 1.0 if figure is whole.incremental else unit.roi_scale
        if figure is whole.incremental:
            written = [unit.outcome(end) for end in ends]
        else:
            digits = 0 if max(map(abs, ends)) * scale >= 99.5 else 1 if max(map(abs, ends)) * scale >= 0.995 else 2
            written = [write_ratio(end * scale, digits) for end in ends]
        assert text == f"{level} % range {(' to ' if ends[0] < 0 else ' – ').join(written)}"
    each = unit.money(whole.spend / whole.periods)
    assert shown.texts("range")[-1] == f"{whole.periods} weeks, {each} a week"


def test_waterfall_of_the_overview_adds_up_to_the_modelled_total(model: MixModel, ask: Ask) -> None:
    shown, whole = ask("/"), response.totals(model)
    bars = shown.figure("waterfall")["data"][0]
    assert sum(bars["x"][:-1]) == near(whole.fitted)
    assert bars["x"][-1] == near(whole.fitted)
    parts = {term.name: term for term in response.contributions(model).terms}
    drawn = dict(zip(bars["y"], bars["x"], strict=True))
    rest = sum(term.total.value for term in parts.values() if term.group in ("baseline", "context"))
    assert drawn["Without marketing"] == near(rest)
    table = rows_by(shown, "waterfall", "Step")
    for name, label in labels(model).items():
        assert drawn[label] == near(parts[name].total.value)
        assert table[label] == near([*five(parts[name].total), parts[name].total.value / whole.fitted])


def test_next_money_and_fit_of_the_overview(model: MixModel, ask: Ask) -> None:
    shown, amount = ask("/"), 10.0  # a company that spends less than a thousand a week does not take steps of 10,000
    assert 50 < response.totals(model).spend / response.totals(model).periods < 1_000
    table = rows_by(shown, "next-money", "Channel")
    drawn = shown.figure("next-money")["data"][-1]
    for result in response.channel_results(model):
        label = labels(model)[result.name]
        assert table[label] == near(five(result.marginal_roi, amount))
        assert drawn["x"][drawn["y"].index(label)] == near(result.marginal_roi.value * amount)
    fit = response.fit_quality(model)
    (text,) = shown.texts("fit-table")
    for number in (write_share(fit.r2), write_share(fit.mape), f"{fit.nrmse:.3f}", write_ratio(fit.durbin_watson)):
        assert number in text


@pytest.mark.parametrize("period", ["week", "month", "quarter"])
def test_decomposition_adds_up_in_every_period(model: MixModel, ask: Ask, period: response.Period) -> None:
    shown = ask("/contribution", f"?period={period}")
    expected = response.contributions(model, period)
    figure = shown.figure("decomposition")
    *bars, actual = figure["data"]
    assert actual["y"] == near(expected.actual.tolist())
    assert np.sum([bar["y"] for bar in bars], axis=0).tolist() == near(expected.fitted.tolist())
    names = labels(model)
    drawn = {bar["name"]: bar["y"] for bar in bars}
    rows = shown.table("decomposition")
    for term in expected.terms:
        label = names.get(term.name, term.label if term.label != term.name else write_label(term.name))
        if term.name in names:
            assert drawn[label] == near(term.series.value.tolist())
        for column, series in (
            (label, term.series.value),
            (f"{label}, 5 %", term.series.low),
            (f"{label}, 95 %", term.series.high),
        ):
            assert [row[column] for row in rows] == near(series.tolist())
    assert [row["Modelled"] for row in rows] == near(expected.fitted.tolist())
    assert [row["Date"] for row in rows] == [str(day) for day in expected.dates]


def test_channels_of_the_contribution_page(model: MixModel, unit: Unit, ask: Ask) -> None:
    shown = ask("/contribution")
    grid = {row["channel"]: row for row in shown.grid("channel-table")}
    tables = {name: rows_by(shown, name, "Channel") for name in ("roi", "shares", "quadrants", "carryover")}
    dots = shown.figure("roi")["data"][-1]
    scale = unit.roi_scale
    for result in response.channel_results(model):
        label = labels(model)[result.name]
        profitable = None if unit.conversions else result.probability_profitable
        assert tables["roi"][label] == near([*five(result.roi, scale), profitable])
        assert dots["x"][dots["y"].index(label)] == near(result.roi.value * scale)
        assert tables["shares"][label] == near([result.share_of_spend, *five(result.share_of_effect)])
        assert tables["quadrants"][label] == near(
            [result.spend, *five(result.roi, scale), *five(result.marginal_roi, scale)]
        )
        assert tables["carryover"][label] == near(
            [result.immediate_share, 1 - result.immediate_share, result.half_life_periods]
        )
        row = grid[label]
        assert (row["spend"], row["contribution"], row["roi"]) == near(
            (result.spend, result.contribution.value, result.roi.value)
        )
        assert row["roi"] * row["spend"] == near(row["contribution"])
        assert (row["contribution_low"], row["contribution_high"]) == near(
            (result.contribution.low, result.contribution.high)
        )
        assert row["half_life"] == near(result.half_life_periods)
        assert row["contribution_text"].startswith(unit.outcome(result.contribution.value))


def test_curves_with_todays_and_the_best_spend(model: MixModel, unit: Unit, ask: Ask) -> None:
    shown = ask("/response")
    plan = Planner(model).plan(PlanRequest(periods=13))
    best = {channel.name: channel.spend / 13 for channel in plan.channels}
    results = {result.name: result for result in response.channel_results(model)}
    for curve in response.curves(model):
        columns = list(zip(*shown.figure(f"curve-{curve.name}")["layout"]["meta"]["rows"], strict=True))
        outcome = (
            curve.outcome.value,
            curve.outcome.low,
            curve.outcome.high,
            curve.outcome.low50,
            curve.outcome.high50,
        )
        for column, expected in zip(columns, (curve.spend, *outcome, curve.marginal * unit.roi_scale), strict=False):
            assert list(column) == near(expected.tolist())
        marks = {trace.get("name"): trace for trace in shown.figure(f"curve-{curve.name}")["data"]}
        assert (marks["Today"]["x"], marks["Today"]["y"]) == near(([curve.spend_today], [curve.value_today.value]))
        periods = response.totals(model).periods
        assert marks["Today"]["y"][0] * periods == near(results[curve.name].contribution.value)
        assert marks["Today, of the next"]["y"][0] == near(results[curve.name].marginal_roi.value * unit.roi_scale)
        if best[curve.name] <= curve.spend[-1]:
            assert marks["Optimum"]["x"][0] == near(best[curve.name])
