from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.figures.carryover import draw_carryover
from dashboard.figures.decomposition import draw_decomposition, list_layers, list_steady, write_period
from dashboard.figures.drawing import Document, Drawing, Look, make_look, nice_steps, outcome_axis
from dashboard.figures.format import Unit
from dashboard.figures.next_money import AMOUNT, draw_next_money
from dashboard.figures.quadrants import draw_quadrants
from dashboard.figures.response_curve import draw_curve, optimum_words
from dashboard.figures.roi import draw_roi
from dashboard.figures.shares import draw_shares
from dashboard.figures.waterfall import draw_waterfall, list_steps
from dashboard.glossary import GLOSSARY
from mixline.messages import ModelSummary
from tests.unit.dashboard import builders

Draw = Callable[[ModelSummary, Look], Drawing]
DRAWINGS: dict[str, Draw] = {
    "waterfall": draw_waterfall,
    "next_money": draw_next_money,
    "shares": draw_shares,
    "roi": draw_roi,
    "carryover": draw_carryover,
    "quadrants": draw_quadrants,
    "media": lambda s, look: draw_decomposition(builders.make_contributions(s, "week"), look, parts="media"),
    "decomposition": lambda s, look: draw_decomposition(builders.make_contributions(s, "month"), look),
    "curve": lambda s, look: draw_curve(builders.make_curves(s).curves[0], look, s.interval),
    "optimum": lambda s, look: draw_curve(builders.make_curves(s).curves[0], look, s.interval, 70_000.0),
}


@pytest.fixture(scope="module")
def summary() -> ModelSummary:
    return builders.make_summary()


@pytest.fixture(scope="module")
def look(summary: ModelSummary) -> Look:
    return make_look(summary, "light", 90)


@pytest.mark.parametrize("name", DRAWINGS)
@pytest.mark.parametrize("conversions", [False, True])
@pytest.mark.parametrize(("mode", "level"), [("light", 90), ("dark", 50)])
def test_every_figure_is_a_document_plotly_accepts(name: str, conversions: bool, mode: str, level: int) -> None:
    model = builders.make_summary(conversions)
    drawing = DRAWINGS[name](model, make_look(model, mode, level))  # type: ignore[arg-type]
    go.Figure(drawing.figure)  # raises on any property plotly does not know
    assert "NaN" not in json.dumps(drawing.figure)
    assert drawing.title
    assert drawing.note
    assert drawing.height >= 200
    assert drawing.about in GLOSSARY
    assert drawing.table is not None
    assert drawing.table.rows
    assert {len(row) for row in drawing.table.rows} == {len(drawing.table.columns)}
    assert len(set(drawing.table.columns)) == len(drawing.table.columns)


@pytest.mark.parametrize("name", ["waterfall", "next_money", "shares", "roi", "quadrants", "decomposition", "media"])
def test_the_narrow_form_of_a_figure_is_a_document_plotly_accepts(name: str, summary: ModelSummary, look: Look) -> None:
    drawing = DRAWINGS[name](summary, look)
    assert drawing.narrow is not None
    json.dumps(drawing.narrow.layout)
    layout, data = drawing.figure["layout"], drawing.figure["data"]
    for key, value in drawing.narrow.layout.items():
        layout = {**layout, key: {**layout.get(key, {}), **value} if isinstance(value, dict) else value}
    for place, trace in drawing.narrow.data.items():
        assert 0 <= place < len(data)
        go.Figure([{**data[place], **trace}])
    go.Figure({"data": data, "layout": layout})
    assert layout["margin"]["r"] <= 8  # the drawing has the width


def test_narrow_rows_say_what_wide_rows_say(summary: ModelSummary, look: Look) -> None:
    for name in ("waterfall", "roi", "next_money"):
        drawing = DRAWINGS[name](summary, look)
        assert drawing.narrow is not None
        above = " ".join(note["text"] for note in drawing.narrow.layout["annotations"])
        for note in drawing.figure["layout"]["annotations"]:
            number = note["text"].split("<span")[0].replace("<br>", "").strip()
            assert number in above


@pytest.mark.parametrize("name", ["waterfall", "next_money", "shares", "roi", "quadrants"])
def test_figures_say_which_range_they_show(name: str, summary: ModelSummary) -> None:
    for level in (50, 90):
        drawing = DRAWINGS[name](summary, make_look(summary, "light", level))  # type: ignore[arg-type]
        assert f"{level} %" in drawing.note


