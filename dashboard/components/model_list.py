"""The models there are: one line each, newest first within their data set and country."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.components.aria import aria
from dashboard.figures.format import write_moment
from dashboard.view import SHORT_ID, View
from mixline.messages import ModelRow, Verdict

SHOWN = 12
VERDICT_TAGS: dict[Verdict, tuple[str, str]] = {
    "trust": ("Trust", "state-succeeded"),
    "care": ("Care", "warning"),
    "do_not_use": ("Do not use", "error"),
}


def model_list(view: View, path: str) -> html.Section:
    ordered = sorted(view.rows, key=lambda row: row.created_at, reverse=True)
    # Those of the same data set and country come first: they are what one switches between.
    ordered.sort(key=lambda row: _distance(row, view.row))
    lines = [_line(row, view, path) for row in ordered]
    table: list[Any] = [_table(lines[:SHOWN])]
    if len(lines) > SHOWN:
        table.append(
            html.Details([html.Summary(f"{len(lines) - SHOWN} more"), _table(lines[SHOWN:])], className="older")
        )
    count = "One model" if len(lines) == 1 else f"{len(lines)} models"
    note = "Each run adds one; a choice by hand adds one. Nothing is ever overwritten."
    return html.Section(
        [html.H2(f"{count} to look at"), html.P(note, className="figure-note"), *table], className="panel"
    )


def _distance(row: ModelRow, chosen: ModelRow) -> int:
    if row.dataset_name != chosen.dataset_name:
        return 2
    return 0 if row.segment == chosen.segment else 1


def _table(lines: list[html.Tr]) -> html.Div:
    head = [html.Th(name, scope="col") for name in ("Model", "Data", "Fitted", "Verdict")]
    return html.Div(
        html.Table([html.Thead(html.Tr(head)), html.Tbody(lines)], className="plain-table"),
        className="table-scroll model-list",
    )


def _line(row: ModelRow, view: View, path: str) -> html.Tr:
    here = row.id == view.row.id
    word, look = VERDICT_TAGS[row.verdict]
    href = view.filters.link(path, model=row.id[:SHORT_ID], country="", dataset="")
    name = html.Strong(row.title, **aria(current="true")) if here else dcc.Link(row.title, href=href)
    return html.Tr(
        [
            html.Td(name),
            html.Td(f"{row.dataset_name} version {row.dataset_version}"),
            html.Td(write_moment(row.created_at)),
            html.Td(html.Span(word, className=f"tag {look}")),
        ]
    )
