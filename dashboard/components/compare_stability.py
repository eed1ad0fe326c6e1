"""Whether a channel's return stays where it was: from model to model, and over the draws within each model."""

from __future__ import annotations

from dash import html

from dashboard.components.compare_table import scroll_table
from dashboard.components.panels import panel
from dashboard.figures.compared_ranges import LETTERS
from dashboard.figures.drawing import Look
from dashboard.figures.format import write_share
from dashboard.figures.stability import draw_stability
from mixline.messages import Comparison


def stability_panel(comparison: Comparison, look: Look) -> html.Section:
    """The course of every channel, and below it both kinds of doubt in numbers."""
    letters = {model.id: LETTERS[place] for place, model in enumerate(comparison.models)}
    order: dict[str, None] = {}
    for channel in comparison.stability:
        order.update(dict.fromkeys(point.model_id for point in channel.points))
    shown = [letters[model] for model in order]
    rows = []
    for channel in comparison.stability:
        within = {point.model_id: point.within for point in channel.points}
        mark = html.Span(className="swatch", style={"background": look.color(channel.name)})
        rows.append(
            [
                html.Span([mark, channel.label]),
                _share(channel.spread),
                *[_share(within.get(model)) for model in order],
            ]
        )
    words = (
        "Standard deviation of ROI over its mean: from model to model, and over the draws within each model. Where the first "
        "is the smaller one, newer data only moved the channel within what each model left open."
    )
    return panel(
        draw_stability(comparison, look),
        html.P(words, className="figure-note"),
        scroll_table(["Channel", "Model to model", *[f"Within {letter}" for letter in shown]], rows, numbers=True),
    )


def _share(value: float | None) -> str:
    return "–" if value is None else write_share(value)