def test_waterfall_ends_exactly_at_the_sum_of_the_terms(summary: ModelSummary, look: Look) -> None:
    steps = list_steps(summary, look)
    total = sum(term.contribution.value for term in summary.terms)
    assert sum(step.value for step in steps) == pytest.approx(total, rel=1e-12)
    bars = draw_waterfall(summary, look).figure["data"][0]
    assert bars["x"][-1] == pytest.approx(total, rel=1e-12)
    assert bars["base"][-1] == 0
    for place in range(len(steps) - 1):
        assert bars["base"][place + 1] == pytest.approx(bars["base"][place] + bars["x"][place], rel=1e-12)


def test_what_is_not_media_is_one_step_of_the_waterfall(summary: ModelSummary, look: Look) -> None:
    first = list_steps(summary, look)[0]
    rest = [term for term in summary.terms if term.group in ("baseline", "context")]
    assert first.label == "Without marketing"
    assert first.value == pytest.approx(sum(term.contribution.value for term in rest), rel=1e-12)
    assert "Price" in first.detail


def test_steady_context_is_part_of_the_baseline_and_moving_context_is_not(summary: ModelSummary, look: Look) -> None:
    contributions = builders.make_contributions(summary, "week")
    price = next(term for term in contributions.terms if term.name == "price")
    steady = price.model_copy(update={"value": [-100.0 - i % 7 for i in range(len(price.value))]})
    moving = price.model_copy(update={"value": [0.0 if i % 9 else 50.0 for i in range(len(price.value))]})
    for term, expected in ((steady, True), (moving, False)):
        terms = [term if t.name == "price" else t for t in contributions.terms]
        document = contributions.model_copy(update={"terms": terms})
        names = list_steady(document)
        assert ("price" in names) is expected
        layers = list_layers(document, look, names)
        assert ("Price" not in [layer.label for layer in layers]) is expected
        total = sum(t.value[3] for t in terms)
        assert sum(layer.value[3] for layer in layers) == pytest.approx(total, rel=1e-9)


def test_layers_add_up_to_the_modelled_outcome_on_each_date(summary: ModelSummary, look: Look) -> None:
    contributions = builders.make_contributions(summary, "week")
    layers = list_layers(contributions, look)
    assert layers[0].label == "Baseline"
    for place, fitted in enumerate(contributions.fitted):
        assert sum(layer.value[place] for layer in layers) == pytest.approx(fitted, rel=1e-9)


def test_a_channel_has_one_colour_in_all_figures(summary: ModelSummary, look: Look) -> None:
    contributions = builders.make_contributions(summary, "month")
    layers = {layer.label: layer.color for layer in list_layers(contributions, look)}
    steps = {step.label: step.color for step in list_steps(summary, look)}
    for channel in summary.channels:
        assert layers[channel.label] == steps[channel.label] == look.colors[channel.name]


def test_next_money_is_the_marginal_return_best_first(summary: ModelSummary, look: Look) -> None:
    dots = draw_next_money(summary, look).figure["data"][-1]
    expected = sorted((c.marginal_roi.value * AMOUNT for c in summary.channels), reverse=True)
    assert dots["x"] == pytest.approx(expected)


def test_break_even_is_drawn_for_money_and_not_for_conversions() -> None:
    money, count = builders.make_summary(), builders.make_summary(conversions=True)
    assert draw_roi(money, make_look(money, "light", 90)).figure["layout"]["shapes"][0]["x0"] == 1
    assert not draw_roi(count, make_look(count, "light", 90)).figure["layout"]["shapes"]


def test_one_wild_range_does_not_squeeze_the_other_channels(summary: ModelSummary, look: Look) -> None:
    wild = summary.channels[0].roi.model_copy(update={"high": 400.0})
    channels = [summary.channels[0].model_copy(update={"roi": wild}), *summary.channels[1:]]
    figure = draw_roi(summary.model_copy(update={"channels": channels}), look).figure
    assert figure["layout"]["xaxis"]["range"][1] < 20


def test_curve_is_dashed_only_beyond_the_observed_range_and_in_one_piece(summary: ModelSummary, look: Look) -> None:
    curve = builders.make_curves(summary).curves[0]
    lines = [t for t in draw_curve(curve, look, "week").figure["data"] if "dash" in t.get("line", {})]
    for axis in (None, "y2"):
        solid, dashed = (line for line in lines if line.get("yaxis") == axis)
        assert solid["line"]["dash"] == "solid"
        assert max(solid["x"]) <= curve.observed_maximum
        assert dashed["x"][0] == solid["x"][-1]
        assert solid["x"] + dashed["x"][1:] == curve.spend


def test_curve_marks_today_on_the_curve_with_its_range(summary: ModelSummary, look: Look) -> None:
    curve = builders.make_curves(summary).curves[0]
    today = find(draw_curve(curve, look, "week"), "Today")
    assert today["x"] == [curve.spend_today]
    assert today["y"] == [curve.value_today.value]
    assert today["y"][0] + today["error_y"]["array"][0] == pytest.approx(curve.value_today.high)


