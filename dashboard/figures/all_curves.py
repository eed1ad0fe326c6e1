"""The response curves of all channels on one pair of axes, with today's points."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from dashboard.figures.drawing import Document, Drawing, Look, make_figure, money_axis, outcome_axis
from dashboard.figures.format import bounds
from dashboard.figures.response_curve import BEYOND
from dashboard.words import write_best_next
from mixline.messages import Curve, ModelSummary

HEIGHT = 380
REACH = 1.6  # of the largest spend today or observed: beyond it there is only guessing


def draw_all_curves(curves: Sequence[Curve], summary: ModelSummary, look: Look) -> Drawing:
    """One line per channel, solid where there was such spend, dotted beyond; a dot with its range where it stands today."""
    labels = {channel.name: channel.label for channel in summary.channels}
    names = [labels.get(curve.channel, curve.label) for curve in curves]
    data: list[Document] = []
    for curve, name in zip(curves, names, strict=True):
        data += _lines(curve, name, look)
    data += [_today(curve, name, look) for curve, name in zip(curves, names, strict=True)]
    reach = max((max(curve.spend_today, curve.observed_maximum) for curve in curves), default=1.0)
    unit, interval = look.unit, summary.interval
    figure = make_figure(
        look,
        data,
        xaxis=money_axis(
            unit,
            title={"text": f"{unit.spend_label} per {interval}"},
            range=[0, max(reach * 1.04, max((c.spend_today for c in curves), default=0.0) * REACH)],
            showgrid=False,
            zeroline=False,
            fixedrange=True,
            nticks=6,
        ),
        yaxis=outcome_axis(
            unit,
            title={"text": f"{unit.outcome_label} per {interval}"},
            rangemode="tozero",
            fixedrange=True,
            nticks=6,
            zeroline=False,
        ),
        showlegend=True,
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "font": {"size": 11},
            "tracegroupgap": 0,
        },
        margin={"l": 8, "r": 16, "t": 8, "b": 8},
    )
    note = f"Dot: today's mean spend and what it brings, with its {look.level} % range. Dotted: {BEYOND}."
    return Drawing("all-curves", _finding(summary, look), note, figure, HEIGHT, "figure_all_curves")


def _lines(curve: Curve, name: str, look: Look) -> list[Document]:
    split = max(bisect_right(curve.spend, curve.observed_maximum), 1)
    parts = [(0, split, "solid", True), (split - 1, len(curve.spend), "dot", False)]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "legendgroup": curve.channel,
            "showlegend": named,
            "x": curve.spend[first:last],
            "y": curve.value[first:last],
            "line": {"color": look.color(curve.channel), "width": 2.2, "dash": dash},
            "text": [look.unit.outcome(value) for value in curve.value[first:last]],
            "hovertemplate": f"<b>{name}</b>: %{{text}}<extra></extra>",
        }
        for first, last, dash, named in parts
        if last - first > (0 if named else 1)
    ]


def _today(curve: Curve, name: str, look: Look) -> Document:
    value = curve.value_today.value
    low, high = bounds(curve.value_today, look.level)
    color = look.color(curve.channel)
    return {
        "type": "scatter",
        "mode": "markers",
        "name": f"{name} today",
        "legendgroup": curve.channel,
        "showlegend": False,
        "x": [curve.spend_today],
        "y": [value],
        "marker": {"size": 10, "color": color, "line": {"width": 2, "color": look.tokens.surface}},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [max(high - value, 0.0)],
            "arrayminus": [max(value - low, 0.0)],
            "color": color,
            "thickness": 1.4,
            "width": 4,
        },
        "text": [f"{look.unit.money(curve.spend_today)} brings {look.unit.outcome(value)}"],
        "hovertemplate": f"<b>{name} today</b><br>%{{text}}<extra></extra>",
    }


def _finding(summary: ModelSummary, look: Look) -> str:
    """Where the next piece of money brings the most and the least. An empty channel may still not be worth filling."""
    channels = [channel for channel in summary.channels if channel.spend > 0]
    if len(channels) < 2:
        return "What each channel would bring at other spend"
    found = write_best_next(summary, look.unit)
    return found[:1].upper() + found[1:]
