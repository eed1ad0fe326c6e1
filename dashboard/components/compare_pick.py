"""Which models are compared: each with its letter, and links that add or remove one. The address holds the choice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import dash_bootstrap_components as dbc
from dash import dcc, html

from dashboard.components.compare_units import write_counted
from dashboard.components.model_list import VERDICT_TAGS
from dashboard.figures.compared_ranges import LETTERS
from dashboard.figures.format import write_moment, write_span
from dashboard.view import SHORT_ID
from mixline.messages import ModelRow, ModelSummary

MOST = 5
HERE = "/compare"


def link_models(ids: Sequence[str], range_: str = "", weights: str = "") -> str:
    """The address of a comparison."""
    query = {"models": ",".join(model_id[:SHORT_ID] for model_id in ids), "range": range_, "weights": weights}
    return f"{HERE}?{urlencode({name: value for name, value in query.items() if value}, safe=',')}"


def pick_panel(
    models: Sequence[ModelSummary], rows: Sequence[ModelRow], range_: str = "", weights: str = ""
) -> html.Section:
    """A card per model, and a menu of the others."""
    ids = [model.id for model in models]
    made = {row.id: row.search for row in rows}
    cards = [_card(place, model, ids, made.get(model.id, ""), range_, weights) for place, model in enumerate(models)]
    others = [row for row in rows if row.id not in ids]
    if others and len(ids) < MOST:
        cards.append(_menu(others, ids, range_, weights))
    return html.Section(
        [html.H2("Models compared", className="visually-hidden"), html.Div(cards, className="compare-cards")],
        className="compare-pick",
    )


def _card(place: int, model: ModelSummary, ids: list[str], made: str, range_: str, weights: str) -> html.Div:
    word, look = VERDICT_TAGS[model.verdict]
    rest = [model_id for model_id in ids if model_id != model.id]
    remove: list[Any] = []
    if len(rest) >= 2:
        href = link_models(rest, range_, weights)
        named = html.Span(f" model {LETTERS[place]}", className="visually-hidden")
        remove = [dcc.Link(["Remove", named], href=href, className="soft small")]
    return html.Div(
        [
            html.Div(
                [html.Span(LETTERS[place], className="letter"), html.Span(word, className=f"tag {look}"), *remove],
                className="compare-head",
            ),
            dcc.Link(model.title, href=f"/models?model={model.id[:SHORT_ID]}", className="compare-title"),
            html.Div(write_counted(model), className="small"),
            html.Div(f"{model.dataset_name} version {model.dataset_version}", className="soft small"),
            html.Div(write_span(model.window_start, model.window_end), className="soft small"),
            *([html.Div(made, className="soft small")] if made else []),
            html.Div(f"fitted {write_moment(model.created_at)}", className="soft small"),
        ],
        className="compare-card",
    )


def _menu(others: Sequence[ModelRow], ids: list[str], range_: str, weights: str) -> html.Div:
    items = [
        dbc.DropdownMenuItem(
            [
                html.Div(row.title),
                html.Div(
                    " · ".join(
                        part
                        for part in (
                            f"{row.dataset_name} version {row.dataset_version}",
                            row.search,
                            f"fitted {write_moment(row.created_at)}",
                        )
                        if part
                    ),
                    className="soft small",
                ),
            ],
            href=link_models([*ids, row.id], range_, weights),
        )
        for row in others
    ]
    menu = dbc.DropdownMenu(items, label="Add a model", className="picker")
    return html.Div(
        [menu, html.Div("Two to five can stand side by side.", className="soft small")], className="compare-add"
    )
