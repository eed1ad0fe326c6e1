"""Placeholder replaced below."""

from dash import Dash, html


def layout(**query: str) -> html.Div:
    return html.Div("overview")


def register(app: Dash) -> None:
    """Nothing to wire."""
