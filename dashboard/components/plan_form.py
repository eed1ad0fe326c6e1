"""The question of the planner: what for, how long, how much, how it is spread, and what counts."""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from dashboard.components.plan_inputs import AHEAD, FLIGHT, PlanInputs
from dashboard.components.plan_solving import default_target
from dashboard.components.plan_typed import money_field, write_asked, write_typed
from dashboard.figures.drawing import Look
from dashboard.figures.format import INTERVALS
from mixline.messages import ModelSummary
from mixline.mmm.planner import Plan

GOAL, AHEAD_FIELD, BUDGET, TARGET = "plan-goal", "plan-ahead", "plan-budget", "plan-target"
CAUTIOUS_FIELD, AFTER, TODAY, PACE, FLIGHT_FIELD = (
    "plan-cautious", "plan-after", "plan-today", "plan-pace", "plan-flight",
)  # fmt: skip
FIELD_OF = {BUDGET: "plan-budget-field", TARGET: "plan-target-field", CAUTIOUS_FIELD: "plan-cautious-field",
            FLIGHT_FIELD: "plan-flight-field"}  # fmt: skip
TARGET_LABEL, TARGET_HINT, BUDGET_HINT = "plan-target-label", "plan-target-hint", "plan-budget-hint"
WHOLE = "window"
LATEST = {"day": (91, 364), "week": (13, 52), "month": (3, 12)}


def plan_form(inputs: PlanInputs, today: Plan, summary: ModelSummary, look: Look) -> html.Section:
    """The form with the question of the address in it. `today` gives today's spend over the planned periods."""
    unit, (one, many) = look.unit, INTERVALS[look.interval]
    piece = f"{'money' if unit.conversions else unit.money_name} brings"
    goals = [
        {"value": "budget", "label": f"The most {unit.outcome_name} for a budget"},
        {
            "value": "outcome",
            "label": f"The least budget for {'' if unit.conversions else 'a '}given {unit.outcome_name}",
        },
        {"value": "roi", "label": f"The most {unit.outcome_name} at a return"},
        {"value": "marginal_roi", "label": f"Spend until the next {piece}"},
    ]
    paces = [
        {"value": "year", "label": "As a year before"},
        {"value": "even", "label": f"The same every {one}"},
        {"value": "flights", "label": "In flights with pauses"},
        {"value": "own", "label": "My own table"},
    ]
    recent, year = LATEST[look.interval]
    days = [
        {"value": WHOLE, "label": "All the data"},
        {"value": str(recent), "label": f"The last {recent} {many}"},
        {"value": str(year), "label": f"The last {year} {many}"},
    ]
    known = {option["value"] for option in days}
    if inputs.today is not None and str(inputs.today) not in known:
        days.append({"value": str(inputs.today), "label": f"The last {inputs.today} {many}"})
    flight = number(FLIGHT_FIELD, inputs.flight, hint=str(FLIGHT))
    return html.Section(
        [
            html.Div(
                [
                    _field(GOAL, "Goal of the plan", dbc.Select(id=GOAL, options=goals, value=inputs.goal)),
                    _field(AHEAD_FIELD, f"{many.capitalize()} ahead",
                           number(AHEAD_FIELD, inputs.periods(look.interval), hint=str(AHEAD[look.interval]))),
                    html.Div(_field(BUDGET, unit.spend_label.replace("Spend", "Total budget"),
                                    money_field(BUDGET, write_asked(inputs.budget), write_typed(today.spend_today)),
                                    html.Span(budget_hint(today, look), id=BUDGET_HINT)),
                             id=FIELD_OF[BUDGET], hidden=inputs.goal != "budget"),
                    html.Div(_field(TARGET, html.Span(target_label(inputs, look), id=TARGET_LABEL),
                                    money_field(TARGET, write_asked(inputs.target)),
                                    html.Span(target_hint(inputs, today, summary, look), id=TARGET_HINT)),
                             id=FIELD_OF[TARGET], hidden=inputs.goal == "budget"),
                    _field(PACE, "Spread over time", dbc.Select(id=PACE, options=paces, value=inputs.pace)),
                    html.Div(_field(FLIGHT_FIELD, f"Shortest flight, {many}", flight),
                             id=FIELD_OF[FLIGHT_FIELD], hidden=inputs.pace != "flights"),
                    _field(TODAY, "Today is the mean of",
                           dbc.Select(id=TODAY, options=days, value=WHOLE if inputs.today is None else str(inputs.today))),
                ],
                className="plan-fields",
            ),
            html.Div(
                [
                    html.Div(
                        dbc.Checkbox(id=CAUTIOUS_FIELD, value=inputs.cautious,
                                     label="Cautious: the largest gain that can be counted on in three of four cases"),
                        id=FIELD_OF[CAUTIOUS_FIELD], hidden=inputs.goal != "budget",
                    ),
                    dbc.Checkbox(id=AFTER, value=inputs.carry_out,
                                 label=f"Count what the money brings after the last {one}, too"),
                ],
                className="plan-checks",
            ),
        ],
        className="panel plan-form",
    )  # fmt: skip


def budget_hint(today: Plan, look: Look) -> str:
    return f"Empty: as today, {look.unit.money(today.spend_today)}"


def target_label(inputs: PlanInputs, look: Look) -> str:
    unit = look.unit
    return unit.outcome_label if inputs.goal == "outcome" else f"Return, {unit.roi_name}"


def target_hint(inputs: PlanInputs, today: Plan, summary: ModelSummary, look: Look) -> str:
    """What an empty target means."""
    usual = default_target(summary, inputs, today)
    if usual is None:
        return ""
    if inputs.goal == "outcome":
        return f"Empty: as today, {look.unit.outcome(usual)}"
    if inputs.goal == "roi":
        return f"Empty: as today, {look.unit.roi(usual)}"
    plain = "that it brings itself back, " if summary.goal_kind == "revenue" else "as today, "
    return f"Empty: {plain}{look.unit.roi(usual)}"


def number(key: Any, value: float | None, *, hint: str = "") -> dcc.Input:
    """A number that is taken when its field is left, or half a second after the last key.

    It carries no limits: a browser keeps what lies beyond them to itself, and the page would answer another question.
    """
    return dcc.Input(id=key, type="number", value=value, step="any", placeholder=hint, debounce=0.5)


def _field(key: str, label: Any, control: Any, hint: Any = None) -> html.Div:
    below = html.Div(hint, className="hint soft small") if hint is not None else None
    return html.Div([html.Label(label, htmlFor=key), control, below], className="field")
