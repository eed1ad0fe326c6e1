"""One run as a person watches it: waiting, working, done, failed or cancelled, with what can be done next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dash import dcc, html

from dashboard.components.aria import aria
from dashboard.components.run_words import cost_words, duration_words, tag_words
from dashboard.figures.format import write_moment
from dashboard.figures.search_progress import ERROR, HEIGHT, SearchPoint, cloud_figure, search_figure
from dashboard.theme import Mode
from mixline.messages import RunView, SearchCloud

ACTIVE = ("queued", "running")
STATE_WORDS = {
    "queued": "Waiting",
    "running": "Running",
    "succeeded": "Finished",
    "failed": "Failed",
    "cancelled": "Cancelled",
}


def run_title(run: RunView) -> str:
    """ "retailer v1, DE, standard"."""
    parts = [f"{run.dataset_name} v{run.dataset_version}", run.segment, run.preset]
    return ", ".join(part for part in parts if part)


def run_card(
    run: RunView,
    *,
    now: datetime,
    points: Sequence[SearchPoint] = (),
    cloud: SearchCloud | None = None,
    mode: Mode = "light",
    workers: int | None = None,
    focused: bool = False,
) -> html.Article:
    """The card of a run.

    Args:
        now: to say how long it has been running.
        points: the search so far, drawn when there are two or more.
        cloud: the candidates so far, drawn beside it.
        workers: processes that take jobs; None when unknown. With none, waiting would be for ever, and the card says so.
        focused: whether this is the run the address names; it is outlined.
    """
    state = run.job.state
    body = {
        "queued": _waiting(run, workers),
        "running": _running(run, now),
        "succeeded": _succeeded(run),
        "failed": _failed(run),
        "cancelled": _cancelled(run),
    }[state]
    marks: dict[str, Any] = {"data-run": run.id, "data-state": state}
    return html.Article(
        [
            html.Div(
                [
                    html.Div(
                        [
                            html.Span(_state_words(run), className=f"tag state-{state}"),
                            html.H2(dcc.Link(run_title(run), href=f"/runs?run={run.id}")),
                            html.Span(tag_words(run.tags), className="soft small") if run.tags else None,
                        ],
                        className="run-title",
                    ),
                    html.Div(_actions(run), className="run-actions"),
                ],
                className="run-head",
            ),
            *body,
            _charts(run, points, cloud, mode),
        ],
        className="panel run-card" + (" focused" if focused else ""),
        **aria(label=f"Run {run_title(run)}"),
        **marks,
    )


def _charts(run: RunView, points: Sequence[SearchPoint], cloud: SearchCloud | None, mode: Mode) -> html.Div | None:
    """How the best error falls, and the candidates as they come in."""
    figures = []
    if len(points) > 1:
        figures.append(_chart("search", "How the best error falls", run, search_figure(points, mode)))
    if cloud and cloud.error:
        count = f"{len(cloud.error):,} of the candidates tried"
        figures.append(_chart("cloud", count, run, cloud_figure(cloud, mode)))
    return html.Div(figures, className="search-charts") if figures else None


def _chart(kind: str, title: str, run: RunView, figure: Any) -> html.Figure:
    config: Any = {"displayModeBar": False, "responsive": True}
    graph = dcc.Graph(
        id={"type": kind, "run": run.id},
        figure=figure,
        config=config,
        responsive=True,
        style={"height": f"{HEIGHT}px"},
        className="search-chart",
    )
    return html.Figure([html.Figcaption(title, className="soft small"), graph])


def _state_words(run: RunView) -> str:
    return "Stopping" if run.job.state == "running" and run.job.cancel_requested else STATE_WORDS[run.job.state]


def _actions(run: RunView) -> list[Any]:
    state = run.job.state
    actions: list[Any] = []
    if state in ACTIVE and not run.job.cancel_requested:
        actions.append(_button("Cancel", "run-cancel", run.id, "button danger"))
    if state in ("failed", "cancelled"):
        actions.append(
            _button("Try again" if state == "failed" else "Queue again", "run-retry", run.id, "button primary")
        )
    if state == "succeeded" and run.model_id:
        actions.append(
            dcc.Link("See the response curves", href=f"/response?model={run.model_id}", className="button primary")
        )
        actions.append(dcc.Link("Its candidates", href=f"/models?model={run.model_id}", className="button"))
    actions.append(dcc.Link("Use its settings", href=f"/runs?clone={run.id}", className="button"))
    if run.tracking_url and state in ("succeeded", "failed"):
        actions.append(html.A("MLflow", href=run.tracking_url, target="_blank", rel="noreferrer", className="button"))
    return actions


def _button(label: str, kind: str, run_id: str, style: str) -> html.Button:
    return html.Button(label, id={"type": kind, "run": run_id}, className=style, n_clicks=0)


def _waiting(run: RunView, workers: int | None) -> list[Any]:
    position = run.job.position
    place = (
        "Next in the queue" if position == 1 else f"{ordinal(position)} in the queue" if position else "In the queue"
    )
    words = [place]
    if run.job.reason:
        words.append(run.job.reason)
    lines: list[Any] = [html.P(". ".join(words) + ".", className="soft")]
    if workers == 0:
        lines.append(
            html.P(
                [
                    "No worker is running, so nothing will start. Start one with ",
                    html.Code("mixline worker"),
                    ", or everything with ",
                    html.Code("make run"),
                    ".",
                ],
                className="error-line",
            )
        )
    return lines


def _running(run: RunView, now: datetime) -> list[Any]:
    job = run.job
    percent = min(max(job.progress.percent, 0.0), 100.0)
    facts = [f"{percent:.0f} %", job.progress.stage or "Starting"]
    if job.cancel_requested:
        facts.append("stopping at the next step")
    elif job.progress.seconds_left is not None:
        facts.append(f"about {duration_words(job.progress.seconds_left)} left")
    if job.started_at:
        facts.append(f"running for {duration_words(max((now - job.started_at).total_seconds(), 0))}")
    if job.attempt > 1:
        facts.append(f"attempt {job.attempt} of {job.max_attempts}")
    best = job.progress.best.get(ERROR)
    return [
        html.Div(
            html.Div(className="bar", style={"width": f"{max(percent, 1):.1f}%"}),
            className="progress-track",
            role="progressbar",
            **aria(valuenow=f"{percent:.0f}", valuemin=0, valuemax=100, label=f"Progress of {run_title(run)}"),
        ),
        html.P(" · ".join(facts), className="run-facts"),
        html.P(f"Best error so far {best:.4f} (NRMSE, 0 is perfect)", className="soft small")
        if best is not None
        else None,
        html.P(job.reason, className="soft small") if job.reason else None,
    ]


def _succeeded(run: RunView) -> list[Any]:
    took = run_seconds(run)
    best = run.job.progress.best.get(ERROR)
    words = [f"Finished in {duration_words(took)}" if took is not None else "Finished"]
    if run.job.finished_at:
        words.append(write_moment(run.job.finished_at))
    if best is not None:
        words.append(f"best error {best:.4f} (NRMSE)")
    if run.cost is not None:
        words.append(cost_words(run.cost, run.cost_currency))
    elif run.core_seconds is not None:
        words.append(f"{duration_words(run.core_seconds)} of core time")
    return [html.P(" · ".join(words), className="soft")]


def _failed(run: RunView) -> list[Any]:
    tried = f"Tried {run.job.attempt} times. " if run.job.attempt > 1 else ""
    when = f"{tried}{write_moment(run.job.finished_at)}" if run.job.finished_at else tried
    return [html.P(failure_sentence(run), className="error-line"), html.P(when, className="soft small")]


def failure_sentence(run: RunView) -> str:
    """Why a run failed, in the words of the error that ended it."""
    error = run.job.error or {}
    return str(error.get("sentence") or run.job.reason or "The run failed without saying why; its log is kept.")


def _cancelled(run: RunView) -> list[Any]:
    moment = f", {write_moment(run.job.finished_at)}" if run.job.finished_at else ""
    return [html.P(f"Stopped by a person{moment}. Nothing of it is shown anywhere.", className="soft")]


def run_seconds(run: RunView) -> float | None:
    """Seconds between start and finish, when there are both."""
    job = run.job
    if job.started_at is None or job.finished_at is None:
        return None
    return max((job.finished_at - job.started_at).total_seconds(), 0.0)


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 11th."""
    tail = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{tail}"
