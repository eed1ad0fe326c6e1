"""Overview: how much marketing caused, whether it was worth it, whether to trust it, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import Dash, html

from dashboard.client import TrainerClient
from dashboard.components.change import change_line, read_change
from dashboard.components.fit import fit_panel
from dashboard.components.frame import frame
from dashboard.components.panels import card, panel
from dashboard.components.report_menu import report_menu
from dashboard.components.trust import trust_banner
from dashboard.figures.next_money import draw_next_money
from dashboard.figures.waterfall import draw_waterfall
from dashboard.view import View
from dashboard.words import write_overview
from mixline.messages import Change


def layout(**query: Any) -> html.Div:
    return frame(
        "/", "Overview", query, _body, lambda view: write_overview(view.summary, view.look.unit), converts=True
    )


def register(app: Dash) -> None:
    """Nothing to wire: the address is the state."""


def _body(view: View, client: TrainerClient) -> Sequence[Any]:
    summary, look = view.summary, view.look
    change = read_change(client, summary.id)
    shown = None if change is None else view.exchange.change(change)
    return [
        report_menu(summary.id),
        trust_banner(summary, view.link_checks()),
        html.Div(list_cards(view, shown), className="cards"),
        panel(draw_waterfall(summary, look)),
        html.Div([panel(draw_next_money(summary, look)), fit_panel(summary)], className="grid-2"),
    ]


def list_cards(view: View, change: Change | None) -> list[html.Section]:
    """The four numbers, each with its range, its definition and what changed since the model before."""
    summary, unit, level = view.summary, view.look.unit, view.look.level
    what = "conversions" if unit.conversions else "revenue"

    def since(measure: str) -> list[Any]:
        line = change_line(change, measure, unit, summary.interval)
        return [] if line is None else [line]

    return [
        card(
            f"Incremental {what}",
            "incremental",
            unit.outcome(summary.incremental.value),
            "",
            f"{level} % range {unit.outcome_range(summary.incremental, level)}",
            *since("incremental"),
        ),
        card(
            "Blended ROI",
            "blended_roi",
            unit.roi(summary.blended_roi.value),
            unit.roi_per,
            f"{level} % range {unit.roi_range(summary.blended_roi, level)}",
            *since("blended_roi"),
        ),
        card(
            "ROI of the next 1,000",
            "marginal_roi",
            unit.roi(summary.marginal_roi.value),
            unit.roi_per,
            f"{level} % range {unit.roi_range(summary.marginal_roi, level)}",
            *since("marginal_roi"),
        ),
        card(
            "Spend",
            "spend",
            unit.money(summary.spend),
            "",
            f"{summary.periods} {summary.interval}s, {unit.money(summary.spend / summary.periods)} a {summary.interval}",
            *since("spend"),
        ),
    ]
