"""Panels with a figure, and cards with one number."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.components.aria import aria
from dashboard.components.terms import term
from dashboard.figures.drawing import Drawing
from dashboard.figures.format import keep_together

CONFIG = {"displayModeBar": False, "responsive": True, "scrollZoom": False, "doubleClick": False, "showTips": False}


def panel(drawing: Drawing, *below: Any) -> html.Section:
    """A figure under its finding. What is measured stands beneath the title, so that the title can say what was found."""
    heading = f"title-{drawing.name}"
    return html.Section(
        [
            html.H2(keep_together(drawing.title), id=heading),
            html.P(keep_together(drawing.note), className="figure-note"),
            graph(drawing),
            *below,
        ],
        className="panel",
        **aria(labelledby=heading),
    )


def graph(drawing: Drawing) -> html.Div:
    """The figure in a place of its own height, so that nothing below it jumps when it appears."""
    config: Any = CONFIG
    figure = dcc.Graph(
        id=f"figure-{drawing.name}",
        figure=drawing.figure,
        config=config,
        responsive=True,
        style={"height": f"{drawing.height}px"},
    )
    return html.Div(figure, className="drawing", style={"minHeight": f"{drawing.height}px"})


def card(name: str, key: str, value: str, unit: str, detail: str) -> html.Section:
    """One number: its name with the definition, the value with its unit, and its range."""
    return html.Section(
        [
            html.Div(term(name, key), className="name"),
            html.Div([value, html.Small(unit)], className="value"),
            html.Div(keep_together(detail), className="range"),
        ],
        className="card-figure",
        **aria(label=name),
    )


__all__ = ["CONFIG", "card", "graph", "keep_together", "panel"]
