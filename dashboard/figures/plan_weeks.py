"""The planned spend over time, channel on channel, with today's spend as a line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from dashboard.figures.drawing import Document, Drawing, Look, Narrow, Table, make_figure, money_axis, row_height
from dashboard.figures.format import INTERVALS, write_begin
from mixline.mmm.planner import Plan

HEIGHT = 300
MOST_TICKS, MOST_TICKS_NARROW = 7, 4


def draw_weeks(plan: Plan, today: Plan, labels: Mapping[str, str], look: Look) -> Drawing:
    """A bar per period in the channels' colours, the dearest channel at the bottom."""
    dates = [str(day) for day in plan.dates]
    shown = [write_begin(day.item(), look.interval) for day in plan.dates]
    channels = sorted((c for c in plan.channels if c.spend > 0), key=lambda c: -c.spend)
    data: list[Document] = []
    for channel in channels:
        label = labels.get(channel.name, channel.label)
        money = [float(v) for v in channel.spend_by_period]
        data.append(
            {
                "type": "bar",
                "name": label,
                "x": dates,
                "y": money,
                "marker": {"color": look.color(channel.name), "line": {"width": 0}},
                "text": [f"<b>{label}</b><br>{day}: {look.unit.money(v)}" for day, v in zip(shown, money, strict=True)],
                "textposition": "none",
                "hovertemplate": "%{text}<extra></extra>",
                "showlegend": False,
            }
        )
    whole = np.sum([channel.spend_by_period for channel in today.channels], axis=0)
    data.append(
        {
            "type": "scatter",
            "mode": "lines",
            "name": "Today's plan",
            "x": dates,
            "y": [float(v) for v in whole],
            "line": {"color": look.tokens.ink, "width": 1.6, "dash": "3px,3px", "shape": "hvh"},
            "text": [
                f"<b>Today's plan</b><br>{d}: {look.unit.money(float(v))}" for d, v in zip(shown, whole, strict=True)
            ],
            "hovertemplate": "%{text}<extra></extra>",
            "showlegend": False,
        }
    )
    one = INTERVALS[look.interval][0]
    axis = money_axis(look.unit, title={"text": f"{look.unit.spend_label} per {one}"}, rangemode="tozero", fixedrange=True,
                      nticks=5, zeroline=False)  # fmt: skip
    across = {
        "type": "category",
        "fixedrange": True,
        "showgrid": False,
        "tickangle": 0,
        **_ticks(plan, look, MOST_TICKS),
    }
    figure = make_figure(look, data, barmode="stack", bargap=0.18, xaxis=across, yaxis=axis)
    height = max(HEIGHT, row_height(len(plan.channels) + 2))  # as high as the bridge beside it
    totals = np.sum([channel.spend_by_period for channel in plan.channels], axis=0)
    top = int(np.argmax(totals))
    most = look.unit.money(float(totals[top]))
    even = bool(np.ptp(totals) <= 0.01 * max(float(totals.max()), 1e-12))
    when = _when(plan.dates[top].item(), look)
    title = f"Most is spent {when}: {most}"
    if even:
        title = f"{most} {when}" if len(dates) == 1 else f"{most} every {one}"
    names = [labels.get(channel.name, channel.label) for channel in channels]
    spends = [[float(v) for v in channel.spend_by_period] for channel in channels]
    columns: list[list[str] | list[float]] = [dates, *spends, [float(v) for v in totals], [float(v) for v in whole]]
    spend = look.unit.spend_label
    heads = ("Begins", *(f"{spend}, {name}" for name in names), f"{spend}, plan", f"{spend}, today's plan")
    table = Table(heads, [*zip(*columns, strict=True)])
    note = "Planned spend by channel, in the colours of the steps. Dashed: today's spend in all."
    narrow = Narrow({"xaxis": _ticks(plan, look, MOST_TICKS_NARROW)}, height)
    return Drawing("plan-weeks", title, note, figure, height, "figure_plan_weeks", table, narrow)


def _ticks(plan: Plan, look: Look, most: int) -> Document:
    """Periods that are named beneath the bars, evenly apart: the first of a year with its year."""
    days = [day.item() for day in plan.dates]
    named = days[:: -(-len(days) // most)]
    texts = []
    for place, day in enumerate(named):
        text = f"{day:%b}" if look.interval == "month" else f"{day.day} {day:%b}"
        new = place == 0 or day.year != named[place - 1].year
        texts.append(f"{text}<br>{day.year}" if new else text)
    return {"tickvals": [str(day) for day in named], "ticktext": texts}


def _when(day: date, look: Look) -> str:
    """The period that begins on a day, in a sentence."""
    where = {"day": "on", "week": "in the week of", "month": "in"}[look.interval]
    return f"{where} {write_begin(day, look.interval)}"
