"""The answer of the planner: headline, warnings, figures, table, and a file to take away."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from dash import html

from dashboard.components.aria import aria
from dashboard.components.panels import keep_together, panel
from dashboard.components.plan_inputs import PlanInputs
from dashboard.components.plan_words import plan_certainty, plan_headline, stop_words, to_message, warnings
from dashboard.figures.drawing import Look
from dashboard.figures.format import MINUS, write_share
from dashboard.figures.plan_bridge import draw_bridge
from dashboard.figures.plan_change import draw_change
from mixline.mmm.planner import Plan, PlannedChannel

CSV_PATH = "/plan-files/plan.csv"


def plan_result(plan: Plan, inputs: PlanInputs, labels: Mapping[str, str], look: Look, query: str) -> list[Any]:
    """Everything below the form. `query` is the address of this plan, without the question mark."""
    notes = [html.P([html.Strong("Beware. "), text]) for text in warnings(plan, labels)]
    return [
        html.Section(
            [
                html.H2(keep_together(plan_headline(plan, inputs, look)), className="plan-headline"),
                html.P(keep_together(plan_certainty(plan, look))),
                html.Div(notes, className="plan-warnings") if notes else None,
            ],
            className="panel",
        ),
        html.Div([panel(draw_change(plan, labels, look)), panel(draw_bridge(plan, labels, look))], className="grid-2"),
        html.Section(
            [
                html.Div(
                    [
                        html.H2("The plan in numbers"),
                        html.A("Download CSV", href=f"{CSV_PATH}?{query}", className="button", download="plan.csv"),
                    ],
                    className="panel-head",
                ),
                html.Div(delta_table(plan, labels, look), className="plan-scroll", tabIndex=0, role="region",
                         **aria(label="The plan in numbers")),
            ],
            className="panel",
        ),
    ]  # fmt: skip


def delta_table(plan: Plan, labels: Mapping[str, str], look: Look) -> html.Table:
    """Spend today and planned, what it brings, the return of the next money, and what stops it."""
    unit = look.unit
    heads = ["Channel", "Today", "Planned", "Change", f"Brings ({unit.outcome_name})", f"Next money, {unit.roi_per}",
             "What stops it"]  # fmt: skip
    rows = []
    for c in sorted(plan.channels, key=lambda c: -c.spend):
        swatch = html.Span(className="swatch", style={"background": look.color(c.name)})
        rows.append(
            html.Tr(
                [
                    html.Th([swatch, labels.get(c.name, c.label)], scope="row"),
                    html.Td(unit.money(c.spend_today)),
                    html.Td(unit.money(c.spend)),
                    html.Td(_change(c.change)),
                    html.Td(_brings(c.contribution, look)),
                    html.Td(unit.roi_with_range(to_message(c.marginal_roi), look.level)),
                    html.Td(keep_together(stop_words(c)), className="words-cell"),
                ]
            )
        )  # fmt: skip
    whole = plan.spend / plan.spend_today - 1 if plan.spend_today > 0 else None
    brought = (
        f"{unit.outcome(plan.contribution.value)} ({unit.outcome_range(to_message(plan.contribution), look.level)})"
    )
    rows.append(
        html.Tr(
            [
                html.Th("All channels", scope="row"),
                html.Td(unit.money(plan.spend_today)),
                html.Td(unit.money(plan.spend)),
                html.Td(_change(whole)),
                html.Td(brought),
                html.Td(unit.roi_with_range(to_message(plan.marginal_roi), look.level)),
                html.Td(""),
            ],
            className="total",
        )
    )
    return html.Table(
        [html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])), html.Tbody(rows)],
        className="plain-table plan-table",
    )


def write_plan(plan: Plan, labels: Mapping[str, str]) -> str:
    """The plan as CSV, plain numbers with both ends of each 90 % range, totals over the planned periods."""
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\r\n")
    sheet.writerow(["channel", "spend_today", "spend_planned", "change", "outcome", "outcome_5", "outcome_95",
                    "marginal_roi", "marginal_roi_5", "marginal_roi_95", "limit", "beyond_observed"])  # fmt: skip
    for c in plan.channels:
        sheet.writerow(
            [_safe(labels.get(c.name, c.label)), *_numbers(c), stop_words(c), "yes" if c.extrapolated else "no"]
        )
    return text.getvalue()


def _numbers(c: PlannedChannel) -> list[Any]:
    brings, following = c.contribution, c.marginal_roi
    return [c.spend_today, c.spend, "" if c.change is None else c.change, brings.value, brings.low, brings.high,
            following.value, following.low, following.high]  # fmt: skip


def _safe(text: str) -> str:
    """A name that a spreadsheet would take for a formula is made text."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def _brings(estimate: object, look: Look) -> str:
    figure = to_message(estimate)
    return f"{look.unit.outcome(figure.value)} ({look.unit.outcome_range(figure, look.level)})"


def _change(value: float | None) -> str:
    if value is None:
        return "–"
    if abs(value) < 0.0005:
        return "0 %"
    return f"{MINUS if value < 0 else '+'}{write_share(abs(value))}"
