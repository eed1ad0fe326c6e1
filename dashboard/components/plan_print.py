"""A plan on paper: three sheets with the page's own figures and words, printed as PDF."""

from __future__ import annotations

from flask import current_app

from dashboard.components.plan_notes import answer_notes
from dashboard.components.plan_result import draw_curves
from dashboard.components.plan_settings import settings_words, span_words
from dashboard.components.plan_solving import Solved
from dashboard.components.plan_table import table_heads, table_rows
from dashboard.components.plan_words import (
    binding_words,
    odds_words,
    plan_certainty,
    plan_headline,
    step_words,
    to_message,
    warnings,
)
from dashboard.figures.drawing import Look
from dashboard.figures.format import write_periods
from dashboard.figures.plan_bridge import draw_bridge
from dashboard.figures.plan_change import draw_change
from dashboard.figures.plan_weeks import draw_weeks
from dashboard.reports.document import Number, Numbers, Panel, Report, Sheet, Table, Words
from dashboard.reports.page import write_page
from dashboard.reports.press import Press
from mixline.messages import ModelSummary
from mixline.mmm.planner import Planner

EXTENSION = "mixline.plan_press"
MOST_CURVES = 12  # on one sheet


def print_plan(planner: Planner, solved: Solved, summary: ModelSummary, look: Look) -> bytes:
    """The plan as a PDF.

    Raises:
        UnavailableError: no browser is there to print with. BusyError: others are printing.
    """
    press: Press = current_app.extensions.setdefault(EXTENSION, Press())
    return press.print(write_page(compose_plan(planner, solved, summary, look)), "pdf")


def compose_plan(planner: Planner, solved: Solved, summary: ModelSummary, look: Look) -> Report:
    """The sheets: what the plan brings; where money goes and when; what each channel brings at other spend."""
    plan, unit = solved.plan, look.unit
    labels = {channel.name: channel.label for channel in summary.channels}
    ahead = write_periods(len(plan.dates), look.interval)
    span = span_words(plan.dates[0].item(), plan.dates[-1].item(), look)
    facts = (summary.title, f"Planned {ahead}, {span}", f"Ranges: {look.level} %")
    kicker = f"Plan of {ahead}"
    ends = unit.outcome_range(to_message(plan.uplift), look.level)
    chance = "–" if plan.is_today else odds_words(plan.probability_of_uplift)
    numbers = Numbers(
        (
            Number("Spend", unit.money(plan.spend), "", f"today {unit.money(plan.spend_today)}"),
            Number("Gain over today", unit.outcome(plan.uplift.value, sign=True), "", ends),
            Number("Any gain", chance, "", "probability"),
            Number("Return", unit.roi(plan.roi.value), unit.roi_per, unit.roi_range(to_message(plan.roi), look.level)),
        )
    )
    table = Table(
        heading="The plan in numbers",
        head=tuple(table_heads(look)),
        rows=tuple(tuple(cells) for _, cells in table_rows(plan, labels, look)),
        colors=tuple(look.color(name) if name else "transparent" for name, _ in table_rows(plan, labels, look)),
        numbers=5,
    )
    known = (*answer_notes(solved, labels, look), *binding_words(plan, look), *warnings(plan, labels))
    steps = step_words(plan, labels, look)
    notes = Words("What to change, and what to know", (*steps, *known), listed=True)
    settings = Words("What was asked", tuple(settings_words(solved, labels, look)), listed=True)
    sheets = [
        Sheet("summary", kicker, plan_headline(plan, solved.inputs, look), plan_certainty(plan, look),
              (numbers, notes, Panel(draw_change(plan, labels, look))), facts),
        Sheet("next", kicker, "What changes, when, and what it brings", "All amounts are totals over the planned time.",
              (Panel(draw_bridge(plan, labels, look)), Panel(draw_weeks(plan, solved.today, labels, look)), table, settings)),
        Sheet("plan-curves", kicker, "What each channel brings at other spend",
              "Over the planned time. Ring: today. Disc: the plan. Dashed: beyond what was ever spent for a quarter.",
              tuple(Panel(drawing) for drawing in draw_curves(planner, plan, labels, look)[:MOST_CURVES])),
    ]  # fmt: skip
    return Report("measurement", "plan", f"Plan: {summary.title}", tuple(sheets), summary.created_at)
