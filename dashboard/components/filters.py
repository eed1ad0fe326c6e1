"""The one filter bar: country, goal, model, period and ranges, and the currency amounts are in.

Every choice is a link, so the address holds the state: a view can be sent, going back goes back, and no two people share
one. Filters that would change nothing are not shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from dashboard.components.aria import aria
from dashboard.components.markets import COUNTRIES
from dashboard.components.menu import menu_heading, menu_link
from dashboard.components.terms import term
from dashboard.figures.format import write_moment
from dashboard.labels import write_label
from dashboard.view import PERIODS, SHORT_ID, View
from mixline.exchange import Rates
from mixline.messages import ModelRow

SIDE_BY_SIDE = 40  # letters of a choice, with the room around each, that fit beside each other on a telephone
MOST_ALIKE, MOST_OTHERS = 30, 12  # models named in the menu; the page Models lists them all


def filter_bar(path: str, view: View, *, by_period: bool = False, rates: Rates | None = None) -> html.Div:
    """The filters of the page at `path`. `by_period` when week, month and quarter mean something there; `rates` where the page
    shows its amounts in other currencies, too.
    """
    row = view.row
    same_data = [other for other in view.rows if other.dataset_name == row.dataset_name]
    countries = sorted({other.segment for other in same_data if other.segment})
    goals = sorted({other.goal for other in same_data if other.segment == row.segment})
    anew = {"model": "", "dataset": row.dataset_name}
    goal = {"kpi": row.goal} if len({other.goal for other in same_data}) > 1 else {}
    parts = []
    if len(countries) > 1:
        links = {name: view.filters.link(path, **{**anew, **goal, "country": name}) for name in countries}
        parts.append(_filter("Country", _choice("Country", links, row.segment, COUNTRIES)))
    if len(goals) > 1:
        links = {
            write_label(name): view.filters.link(path, **{**anew, "country": row.segment, "kpi": name})
            for name in goals
        }
        parts.append(_filter("Goal", _choice("Goal", links, write_label(row.goal))))
    if len(view.rows) > 1:
        parts.append(_filter("Model", _model_menu(path, view)))
    if by_period:
        links = {name.capitalize(): view.filters.link(path, period=name) for name in PERIODS[view.summary.interval]}
        parts.append(_filter("Period", segmented("Period", links, view.period.capitalize())))
    levels = {f"{level} %": view.filters.link(path, range=level) for level in ("50", "90")}
    parts.append(_filter(term("Ranges", "range"), segmented("Ranges", levels, f"{view.look.level} %")))
    own, shown = view.exchange.own, view.summary.currency
    offered = (rates or Rates()).offer(own)
    if offered:
        links = {code: view.filters.link(path, currency="" if code == own else code) for code in offered}
        parts.append(_filter("Amounts in", _choice("Amounts in", links, shown)))
    elif shown:
        asked = view.filters.currency not in ("", own)  # on another page, which can convert
        why = [html.Span(", the currency of the data", className="soft")] if asked else []
        parts.append(_filter("Amounts in", html.Span([shown, *why], className="filter-fact")))
    return html.Div(parts, className="filters", role="group", **aria(label="Filters"))


def _filter(name: Any, control: Any) -> html.Div:
    return html.Div([html.Span(name, className="filter-name"), control], className="filter")


def segmented(name: str, links: dict[str, str], chosen: str) -> html.Div:
    """A choice of few. What is chosen is said to who does not see it, too."""
    options = []
    for label, link in links.items():
        current: dict[str, Any] = aria(current="true") if label == chosen else {}
        text = html.Span(label, **current)
        options.append(dcc.Link(text, href=link, className="chosen" if label == chosen else ""))
    return html.Div(options, className="segmented", role="group", **aria(label=name))


def _choice(name: str, links: dict[str, str], chosen: str, words: Mapping[str, str] | None = None) -> Any:
    """A few side by side, many in a menu, there with what each stands for in `words`."""
    if sum(len(label) + 3 for label in links) <= SIDE_BY_SIDE:
        return segmented(name, links, chosen)
    items = [
        menu_link(
            [label, *([html.Span(f" {words[label]}", className="soft")] if words and label in words else [])],
            link,
            chosen=label == chosen,
        )
        for label, link in links.items()
    ]
    return dbc.DropdownMenu(
        items, label=[html.Span(f"{name}: ", className="visually-hidden"), chosen], className="picker"
    )


def _model_menu(path: str, view: View) -> dbc.DropdownMenu:
    """Models of the same data, country and goal first, the newest on top."""

    def alike(row: ModelRow) -> bool:
        chosen = view.row
        return (row.dataset_name, row.segment, row.goal) == (chosen.dataset_name, chosen.segment, chosen.goal)

    near = [row for row in view.rows if alike(row)]
    others = [row for row in view.rows if not alike(row)]
    items = _items(path, view, near[:MOST_ALIKE])
    if others:
        items += [menu_heading("Other models"), *_items(path, view, others[:MOST_OTHERS])]
    if len(near) > MOST_ALIKE or len(others) > MOST_OTHERS:
        all_of_them = view.filters.link("/models", model=view.row.id[:SHORT_ID]) + "#models"
        items += [
            dbc.DropdownMenuItem(divider=True),
            dbc.DropdownMenuItem(f"All {len(view.rows):,} models", href=all_of_them),
        ]
    return dbc.DropdownMenu(items, label=view.row.title, className="picker")


def _items(path: str, view: View, rows: Sequence[ModelRow]) -> list[dbc.DropdownMenuItem]:
    return [
        menu_link(
            [html.Div(row.title), html.Div(_subtitle(row), className="soft small")],
            view.filters.link(path, model=row.id[:SHORT_ID], country="", dataset="", kpi=""),
            chosen=row.id == view.row.id,
        )
        for row in rows
    ]


def _subtitle(row: ModelRow) -> str:
    return f"{row.dataset_name} version {row.dataset_version} · fitted {write_moment(row.created_at)}"
