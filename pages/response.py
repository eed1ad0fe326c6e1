"""Placeholder replaced below."""

from dash import Dash, html


def layout(**query: str) -> html.Div:
    return html.Div("response")


def register(app: Dash) -> None:
    """Nothing to wire."""
