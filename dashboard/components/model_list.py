"""The models there are: one line each, newest first within their data set and country."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.components.aria import aria
from dashboard.components.stacked import stack_cell
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
    note = "Each run adds one; a choice by hand adds one. Nothing is ever overwritten. Compare sets one beside the model shown."
    return html.Section(
        [html.H2(f"{count} to look at"), html.P(note, className="figure-note"), *table], className="panel", id="models"
    )


def _distance(row: ModelRow, chosen: ModelRow) -> int:
    if row.dataset_name != chosen.dataset_name:
        return 2
    return 0 if row.segment == chosen.segment else 1


def _table(lines: list[html.Tr]) -> html.Div:
    head = [html.Th(name, scope="col") for name in ("Model", "Data", "Fitted", "Verdict", "Side by side")]
    return html.Div(
        html.Table([html.Thead(html.Tr(head)), html.Tbody(lines)], className="plain-table"),
        className="table-scroll stacked model-list",
    )


def _beside(row: ModelRow, view: View) -> dcc.Link:
    """The two models side by side, the earlier one first."""
    first, second = sorted((row, view.row), key=lambda model: model.created_at)
    named = html.Span(f" with {row.title}, {row.search}", className="visually-hidden")
    return dcc.Link(["Compare", named], href=f"/compare?models={first.id[:SHORT_ID]},{second.id[:SHORT_ID]}")


def _line(row: ModelRow, view: View, path: str) -> html.Tr:
    here = row.id == view.row.id
    word, look = VERDICT_TAGS[row.verdict]
    href = view.filters.link(path, model=row.id[:SHORT_ID], country="", dataset="")
    name = html.Strong(row.title, **aria(current="true")) if here else dcc.Link(row.title, href=href)
    return html.Tr(
        [
            stack_cell([name, html.Div(row.search, className="soft small")] if row.search else name, ""),
            stack_cell(f"{row.dataset_name} version {row.dataset_version}", "Data"),
            stack_cell(write_moment(row.created_at), "Fitted"),
            stack_cell(html.Span(word, className=f"tag {look}"), "Verdict"),
            stack_cell("" if here else _beside(row, view), ""),
        ]
    )
