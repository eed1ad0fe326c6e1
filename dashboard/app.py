"""The dashboard's application.

`create_app` makes a Dash application from settings, `create_server` the WSGI application gunicorn serves
(``gunicorn 'dashboard.app:create_server()'``). Nothing is read from the network to start.
"""

from __future__ import annotations

import importlib
import logging
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

import dash
from dash import Dash, Input
from flask import Flask, Response, request

from dashboard import delivery, exchange, layout, navigation, repeated, security
from dashboard.client import EXTENSION, TrainerClient
from dashboard.reports import route as reports
from dashboard.theme import COOKIE
from mixline.errors import MixlineError
from mixline.messages import Health, Readiness
from mixline.settings import Settings, load_settings

log = logging.getLogger("mixline.dashboard")
ASSETS = Path(__file__).parent / "assets"
# Dash sends what Internet Explorer 11 lacked to everybody: 100 kB that replace what browsers do faster by themselves.
FOR_OLD_BROWSERS = re.compile(r'<script src="[^"]*/polyfill@[^"]*"></script>\n?')


class Application(Dash):
    """Dash with the page's own shapes instead of the word "Loading", in the theme of the person who asks."""

    def interpolate_index(self, *args: Any, **parts: Any) -> Any:
        parts |= {"app_entry": layout.entry(request.path), "scripts": FOR_OLD_BROWSERS.sub("", parts["scripts"])}
        page = super().interpolate_index(*args, **parts)  # type: ignore[no-untyped-call]
        theme = request.cookies.get(COOKIE, "")
        return page.replace("<html ", f'<html data-bs-theme="{theme}" ', 1) if theme in ("light", "dark") else page


def create_app(settings: Settings, client: TrainerClient | None = None) -> Dash:
    """The Dash application with all pages.

    Args:
        settings: where the services are.
        client: another client of the trainer than the one the settings describe (tests).
    """
    app = Application(
        "mixline-dashboard",
        assets_folder=str(ASSETS),
        use_pages=True,
        pages_folder="",
        serve_locally=True,
        suppress_callback_exceptions=True,
        routing_callback_inputs={"redraw": Input(layout.REDRAW, "data")},
        title="Mixline",
        update_title="",
        enable_mcp=False,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
        index_string=layout.INDEX,
    )
    app.server.extensions[EXTENSION] = client or TrainerClient(settings, folder=settings.home / "cache" / "dashboard")
    exchange.keep_rates(app.server, settings)
    dash.page_registry.clear()  # Dash keeps it per process; each application starts from its own list
    for entry in navigation.ENTRIES:
        page = importlib.import_module(entry.module)
        dash.register_page(
            entry.module,
            path=entry.path,
            name=entry.name,
            title=entry.title,
            layout=layout.guard(page.layout, entry.path),
        )
        page.register(app)
    dash.register_page("pages.not_found_404", title="Not found · Mixline", layout=layout.not_found)
    app.layout = layout.shell
    layout.register(app)
    _add_routes(app.server)
    repeated.repeat(app.server, [entry.path for entry in navigation.ENTRIES if entry.lasting])
    delivery.deliver(app.server, ASSETS)
    reports.add_routes(app.server)
    security.protect(app)
    return app


def create_server() -> Flask:
    """The WSGI application, with the settings of this process."""
    server: Flask = create_app(load_settings()).server
    return server


def _add_routes(server: Flask) -> None:
    try:
        release = version("mixline")
    except PackageNotFoundError:
        release = "0"

    def health() -> Response:
        return _answer(Health(status="ok", service="dashboard", version=release))

    def ready() -> Response:
        """Ready without the trainer too: pages then show the last known results."""
        client: TrainerClient = server.extensions[EXTENSION]
        try:
            trainer: str = client.read_readiness().status
        except MixlineError as error:
            trainer = error.sentence
        status: Literal["ready", "degraded"] = "ready" if trainer == "ready" else "degraded"
        return _answer(Readiness(status=status, service="dashboard", version=release, parts={"trainer": trainer}))

    server.add_url_rule("/health", "health", health)
    server.add_url_rule("/ready", "ready", ready)


def _answer(document: Health | Readiness) -> Response:
    return Response(document.model_dump_json(), mimetype="application/json")
