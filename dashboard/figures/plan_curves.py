"""What a channel would bring over the planned periods at other spend, with today's and the planned spend on it."""

from __future__ import annotations

from bisect import bisect_right

from dashboard.figures.drawing import (
    Document,
    Drawing,
    Look,
    Table,
    estimate_columns,
    make_figure,
    money_axis,
    outcome_axis,
)
from dashboard.theme import fade
from mixline.mmm.planner import PlannedChannel, PlannedCurve

HEIGHT = 230
BEYOND = "beyond what was ever spent for a quarter"


def draw_plan_curve(curve: PlannedCurve, channel: PlannedChannel, label: str, look: Look) -> Drawing:
    """Solid as far as the channel was ever spent on, dashed beyond; a ring for today, a disc for the plan."""
    unit, color = look.unit, look.color(curve.name)
    x = [float(v) for v in curve.spend]
    outcome = curve.outcome
    low, high = (outcome.low, outcome.high) if look.level == 90 else (outcome.low50, outcome.high50)
    value, under, over = ([float(v) for v in ends] for ends in (outcome.value, low, high))
    split = max(bisect_right(x, curve.observed_maximum), 1)
    data: list[Document] = [
        {
            "type": "scatter", "mode": "lines", "x": [*x, *reversed(x)], "y": [*over, *reversed(under)], "fill": "toself",
            "fillcolor": fade(color, 0.16), "line": {"width": 0}, "hoverinfo": "skip",
        },
        _line(x[:split], value[:split], color, "solid"),
    ]  # fmt: skip
    if split < len(x):
        data.append(_line(x[split - 1 :], value[split - 1 :], color, "5px,4px"))
    today = (channel.spend_today, channel.contribution_today.value)
    plan = (channel.spend, channel.contribution.value)
    data.append(_point(today, "Today", look.tokens.surface, color, look))
    data.append(_point(plan, "Plan", color, look.tokens.surface, look))
    axis = money_axis(
        unit, title={"text": ""}, range=[0, x[-1]], showgrid=False, zeroline=False, fixedrange=True, nticks=4
    )
    side = outcome_axis(unit, title={"text": ""}, rangemode="tozero", fixedrange=True, nticks=4, zeroline=False)
    figure = make_figure(look, data, xaxis=axis, yaxis=side, showlegend=False)
    brings = f"{unit.outcome(channel.contribution.value)}{f' {unit.outcome_name}' if unit.conversions else ''}"
    title = f"{label}: {unit.money(channel.spend)} brings {brings}"
    ends = (outcome.value, outcome.low, outcome.high, outcome.low50, outcome.high50)
    rows = [tuple(map(float, row)) for row in zip(curve.spend, *ends, strict=True)]
    table = Table((unit.spend_label, *estimate_columns(unit.outcome_label)), [*rows])
    name = f"plan-curve-{curve.name}"
    return Drawing(name, title, _note(channel, look), figure, HEIGHT, "figure_plan_curve", table)


def _note(channel: PlannedChannel, look: Look) -> str:
    unit, rate = look.unit, channel.marginal_roi.value
    money = f"1,000 {unit.moneys_name} bring" if unit.conversions else f"{unit.money_name} brings"
    following = f"The next {money} {f'{unit.roi(rate)} conversions' if unit.conversions else unit.each(rate)}"
    return f"{following}, {BEYOND}." if channel.extrapolated else f"{following}."


def _line(x: list[float], y: list[float], color: str, dash: str) -> Document:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"color": color, "width": 2.4, "dash": dash, "shape": "spline"},
        "hoverinfo": "skip",
    }


def _point(place: tuple[float, float], name: str, fill: str, edge: str, look: Look) -> Document:
    spend, outcome = place
    text = f"<b>{name}</b><br>{look.unit.money(spend)} brings {look.unit.outcome(outcome)}"
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [spend],
        "y": [outcome],
        "marker": {"size": 12, "color": fill, "line": {"width": 2.5, "color": edge}},
        "text": [text],
        "hovertemplate": "%{text}<extra></extra>",
        "cliponaxis": False,
    }
