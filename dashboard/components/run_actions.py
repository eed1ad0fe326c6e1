"""What people do to a run: cancel it, after a question, or queue it again."""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, html, no_update
from dash.exceptions import PreventUpdate

from dashboard.client import current_client
from dashboard.components.inline_error import inline_error
from mixline.errors import MixlineError

TICK = "runs-tick"  # asks again until nothing is active


def cancel_question() -> dbc.Modal:
    return dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle("Cancel this run?", id="cancel-title")),
            dbc.ModalBody(
                "It stops within a few seconds. What it has found so far is not kept; it can be queued again."
            ),
            dbc.ModalFooter(
                [
                    html.Button("Keep it running", id="cancel-no", className="button", n_clicks=0),
                    html.Button("Cancel run", id="cancel-yes", className="button danger", n_clicks=0),
                ]
            ),
        ],
        id="cancel-question",
        is_open=False,
        centered=True,
        labelledby="cancel-title",
    )


def register(app: Dash) -> None:
    """Wire the buttons of the cards and of the queue."""
    app.clientside_callback(
        ClientsideFunction("composer", "ask_to_cancel"),
        Output("cancel-question", "is_open"),
        Output("cancel-target", "data"),
        Output("cancel-title", "children"),
        Input({"type": "run-cancel", "run": ALL}, "n_clicks"),
        Input("cancel-no", "n_clicks"),
        prevent_initial_call=True,
    )
    app.callback(
        Output("cancel-question", "is_open", allow_duplicate=True),
        Output("runs-message", "children"),
        Output(TICK, "disabled", allow_duplicate=True),
        Input("cancel-yes", "n_clicks"),
        State("cancel-target", "data"),
        prevent_initial_call=True,
        running=[(Output("cancel-yes", "disabled"), True, False)],
    )(cancel)
    app.callback(
        Output("runs-message", "children", allow_duplicate=True),
        Output(TICK, "disabled", allow_duplicate=True),
        Input({"type": "run-retry", "run": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )(retry)


def cancel(clicks: int, run_id: str | None) -> tuple[Any, ...]:
    """Cancel; the cards follow at the next tick."""
    if not clicks or not run_id:
        raise PreventUpdate
    try:
        current_client().cancel_run(run_id)
    except MixlineError as error:
        return False, inline_error(error), False
    return False, None, False


def retry(clicks: list[int | None]) -> tuple[Any, ...]:
    """Queue a failed or cancelled run again."""
    if not ctx.triggered_id or not any(clicks):
        raise PreventUpdate
    try:
        current_client().retry_run(ctx.triggered_id["run"])
    except MixlineError as error:
        return inline_error(error), no_update
    return None, False