def test_what_the_next_money_brings_is_drawn_under_the_curve_and_marked_today(
    summary: ModelSummary, look: Look
) -> None:
    curve = builders.make_curves(summary).curves[0]
    drawing = draw_curve(curve, look, "week")
    slope = find(drawing, "Today, of the next")
    assert slope["y"] == [curve.marginal_today.value]
    assert slope["yaxis"] == "y2"
    assert drawing.figure["layout"]["shapes"][0]["y0"] == 1  # break-even
    assert drawing.figure["layout"]["yaxis2"]["range"][1] < curve.marginal[0] * 1.2


def test_the_optimum_lies_on_the_curve_and_is_left_out_where_it_is_not_known(summary: ModelSummary, look: Look) -> None:
    curve = builders.make_curves(summary).curves[0]
    best = curve.spend_today * 1.31
    mark = find(draw_curve(curve, look, "week", best), "Optimum")
    assert mark["x"] == [best]
    below, above = (f(s for s in curve.spend if keep(s)) for f, keep in ((max, best.__ge__), (min, best.__le__)))
    at = dict(zip(curve.spend, curve.value, strict=True))
    assert at[below] <= mark["y"][0] <= at[above]
    names = [trace.get("name") for trace in draw_curve(curve, look, "week").figure["data"]]
    assert "Optimum" not in names
    assert "31 % more" in optimum_words(curve, best, look.unit, "week")
    assert optimum_words(curve, curve.spend_today * 1.001, look.unit, "week") == "today's spend is where it should be"
    assert optimum_words(curve, None, look.unit, "week") == ""


def find(drawing: Drawing, name: str) -> Document:
    (trace,) = [trace for trace in drawing.figure["data"] if trace.get("name") == name]
    return trace


def test_a_channel_that_did_nothing_can_be_drawn(summary: ModelSummary, look: Look) -> None:
    curve = builders.make_curves(summary).curves[0]
    none = [0.0] * len(curve.spend)
    flat = curve.model_copy(
        update={"value": none, "low": none, "high": none, "low50": none, "high50": none, "observed_spend": []}
    )
    go.Figure(draw_curve(flat, look, "week").figure)


def test_periods_are_written_as_people_say_them() -> None:
    assert write_period(builders.START, "week") == "Week of 1 Jan 2024"
    assert write_period(builders.START, "month") == "January 2024"
    assert write_period(builders.START, "quarter") == "Q1 2024"
    assert write_period(builders.START, "day") == "1 Jan 2024"


def test_long_first_bar_is_cut_visibly_so_that_channels_can_be_told_apart(summary: ModelSummary, look: Look) -> None:
    level = summary.terms[0]
    big = level.contribution.model_copy(update={"value": level.contribution.value * 10})
    terms = [level.model_copy(update={"contribution": big}), *summary.terms[1:]]
    cut = draw_waterfall(summary.model_copy(update={"terms": terms}), look)
    assert cut.figure["layout"]["xaxis"]["range"][0] > 0
    assert "cut" in cut.note
    assert sum("//" in note["text"] for note in cut.figure["layout"]["annotations"]) == 2
    none = [term for term in summary.terms if term.group in ("organic", "paid")]
    whole = draw_waterfall(summary.model_copy(update={"terms": none}), look)
    assert whole.figure["layout"]["xaxis"]["range"][0] <= 0
    assert "cut" not in whole.note


@given(st.floats(-1e12, 1e12), st.floats(1e-3, 1e12), st.integers(3, 9))
def test_ticks_are_few_even_and_within_the_axis(low: float, width: float, most: int) -> None:
    high = low + width
    steps = nice_steps(low, high, most)
    assert len(steps) <= most + 1
    if len(steps) > 2 and width > 1e-6 * abs(low):
        apart = steps[1] - steps[0]
        assert all(b - a == pytest.approx(apart, rel=1e-3) for a, b in pairwise(steps))
        assert steps[0] >= low - 1e-6 * apart
        assert steps[-1] <= high + 1e-6 * apart


def test_an_axis_writes_losses_and_billions_as_the_rest_of_the_page_does() -> None:
    axis = outcome_axis(Unit("EUR"), range=[-1.2e9, 2.1e9], nticks=4)
    assert axis["ticktext"] == ["−€1B", "€0", "€1B", "€2B"]
    assert outcome_axis(Unit("EUR", conversions=True), range=[0, 2.1e6], nticks=3)["ticktext"] == ["0", "1M", "2M"]
