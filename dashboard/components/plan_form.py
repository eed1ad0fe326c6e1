"""The form of the planner: what for, how long, how much, and the limits of each channel."""

from __future__ import annotations

import json
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from dashboard.components.plan_inputs import AHEAD, MOST_AHEAD, PERCENTS, PlanInputs
from dashboard.figures.drawing import Look
from dashboard.figures.format import INTERVALS
from mixline.mmm.planner import Plan

GOAL, AHEAD_FIELD, BUDGET, TARGET, CAUTIOUS_FIELD = (
    "plan-goal", "plan-ahead", "plan-budget", "plan-target", "plan-cautious",
)  # fmt: skip
LOW, HIGH, LOCK = "plan-low", "plan-high", "plan-lock"


def plan_form(inputs: PlanInputs, today: Plan, labels: dict[str, str], look: Look) -> html.Section:
    """The form with the question of the address in it. `today` gives today's spend over the planned periods."""
    unit, many = look.unit, INTERVALS[look.interval][1]
    goals = [
        {"value": "budget", "label": f"The most {unit.outcome_name} for a budget"},
        {"value": "outcome", "label": f"The least budget for an amount of {unit.outcome_name}"},
        {"value": "roi", "label": f"The most {unit.outcome_name} at a return"},
    ]
    return html.Section(
        [
            html.Div(
                [
                    _field(GOAL, "Goal of the plan", dbc.Select(id=GOAL, options=goals, value=inputs.goal)),
                    _field(AHEAD_FIELD, f"{many.capitalize()} ahead",
                           number(AHEAD_FIELD, inputs.ahead or AHEAD[look.interval], least=1,
                                  most=MOST_AHEAD[look.interval], step=1)),
                    html.Div(_field(BUDGET, unit.spend_label.replace("Spend", "Total budget"),
                                    number(BUDGET, inputs.budget, hint=f"{today.spend_today:.0f}"),
                                    html.Span(f"Empty: as today, {unit.money(today.spend_today)}", id="plan-budget-hint")),
                             id="plan-budget-field", hidden=inputs.goal != "budget"),
                    html.Div(_field(TARGET, html.Span(target_label(inputs, look), id="plan-target-label"),
                                    number(TARGET, inputs.target),
                                    html.Span(target_hint(inputs, today, look), id="plan-target-hint")),
                             id="plan-target-field", hidden=inputs.goal == "budget"),
                ],
                className="plan-fields",
            ),
            html.Div(
                dbc.Checkbox(id=CAUTIOUS_FIELD, value=inputs.cautious,
                             label="Cautious: the gain that three of four draws of the model exceed should be largest"),
                id="plan-cautious-field", hidden=inputs.goal != "budget",
            ),
            html.Details(
                [
                    html.Summary("Limits of each channel, in per cent of today's spend"),
                    html.Div(_channels(inputs, today, labels, look), className="plan-scroll"),
                ],
                open=True,
                className="plan-limits",
            ),
        ],
        className="panel plan-form",
    )  # fmt: skip


def target_label(inputs: PlanInputs, look: Look) -> str:
    unit = look.unit
    return f"Return, {unit.roi_name}" if inputs.goal == "roi" else unit.outcome_label


def target_hint(inputs: PlanInputs, today: Plan, look: Look) -> str:
    """What an empty target means."""
    if inputs.goal == "roi":
        return f"Empty: as today, {look.unit.roi(today.roi_today.value)}"
    return f"Empty: as today, {look.unit.outcome(today.outcome_today.value)}"


def weekly(today: Plan, spend: float) -> float:
    """Spend per period of a total over the plan."""
    return spend / max(len(today.dates), 1)


def _channels(inputs: PlanInputs, today: Plan, labels: dict[str, str], look: Look) -> html.Table:
    one = INTERVALS[look.interval][0]
    low_usual, high_usual = PERCENTS[inputs.goal]
    rows = []
    for c in sorted(today.channels, key=lambda c: -c.spend_today):
        label = labels.get(c.name, c.label)
        low, high = inputs.bounds.get(c.name, (None, None))
        swatch = html.Span(className="swatch", style={"background": look.color(c.name)})
        hidden = html.Span(label, className="visually-hidden")
        rows.append(
            html.Tr(
                [
                    html.Th([swatch, label], scope="row"),
                    html.Td(look.unit.money(weekly(today, c.spend_today))),
                    html.Td(_bound(LOW, c.name, f"Least of {label}, per cent of today", low, low_usual)),
                    html.Td(_bound(HIGH, c.name, f"Most of {label}, per cent of today", high, high_usual)),
                    html.Td(dbc.Checkbox(id={"type": LOCK, "channel": c.name}, value=c.name in inputs.locked,
                                         label=html.Span(["Lock ", hidden]))),
                ]
            )
        )  # fmt: skip
    heads = ["Channel", f"Today, per {one}", "Least, %", "Most, %", "Keep"]
    return html.Table(
        [html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])), html.Tbody(rows)],
        className="plain-table plan-table",
    )


def _bound(kind: str, channel: str, label: str, value: float | None, usual: float) -> list[Any]:
    key = {"type": kind, "channel": channel}
    mark = json.dumps(key, sort_keys=True, separators=(",", ":"), ensure_ascii=False)  # as Dash writes it
    return [html.Label(label, htmlFor=mark, className="visually-hidden"), number(key, value, hint=f"{usual:g}")]


def number(key: Any, value: float | None, *, least: float = 0, most: float | None = None, step: Any = "any",
           hint: str = "") -> dcc.Input:  # fmt: skip
    """A number that is taken when its field is left, or half a second after the last key."""
    limits: dict[str, Any] = {} if most is None else {"max": most}
    return dcc.Input(id=key, type="number", value=value, min=least, step=step, placeholder=hint, debounce=0.5, **limits)


def _field(key: str, label: Any, control: Any, hint: Any = None) -> html.Div:
    below = html.Div(hint, className="hint soft small") if hint is not None else None
    return html.Div([html.Label(label, htmlFor=key), control, below], className="field")
