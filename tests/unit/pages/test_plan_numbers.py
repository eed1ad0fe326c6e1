"""Every number of the Planner is the report's: the pages' plan is put behind the model's data as if it had happened, and
`mixline.mmm.response`, which knows nothing of plans, reports on it.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import httpx
import numpy as np
import pytest
from flask import Flask
from openpyxl import load_workbook

from dashboard.app import create_app
from dashboard.client import TrainerClient
from dashboard.components.plan_inputs import PlanInputs
from dashboard.components.plan_print import compose_plan
from dashboard.components.plan_solving import solve
from dashboard.components.plan_table import change_words
from dashboard.figures.drawing import Look
from dashboard.figures.format import Unit, write_share
from dashboard.labels import write_label
from dashboard.reports.document import Numbers, Table
from dashboard.theme import assign_colors
from mixline.messages import ModelRow
from mixline.mmm import response
from mixline.mmm.estimates import estimate
from mixline.mmm.media_effects import effect_over_time, other_over_time
from mixline.mmm.model import MixModel
from mixline.mmm.model_file import read_model, write_model
from mixline.mmm.planner import Planner
from mixline.services import model_views
from mixline.settings import Settings
from tests.builders import make_model
from tests.unit.dashboard import builders
from tests.unit.pages.shown import Shown, draw_page, five, near, write

ID = "ab" * 32
WEEKS, YEAR = 8, 52
QUERY = f"ahead={WEEKS}&hold=channel_0:110&bounds=channel_1:80~130"
CLOSE = 1e-8


@pytest.fixture(scope="module", params=["revenue", "conversions"])
def model(request: pytest.FixtureRequest) -> MixModel:
    """A geometric adstock goes on as it did; a Weibull kernel would stretch with the longer series."""
    return read_model(
        write_model(make_model(periods=80, paid=3, draws=24, kind=request.param, seed=3, adstocks=("geometric",)))
    )


@pytest.fixture(scope="module")
def unit(model: MixModel) -> Unit:
    return Unit(model.spec.goal.currency, model.spec.goal.kind == "conversions")


@pytest.fixture(scope="module")
def server(model: MixModel) -> Flask:
    """A dashboard whose trainer makes its documents from the model as the real one does."""
    dataset: Any = SimpleNamespace(name="sales", version=1, id="cd" * 32)
    moment = datetime(2026, 11, 20, tzinfo=UTC)
    summary = model_views.summarise(
        model, ID, title="Sales", dataset=dataset, created_at=moment, run_id=None, tracking_url=None
    )
    names = ("id", "title", "dataset_name", "dataset_version", "segment", "goal", "currency", "created_at", "verdict")
    row = ModelRow(dataset_id=dataset.id, **{name: getattr(summary, name) for name in names})
    files = write_model(model)

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path in ("/v1/models", "/v1/scenarios"):
            return httpx.Response(200, json=[row.model_dump(mode="json")] if path == "/v1/models" else [])
        if path == f"/v1/models/{ID}":
            return httpx.Response(200, text=summary.model_dump_json())
        if "/files/" in path:
            return httpx.Response(200, content=files[path.rpartition("/")[2]])
        return httpx.Response(503, json={})

    return create_app(Settings(), TrainerClient(Settings(), httpx.MockTransport(answer))).server


@pytest.fixture(scope="module")
def shown(server: Flask) -> Shown:
    return draw_page(server, "/planner", f"?{QUERY}")


@dataclass(frozen=True)
class Report:
    """What the model says of weeks after its data in which so much is spent; outcome by draw."""

    model: MixModel
    outcome: np.ndarray[Any, Any]  # (D, WEEKS)

    @property
    def channels(self) -> dict[str, response.ChannelResult]:
        return {result.name: result for result in response.channel_results(self.model)}


def happen(model: MixModel, spend: np.ndarray[Any, Any]) -> Report:
    """The model with WEEKS more rows in which `spend` (WEEKS, P) happened; all else as a year before, the trend as last."""
    s = model.series
    count, paid = len(s.dates), model.paid_count
    rows = count + np.arange(WEEKS) - YEAR
    start, stop = s.window
    rate = s.media[start:stop, :paid].sum(0) / s.spend[start:stop].sum(0)
    other = s.other[rows].copy()
    other[:, model.other_names.index("trend")] = s.other[-1, model.other_names.index("trend")]
    series = replace(
        s,
        dates=np.concatenate([s.dates, s.dates[-1] + 7 * np.arange(1, WEEKS + 1)]),
        outcome=np.concatenate([s.outcome, np.zeros(WEEKS)]),
        spend=np.concatenate([s.spend, spend]),
        media=np.concatenate([s.media, np.column_stack([spend * rate, s.media[rows][:, paid:]])]),
        other=np.concatenate([s.other, other]),
        window=(count, count + WEEKS),
        train=WEEKS,
    )
    later = replace(model, series=series)
    media = sum(effect_over_time(later, m) for m in range(len(model.media_names)))
    terms = sum(other_over_time(later, k) for k in range(len(model.other_names)))
    return Report(later, np.asarray(model.draws.intercept[:, None] + media + terms))


def label(name: str) -> str:
    return "Channel 0" if name == "channel_0" else write_label(name)


@pytest.fixture(scope="module")
def weeks(model: MixModel, shown: Shown) -> np.ndarray[Any, Any]:
    """The weekly money of the page's own figure, (WEEKS, P) in the model's order."""
    rows = shown.table("plan-weeks")
    heads = {name: next(h for h in rows[0] if h.endswith(f", {label(name)}")) for name in model.paid_names}
    return np.array([[row[heads[name]] for name in model.paid_names] for row in rows])


@pytest.fixture(scope="module")
def planned(model: MixModel, weeks: np.ndarray[Any, Any]) -> Report:
    return happen(model, weeks)


@pytest.fixture(scope="module")
def today(model: MixModel) -> Report:
    """The report's mean spend, spread as a year before."""
    s = model.series
    before = s.spend[len(s.dates) + np.arange(WEEKS) - YEAR]
    mean = np.array([r.spend for r in response.channel_results(model)]) / response.totals(model).periods
    return happen(model, before / before.mean(0) * mean)


