"""Panels with a figure, and cards with one number."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.components.aria import aria
from dashboard.components.terms import term
from dashboard.figures.drawing import Drawing
from dashboard.figures.format import keep_together
from dashboard.glossary import GLOSSARY

CONFIG = {"displayModeBar": False, "responsive": True, "scrollZoom": False, "doubleClick": False, "showTips": False}
POINTING = " Point at "  # how a sentence begins that is of use on a screen only; it is the last of a note
DIGITS = 9  # of a number in a file; a double has more than any of them means


def panel(drawing: Drawing, *below: Any, above: Any = None) -> html.Section:
    """A figure under its finding. What is measured stands beneath the title, so that the title can say what was found.

    `above` stands between the words and the figure: a choice of what it shows.
    """
    heading = f"title-{drawing.name}"
    return html.Section(
        [
            panel_title(keep_together(drawing.title), drawing),
            figure_note(drawing.note),
            *([] if above is None else [html.Div(above, className="figure-choice")]),
            graph(drawing),
            *below,
        ],
        className="panel",
        **aria(labelledby=heading),
    )


def figure_note(text: str) -> html.P:
    """What is measured; how to point at it, which follows, stays off paper."""
    said, pointing, rest = keep_together(text).partition(POINTING)
    how = html.Span(f"{pointing}{rest}", className="screen-only") if pointing else None
    return html.P([said, how] if how else said, className="figure-note")


def panel_title(title: Any, drawing: Drawing) -> html.Div:
    """The finding, and beside it what the figure means and the ways to take it away."""
    return html.Div([html.H2(title, id=f"title-{drawing.name}"), figure_tools(drawing)], className="panel-title")


def figure_tools(drawing: Drawing) -> html.Div:
    """What the figure means, and the ways to take it away."""
    tools = [save_button(drawing.name, kind) for kind in ("csv", "png")]
    if drawing.about:
        tools.insert(0, about_button(drawing.about))
    return html.Div(tools, className="figure-tools")


def about_button(key: str) -> html.Button:
    """A question mark that explains the figure when pointed at or reached with the keyboard."""
    definition: dict[str, Any] = {"data-definition": GLOSSARY[key]}
    return html.Button(
        "?", type="button", className="term about", **definition, **aria(label=f"What this shows: {GLOSSARY[key]}")
    )


def save_button(name: str, kind: str) -> html.Button:
    """Takes the figure away as a file. assets/figures.js does it in the browser."""
    what = {"csv": "Download the numbers as CSV", "png": "Download the figure as PNG"}[kind]
    data: dict[str, Any] = {"data-save": kind, "data-figure": f"figure-{name}"}
    return html.Button(kind.upper(), type="button", className="save", title=what, **data, **aria(label=what))


def graph(drawing: Drawing) -> html.Div:
    """The figure in a place of its own height, so that nothing below it jumps when it appears."""
    config: Any = CONFIG
    figure = dcc.Graph(
        id=f"figure-{drawing.name}",
        figure=with_table(drawing),
        config=config,
        responsive=True,
        style={"height": "100%"},
    )
    low = drawing.narrow.height if drawing.narrow else drawing.height
    heights = {"--tall": f"{drawing.height}px", "--tall-narrow": f"{low}px"}
    return html.Div(html.Div(figure, className="sized"), className="drawing", style=heights)


def with_table(drawing: Drawing) -> dict[str, Any]:
    """The plotly document; in its `meta`, where the browser finds them, its table and what is different on narrow screens."""
    table, narrow = drawing.table, drawing.narrow
    meta: dict[str, Any] = {}
    if table is not None:
        rows = [[float(f"{c:.{DIGITS}g}") if isinstance(c, float) else c for c in row] for row in table.rows]
        meta = {"columns": list(table.columns), "rows": rows}
    if narrow is not None:
        meta["narrow"] = {"layout": narrow.layout, "data": narrow.data}
    if not meta:
        return drawing.figure
    return {**drawing.figure, "layout": {**drawing.figure["layout"], "meta": meta}}


def card(name: str, key: str, value: str, unit: str, detail: str, *below: Any) -> html.Section:
    """One number: its name with the definition, the value with its unit, its range, and what there is to say of it."""
    return html.Section(
        [
            html.Div(term(name, key), className="name"),
            html.Div([value, html.Small(unit)], className="value"),
            html.Div(keep_together(detail), className="range"),
            *below,
        ],
        className="card-figure",
        **aria(label=name),
    )


__all__ = ["CONFIG", "card", "graph", "keep_together", "panel"]
