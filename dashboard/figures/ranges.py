"""Dots with ranges, one row per label: thin for 90 %, thick for 50 %."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.figures.drawing import Document, Look
from mixline.messages import Estimate


def draw_ranges(
    labels: Sequence[str],
    estimates: Sequence[Estimate],
    colors: Sequence[str],
    texts: Sequence[str],
    look: Look,
    scale: float = 1.0,
) -> list[Document]:
    """Traces, one per row and range, then the dots on top. `texts` are what pointing at a row says."""
    traces: list[Document] = []
    for label, estimate, color in zip(labels, estimates, colors, strict=True):
        if look.level == 90:
            traces.append(_line(label, estimate.low * scale, estimate.high * scale, color, 2))
        traces.append(_line(label, estimate.low50 * scale, estimate.high50 * scale, color, 7))
    traces.append(
        {
            "type": "scatter",
            "mode": "markers",
            "x": [estimate.value * scale for estimate in estimates],
            "y": list(labels),
            "marker": {"size": 13, "color": list(colors), "line": {"width": 2, "color": look.tokens.surface}},
            "text": list(texts),
            "hovertemplate": "%{text}<extra></extra>",
            "showlegend": False,
            "cliponaxis": False,
        }
    )
    return traces


def _line(label: str, low: float, high: float, color: str, width: int) -> Document:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [low, high],
        "y": [label, label],
        "line": {"color": color, "width": width},
        "opacity": 0.9 if width < 4 else 0.55,
        "hoverinfo": "skip",
        "showlegend": False,
    }