def uplift(planned: Report, today: Report) -> response.Estimate:
    return estimate((planned.outcome - today.outcome).sum(1), planned.model.draws.weights)


def cells(shown: Shown, kind: str) -> list[list[str]]:
    """The rows of a table of the page, its heads left out, as they are written."""
    (table,) = [p for p in shown.parts if kind in str(p.get("className", "")).split()]
    body = table["children"][1]["props"]["children"]
    return [[write(cell).replace("\u2060", "") for cell in row["props"]["children"]] for row in body]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u2060", "")


def test_todays_spend_is_the_reports(model: MixModel, unit: Unit, shown: Shown) -> None:
    share = WEEKS / response.totals(model).periods
    spends = {row["Channel"]: row for row in shown.table("plan-change")}
    written = {row[0]: row for row in cells(shown, "plan-table")}
    money = unit.spend_label
    for result in response.channel_results(model):
        row = spends[label(result.name)]
        assert row[f"{money}, today"] == near(result.spend * share)
        assert written[label(result.name)][1] == unit.money(result.spend * share)
    whole = response.totals(model).spend * share
    assert written["All channels"][1] == unit.money(whole)
    assert sum(row[f"{money}, planned"] for row in spends.values()) == near(whole), "the budget is today's"


def test_weekly_pacing_adds_up_and_is_that_of_a_year_before(
    model: MixModel, shown: Shown, weeks: np.ndarray[Any, Any], today: Report
) -> None:
    rows = shown.table("plan-weeks")
    count = len(model.series.dates)
    before = model.series.spend[count + np.arange(WEEKS) - YEAR]
    np.testing.assert_allclose(weeks / weeks.mean(0), before / before.mean(0), rtol=CLOSE)
    np.testing.assert_allclose(
        [row[next(h for h in row if h.endswith(", plan"))] for row in rows], weeks.sum(1), rtol=CLOSE
    )
    now = today.model.series.spend[count:]
    np.testing.assert_allclose(
        [row[next(h for h in row if h.endswith("today's plan"))] for row in rows], now.sum(1), rtol=CLOSE
    )
    assert [row["Begins"] for row in rows] == [str(day) for day in today.model.series.dates[count:]]
    drawn = {trace["name"]: trace["y"] for trace in shown.figure("plan-weeks")["data"]}
    for place, name in enumerate(model.paid_names):
        np.testing.assert_allclose(drawn[label(name)], weeks[:, place], rtol=CLOSE)


