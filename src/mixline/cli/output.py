"""How the command line prints: tables for people, JSON for machines, progress for the impatient."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import click


class ProgressLike(Protocol):
    """What is shown of a fit's progress."""

    stage: str
    percent: float
    seconds_left: float | None


def print_json(document: Any) -> None:
    """One JSON document on the output stream."""
    click.echo(json.dumps(document, ensure_ascii=False, allow_nan=False, default=str))


def wants_json() -> bool:
    """Whether --json was given, also when the command failed before its options were read."""
    return "--json" in sys.argv


def print_error(error: dict[str, Any]) -> None:
    """One sentence, or one JSON document with --json, on the error stream."""
    if wants_json():
        click.echo(json.dumps({"error": error}, ensure_ascii=False, default=str), err=True)
    else:
        click.echo(f"mixline: {error['sentence']}", err=True)


def print_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, text_columns: int = 1, note: str = ""
) -> None:
    """A table whose first columns are text; the others are figures, set to the right (-1: all are text)."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", caption=note or None, caption_justify="left", header_style="bold")
    for index, column in enumerate(columns):
        text = text_columns < 0 or index < text_columns
        table.add_column(column, justify="left" if text else "right", no_wrap=index == 0)
    for row in rows:
        table.add_row(*row)
    console = Console()
    console = console if console.is_terminal else Console(width=120)
    console.print(table)


@contextmanager
def show_progress(label: str, *, quiet: bool) -> Iterator[Any]:
    """A callback for fit progress: a bar in a terminal, a line every ten percent elsewhere, nothing when quiet."""
    if quiet:
        yield lambda progress: None
        return
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        ) as bar:
            task = bar.add_task(label, total=100)
            yield lambda progress: bar.update(task, completed=progress.percent, description=progress.stage)
            bar.update(task, completed=100)
        return
    shown = -10.0

    def print_line(progress: ProgressLike) -> None:
        nonlocal shown
        if progress.percent >= shown + 10:
            shown = progress.percent
            left = "" if progress.seconds_left is None else f", about {progress.seconds_left:.0f} s left"
            click.echo(f"{label}: {progress.stage}, {progress.percent:.0f} %{left}", err=True)

    yield print_line


def format_number(value: float) -> str:
    """A figure with three significant digits or whole thousands: 1,234,568; 12.3; 0.0123."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:,.3g}" if abs(value) < 1 else f"{value:,.2f}"
