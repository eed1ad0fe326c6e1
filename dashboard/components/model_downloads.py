"""What can be taken away of a model: its own files, and its contributions as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from dash import html

from mixline.messages import Contributions

PATH = "/downloads/models"
CONTRIBUTIONS = "contributions.csv"
FILES: tuple[tuple[str, str], ...] = (
    (CONTRIBUTIONS, "What each term brought, period by period, with 90\u00a0% ranges"),
    ("model.json", "Specification, measures, the reason of choice"),
    ("draws.parquet", "The parameters of every draw"),
    ("candidates.parquet", "What the search tried"),
    ("series.parquet", "The data the model was fitted on"),
)
TYPES = {".json": "application/json", ".parquet": "application/vnd.apache.parquet", ".csv": "text/csv; charset=utf-8"}
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would compute instead of show


def downloads_panel(model_id: str) -> html.Section:
    rows = [
        html.Li([html.A(name, href=f"{PATH}/{model_id}/{name}", download=f"{model_id[:12]}-{name}"), f" – {what}"])
        for name, what in FILES
    ]
    note = "model.json and the Parquet tables beside it are the whole model; nothing in them can be executed."
    return html.Section(
        [html.H2("Take it with you"), html.P(note, className="figure-note"), html.Ul(rows, className="downloads")],
        className="panel",
    )


def write_contributions(document: Contributions) -> str:
    """One line per period: actual, fitted, then each term with both ends of its range."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    head = ["date", f"actual ({document.unit})", "fitted"]
    for term in document.terms:
        label = _plain(term.label)
        head += [label, f"{label}, 5 %", f"{label}, 95 %"]
    writer.writerow(_plain(cell) for cell in head)
    for place, day in enumerate(document.dates):
        row: list[str | float] = [day.isoformat(), document.actual[place], document.fitted[place]]
        for term in document.terms:
            row += [term.value[place], term.low[place], term.high[place]]
        writer.writerow(row)
    return text.getvalue()


def known_names() -> Sequence[str]:
    return [name for name, _ in FILES]


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