def test_before_and_after_holds_and_sliders(
    model: MixModel,
    unit: Unit,
    shown: Shown,
    weeks: np.ndarray[Any, Any],
    today: Report,
) -> None:
    now = today.model.series.spend[-WEEKS:].sum(0)
    bars = {
        trace["name"]: dict(zip(trace["y"], trace["x"], strict=True)) for trace in shown.figure("plan-change")["data"]
    }
    values = {
        p["id"]["channel"]: p
        for p in shown.parts
        if isinstance(p.get("id"), dict) and p["id"].get("type") == "plan-spend"
    }
    sliders = {
        p["id"]["channel"]: p
        for p in shown.parts
        if isinstance(p.get("id"), dict) and p["id"].get("type") == "plan-slider"
    }
    for place, name in enumerate(model.paid_names):
        planned = float(weeks[:, place].sum())
        assert bars["Planned"][label(name)] == pytest.approx(planned, rel=CLOSE)
        assert bars["Today"][label(name)] == pytest.approx(now[place], rel=CLOSE)
        assert values[name]["value"] == pytest.approx(planned, abs=0.5)
        assert sliders[name]["value"] == pytest.approx(100 * planned / now[place], abs=0.051)
    assert weeks[:, 0].sum() == pytest.approx(1.1 * now[0], rel=CLOSE)


def test_the_headline_and_its_range(
    unit: Unit,
    shown: Shown,
    planned: Report,
    today: Report,
    weeks: np.ndarray[Any, Any],
) -> None:
    gain = uplift(planned, today)
    (headline,), (certainty,) = shown.texts("plan-headline"), shown.texts("plan-certainty")
    assert unit.outcome(abs(gain.value)) in plain(headline)
    assert unit.money(weeks.sum()) in plain(headline)
    assert f"Uplift {unit.outcome(gain.value, sign=True)}" in plain(certainty)
    assert unit.outcome_range(gain, 90) in plain(certainty)  # type: ignore[arg-type]
    chance = float(planned.model.draws.weights @ ((planned.outcome - today.outcome).sum(1) > 0))
    words = "> 99 %" if chance > 0.99 else "< 1 %" if chance < 0.01 else write_share(chance)
    assert f"({words})" in plain(certainty)


def test_the_table(
    model: MixModel,
    unit: Unit,
    shown: Shown,
    planned: Report,
    today: Report,
    weeks: np.ndarray[Any, Any],
) -> None:
    written = {row[0]: row[1:] for row in cells(shown, "plan-table")}
    now = today.model.series.spend[-WEEKS:].sum(0)
    for place, (name, result) in enumerate(planned.channels.items()):
        row = written[label(name)]
        spend = float(weeks[:, place].sum())
        assert row[1] == unit.money(spend)
        assert row[2] == change_words(spend / now[place] - 1)
        brings = f"{unit.outcome(result.contribution.value)} ({unit.outcome_range(result.contribution, 90)})"  # type: ignore[arg-type]
        assert plain(row[3]) == brings
        assert plain(row[4]) == unit.roi_with_range(result.marginal_roi, 90)  # type: ignore[arg-type]
    assert plain(written["Channel 0"][5]) == "Held at 110 % of today"
    effects = sum(effect_over_time(planned.model, c).sum(1) for c in range(model.paid_count))
    whole = estimate(np.asarray(effects), model.draws.weights)
    total = f"{unit.outcome(whole.value)} ({unit.outcome_range(whole, 90)})"  # type: ignore[arg-type]
    assert plain(written["All channels"][3]) == total


def test_the_bridge_leads_from_todays_outcome_to_the_plans(
    model: MixModel,
    unit: Unit,
    shown: Shown,
    planned: Report,
    today: Report,
) -> None:
    weights = model.draws.weights
    first, last = (float(weights @ report.outcome.sum(1)) for report in (today, planned))
    steps = {row["Step"]: row[unit.outcome_label] for row in shown.table("plan-bridge")}
    assert (steps["Today"], steps["Plan"]) == near((first, last))
    size = abs(last)
    for name, result in planned.channels.items():
        more = result.contribution.value - today.channels[name].contribution.value
        assert steps[label(name)] == pytest.approx(more, rel=CLOSE, abs=CLOSE * size)
    bars = shown.figure("plan-bridge")["data"][0]
    assert bars["base"][-1] + bars["x"][-1] == near(last)
    assert sum(bars["x"][1:-1]) == pytest.approx(last - first, abs=CLOSE * size)


