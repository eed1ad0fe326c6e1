"""Overview: how much marketing caused, whether it was worth it, whether to trust it, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import Dash, html

from dashboard.client import TrainerClient
from dashboard.components.fit import fit_panel
from dashboard.components.frame import frame
from dashboard.components.panels import card, panel
from dashboard.components.trust import trust_banner
from dashboard.figures.next_money import draw_next_money
from dashboard.figures.waterfall import draw_waterfall
from dashboard.view import View
from dashboard.words import write_overview


def layout(**query: Any) -> html.Div:
    return frame("/", "Overview", query, _body, lambda view: write_overview(view.summary, view.look.unit))


def register(app: Dash) -> None:
    """Nothing to wire: the address is the state."""


def _body(view: View, _client: TrainerClient) -> Sequence[Any]:
    summary, look = view.summary, view.look
    return [
        trust_banner(summary),
        html.Div(_cards(view), className="cards"),
        panel(draw_waterfall(summary, look)),
        html.Div([panel(draw_next_money(summary, look)), fit_panel(summary)], className="grid-2"),
    ]


def _cards(view: View) -> list[html.Section]:
    summary, unit, level = view.summary, view.look.unit, view.look.level
    per_period = f"{unit.money(summary.spend / summary.periods)} a {summary.interval}"
    what = "conversions" if unit.conversions else "revenue"
    return [
        card(
            f"Incremental {what}",
            "incremental",
            unit.outcome(summary.incremental.value),
            "",
            f"{level} % range {unit.outcome_range(summary.incremental, level)}",
        ),
        card(
            "Blended ROI",
            "blended_roi",
            unit.roi(summary.blended_roi.value),
            unit.roi_per,
            f"{level} % range {unit.roi_range(summary.blended_roi, level)}",
        ),
        card(
            "ROI of the next 1,000",
            "marginal_roi",
            unit.roi(summary.marginal_roi.value),
            unit.roi_per,
            f"{level} % range {unit.roi_range(summary.marginal_roi, level)}",
        ),
        card("Spend", "spend", unit.money(summary.spend), "", f"{summary.periods} {summary.interval}s, {per_period}"),
    ]
