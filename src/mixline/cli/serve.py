"""Commands that start long-lived processes."""

from __future__ import annotations

import sys

import click

from mixline.settings import load_settings


@click.command()
def run() -> None:
    """Start the whole product on this machine: MLflow, the two APIs, a worker and the dashboard.

    The first start seeds the demo. Ctrl-C stops everything.

    \b
    Example:
      mixline run
      MIXLINE_DASHBOARD_PORT=9000 mixline run
    """
    from mixline.local.stack import run as run_stack

    sys.exit(run_stack(load_settings()))


@click.command()
@click.option(
    "--processes", type=click.IntRange(1, 64), default=None, help="Worker processes; default MIXLINE_WORKERS."
)
def worker(processes: int | None) -> None:
    """Work on queued jobs until stopped. A stopped worker gives its jobs back.

    \b
    Example:
      mixline worker --processes 2
    """
    from mixline.jobs.executors import run_worker

    settings = load_settings()
    if processes is not None:
        settings = settings.model_copy(update={"workers": processes})
    sys.exit(run_worker(settings, "mixline.services.handlers:load_handlers"))
