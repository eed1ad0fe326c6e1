"""Contribution: what the outcome was made of, and what each channel gave for its money."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, html

from dashboard.client import TrainerClient
from dashboard.components.channel_table import EXPORT, TABLE, channel_table
from dashboard.components.filters import segmented
from dashboard.components.frame import frame
from dashboard.components.panels import panel
from dashboard.components.terms import term
from dashboard.components.trust import trust_note
from dashboard.figures.carryover import draw_carryover
from dashboard.figures.decomposition import draw_decomposition, list_steady
from dashboard.figures.drawing import Drawing
from dashboard.figures.format import write_share
from dashboard.figures.quadrants import draw_quadrants
from dashboard.figures.roi import draw_roi
from dashboard.figures.shares import draw_shares
from dashboard.labels import label_contributions
from dashboard.view import View

HERE = "/contribution"


def layout(**query: Any) -> html.Div:
    return frame(HERE, "Contribution", query, _body, _lede, by_period=True, converts=True)


def register(app: Dash) -> None:
    app.clientside_callback(
        ClientsideFunction("shell", "export_table"),
        Output(TABLE, "exportDataAsCsv"),
        Input(EXPORT, "n_clicks"),
        prevent_initial_call=True,
    )


def _lede(view: View) -> str:
    channels = sorted(view.summary.channels, key=lambda channel: -channel.contribution.value)
    if len(channels) == 1:
        unit, brought = view.look.unit, channels[0].contribution
        noun = " conversions" if unit.conversions else ""
        amount = f"{unit.outcome(brought.value)}{noun} ({unit.outcome_range(brought, view.look.level)})"
        return f"{channels[0].label}, the only paid channel, brought {amount}."
    top = channels[:2]
    share = sum(channel.share_of_effect.value for channel in top)
    names = " and ".join(channel.label for channel in top)
    verb = "bring" if len(top) > 1 else "brings"
    return f"{names} {verb} {write_share(share)} of everything paid marketing brought."


def _body(view: View, client: TrainerClient) -> Sequence[Any]:
    summary, look = view.summary, view.look
    contributions = view.exchange.contributions(label_contributions(client.read_contributions(summary.id, view.period)))
    finest = view.exchange.contributions(client.read_contributions(summary.id, summary.interval))
    return [
        *trust_note(summary, view.link_checks()),
        _over_time(draw_decomposition(contributions, look, list_steady(finest), view.parts), view),
        html.Div([panel(draw_roi(summary, look)), panel(draw_shares(summary, look))], className="grid-2"),
        panel(draw_quadrants(summary, look)),
        _carryover(view),
        channel_table(summary, look),
    ]


def _over_time(drawing: Drawing, view: View) -> html.Section:
    """The decomposition, with the choice of leaving out what is not media."""
    links = {
        "Everything": view.filters.link(HERE, parts=""),
        "Media only": view.filters.link(HERE, parts="media"),
    }
    return panel(drawing, above=segmented("Parts", links, "Media only" if view.parts == "media" else "Everything"))


def _carryover(view: View) -> html.Section:
    words = html.P(
        [term("Immediate", "immediate"), " and ", term("carry-over", "carryover"), " add up to the whole effect."],
        className="figure-note",
    )
    return panel(draw_carryover(view.summary, view.look), words)
