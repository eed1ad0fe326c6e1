"""What to do, at a glance: the channels to raise and to cut, and the row beneath the sliders that says what it all comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboard.components.panels import keep_together
from dashboard.components.plan_table import change_words
from dashboard.components.plan_words import MOST_STEPS, moved_channels, odds_words
from dashboard.figures.drawing import Look
from dashboard.figures.format import MINUS
from mixline.mmm.planner import Plan, PlannedChannel

JOINER = "\u2060"


def plan_steps(plan: Plan, labels: Mapping[str, str], look: Look) -> html.Div:
    """One line of channels to raise and one to cut, the largest amounts first."""
    moved = moved_channels(plan)
    lines = [
        _line(verb, [c for c in moved if (c.spend > c.spend_today) is up], labels, look)
        for verb, up in (("Raise", True), ("Cut", False))
    ]
    said: list[Any] = [line for line in lines if line is not None]
    return html.Div([html.H3("What to do"), *(said or [html.P("Keep every channel as it is today.")])])


def plan_total(plan: Plan, look: Look) -> list[Any]:
    """All channels together, and what they bring more than today: in sight while a channel is moved."""
    unit = look.unit
    whole = plan.spend / plan.spend_today - 1 if plan.spend_today > 0 else None
    change = "as today" if whole is not None and abs(whole) < 0.0005 else change_words(whole)
    alike = abs(plan.uplift.value) < 1e-6 * max(
        abs(plan.outcome.value), 1e-300
    )  # as where today's outcome was asked for
    moved = f"{unit.outcome(plan.uplift.value, sign=True)} {unit.outcome_name}"
    gain = whole_words(f"{unit.outcome_name} as today" if alike else moved)
    sure = "" if plan.is_today else f", a gain is {odds_words(plan.probability_of_uplift)} likely"
    return [
        html.Span("All channels", className="plan-total-name"),
        html.Span([html.Strong(unit.money(plan.spend)), f" {whole_words(change)}"]),
        html.Span([html.Strong(gain), whole_words(sure)]),
    ]


def whole_words(text: str) -> str:
    """Figures in a sentence are not parted at the end of a line, nor a minus from its figure."""
    return keep_together(text).replace(MINUS, f"{MINUS}{JOINER}")


def _line(verb: str, moved: Sequence[PlannedChannel], labels: Mapping[str, str], look: Look) -> html.P | None:
    if not moved:
        return None
    left = len(moved) - MOST_STEPS
    named = moved if left <= 1 else moved[:MOST_STEPS]  # "and one more" is longer than its name
    rest = [html.Span(f"and {left} more", className="soft")] if left > 1 else []
    return html.P(
        [html.Span(verb, className="plan-verb"), html.Span([*(_step(c, labels, look) for c in named), *rest])],
        className="plan-steps",
    )


def _step(channel: PlannedChannel, labels: Mapping[str, str], look: Look) -> html.Span:
    name = labels.get(channel.name, channel.label)
    amount = whole_words(look.unit.money(channel.spend - channel.spend_today, sign=True))
    return html.Span(
        [
            html.Span(className="swatch", style={"background": look.color(channel.name)}),
            html.Span(name),
            " ",
            html.Strong(amount),
        ],
        className="plan-step",
    )
