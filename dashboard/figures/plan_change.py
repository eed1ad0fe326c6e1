"""Spend per channel, today and as planned."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.figures.drawing import (
    Document,
    Drawing,
    Look,
    Narrow,
    Table,
    labels_axis,
    make_figure,
    money_axis,
    row_height,
)
from dashboard.theme import fade
from mixline.mmm.planner import Plan


def draw_change(plan: Plan, labels: Mapping[str, str], look: Look) -> Drawing:
    """Two bars per channel in its colour: pale for today, full for the plan; the largest planned spend first."""
    channels = sorted(plan.channels, key=lambda channel: -max(channel.spend, channel.spend_today))
    names = [labels.get(channel.name, channel.label) for channel in channels]
    colors = [look.color(channel.name) for channel in channels]
    data: list[Document] = []
    for title, spends, fills in (
        ("Planned", [c.spend for c in channels], colors),
        ("Today", [c.spend_today for c in channels], [fade(color, 0.35) for color in colors]),
    ):
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": title,
                "x": spends,
                "y": names,
                "marker": {"color": fills, "cornerradius": 3},
                "hovertext": [
                    f"<b>{n}</b><br>{title}: {look.unit.money(s)}" for n, s in zip(names, spends, strict=True)
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
                "showlegend": False,
            }
        )
    axis = money_axis(look.unit, rangemode="tozero", showgrid=True, fixedrange=True, nticks=6)
    figure = make_figure(look, data, barmode="group", bargap=0.3, xaxis=axis, yaxis=labels_axis(names))
    moved = max(plan.channels, key=lambda c: abs(c.spend - c.spend_today))
    name = labels.get(moved.name, moved.label)
    difference = moved.spend - moved.spend_today
    still = plan.is_today or abs(difference) < 0.005 * max(plan.spend, plan.spend_today, 1e-9)
    title = "Spend stays as it is" if still else f"{name} changes most: {look.unit.money(difference, sign=True)}"
    money = look.unit.spend_label
    rows = [(name, c.spend_today, c.spend) for name, c in zip(names, channels, strict=True)]
    table = Table(("Channel", f"{money}, today", f"{money}, planned"), [*rows])
    note, height = "Pale bar: today. Full bar: planned.", row_height(len(names), 46)
    narrow = Narrow({"xaxis": {"nticks": 4}}, height)
    return Drawing("plan-change", title, note, figure, height, "figure_plan_change", table, narrow)
