"""Launch runs, watch them, stop them, and find them again.

The address holds the dataset to start with (`?dataset=`) or the run to look at (`?run=`). Everything shown comes from the
server at each tick, so a reload in the middle of a run loses nothing; the page asks only while something is active.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import dash_bootstrap_components as dbc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate
from pydantic import ValidationError

from dashboard import theme
from dashboard.client import Known, TrainerClient, current_client
from dashboard.components import states
from dashboard.components.aria import aria
from dashboard.components.inline_error import inline_error, inline_sentence
from dashboard.components.run_form import (
    build_requests,
    first_segment,
    preset_options,
    run_form,
    segment_options,
)
from dashboard.components.run_history import history_grid, history_rows
from dashboard.components.run_progress import ACTIVE, run_card, run_title
from dashboard.figures.format import write_moment
from dashboard.figures.search_progress import SearchPoint, read_search
from dashboard.layout import LOCATION
from mixline.errors import MixlineError, NotFoundError
from mixline.messages import Preset, RunView

TICK = "runs-tick"
TICK_MILLISECONDS = 1000
LIVE = "runs-live"
HISTORY = "runs-history"
FOCUS = "runs-focus"
CARDS_SHOWN = 6  # waiting runs beyond these are counted, and listed in the table


def layout(run: str = "", dataset: str = "", known: str = "", **_query: str) -> html.Div:
    """The page for an address."""
    client = current_client()
    datasets = client.list_datasets()
    if not datasets.value:
        return html.Div(
            states.notice(
                "No dataset to fit yet",
                "A run needs a dataset. Bring a table, confirm what its columns are, and come back.",
                ("Bring data", "/data"),
            ),
            className="page",
        )
    runs = client.list_runs()
    newest = sorted(datasets.value, key=lambda d: d.created_at, reverse=True)
    focus = _focused(client, runs.value, run)
    start_with = dataset or (focus.dataset_id if focus else "")
    active = any(r.job.state in ACTIVE for r in runs.value)
    return html.Div(
        [
            html.Div(
                html.Div(
                    [
                        html.H1("Runs"),
                        html.P(
                            "A run fits a model to a dataset. It goes on when you close this page.", className="lede"
                        ),
                    ]
                ),
                className="page-header",
            ),
            html.Div(
                [
                    run_form(newest, client.list_presets(), runs.value, chosen=start_with, key=secrets.token_hex(16)),
                    html.Div(
                        [
                            html.Div(id="runs-stale", children=_stale_line(runs)),
                            html.Div(id="runs-message", **aria(live="polite")),
                            _known_already(focus) if known and focus else None,
                            html.Div(live_cards(client, runs.value, focus), id=LIVE, className="run-cards"),
                        ],
                        className="runs-live",
                    ),
                ],
                className="runs-top",
            ),
            html.Div(
                [
                    html.H2("History"),
                    history_grid(history_rows(runs.value), grid_id=HISTORY)
                    if runs.value
                    else html.P("Nothing has been run yet.", className="soft"),
                ],
                className="panel history-panel",
            ),
            dcc.Interval(id=TICK, interval=TICK_MILLISECONDS, disabled=not active),
            dcc.Store(id=FOCUS, data=run),
            dcc.Store(id="cancel-target"),
            _cancel_question(),
        ],
        className="page runs-page",
    )


def _focused(client: TrainerClient, runs: Sequence[RunView], run_id: str) -> RunView | None:
    """The run the address names, also when it is older than the list."""
    if not run_id:
        return None
    found = next((run for run in runs if run.id == run_id), None)
    if found:
        return found
    try:
        return client.read_run(run_id)
    except NotFoundError:
        return None


def live_cards(client: TrainerClient, runs: Sequence[RunView], focus: RunView | None) -> list[Any]:
    """The run looked at, then what runs, then what waits; without any of them, the run that ended last."""
    running = [run for run in runs if run.job.state == "running"]
    waiting = sorted((run for run in runs if run.job.state == "queued"), key=lambda run: run.job.position or 0)
    shown: list[RunView] = []
    for run in ([focus] if focus else []) + running + waiting:
        if run.id not in {other.id for other in shown}:
            shown.append(run)
    if not shown:
        ended = sorted(runs, key=lambda run: run.job.finished_at or run.job.created_at, reverse=True)[:1]
        if not ended:
            return [html.Div(html.P("Nothing runs at the moment.", className="soft"), className="panel empty")]
        shown = ended
    workers = _count_workers(client) if waiting else None
    mode, now = theme.current_mode(), datetime.now(UTC)
    detailed = focus.id if focus else shown[0].id
    cards: list[Any] = [
        run_card(
            run,
            now=now,
            points=_read_points(client, run, ended_too=run.id == detailed),
            mode=mode,
            workers=workers,
            focused=bool(focus and run.id == focus.id),
        )
        for run in shown[:CARDS_SHOWN]
    ]
    if len(shown) > CARDS_SHOWN:
        cards.append(
            html.P(f"{len(shown) - CARDS_SHOWN} more are waiting; the table below lists them.", className="soft")
        )
    return cards


def _read_points(client: TrainerClient, run: RunView, *, ended_too: bool) -> list[SearchPoint]:
    """The search so far, of runs that work now and of the one looked at. A log that cannot be read costs the chart only."""
    if run.job.state == "queued" or (run.job.state != "running" and not ended_too):
        return []
    try:
        return read_search(client.list_events(run.id), run.job.started_at)
    except MixlineError:
        return []


def _count_workers(client: TrainerClient) -> int | None:
    try:
        return client.read_status().value.workers
    except MixlineError:
        return None


def _stale_line(runs: Known[list[RunView]]) -> html.Div | None:
    if not runs.stale:
        return None
    return html.Div(
        f"The trainer does not answer. This was true on {write_moment(runs.at)}; asking again every second.",
        className="banner stale",
        role="status",
    )


def _known_already(run: RunView) -> html.Div:
    return html.Div(
        [
            html.Div(
                [
                    html.Strong("This very run is there already. "),
                    "The same data, specification and seed give the same result, so nothing was computed again. "
                    "To do it all the same, tick the box under Advanced.",
                ]
            )
        ],
        className="banner",
        role="status",
        id="run-known",
    )


def _cancel_question() -> dbc.Modal:
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
    """Wire the page."""
    app.callback(
        Output("run-segment", "options"),
        Output("run-segment", "value"),
        Output("run-segment-field", "hidden"),
        Output("run-preset", "options"),
        Input("run-dataset", "value"),
        prevent_initial_call=True,
    )(choose_dataset)
    app.callback(
        Output(LOCATION, "search", allow_duplicate=True),
        Output("run-message", "children"),
        Input("run-launch", "n_clicks"),
        State("run-dataset", "value"),
        State("run-segment", "value"),
        State("run-preset", "value"),
        State("run-seed", "value"),
        State("run-again", "value"),
        State("run-key", "data"),
        prevent_initial_call=True,
        running=[(Output("run-launch", "disabled"), True, False)],
    )(launch)
    app.callback(
        Output(LIVE, "children"),
        Output(HISTORY, "rowData"),
        Output(TICK, "disabled"),
        Output("runs-stale", "children"),
        Output("run-preset", "options", allow_duplicate=True),
        Input(TICK, "n_intervals"),
        State(FOCUS, "data"),
        State("run-dataset", "value"),
        prevent_initial_call=True,
    )(tick)
    app.callback(
        Output("cancel-question", "is_open"),
        Output("cancel-target", "data"),
        Output("cancel-title", "children"),
        Input({"type": "run-cancel", "run": ALL}, "n_clicks"),
        Input("cancel-no", "n_clicks"),
        prevent_initial_call=True,
    )(ask_to_cancel)
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


def choose_dataset(dataset_id: str) -> tuple[Any, ...]:
    """The segments and the estimates of another dataset."""
    client = current_client()
    dataset = client.read_dataset(dataset_id)
    presets = preset_options(client.list_presets(), client.list_runs().value, dataset_id)
    return segment_options(dataset), first_segment(dataset), not dataset.segments, presets


def launch(
    clicks: int,
    dataset_id: str,
    segment: str,
    preset: Preset,
    seed: int | None,
    again: bool | None,
    key: str,
) -> tuple[Any, Any]:
    """Launch one run, or one per segment, and look at the first. A second press with the same key is the same launch."""
    if not clicks:
        raise PreventUpdate
    client = current_client()
    if seed is None:
        return no_update, inline_sentence("The seed is a whole number from 0 to 2,147,483,647.")
    try:
        requests = build_requests(client.read_dataset(dataset_id), segment or "", preset, seed, again=bool(again))
        launched = [client.launch_run(request, key=f"{key}-{place}") for place, request in enumerate(requests)]
    except ValidationError:
        return no_update, inline_sentence("The seed is a whole number from 0 to 2,147,483,647.")
    except MixlineError as error:
        return no_update, inline_error(error)
    first = next((run for run in launched if run.job.state in ACTIVE), launched[0])
    there = "&known=1" if all(run.job.state == "succeeded" for run in launched) else ""
    return f"?run={first.id}{there}", None


def tick(_n: int, focus_id: str, dataset_id: str) -> tuple[Any, ...]:
    """Ask the server what is true now. Stops asking when nothing is active any more; the estimates then know one more run."""
    client = current_client()
    try:
        runs = client.list_runs()
        cards = live_cards(client, runs.value, _focused(client, runs.value, focus_id))
    except MixlineError as error:
        return no_update, no_update, False, inline_error(error), no_update
    done = not runs.stale and not any(run.job.state in ACTIVE for run in runs.value)
    presets = preset_options(client.list_presets(), runs.value, dataset_id) if done else no_update
    return cards, history_rows(runs.value), done, _stale_line(runs), presets


def ask_to_cancel(_clicks: list[int | None], _keep: int) -> tuple[Any, ...]:
    """Open the question for the run whose button was pressed; close it on "keep it running"."""
    if ctx.triggered_id == "cancel-no":
        return False, None, no_update
    if not ctx.triggered_id or not ctx.triggered[0]["value"]:
        raise PreventUpdate  # a card was drawn, no button was pressed
    run_id = ctx.triggered_id["run"]
    return True, run_id, f"Cancel {run_title(current_client().read_run(run_id))}?"


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
