"""The queue: what waits in which order, held or let go by who may, moved up and down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from dashboard.client import TrainerClient, current_client
from dashboard.components.aria import aria
from dashboard.components.inline_error import inline_error
from dashboard.components.run_progress import run_title
from dashboard.components.typed_field import TypedField
from dashboard.figures.format import write_moment
from mixline.errors import MixlineError
from mixline.messages import MoveRequest, PauseRequest, QueueView, RunView

QUEUE, HOLD, MOVE, NOTE = "runs-queue", "queue-hold", "queue-move", "queue-note"
NOTE_LONGEST = 200  # characters, as the trainer takes them
LINES_SHOWN = 12
ARROWS = {"first": ("⤒", "to the front"), "up": ("↑", "up"), "down": ("↓", "down")}


def read_queue(client: TrainerClient) -> QueueView:
    return client.get(QueueView, "/v1/queue")


def queue_panel(queue: QueueView, runs: Sequence[RunView]) -> list[Any]:
    """The state of the queue in words, its switch, and the line. Empty while there is nothing to say."""
    waiting = sorted((run for run in runs if run.job.state == "queued"), key=lambda run: run.job.position or 0)
    counts = f"{_count(queue.running, 'run')} at work, {queue.waiting} waiting"
    workers = "no worker is there" if queue.workers == 0 else _count(queue.workers, "worker")
    switch = _switch(queue) if queue.may_direct else None
    head = html.Div(
        [html.Div([html.H2("Queue"), html.P(f"{counts} · {workers}", className="soft small")]), switch],
        className="queue-head",
    )
    lines = [
        _line(run, place, len(waiting), may_direct=queue.may_direct)
        for place, run in enumerate(waiting[:LINES_SHOWN], start=1)
    ]
    more = len(waiting) - LINES_SHOWN
    return [
        head,
        _paused(queue) if queue.paused else None,
        html.Ol(lines, className="queue-lines") if lines else None,
        html.P(f"{more} more wait behind these; the table below lists them.", className="soft small")
        if more > 0
        else None,
    ]


def _count(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")


def _switch(queue: QueueView) -> html.Button:
    if queue.paused:
        return html.Button(
            "Resume the queue", id={"type": HOLD, "to": "resume"}, className="button primary", n_clicks=0
        )
    return html.Button("Pause the queue", id={"type": HOLD, "to": "pause"}, className="button queue-pause", n_clicks=0)


def pause_note() -> html.Div:
    """Why the queue is about to be paused. It stands outside of what is drawn anew every second while somebody types here, and is
    seen wherever the button for a pause is (the style sheet says so)."""
    field = TypedField(NOTE, maxLength=NOTE_LONGEST, placeholder="Why, for everybody to read")
    label = html.Label("Reason for a pause", htmlFor=NOTE, className="soft small")
    return html.Div([label, field], className="queue-note")


def _paused(queue: QueueView) -> html.Div:
    who = f" by {queue.actor}" if queue.actor else ""
    since = f" since {write_moment(queue.changed_at)}" if queue.changed_at else ""
    reason = html.P([html.Span("Reason: ", className="soft"), queue.note], className="pause-reason")
    return html.Div(
        [
            html.P([html.Strong("The queue is paused"), f"{since}{who}."]),
            reason if queue.note else None,
            html.P("What runs goes on; nothing that waits is started.", className="soft small"),
        ],
        className="banner care",
        role="status",
    )


def _line(run: RunView, place: int, count: int, *, may_direct: bool) -> html.Li:
    title = run_title(run)
    moves: list[Any] = []
    for to, (arrow, words) in ARROWS.items():
        dead = (place == 1 and to in ("first", "up")) or (place == count and to == "down")
        moves.append(
            html.Button(
                arrow,
                id={"type": MOVE, "run": run.id, "to": to},
                className="icon-button small",
                disabled=dead,
                title=f"Move {words}",
                n_clicks=0,
                **aria(label=f"Move {title} {words}"),
            )
        )
    cancel = html.Button(
        "Cancel",
        id={"type": "run-cancel", "run": run.id},
        className="link-button danger",
        n_clicks=0,
        **aria(label=f"Cancel {title}"),
    )
    return html.Li(
        [
            dcc.Link(title, href=f"/runs?run={run.id}", className="queue-name"),
            html.Span([*(moves if may_direct else []), cancel], className="queue-tools"),
        ]
    )


def register(app: Dash) -> None:
    """Wire the switch and the arrows."""
    app.callback(
        Output("runs-message", "children", allow_duplicate=True),
        Output("runs-tick", "disabled", allow_duplicate=True),
        Output(QUEUE, "children", allow_duplicate=True),
        Output(NOTE, "value"),
        Input({"type": HOLD, "to": ALL}, "n_clicks"),
        Input({"type": MOVE, "run": ALL, "to": ALL}, "n_clicks"),
        State(NOTE, "value"),
        prevent_initial_call=True,
    )(direct)


def direct(_holds: list[int], _moves: list[int], note: str | None) -> tuple[Any, ...]:
    """Pause (with the reason, where one was given), resume or move, and show the queue as it then is."""
    if not ctx.triggered_id or not ctx.triggered[0]["value"]:
        raise PreventUpdate  # the panel was drawn, no button was pressed
    client, pressed = current_client(), ctx.triggered_id
    error = None
    try:
        if pressed["type"] == MOVE:
            client.post(RunView, f"/v1/mmm/runs/{pressed['run']}/move", MoveRequest(place=pressed["to"]))
        elif pressed["to"] == "pause":
            client.post(QueueView, "/v1/queue/pause", PauseRequest(note=(note or "").strip()[:NOTE_LONGEST]))
        else:
            client.post(QueueView, "/v1/queue/resume")
    except MixlineError as problem:
        error = inline_error(problem)
    try:
        queue = read_queue(client)
        shown = queue_panel(queue, client.list_runs().value)
    except MixlineError as problem:
        return inline_error(problem), False, [], no_update
    return error, False, shown, "" if queue.paused else no_update
