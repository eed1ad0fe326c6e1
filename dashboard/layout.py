"""The shell around every page: navigation, theme toggle, the place where pages appear, and what happens when one fails."""

from __future__ import annotations

import copy
import logging
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, page_container

from dashboard import delivery, navigation, trail
from dashboard.components import states
from dashboard.components.aria import aria
from dashboard.components.icons import icon
from dashboard.still import write_still
from mixline.errors import MixlineError

log = logging.getLogger("mixline.dashboard")

REDRAW = "redraw"  # a store: whoever writes to it has the page drawn again from its address
LOCATION = "_pages_location"  # Dash's own name for the address bar
CONTENT = "_pages_content"
TARGET: Any = {CONTENT: "children"}

INDEX = f"""<!DOCTYPE html>
<html lang="en" data-plotly="{delivery.PLOTLY_ADDRESS}" data-graph="{delivery.GRAPH_ADDRESS}">
<head>
{{%metas%}}
<title>{{%title%}}</title>
{{%favicon%}}
{{%css%}}
</head>
<body>
{{%app_entry%}}
<footer>{{%config%}}{{%scripts%}}{{%renderer%}}</footer>
</body>
</html>"""


def shell() -> html.Div:
    """Everything that stays when the page changes."""
    return html.Div(
        [
            html.A("Skip to content", href="#content", className="skip-link"),
            dcc.Store(id=REDRAW),
            html.Div(id="theme-sink", hidden=True),
            _topbar(),
            _sidebar(),
            html.Div(id="scrim", className="scrim", n_clicks=0),
            html.Main(
                dcc.Loading(
                    _first_page(),
                    custom_spinner=states.skeleton(),
                    delay_show=350,
                    target_components=TARGET,
                    parent_className="page-loading",
                    overlay_style={"visibility": "visible", "opacity": 0.35},
                ),
                id="content",
                tabIndex=-1,
            ),
        ],
        className="shell",
    )


def register(app: Dash) -> None:
    """Wire the shell. The functions are in assets/shell.js: no script is written into the page."""
    app.clientside_callback(
        ClientsideFunction("shell", "follow"),
        Output({"type": "nav", "path": ALL}, "href"),
        Output({"type": "nav", "path": ALL}, "className"),
        Input(LOCATION, "pathname"),
        Input(LOCATION, "search"),
        State({"type": "nav", "path": ALL}, "id"),
    )
    app.clientside_callback(
        ClientsideFunction("shell", "toggle_theme"),
        Output(REDRAW, "data", allow_duplicate=True),
        Input("theme-toggle", "n_clicks"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("shell", "retry"),
        Output(REDRAW, "data", allow_duplicate=True),
        Input({"type": "retry", "index": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("shell", "menu"),
        Output("sidebar", "className"),
        Input("menu-toggle", "n_clicks"),
        Input("scrim", "n_clicks"),
        Input(LOCATION, "href"),
        State("sidebar", "className"),
    )
    app.clientside_callback(
        ClientsideFunction("shell", "poll"),
        Output(REDRAW, "data", allow_duplicate=True),
        Input({"type": "poll", "index": ALL}, "n_intervals"),
        prevent_initial_call=True,
    )


def guard(page: Callable[..., Any], path: str) -> Callable[..., Any]:
    """A page's layout that answers with the failed state instead of a traceback."""

    def draw(**query: Any) -> Any:
        query = _asked_now(query)
        try:
            return page(**query)
        except MixlineError as error:
            trail.spoil()
            return states.failed(error, path)
        except Exception:
            trail.spoil()
            correlation_id = secrets.token_hex(8)
            log.exception("a page failed, correlation id %s", correlation_id)
            return states.broken(correlation_id)

    return draw


def _asked_now(query: dict[str, Any]) -> dict[str, Any]:
    """The query to draw: the one a redraw brings from the browser's address bar, which a form may have changed since."""
    redraw = query.pop("redraw", None)
    if isinstance(redraw, dict) and ctx.triggered_id == REDRAW:
        return dict(parse_qsl(str(redraw.get("search", "")).lstrip("?")))
    return query


def not_found(**_query: Any) -> html.Div:
    return states.notice(
        "There is no such page", "The address may be mistyped, or the page has moved.", ("Overview", "/")
    )


def entry(path: str) -> str:
    """What stands on the screen until the scripts have read the page at `path`: its navigation and its shapes."""
    shapes = html.Main(states.skeleton())
    return f'<div id="react-entry-point">{write_still(_topbar(), _sidebar(path), shapes)}</div>'


def _first_page() -> Any:
    """Dash's place for pages, with the shapes of a page in it until the first one comes."""
    place = copy.deepcopy(page_container)
    [content] = [part for part in place.children if getattr(part, "id", "") == CONTENT]
    content.children = states.skeleton()
    return place


def _topbar() -> html.Header:
    menu = html.Button(
        icon("M3 6h14M3 10h14M3 14h14"),
        id="menu-toggle",
        className="icon-button",
        **aria(label="Menu", expanded="false", controls="sidebar"),
    )
    return html.Header([menu, _brand()], className="topbar")


def _sidebar(here: str = "") -> html.Aside:
    toggle = html.Button(
        [icon("M10 3a7 7 0 1 0 7 7 5.5 5.5 0 0 1-7-7z"), html.Span("Light or dark")],
        id="theme-toggle",
        className="nav-entry theme-toggle",
        **aria(label="Switch between light and dark"),
    )
    return html.Aside(
        [_brand(), html.Nav(_groups(here), **aria(label="Pages")), toggle], id="sidebar", className="sidebar"
    )


def _brand() -> html.Div:
    mark = icon("M3 15c4 0 4-9 8-9s3 6 6 6", size=22, width=2.2)
    return html.Div([mark, html.Span("Mixline")], className="brand")


def _groups(here: str) -> list[html.Div]:
    groups = []
    for group in navigation.GROUPS:
        entries = [entry for entry in navigation.ENTRIES if entry.group == group]
        if entries:
            links = [
                dcc.Link(
                    [icon(entry.icon), html.Span(entry.name)],
                    href=entry.path,
                    id={"type": "nav", "path": entry.path},
                    className="nav-entry active" if entry.path == here else "nav-entry",
                )
                for entry in entries
            ]
            groups.append(html.Div([html.H2(group), *links], className="nav-group"))
    return groups
