"""Response curves: what each channel returns at each level of spend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import Dash, html

from dashboard.client import TrainerClient
from dashboard.components.aria import aria
from dashboard.components.frame import frame
from dashboard.components.panels import graph, keep_together
from dashboard.components.terms import term
from dashboard.figures.response_curve import draw_curve
from dashboard.labels import label_curves
from dashboard.view import View
from dashboard.words import write_sentence
from mixline.messages import Curve


def layout(**query: Any) -> html.Div:
    return frame("/response", "Response curves", query, _body, _lede)


def register(app: Dash) -> None:
    """Nothing to wire: the address is the state."""


def _lede(view: View) -> str:
    channels = view.summary.channels
    full = [channel.label for channel in channels if channel.saturation_share >= 0.8]
    if not full:
        room = min(channels, key=lambda channel: channel.saturation_share)
        return f"No channel is near its ceiling; {room.label} has the most room."
    names = full[0] if len(full) == 1 else f"{', '.join(full[:-1])} and {full[-1]}"
    return f"{names} {'is' if len(full) == 1 else 'are'} near the ceiling: more spend brings little more there."


def _body(view: View, client: TrainerClient) -> Sequence[Any]:
    document = label_curves(client.read_curves(view.summary.id))
    spend = {channel.name: channel.spend for channel in view.summary.channels}
    curves = sorted(document.curves, key=lambda curve: -spend.get(curve.channel, 0.0))
    return [_legend(view), html.Div([_panel(curve, view) for curve in curves], className="grid-2 curves")]


def _panel(curve: Curve, view: View) -> html.Section:
    look, interval = view.look, view.summary.interval
    drawing = draw_curve(curve, look, interval)
    heading = f"title-{drawing.name}"
    swatch = html.Span(className="swatch", style={"background": look.color(curve.channel)}, **aria(hidden="true"))
    return html.Section(
        [
            html.H2([swatch, keep_together(drawing.title)], id=heading),
            html.P(keep_together(drawing.note), className="soft"),
            graph(drawing),
            html.Ul(
                [
                    html.Li([term("Saturation", "saturation"), f" – {write_sentence(curve.saturation_words)}"]),
                    html.Li([term("Carry-over", "carryover"), f" – {write_sentence(curve.carryover_words)}"]),
                ],
                className="words",
            ),
        ],
        className="panel",
        **aria(labelledby=heading),
    )


def _legend(view: View) -> html.P:
    wide = "Light band: 90 % range, dark band: 50 %. " if view.look.level == 90 else "Band: 50 % range. "
    return html.P(
        [
            wide,
            "Dot: today's mean spend. Ticks at the bottom: spend of each period. ",
            term("Dashed", "observed_maximum"),
            ": beyond what was ever spent. Channels by spend, the largest first.",
        ],
        className="figure-note",
    )
