"""`mixline reports`: a folder of measurement reports that is kept up to date, once or on a schedule."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mixline.cli.output import print_json
from mixline.errors import MixlineError
from mixline.settings import load_settings

if TYPE_CHECKING:
    from mixline.messages import ModelRow
    from mixline.services.context import Services

PAGE = 200  # models asked for at a time
SECONDS = 60.0  # in a minute of --every


@click.command()
@click.option(
    "--to", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder to keep them in."
)
@click.option(
    "--format", "ending", type=click.Choice(["pdf", "html"]), default="pdf", show_default=True, help="PDF needs Chrome."
)
@click.option("--every", type=click.IntRange(1, 10_080), default=None, help="Minutes until it looks again; else once.")
@click.option("--all", "every_model", is_flag=True, help="Of every model, not the newest of each data set and country.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def reports(folder: Path, ending: str, every: int | None, every_model: bool, as_json: bool) -> None:
    """Write the measurement report of each new model into a folder. What is there already is left alone.

    It reads the models of this Mixline home, needs no server, and may be called by cron as often as you like.

    \b
    Example:
      mixline reports --to /srv/reports
      mixline reports --to /srv/reports --every 60
    """
    while True:
        written, failed = keep_up(folder, ending, newest=not every_model)
        if as_json:
            print_json({"folder": str(folder), "written": [path.name for path in written], "failed": failed})
        else:
            for path in written:
                click.echo(f"Wrote {path}")
            for model, sentence in failed.items():
                click.echo(f"Not written, model {model}: {sentence}", err=True)
            if not (written or failed) and every is None:
                click.echo("Every report is there already.")
        if every is None:
            sys.exit(1 if failed else 0)
        time.sleep(every * SECONDS)


def keep_up(folder: Path, ending: str, *, newest: bool) -> tuple[list[Path], dict[str, str]]:
    """Write what is missing. Gives the files written, and a sentence for each model whose report could not be made.

    A file appears whole or not at all; one report that fails does not keep the others from being written.
    """
    from mixline.services.context import open_services

    written, failed = [], {}
    services = open_services(load_settings())
    try:
        for row in list_wanted(services, newest=newest):
            target = folder / f"mixline-measurement-{row.id[:12]}.{ending}"
            if target.exists():
                continue
            try:
                content = make_report(services, row.id, ending)
            except MixlineError as error:
                failed[row.id[:12]] = str(error)
                continue
            folder.mkdir(parents=True, exist_ok=True)
            part = target.with_suffix(f".{os.getpid()}.part")
            part.write_bytes(content)
            part.replace(target)
            written.append(target)
    finally:
        services.close()
    return written, failed


def list_wanted(services: Services, *, newest: bool) -> Iterator[ModelRow]:
    """All models, newest first; with `newest` only the first of each data set, country and goal."""
    from mixline.services.models import list_models

    seen: set[tuple[str, str, str]] = set()
    offset = 0
    while rows := list_models(services, limit=PAGE, offset=offset):
        for row in rows:
            kind = (row.dataset_name, row.segment, row.goal)
            if not newest or kind not in seen:
                yield row
            seen.add(kind)
        offset += len(rows)


def make_report(services: Services, model_id: str, ending: str) -> bytes:
    """The same report as the page gives. Raises UnavailableError without a browser for a PDF."""
    from mixline.local.services import find_root
    from mixline.services.reports import get_report

    # The figures belong to the dashboard, which stands beside the package in the source tree.
    root = str(find_root())
    if root not in sys.path:
        sys.path.append(root)
    from dashboard.reports.composing import compose
    from dashboard.reports.page import write_page
    from dashboard.reports.printing import print_page

    page = write_page(compose(get_report(services, model_id), "measurement"))
    return page.encode() if ending == "html" else print_page(page, "pdf")
