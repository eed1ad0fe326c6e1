"""A candidate's report on Models, and the sentences of the measurement report, from the models' own arrays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from flask import Flask
from plotly.utils import PlotlyJSONEncoder

from dashboard.figures.format import Unit, join_ends, write_date, write_ratio, write_share
from dashboard.labels import write_label
from mixline.mmm import response
from mixline.mmm.ensemble.choice import preview_candidate
from mixline.mmm.model import MixModel
from mixline.mmm.transforms.adstock import adstock
from pages import models as models_page
from tests.fixtures_trainer import open_dashboard, publish
from tests.unit.pages.fitted import fitted_model
from tests.unit.pages.said import Said, numbers
from tests.unit.pages.shown import Shown, draw_page, five, named, near, plain, ratio_with_ends

UNIT, ROW = Unit("EUR"), 3


@dataclass(frozen=True)
class Case:
    """The model, the candidate looked at fitted on its own, its report on the page, and the report for people outside."""

    server: Flask
    model: MixModel
    alone: MixModel
    shown: Shown
    said: Said
    outside: str
    page: Said


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    model, frame = fitted_model()
    settings, (model_id,) = publish(tmp_path_factory.mktemp("reports"), [("Shop", model, frame)])
    alone = preview_candidate(model, ROW, root=model_id)
    with open_dashboard(settings) as server:
        with server.test_request_context("/models"):
            body, _ = models_page.show_report({"model": model_id, "candidate": ROW, "level": 90})
            page = json.loads(json.dumps(body, cls=PlotlyJSONEncoder))
        html = server.test_client().get(f"/reports/{model_id}.html?kind=measurement").text
        text = re.sub(r"<script.*?</script>|<style.*?</style>", "", html, flags=re.DOTALL)
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text).replace("\u00a0", " ").replace("\u2060", "")).replace(
            "&#x27;", "'"
        )
        whole = Said(draw_page(server, "/models", f"?model={model_id[:12]}").page)
        yield Case(server, model, alone, Shown(page), Said(page), text, whole)


def results(model: MixModel) -> dict[str, response.ChannelResult]:
    return {named(result): result for result in response.channel_results(model)}


def test_a_candidate_as_the_model_stands_beside_what_the_model_says_now(case: Case) -> None:
    now, then = results(case.model), results(case.alone)
    rows = [list(row.values()) for row in case.shown.table("candidate-as-model")]
    assert [row[0] for row in rows] == list(now)
    for name, *row in rows:
        assert row == near([*five(now[name].roi), *five(then[name].roi)])
    beside = plain(case.said.texts["candidate-as-model: figure annotations"])
    assert [numbers(text) for text in beside] == [
        [write_ratio(then[name].roi.value), write_ratio(now[name].roi.value)] for name in now
    ]
    marks = [t for t in case.shown.figure("candidate-as-model")["data"] if t["mode"] == "markers"]
    pairs = [(model[name].roi.value, ratio_with_ends(model[name].roi, 90)) for name in now for model in (now, then)]
    for mark, (value, words) in zip(marks, pairs, strict=True):
        assert mark["x"] == near([value])
        assert words in mark["hovertemplate"].replace("\u00a0", " ").replace("\u2060", "")
    most = max(now, key=lambda name: abs(then[name].contribution.value - now[name].contribution.value))
    (title,) = case.said.texts["candidate-as-model: h2"]
    assert most in title
    assert numbers(title) == [write_ratio(then[most].roi.value), write_ratio(now[most].roi.value)]


def test_its_waterfall_shares_and_returns_are_the_candidates(case: Case) -> None:
    found, whole = results(case.alone), response.totals(case.alone)
    bars = case.shown.figure("candidate-waterfall")["data"][0]
    steps = dict(zip(bars["y"], bars["x"], strict=True))
    dots = case.shown.figure("candidate-roi")["data"][-1]
    spend = next(t for t in case.shown.figure("candidate-shares")["data"] if t.get("name") == "Share of spend")
    effect = next(t for t in case.shown.figure("candidate-shares")["data"] if t["mode"] == "markers" and t is not spend)
    gain = sum(r.contribution.value for r in found.values())
    for name, result in found.items():
        assert steps[name] == near(result.contribution.value)
        assert dots["x"][dots["y"].index(name)] == near(result.roi.value)
        assert spend["x"][spend["y"].index(name)] == near(100 * result.share_of_spend)
        assert effect["x"][effect["y"].index(name)] == near(100 * result.contribution.value / gain)
    (title,) = case.said.texts["candidate-waterfall: h2"]
    best = max(found.values(), key=lambda r: r.contribution.value)
    told = [whole.incremental.value, whole.outcome, best.contribution.value]
    assert numbers(title) == [UNIT.outcome(value) for value in told]
    ranked = sorted(found.values(), key=lambda r: -r.roi.value)
    assert numbers(case.said.texts["candidate-roi: h2"][0])[-1] == write_ratio(ranked[0].roi.value)
    written = [text for text in plain(case.said.texts["candidate-roi: figure annotations"]) if text != "break-even"]
    assert written == [write_ratio(r.roi.value) for r in ranked]


def test_its_fit_and_errors_are_the_candidates(case: Case) -> None:
    start, stop = case.alone.series.window
    actual = case.alone.series.outcome[start:stop]
    fitted = np.sum([term.series.value for term in response.contributions(case.alone).terms], axis=0)
    first, second = case.shown.figure("candidate-actual")["data"]
    assert first["y"] == near(actual.tolist())
    assert second["y"] == near(fitted.tolist())
    (points,) = case.shown.figure("candidate-residual-size")["data"]
    assert points["x"] == near(fitted.tolist())
    assert points["y"] == pytest.approx((actual - fitted).tolist(), abs=1e-6)
    rows = slice(0, case.alone.series.train)
    mape = float(np.mean(np.abs((actual - fitted)[rows] / actual[rows])))
    assert numbers(case.said.texts["candidate-actual: h2"][0]) == [write_share(mape)]
    dates = [day.item() for day in case.alone.window_dates.astype("datetime64[D]")]
    assert plain(case.said.texts["candidate-residual-size: figure text"])[0] == (
        f"{write_date(dates[0])} Model {UNIT.outcome(fitted[0])}, off by {UNIT.outcome(actual[0] - fitted[0], sign=True)}"
    )


def test_its_memory_and_curves_are_the_candidates(case: Case) -> None:
    draws, series, found = case.alone.draws, case.alone.series, results(case.alone)
    lines = {t["name"]: t for t in case.shown.figure("candidate-decay")["data"] if t.get("name")}
    bars = case.shown.figure("candidate-carryover")["data"]
    today = {t["name"]: t for t in case.shown.figure("candidate-all-curves")["data"] if t["mode"] == "markers"}
    once = np.zeros(len(series.dates))
    once[0] = 1.0  # what a single period's media leaves behind is the adstock itself
    for place, (name, result) in enumerate(found.items()):
        form = case.alone.spec.ordered_media[place].adstock
        first, second = draws.adstock[:, place, 0], draws.adstock[:, place, 1]
        weights = adstock(once, form, first, second, periods=len(once))
        shares = draws.weights @ (weights / weights.sum(1, keepdims=True))
        drawn = np.asarray(lines[name]["y"])
        assert drawn == pytest.approx(100 * shares[: len(drawn)], abs=1e-9)
        assert numbers(lines[name]["text"][0])[0] == write_share(shares[0])
        at = bars[0]["y"].index(name)
        assert (bars[0]["x"][at], bars[1]["x"][at]) == near(
            (100 * result.immediate_share, 100 - 100 * result.immediate_share)
        )
        spent = series.spend[slice(*series.window), place].mean()
        mark = today[f"{name} today"]
        brought = result.contribution.value / response.totals(case.alone).periods
        assert (mark["x"][0], mark["y"][0]) == near((float(spent), brought))
        assert numbers(mark["text"][0]) == [UNIT.money(spent), UNIT.outcome(mark["y"][0])]


def test_sentences_of_the_measurement_report(case: Case) -> None:
    found, whole, text = results(case.model), response.totals(case.model), case.outside
    ends = join_ends(UNIT.outcome(whole.incremental.low), UNIT.outcome(whole.incremental.high))
    assert (
        f"Paid marketing brought {UNIT.outcome(whole.incremental.value)} ({ends}) of {UNIT.outcome(whole.outcome)}"
        in text
    )
    assert f"with {UNIT.money(whole.spend)} spent" in text
    money, gain = sum(r.spend for r in found.values()), sum(r.contribution.value for r in found.values())
    name, top = max(found.items(), key=lambda pair: pair[1].contribution.value)
    told = f"{UNIT.outcome(top.contribution.value)}, {write_share(top.contribution.value / gain)} of everything"
    assert (
        f"{name} brought the most: {told} paid media brought with {write_share(top.spend / money)} of the money" in text
    )
    ranked = sorted(found.items(), key=lambda pair: -pair[1].roi.value)
    (best, first), (worst, last) = ranked[0], ranked[-1]
    assert f"{best} returned the most for its money, {ratio_with_ends(first.roi, 90)} per euro" in text
    assert f"{worst} the least, {ratio_with_ends(last.roi, 90)}" in text
    name, slow = max(found.items(), key=lambda pair: pair[1].half_life_periods)
    weeks = f"{slow.half_life_periods:.1f}".removesuffix(".0")
    if slow.half_life_periods >= 0.5:
        assert f"{name} works longest: half of its effect is gone after {weeks} week" in text
    name, next_ = max(found.items(), key=lambda pair: pair[1].marginal_roi.value)
    amount = re.search(rf"The next (€\S+) works hardest in {name}: about (\S+) more", text)
    assert amount
    scale = {"€10k": 10_000.0, "€1k": 1_000.0, "€100k": 100_000.0}[amount[1]]
    assert amount[2] == UNIT.outcome(next_.marginal_roi.value * scale)
    widest = max(found.items(), key=lambda pair: (pair[1].roi.high - pair[1].roi.low) / pair[1].roi.value)
    if (widest[1].roi.high - widest[1].roi.low) / widest[1].roi.value > 1:
        assert f"{widest[0]} is known least" in text
    search = case.model.spec.search
    assert f"{search.trials} trials of {search.iterations} candidate models" in text
    held = whole.periods - case.model.series.train
    assert f"The last {held} weeks were held out" in text
    assert f"come from {len(case.model.draws.weights)} variants" in text
    for place, (name, result) in enumerate(found.items()):
        reached = (
            result.contribution.value / (case.model.draws.weights @ case.model.draws.beta[:, place]) / whole.periods
        )
        assert f"reaches {reached:.0%} of the most".replace("%", " %") in text, name
    assert write_label(case.model.paid_names[0]) in text


def test_the_strongest_echo_is_named_with_its_distance(case: Case) -> None:
    """The title of the autocorrelation of errors, where one echo stands out at some distance."""
    start, stop = case.model.series.window
    fitted = np.sum([term.series.value for term in response.contributions(case.model).terms], axis=0)
    left = case.model.series.outcome[start:stop] - fitted
    own = left - left.mean()
    lags = min(26, len(own) // 3)
    echoes = np.array([own[:-lag] @ own[lag:] / (own @ own) for lag in range(1, lags + 1)])
    bound = 1.96 / np.sqrt(len(own))
    strongest = int(np.abs(echoes).argmax()) + 1
    title = case.page.texts.get("autocorrelation: h2", [])
    stands_out = abs(echoes[strongest - 1]) >= 0.25
    assert bool(title) == (stands_out and strongest > 1)
    for text in title:
        assert numbers(text) == [str(strongest)]
        assert ("resemble" in text) == (echoes[strongest - 1] > 0)
    (note,) = case.page.texts["autocorrelation: figure-note"]
    lines = [shape["y0"] for shape in case.page.figures["autocorrelation"]["layout"]["shapes"]]
    assert lines == pytest.approx([-bound, bound])
    assert "95 %" in note
