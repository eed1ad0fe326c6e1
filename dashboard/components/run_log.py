"""The log of the run looked at: its newest lines, older ones at a press, and all of it as a text to take away."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from dash import Dash, Input, Output, Patch, State, dcc, html, no_update
from dash.exceptions import PreventUpdate
from flask import Response

from dashboard.client import TrainerClient, current_client
from dashboard.components.aria import aria
from dashboard.components.inline_error import inline_error
from mixline.errors import MixlineError
from mixline.messages import EventView, RunView

LOG, PLACE = "run-log", "run-log-place"
DOWNLOAD = "/runs/<run_id>/log.txt"
LINES_AT_FIRST = 200  # the newest ones
LINES_MORE = 300  # at each press


def read_events(client: TrainerClient, run: RunView | None) -> list[EventView]:
    """The newest lines of a run's log, in order. One that cannot be read costs the log only."""
    try:
        return client.list_events(run.id) if run else []
    except MixlineError:
        return []


def log_panel(run: RunView, events: Sequence[EventView]) -> html.Details:
    """The newest lines are drawn anew at each tick while the run is at work; older ones stay below them.

    Args:
        events: the newest lines in order.
    """
    shown = list(events)[-LINES_AT_FIRST:]
    first = shown[0].sequence if shown else 1
    older = html.Button("Older lines", id="log-older", className="link-button small", n_clicks=0, hidden=first <= 1)
    whole = html.A(
        "Download the whole log",
        href=f"/runs/{run.id}/log.txt",
        download=f"run-{run.id[:12]}.log.txt",
        className="small",
    )
    lines = html.Div(
        [
            html.Ol(log_lines(shown), id={"type": LOG, "index": 0}, className="run-log"),
            html.Ol([], id="run-log-older", className="run-log"),
            older,
        ],
        className="run-log-lines",
        role="region",
        tabIndex=0,
        **aria(label="Log, the newest line first"),
    )
    # Lines from `from` on are drawn anew; lines before `oldest` are still to be asked for.
    place = dcc.Store(id={"type": PLACE, "index": 0}, data={"run": run.id, "from": first, "oldest": first})
    message = html.Div(id="log-message", **aria(live="polite"))
    return html.Details([html.Summary("Log"), lines, html.Div([whole, message], className="log-foot"), place],
                        className="panel log-panel")  # fmt: skip


def live_lines(events: Sequence[EventView], place: dict[str, Any]) -> list[html.Li]:
    """The lines that came in since the page was drawn and those it was drawn with.

    Should more have come than are read at once, the lines that are not shown are counted in one.
    """
    start = int(place["from"])
    lines = log_lines([event for event in events if event.sequence >= start])
    missing = events[0].sequence - start if events else 0
    if missing > 0:
        lines.append(html.Li(html.Span(f"{missing:,} lines between are in the whole log."), className="soft"))
    return lines


def log_lines(events: Sequence[EventView]) -> list[html.Li]:
    """A run's log, the newest first: when, and what in words. Every tenth per cent of the search is enough.

    The day is said where the lines are of more than one.
    """
    shown: list[html.Li] = []
    tenth = -1
    days = {event.at.date() for event in events[:1]} | {event.at.date() for event in events[-1:]}
    for event in events:
        percent = event.data.get("percent") if event.kind == "progress" else None
        if isinstance(percent, int | float):
            if int(percent // 10) == tenth and ":" in event.message:
                continue
            tenth = int(percent // 10)
        actor = event.data.get("actor")
        by = f", by {actor}" if actor else ""
        share = f" ({percent:.0f} %)" if isinstance(percent, int | float) else ""
        day = f"{event.at.day} {event.at:%b}, " if len(days) > 1 else ""
        moment = html.Time(f"{day}{event.at:%H:%M:%S}", dateTime=event.at.isoformat(), className="soft")
        shown.append(html.Li([moment, html.Span(f"{event.message}{share}{by}")], className=f"log-{event.kind}"))
    return shown[::-1]


def register(app: Dash) -> None:
    """Wire the button for older lines and the address of the text."""
    app.callback(
        Output("run-log-older", "children"),
        Output({"type": PLACE, "index": 0}, "data"),
        Output("log-older", "hidden"),
        Output("log-message", "children"),
        Input("log-older", "n_clicks"),
        State({"type": PLACE, "index": 0}, "data"),
        prevent_initial_call=True,
        running=[(Output("log-older", "disabled"), True, False)],
    )(show_older)
    app.server.add_url_rule(DOWNLOAD, "run_log", download)


def show_older(clicks: int | None, place: dict[str, Any]) -> tuple[Any, ...]:
    """The lines before the oldest one shown, below those that are there."""
    if not clicks:
        raise PreventUpdate
    try:
        events = current_client().list_events(place["run"], before=int(place["oldest"]), limit=LINES_MORE)
    except MixlineError as error:
        return no_update, no_update, False, inline_error(error)
    if not events:
        return no_update, no_update, True, None
    lines = Patch()
    lines.extend(log_lines(events))
    oldest = events[0].sequence
    return lines, {**place, "oldest": oldest}, oldest <= 1, None


def download(run_id: str) -> Response:
    """The whole log, passed on piece by piece as the trainer sends it."""
    if not re.fullmatch(r"[0-9a-f]{32}", run_id):
        return Response("There is no run with this id.", status=404, mimetype="text/plain")
    line = ExitStack()
    try:
        pieces = line.enter_context(current_client().stream_text(f"/v1/jobs/{run_id}/log"))
    except MixlineError as error:
        return Response(str(error), status=error.status, mimetype="text/plain")
    response = Response(pieces, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="run-{run_id[:12]}.log.txt"'
    response.call_on_close(line.close)
    return response
