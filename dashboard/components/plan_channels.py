"""A slider per channel with its spend, and beneath them the limits, groups and prices of each."""

from __future__ import annotations

import json
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from dashboard.components.aria import aria
from dashboard.components.plan_form import number
from dashboard.components.plan_inputs import GROUPS, PERCENTS, PlanInputs
from dashboard.components.plan_solving import Solved
from dashboard.components.plan_steps import plan_total
from dashboard.components.plan_table import named
from dashboard.components.plan_typed import money_field, no_dust, write_typed
from dashboard.figures.drawing import Look
from dashboard.figures.format import MINUS

SLIDER, SPEND, HOLD, SHARE, TOTAL = "plan-slider", "plan-spend", "plan-hold", "plan-share", "plan-total"
LOW, HIGH, PRICE, GROUP, GROUP_LOW, GROUP_HIGH = (
    "plan-low", "plan-high", "plan-price", "plan-group", "plan-group-low", "plan-group-high",
)  # fmt: skip
REACH = 300.0  # per cent of today's spend at the end of a slider: as far as channels usually go for a target
STEP = 0.5
NO_GROUP = "none"


def channel_sliders(solved: Solved, labels: dict[str, str], look: Look) -> html.Section:
    """One row per paid channel, the dearest first: its planned spend to move, type or hold."""
    rows = [
        _row(solved, channel.name, channel.spend_today, labels.get(channel.name, channel.label), look)
        for channel in sorted(solved.plan.channels, key=lambda c: -c.spend_today)
    ]
    return html.Section(
        [
            html.H2(f"{look.unit.spend_label} over the plan, by channel"),
            html.P("Move a channel and it is held there; all others are solved again. Untick it to let it go.",
                   className="figure-note"),
            html.Div(rows, className="plan-channels"),
            html.Div(plan_total(solved.plan, look), id=TOTAL, className="plan-total"),
        ],
        className="panel plan-spend-panel",
    )  # fmt: skip


def _row(solved: Solved, name: str, today: float, label: str, look: Look) -> html.Div:
    held, share = name in solved.inputs.held, solved.share(name)
    idle = today <= 0
    spend_key = {"type": SPEND, "channel": name}
    swatch = html.Span(className="swatch", style={"background": look.color(name)})
    planned = next(c.spend for c in solved.plan.channels if c.name == name)
    return html.Div(
        [
            html.Div([swatch, html.Span(label, className="plan-name")], className="plan-channel-name"),
            html.Div(
                dcc.Slider(
                    id={"type": SLIDER, "channel": name}, min=0, max=reach(share), step=STEP, value=round(share, 1),
                    marks={100: "today"}, updatemode="drag", allow_direct_input=False, included=True, disabled=idle,
                ),
                className="plan-slider", **named(f"Spend of {label}, per cent of today's"),
            ),
            html.Div(
                [
                    html.Label(f"Spend of {label} over the plan", htmlFor=written(spend_key), className="visually-hidden"),
                    money_field(spend_key, write_typed(no_dust(planned, today)), disabled=idle),
                    html.Span(change_words(share), id={"type": SHARE, "channel": name}, className="soft small"),
                ],
                className="plan-amount",
            ),
            dbc.Checkbox(
                id={"type": HOLD, "channel": name}, value=held, disabled=idle,
                label=html.Span(["Hold ", html.Span(label, className="visually-hidden")]),
            ),
        ],
        className="plan-channel",
    )  # fmt: skip


def reach(share: float) -> int:
    """Where a slider ends, in per cent of today's spend, so that it can show this share."""
    return round(max(REACH, 1.2 * share))


def change_words(share: float) -> str:
    """Per cent of today's spend as a change: +12 %."""
    change = round(share - 100)
    return "as today" if change == 0 else f"{MINUS if change < 0 else '+'}{abs(change)} %"


def channel_limits(inputs: PlanInputs, solved: Solved, labels: dict[str, str], look: Look) -> html.Details:
    """Least and most of each channel, its price and its group; folded away until they are needed."""
    low_usual, high_usual = PERCENTS[inputs.goal]
    rows = []
    for c in sorted(solved.plan.channels, key=lambda c: -c.spend_today):
        label = labels.get(c.name, c.label)
        low, high = inputs.bounds.get(c.name, (None, None))
        group_key = {"type": GROUP, "channel": c.name}
        options = [{"value": NO_GROUP, "label": "none"}, *({"value": g, "label": g} for g in GROUPS)]
        rows.append(
            html.Tr(
                [
                    html.Th([html.Span(className="swatch", style={"background": look.color(c.name)}), label], scope="row"),
                    html.Td(_labelled({"type": LOW, "channel": c.name}, f"Least of {label}, per cent of today", low,
                                      f"{low_usual:g}"), **named("Least, %")),
                    html.Td(_labelled({"type": HIGH, "channel": c.name}, f"Most of {label}, per cent of today", high,
                                      f"{high_usual:g}"), **named("Most, %")),
                    html.Td(_labelled({"type": PRICE, "channel": c.name}, f"Change of price of {label}, per cent",
                                      inputs.prices.get(c.name), "0"), **named("Price, %")),
                    html.Td([html.Label(f"Group of {label}", htmlFor=written(group_key), className="visually-hidden"),
                             dbc.Select(id=group_key, options=options, value=inputs.groups.get(c.name, NO_GROUP))],
                            **named("Group")),
                ]
            )
        )  # fmt: skip
    heads = ["Channel", "Least, % of today", "Most, % of today", "Price change, %", "Group"]
    groups = [
        html.Div(
            [
                html.Span(f"Group {g} together", className="plan-group-name"),
                *_labelled({"type": GROUP_LOW, "group": g}, f"Least of group {g}, per cent of today",
                           inputs.group_bounds.get(g, (None, None))[0], "least"),
                html.Span("to", className="soft small"),
                *_labelled({"type": GROUP_HIGH, "group": g}, f"Most of group {g}, per cent of today",
                           inputs.group_bounds.get(g, (None, None))[1], "most"),
                html.Span("% of today", className="soft small"),
            ],
            className="plan-group",
        )
        for g in GROUPS
    ]  # fmt: skip
    asked = bool(inputs.bounds or inputs.prices or inputs.groups or inputs.group_bounds)
    return html.Details(
        [
            html.Summary("Limits, prices and groups of channels"),
            html.P("Empty means the usual: the figure in grey. A price change of 10: the same media costs 10\u00a0% more.",
                   className="figure-note"),
            html.Div(
                html.Table(
                    [html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])), html.Tbody(rows)],
                    className="plain-table plan-limits-table",
                ),
                className="plan-scroll", tabIndex=0, role="region", **aria(label="Limits, prices and groups"),
            ),
            html.Div(groups, className="plan-groups"),
        ],
        open=asked,
        className="panel plan-limits",
    )  # fmt: skip


def written(key: dict[str, str]) -> str:
    """An id as Dash writes it into the page."""
    return json.dumps(key, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _labelled(key: dict[str, str], label: str, value: float | None, usual: str) -> list[Any]:
    return [
        html.Label(label, htmlFor=written(key), className="visually-hidden"),
        number(key, value, hint=usual),
    ]
