"""The search while it runs: the best error found so far, over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard import theme
from dashboard.figures.drawing import Document
from mixline.messages import EventView, SearchCloud

HEIGHT = 190  # pixels
ERROR = "nrmse"
SHOWN = 0.9  # of the candidates: the first, random ones would squeeze all others into a corner


@dataclass(frozen=True)
class SearchPoint:
    """The best NRMSE (root mean squared error over the outcome's range, 0 is perfect) known `seconds` after the start."""

    seconds: float
    error: float
    percent: float


def read_search(events: Sequence[EventView], started_at: datetime | None) -> list[SearchPoint]:
    """The points of the latest attempt, from a job's log. Lines without a figure are left out."""
    points = []
    for event in events:
        error = (event.data.get("best") or {}).get(ERROR) if event.kind == "progress" else None
        if error is None or (started_at is not None and event.at < started_at):
            continue
        start = started_at or event.at
        points.append(
            SearchPoint((event.at - start).total_seconds(), float(error), float(event.data.get("percent", 0.0)))
        )
    return points


def search_figure(points: Sequence[SearchPoint], mode: theme.Mode) -> Document:
    """A falling staircase: how the best error fell, so that a person sees whether more time would still help.

    The axis of the error does not start at nought: the question is how much it still moves.
    """
    tokens = theme.tokens(mode)
    errors = [point.error for point in points]
    seconds = [point.seconds for point in points]
    data: list[Document] = [
        {
            "type": "scatter",
            "x": seconds,
            "y": errors,
            "mode": "lines",
            "line": {"shape": "hv", "width": 2, "color": tokens.accent},
            "customdata": [point.percent for point in points],
            "hovertemplate": "%{y:.4f} after %{x:.0f} s (%{customdata:.0f} % done)<extra></extra>",
        }
    ]
    if points:
        data.append(
            {
                "type": "scatter",
                "x": seconds[-1:],
                "y": errors[-1:],
                "mode": "markers+text",
                "marker": {"size": 8, "color": tokens.accent},
                "text": [f"{errors[-1]:.4f}"],
                "textposition": "top center",
                "textfont": {"color": tokens.ink},
                "hoverinfo": "skip",
                "cliponaxis": False,
            }
        )
    layout: Document = {
        "template": theme.layout_template(mode),
        "height": HEIGHT,
        "showlegend": False,
        "margin": {"l": 8, "r": 24, "t": 22, "b": 8},
        "xaxis": {"title": {"text": "Seconds since the start"}, "rangemode": "tozero"},
        "yaxis": {"title": {"text": "Best error (NRMSE)"}, "tickformat": ".4f", "nticks": 4, **_error_range(errors)},
        "uirevision": "search",
    }
    return {"data": data, "layout": layout}


def cloud_figure(cloud: SearchCloud, mode: theme.Mode) -> Document:
    """Every candidate known so far, error against distance of effect from spend; later ones are darker, the best ringed."""
    tokens = theme.tokens(mode)
    count = len(cloud.error)
    best = min(range(count), key=lambda row: cloud.error[row]) if count else None
    data: list[Document] = [
        {
            "type": "scatter",
            "x": cloud.error,
            "y": cloud.rssd,
            "mode": "markers",
            "marker": {
                "size": 5,
                "color": list(range(count)),
                "colorscale": [[0, theme.fade(tokens.ink_soft, 0.25)], [1, tokens.accent]],
                "line": {"width": 0},
            },
            "hovertemplate": "Error %{x:.4f}<br>Distance of effect from spend %{y:.3f}<extra></extra>",
        }
    ]
    if best is not None:
        data.append(
            {
                "type": "scatter",
                "x": [cloud.error[best]],
                "y": [cloud.rssd[best]],
                "mode": "markers",
                "marker": {"size": 13, "symbol": "circle-open", "color": tokens.ink, "line": {"width": 1.5}},
                "hovertemplate": "Lowest error so far, %{x:.4f}<extra></extra>",
                "cliponaxis": False,
            }
        )
    layout: Document = {
        "template": theme.layout_template(mode),
        "height": HEIGHT,
        "showlegend": False,
        "margin": {"l": 8, "r": 16, "t": 14, "b": 8},
        "xaxis": {"title": {"text": "Error (NRMSE)"}, "nticks": 5, **_near(cloud.error)},
        "yaxis": {"title": {"text": "Effect to spend (RSSD)"}, "nticks": 4, **_near(cloud.rssd)},
        "uirevision": "cloud",
    }
    return {"data": data, "layout": layout}


def _near(values: Sequence[float]) -> dict[str, Any]:
    """From the lowest value to where most are."""
    if not values:
        return {}
    ordered = sorted(values)
    low, high = ordered[0], ordered[int((len(ordered) - 1) * SHOWN)]
    room = (high - low) * 0.08 or max(abs(high), 1e-6) * 0.05
    return {"range": [low - room, high + room]}


def _error_range(errors: Sequence[float]) -> dict[str, Any]:
    """Room above for the figure's label; a flat line gets a visible span instead of noise blown up to full height."""
    if not errors:
        return {}
    low, high = min(errors), max(errors)
    span = max(high - low, 0.05 * abs(high), 1e-6)
    return {"range": [low - 0.15 * span, high + 0.25 * span]}
