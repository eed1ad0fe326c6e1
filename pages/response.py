"""Response curves: what each channel returns at each level of spend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import Dash, html

from dashboard.client import TrainerClient
from dashboard.components.aria import aria
from dashboard.components.frame import frame
from dashboard.components.panels import graph, keep_together, panel_title
from dashboard.components.terms import term
from dashboard.components.trust import trust_note
from dashboard.figures.format import INTERVALS
from dashboard.figures.response_curve import draw_curve, optimum_words
from dashboard.labels import label_curves
from dashboard.optimum import best_spend
from dashboard.view import View
from dashboard.words import write_best_next, write_half_life, write_sentence
from mixline.messages import ChannelSummary, Curve

CEILING = 0.6  # of the most a channel could bring: from here on each curve's own words call it close to its ceiling


def layout(**query: Any) -> html.Div:
    return frame("/response", "Response curves", query, _body, _lede, converts=True)


def register(app: Dash) -> None:
    """Nothing to wire: the address is the state."""


def _lede(view: View) -> str:
    channels = view.summary.channels
    full = [channel.label for channel in channels if channel.saturation_share >= CEILING]
    if not full and len(channels) == 1:
        return f"{channels[0].label} is not near its ceiling: more spend would still bring more."
    if not full:
        return f"No channel is near its ceiling; {write_best_next(view.summary, view.look.unit)}."
    names = full[0] if len(full) == 1 else f"{', '.join(full[:-1])} and {full[-1]}"
    return f"{names} {'is' if len(full) == 1 else 'are'} near the ceiling: more spend brings little more there."


def _body(view: View, client: TrainerClient) -> Sequence[Any]:
    summary = view.summary
    document = view.exchange.curves(label_curves(client.read_curves(summary.id)))
    channels = {channel.name: channel for channel in summary.channels}
    # With one channel there is nothing to spread.
    best = best_spend(client, summary) if len(channels) > 1 else {}
    optima = {name: view.exchange.money(spend) for name, spend in best.items()}
    curves = sorted(document.curves, key=lambda curve: -channels[curve.channel].spend)
    panels = [_panel(curve, channels[curve.channel], optima.get(curve.channel), view) for curve in curves]
    note = trust_note(summary, view.link_checks())
    return [*note, _legend(view, optimum=bool(optima)), html.Div(panels, className="grid-2 curves")]


def _panel(curve: Curve, channel: ChannelSummary, optimum: float | None, view: View) -> html.Section:
    look, interval = view.look, view.summary.interval
    drawing = draw_curve(curve, look, interval, optimum)
    swatch = html.Span(className="swatch", style={"background": look.color(curve.channel)}, **aria(hidden="true"))
    return html.Section(
        [
            panel_title([swatch, keep_together(drawing.title)], drawing),
            html.P(keep_together(drawing.note), className="soft"),
            graph(drawing),
            html.Ul([html.Li(line) for line in write_lines(curve, channel, optimum, view)], className="words"),
        ],
        className="panel",
        **aria(labelledby=f"title-{drawing.name}"),
    )


def write_lines(curve: Curve, channel: ChannelSummary, optimum: float | None, view: View) -> list[list[Any]]:
    """What the curve says, in words: how full the channel is, how long it works, where its spend should be."""
    interval, unit = view.summary.interval, view.look.unit
    best = optimum_words(curve, optimum, unit, interval)
    return [
        [term("Saturation", "saturation"), f" – {write_sentence(curve.saturation_words)}"],
        [term("Carry-over", "carryover"), f" – {write_half_life(channel, interval)}"],
        *([[term("Optimum", "optimum"), f" – {keep_together(write_sentence(best))}"]] if best else []),
    ]


def _legend(view: View, *, optimum: bool) -> html.P:
    wide = "Light band: 90 % range, dark band: 50 %. " if view.look.level == 90 else "Band: 50 % range. "
    many = INTERVALS.get(view.summary.interval, ("period", "periods"))[1]
    best: list[Any] = ["Diamond: ", term("optimum", "optimum"), " of today's total. "] if optimum else []
    return html.P(
        [
            keep_together(wide),
            "Dot: today's mean spend. ",
            *best,
            "Ticks: spend of each period. ",
            term("Dashed", "observed_maximum"),
            f": beyond what was ever spent for a quarter of a year; single {many} went higher. ",
            "Channels by spend, the largest first.",
        ],
        className="figure-note",
    )
