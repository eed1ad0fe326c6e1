"""The reports of a model as a menu, for the head of a page: the measurement report and the one-page report."""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from dashboard.components.menu import menu_heading
from dashboard.components.model_downloads import REPORTS
from dashboard.reports.route import report_link

WORDS = {"html": "to read and send on (HTML)", "pdf": "to print (PDF)", "png": "as a picture (PNG)"}


def report_menu(model_id: str) -> html.Div:
    """Each report in each of its formats. What opens in the browser opens beside the page, so that the page stays."""
    items: list[Any] = []
    for what, kind, endings in reversed(REPORTS):
        items.append(menu_heading(what))
        items += [
            dbc.DropdownMenuItem(
                WORDS[ending].capitalize(),
                href=report_link(model_id, ending, kind),
                target="_blank",
                external_link=True,
            )
            for ending in endings
        ]
    menu = dbc.DropdownMenu(items, label="Report", className="picker", align_end=True)
    return html.Div(menu, className="report-menu")
