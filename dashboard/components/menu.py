"""Parts of menus. Bootstrap's own say `aria-selected` of a link and a heading without its level, which nobody may read out."""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from dashboard.components.aria import aria


def menu_heading(text: str) -> html.Div:
    """Words between the entries of a menu."""
    return html.Div(text, className="dropdown-header")


def menu_link(parts: list[Any], href: str, *, chosen: bool) -> dbc.DropdownMenuItem:
    """An entry that leads to another view; the one that is shown says so, to who does not see it, too."""
    current: dict[str, Any] = aria(current="true") if chosen else {}
    return dbc.DropdownMenuItem(html.Div(parts, **current), href=href, class_name="active" if chosen else "")
