"""What can be taken away of a model: its own files, and its contributions as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from dash import html

from dashboard.components.aria import aria
from dashboard.figures.format import unit_of
from dashboard.reports.document import Kind
from dashboard.reports.route import report_link
from mixline.messages import Contributions, ModelSummary

PATH = "/downloads/models"
CONTRIBUTIONS, CHANNELS = "contributions.csv", "channels.csv"
FILES: tuple[tuple[str, str], ...] = (
    (CHANNELS, "Each channel's spend, contribution, ROI and marginal ROI, with 90\u00a0% ranges"),
    (CONTRIBUTIONS, "What each term brought, period by period, with 90\u00a0% ranges"),
    ("model.json", "Specification, measures, the reason of choice"),
    ("draws.parquet", "The parameters of every draw"),
    ("candidates.parquet", "What the search tried"),
    ("series.parquet", "The data the model was fitted on"),
)
REPORTS: tuple[tuple[str, Kind, tuple[str, ...]], ...] = (
    ("One-page report", "onepage", ("html", "pdf", "png")),
    ("Measurement report, five pages", "measurement", ("html", "pdf")),
)
TYPES = {".json": "application/json", ".parquet": "application/vnd.apache.parquet", ".csv": "text/csv; charset=utf-8"}
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would compute instead of show


def downloads_panel(model_id: str) -> html.Section:
    rows = [
        html.Li([html.A(name, href=f"{PATH}/{model_id}/{name}", download=f"{model_id[:12]}-{name}"), f" – {what}"])
        for name, what in FILES
    ]
    reports = [
        html.Li(
            [
                f"{what}: ",
                *[
                    part
                    for ending in endings
                    for part in (
                        html.A(
                            ending.upper(),
                            href=report_link(model_id, ending, kind),
                            target="_blank" if ending == "html" else "",
                            rel="noopener",
                            download=None if ending == "html" else f"mixline-{model_id[:12]}-{kind}.{ending}",
                            **aria(label=f"{what} as {ending.upper()}"),
                        ),
                        " ",
                    )
                ],
            ]
        )
        for what, kind, endings in REPORTS
    ]
    note = "model.json and the Parquet tables beside it are the whole model; nothing in them can be executed."
    return html.Section(
        [
            html.H2("Take it with you"),
            html.P(note, className="figure-note"),
            html.Ul([*reports, *rows], className="downloads"),
        ],
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


def write_channels(summary: ModelSummary) -> str:
    """One line per paid channel: money, contribution and returns with both ends of their 90 % ranges."""
    figures = ("contribution", "roi", "marginal_roi")
    unit = unit_of(summary)
    per = f"conversions per {unit.money_name}" if unit.conversions else unit.roi_per  # as it stands: not per thousand
    units = {"contribution": "conversions" if unit.conversions else summary.currency, "roi": per, "marginal_roi": per}
    head = ["channel", f"spend ({summary.currency})" if summary.currency else "spend", "share of spend"]
    for name in (*figures, "share_of_effect"):
        label = name.replace("_", " ") + (f" ({units[name]})" if units.get(name) else "")
        head += [label, f"{label}, 5 %", f"{label}, 95 %"]
    head += ["immediate share", f"half-life ({summary.interval}s)", "P(ROI > 1)"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(head)
    for channel in summary.channels:
        row: list[str | float] = [_plain(channel.label), channel.spend, channel.share_of_spend]
        for name in (*figures, "share_of_effect"):
            estimate = getattr(channel, name)
            row += [estimate.value, estimate.low, estimate.high]
        writer.writerow([*row, channel.immediate_share, channel.half_life_periods, channel.probability_profitable])
    return text.getvalue()


def known_names() -> Sequence[str]:
    return [name for name, _ in FILES]


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
