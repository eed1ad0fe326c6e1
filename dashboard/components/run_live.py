"""The runs a person watches: the one looked at and those at work, each with its curve, its cloud and its log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from dash import html

from dashboard import theme
from dashboard.client import TrainerClient
from dashboard.components.run_log import read_events
from dashboard.components.run_progress import ACTIVE, run_card
from dashboard.figures.search_progress import read_search
from mixline.errors import InputError, MixlineError, NotFoundError
from mixline.messages import EventView, RunView, SearchCloud

CARDS_SHOWN = 4  # the queue lists what waits


def find_run(client: TrainerClient, runs: Sequence[RunView], run_id: str) -> RunView | None:
    """The run the address names, also when it is older than the list; None for an id that is none."""
    if not run_id:
        return None
    found = next((run for run in runs if run.id == run_id), None)
    if found:
        return found
    try:
        return client.read_run(run_id)
    except (InputError, NotFoundError):
        return None


def live_cards(
    client: TrainerClient, runs: Sequence[RunView], focus: RunView | None
) -> tuple[list[Any], list[EventView]]:
    """The run looked at, then what runs; without any of them, the run that ended last. With the log of the first."""
    running = [run for run in runs if run.job.state == "running"]
    shown = [run for run in ([focus] if focus else []) + running if run]
    shown = list({run.id: run for run in shown}.values())[:CARDS_SHOWN]
    if not shown:
        ended = [run for run in runs if run.job.state not in ACTIVE]
        shown = sorted(ended, key=lambda run: run.job.finished_at or run.job.created_at, reverse=True)[:1]
    if not shown:
        return [html.Div(html.P("Nothing runs at the moment.", className="soft"), className="panel empty")], []
    workers = _count_workers(client) if focus and focus.job.state == "queued" else None
    mode, now = theme.current_mode(), datetime.now(UTC)
    logs = {run.id: [] if run.job.state == "queued" else read_events(client, run) for run in shown}
    cards: list[Any] = [
        run_card(
            run,
            now=now,
            points=read_search(logs[run.id], run.job.started_at),
            cloud=_cloud(client, run),
            mode=mode,
            workers=workers,
            focused=bool(focus and run.id == focus.id),
        )
        for run in shown
    ]
    return cards, logs[shown[0].id] or (read_events(client, focus) if focus else [])


def _cloud(client: TrainerClient, run: RunView) -> SearchCloud | None:
    """The candidates of a search at work; of one that has ended its model has them, on a page of their own."""
    if run.job.state != "running":
        return None
    try:
        return client.get(SearchCloud, f"/v1/mmm/runs/{run.id}/cloud")
    except MixlineError:
        return None


def _count_workers(client: TrainerClient) -> int | None:
    try:
        return client.read_status().value.workers
    except MixlineError:
        return None
