"""What is shown and taken away of a plan are the engine's numbers."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date

import pytest
from openpyxl import load_workbook

from dashboard.components.plan_files import write_csv, write_workbook
from dashboard.components.plan_inputs import PlanInputs
from dashboard.components.plan_pacing import pacing_rows, read_weights, resize
from dashboard.components.plan_print import compose_plan
from dashboard.components.plan_result import draw_curves
from dashboard.components.plan_saved import compare_plans
from dashboard.components.plan_solving import Solved, solve, solve_today
from dashboard.components.plan_table import change_words, table_rows
from dashboard.components.plan_words import binding_words, plan_certainty, plan_headline, to_message
from dashboard.figures.drawing import Look
from dashboard.figures.format import Unit
from dashboard.figures.plan_bridge import draw_bridge, list_steps
from dashboard.figures.plan_change import draw_change
from dashboard.figures.plan_compare import draw_compare
from dashboard.figures.plan_weeks import draw_weeks
from dashboard.reports.page import read_figures, write_page
from dashboard.theme import assign_colors
from mixline.errors import InputError
from mixline.mmm.planner import Planner
from tests.builders import make_model
from tests.unit.dashboard import builders

SUMMARY = builders.make_summary()


@pytest.fixture(scope="module")
def planner() -> Planner:
    return Planner(make_model())


@pytest.fixture(scope="module")
def solved(planner: Planner) -> Solved:
    return solve(planner, SUMMARY, PlanInputs(ahead=8))


@pytest.fixture(scope="module")
def look(planner: Planner) -> Look:
    return Look("light", Unit("EUR"), 90, assign_colors(planner.model.paid_names))


def test_steps_of_the_bridge_add_up_to_the_uplift(solved: Solved) -> None:
    plan = solved.plan
    assert sum(value for _, value in list_steps(plan)) == pytest.approx(plan.uplift.value, rel=1e-6, abs=1e-6)


def test_figures_hold_the_plans_numbers_in_the_channels_colours(planner: Planner, solved: Solved, look: Look) -> None:
    plan = solved.plan
    planned, today = draw_change(plan, {}, look).figure["data"]
    assert sorted(planned["x"]) == pytest.approx(sorted(channel.spend for channel in plan.channels))
    assert sorted(today["x"]) == pytest.approx(sorted(channel.spend_today for channel in plan.channels))
    assert set(planned["marker"]["color"]) == {look.color(channel.name) for channel in plan.channels}
    bars = draw_bridge(plan, {}, look).figure["data"][0]
    assert bars["base"][-1] + bars["x"][-1] == pytest.approx(plan.outcome.value)
    weeks = draw_weeks(plan, solved.today, {}, look).figure["data"]
    assert sum(sum(trace["y"]) for trace in weeks[:-1]) == pytest.approx(plan.spend)
    assert sum(weeks[-1]["y"]) == pytest.approx(plan.spend_today)
    for drawing in draw_curves(planner, plan, {}, look):
        now, then = drawing.figure["data"][-2:]
        channel = next(c for c in plan.channels if drawing.name.endswith(c.name))
        assert (now["x"], now["y"]) == ([channel.spend_today], [channel.contribution_today.value])
        assert (then["x"], then["y"]) == ([channel.spend], [channel.contribution.value])
        assert now["marker"]["color"] == look.tokens.surface, "today is a ring"


def test_a_curve_is_dashed_only_beyond_what_was_ever_spent(planner: Planner, look: Look) -> None:
    far = solve(planner, SUMMARY, PlanInputs(ahead=8, held=dict.fromkeys(planner.model.paid_names, 400.0)))
    for drawing in draw_curves(planner, far.plan, {}, look):
        lines = [trace for trace in drawing.figure["data"] if trace["mode"] == "lines" and "fill" not in trace]
        assert [line["line"]["dash"] for line in lines] == ["solid", "5px,4px"]
        assert "beyond what was ever spent" in drawing.note


def test_the_headline_says_what_the_engine_found(solved: Solved, look: Look) -> None:
    plan = solved.plan
    if not plan.is_today:
        assert look.unit.outcome(abs(plan.uplift.value)) in plan_headline(plan, solved.inputs, look)
        for level in (90, 50):
            said = plan_certainty(plan, replace(look, level=level))
            ends = look.unit.outcome_range(to_message(plan.uplift), level)
            assert f"{level} % range {ends}." in said, "as everything else on the page"
    assert look.unit.roi(plan.marginal_roi.value) in binding_words(plan, look)[0]


def test_nothing_better_is_said_plainly(planner: Planner, look: Look) -> None:
    kept = solve(planner, SUMMARY, PlanInputs(ahead=8, held=dict.fromkeys(planner.model.paid_names, 100.0)))
    assert plan_headline(kept.plan, kept.inputs, look).startswith("Nothing better than today's plan exists")


def test_the_csv_file_holds_the_engines_numbers_and_no_formulas(solved: Solved, look: Look) -> None:
    plan = solved.plan
    first = plan.channels[0]
    rows = list(csv.DictReader(io.StringIO(write_csv(plan, {first.name: "=1+1"}, look))))
    assert rows[0]["channel"] == "'=1+1"
    for row, channel in zip(rows, plan.channels, strict=True):
        assert float(row["spend_planned"]) == channel.spend
        assert float(row["outcome"]) == channel.contribution.value
        assert [row[k] for k in ("currency", "first", "last", "interval")] == [
            "EUR",
            *map(str, plan.dates[[0, -1]]),
            "week",
        ]


def test_the_workbook_holds_real_numbers_of_the_plan(solved: Solved, look: Look) -> None:
    plan = solved.plan
    first = plan.channels[0]
    book = load_workbook(io.BytesIO(write_workbook(solved, {first.name: "=1+1"}, look, "Demo")))
    cells = {row[0]: row for row in book["Plan"].iter_rows(values_only=True) if row[0]}
    assert cells["Uplift, Revenue, EUR"][1:4] == pytest.approx((plan.uplift.value, plan.uplift.low, plan.uplift.high))
    assert cells["Spend, EUR"][1] == pytest.approx(plan.spend)
    assert cells["'=1+1"][1:3] == pytest.approx((first.spend_today, first.spend))
    weeks = list(book["Spend by period"].iter_rows(values_only=True))
    assert [cell.date() for cell, *_ in weeks[1:]] == [date.fromisoformat(str(day)) for day in plan.dates]
    assert sum(row[-1] for row in weeks[1:]) == pytest.approx(plan.spend)
    outcome = list(book["Outcome by period"].iter_rows(values_only=True))[1:]
    assert [row[1] for row in outcome] == pytest.approx(list(plan.outcome_by_period.value))


def test_the_paper_has_the_pages_figures(planner: Planner, solved: Solved, look: Look) -> None:
    report = compose_plan(planner, solved, SUMMARY, look)
    page = write_page(report)
    assert plan_headline(solved.plan, solved.inputs, look).split(" over ")[0].split()[-1] in page
    figures = read_figures(page)
    assert {"plan-change", "plan-bridge", "plan-weeks"} < set(figures)
    assert len(report.sheets) == 3


def test_one_table_for_page_and_paper(solved: Solved, look: Look) -> None:
    rows = table_rows(solved.plan, {}, look)
    assert rows[-1][1][:3] == [
        "All channels",
        look.unit.money(solved.plan.spend_today),
        look.unit.money(solved.plan.spend),
    ]
    assert change_words(None) == "–"
    assert change_words(0.0) == "0 %"


def test_plans_side_by_side_are_told_apart(planner: Planner, solved: Solved, look: Look) -> None:
    other = solve(planner, SUMMARY, PlanInputs(ahead=8, budget=0.9 * solved.plan.spend))
    drawing = draw_compare(["A", "B"], [solved.plan, other.plan], look)
    dots = [trace for trace in drawing.figure["data"] if trace["mode"] == "markers"]
    assert [dot["x"][0] for dot in dots] == [solved.plan.uplift.value, other.plan.uplift.value]
    assert compare_plans(["A"], [solved.plan], {}, look) is not None
    text = str(compare_plans(["A", "B"], [solved.plan, other.plan], {}, look))
    assert look.unit.money(other.plan.spend) in text


def test_ones_own_pacing_is_read_back_as_it_was_given(planner: Planner) -> None:
    usual = solve_today(planner, SUMMARY, PlanInputs(ahead=4))
    rows = pacing_rows(PlanInputs(ahead=4), usual)
    assert read_weights(rows, usual) == {}
    rows[2]["c1"] = 300
    rows[3]["c1"] = "nothing"
    changed = read_weights(rows, usual)
    assert set(changed) == {usual.channels[1].name}
    assert changed[usual.channels[1].name][2:] == (300.0, 0.0)
    for row in rows:
        row["c0"] = 0
    assert read_weights(rows, usual)[usual.channels[0].name] == (0.0,) * 4, "for the planner to refuse, not left out"
    rows[0]["c0"] = 1e10
    with pytest.raises(InputError, match="too large"):
        read_weights(rows, usual)
    assert resize((1.0, 2.0, 3.0), 2) == (1.0, 2.0)
    assert resize((1.0,), 3) == (1.0, 100.0, 100.0)
