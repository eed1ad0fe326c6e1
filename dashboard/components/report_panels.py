"""A one-page report inside a page: its eight panels, with the ways to take it along."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dash import dcc, html

from dashboard.components.aria import aria
from dashboard.components.panels import panel
from dashboard.figures.candidate_returns import draw_as_models
from dashboard.figures.drawing import make_look
from dashboard.figures.format import RangeLevel
from dashboard.labels import label_summary
from dashboard.reports.headline import judge
from dashboard.reports.onepage import draw_panels
from dashboard.reports.route import report_link
from dashboard.theme import Mode
from mixline.messages import ModelSummary, ReportDocuments

PANELS, ASKED = "candidate-panels", "candidate-asked"
HEIGHT = 300  # pixels of each figure
ENDINGS = ("html", "pdf", "png")


def report_buttons(model_id: str, candidate: int | None) -> html.Div:
    """HTML opens beside the page; PDF and PNG are saved."""
    links = [
        html.A(
            ending.upper(),
            href=report_link(model_id, ending, candidate=candidate),
            className="button",
            target="_blank" if ending == "html" else "",
            rel="noopener",
            download=None if ending == "html" else f"mixline-{model_id[:12]}-{candidate}.{ending}",
            **aria(label=f"One-page report of this candidate as {ending.upper()}"),
        )
        for ending in ENDINGS
    ]
    return html.Div(links, className="report-buttons")


def report_place(model_id: str, candidate: int, level: RangeLevel) -> html.Section:
    """Where the report appears; the page is there at once, the candidate is fitted again meanwhile."""
    return html.Section(
        [
            html.Div(
                [html.H2("Its one-page report", id="title-report"), report_buttons(model_id, candidate)],
                className="panel-head",
            ),
            dcc.Loading(
                html.Div(id=PANELS, **aria(live="polite", busy="true")),
                custom_spinner=html.P("Fitting the candidate again …", className="soft"),
                delay_show=150,
            ),
            dcc.Store(id=ASKED, data={"model": model_id, "candidate": candidate, "level": level}),
        ],
        className="report-place",
        **aria(labelledby="title-report"),
    )


def report_panels(documents: ReportDocuments, now: ModelSummary, mode: Mode, level: RangeLevel) -> list[Any]:
    """The verdict on the candidate, what it would say beside what the model says `now`, and the eight panels of its report."""
    summary = label_summary(documents.summary)
    look = make_look(summary, mode, level)
    verdict = judge(summary)
    # Other figures of the page may have the same name.
    drawings = [replace(d, name=f"candidate-{d.name}", height=HEIGHT) for d in draw_panels(documents, look)]
    own = [c.roi for c in summary.channels] == [c.roi for c in now.channels]
    return [
        html.Div([html.H3(verdict.heading), html.P(verdict.worst)], className=f"banner {verdict.verdict}"),
        *([] if own else [panel(draw_as_models(now, summary, make_look(now, mode, level)))]),
        html.Div([panel(drawing) for drawing in drawings], className="report-grid"),
    ]