def test_the_curves_pass_through_the_reports_figures(
    model: MixModel,
    unit: Unit,
    shown: Shown,
    planned: Report,
    today: Report,
    weeks: np.ndarray[Any, Any],
) -> None:
    for place, (name, result) in enumerate(planned.channels.items()):
        figure = shown.figure(f"plan-curve-{name}")
        marks = {trace.get("name"): trace for trace in figure["data"]}
        before = today.channels[name].contribution.value
        assert (marks["Plan"]["x"][0], marks["Plan"]["y"][0]) == near(
            (weeks[:, place].sum(), result.contribution.value)
        )
        assert marks["Today"]["y"][0] == near(before)
        rows = np.array(figure["layout"]["meta"]["rows"], dtype=float)
        for row in rows[[1, 16, 32]]:
            other = weeks.copy()
            other[:, place] *= row[0] / weeks[:, place].sum()
            expected = five(happen(model, other).channels[name].contribution)
            np.testing.assert_allclose(row[1:], expected, rtol=2e-3, atol=2e-3 * abs(result.contribution.value))
        solid = figure["data"][1]["x"]
        seen = response.curves(model)[place].observed_maximum * WEEKS
        assert max(solid) <= seen * (1 + 1e-9)
        assert figure["data"][1]["line"]["dash"] == "solid"


def test_the_files_hold_the_reports_figures(
    model: MixModel,
    unit: Unit,
    server: Flask,
    planned: Report,
    today: Report,
    weeks: np.ndarray[Any, Any],
) -> None:
    rows = list(
        csv.DictReader(io.StringIO(server.test_client().get(f"/plan-files/plan.csv?{QUERY}").data.decode("utf-8-sig")))
    )
    book = load_workbook(io.BytesIO(server.test_client().get(f"/plan-files/plan.xlsx?{QUERY}").data))
    sheet = {str(row[0]): row for row in book["Plan"].iter_rows(values_only=True) if row[0]}
    for place, (row, (name, result)) in enumerate(zip(rows, planned.channels.items(), strict=True)):
        brings, following, now = result.contribution, result.marginal_roi, today.channels[name]
        figures = [
            now.spend, weeks[:, place].sum(), weeks[:, place].sum() / now.spend - 1, brings.value, brings.low, brings.high,
            following.value, following.low, following.high,
        ]  # fmt: skip
        assert row["channel"] == label(name)
        assert [float(v) for v in list(row.values())[1:10]] == pytest.approx(figures, rel=CLOSE)
        assert list(sheet[label(name)][1:10]) == pytest.approx(figures, rel=CLOSE)
    gain, weights = uplift(planned, today), model.draws.weights
    for name, figure in (
        (f"{unit.outcome_label}, plan", estimate(planned.outcome.sum(1), weights)),
        (f"{unit.outcome_label}, today's plan", estimate(today.outcome.sum(1), weights)),
        (f"Uplift, {unit.outcome_label.lower()}", gain),
    ):
        assert list(sheet[name][1:6]) == pytest.approx(five(figure), rel=1e-6, abs=1e-6)
    spent = list(book["Spend by period"].iter_rows(values_only=True))[1:]
    np.testing.assert_allclose([row[1:-1] for row in spent], weeks, rtol=CLOSE)
    outcome = list(book["Outcome by period"].iter_rows(values_only=True))[1:]
    np.testing.assert_allclose([row[1] for row in outcome], weights @ planned.outcome, rtol=CLOSE)
    np.testing.assert_allclose([row[4] for row in outcome], weights @ today.outcome, rtol=CLOSE)
    assert any("held at 110 % of today" in str(row[0]) for row in book["Plan"].iter_rows(values_only=True))


def test_the_paper_holds_the_pages_figures(
    model: MixModel,
    unit: Unit,
    shown: Shown,
    planned: Report,
    today: Report,
) -> None:
    summary = builders.make_summary()
    look = Look("light", unit, 90, assign_colors(list(model.paid_names)))
    planner = Planner(model)
    inputs = PlanInputs(ahead=WEEKS, held={"channel_0": 110.0}, bounds={"channel_1": (80.0, 130.0)})
    report = compose_plan(planner, solve(planner, summary, inputs), summary, look)
    blocks = [block for sheet in report.sheets for block in sheet.blocks]
    (numbers,) = [block for block in blocks if isinstance(block, Numbers)]
    values = [number.value for number in numbers.items]
    assert values[1] == unit.outcome(uplift(planned, today).value, sign=True)
    (table,) = [block for block in blocks if isinstance(block, Table)]
    written = {row[0]: [plain(cell) for cell in row[1:]] for row in cells(shown, "plan-table")}
    for row in table.rows:
        known = written.get(label(row[0]), written.get(row[0]))
        assert known is not None
        assert [plain(cell) for cell in row[1:]] == known
    for drawing in report.drawings:
        if drawing.name in ("plan-change", "plan-bridge"):
            assert (
                [row[1:] for row in drawing.table.rows]
                == [  # type: ignore[union-attr]
                    tuple(near(v) for v in list(row.values())[1:]) for row in shown.table(drawing.name)
                ]
            )
