"""The frame of a page that shows a model: its header with facts and filters, and the states before there is one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from dashboard.client import TrainerClient, current_client
from dashboard.components import states
from dashboard.components.aria import aria
from dashboard.components.terms import term
from dashboard.figures.format import write_date, write_moment, write_span
from dashboard.theme import current_mode
from dashboard.view import PERIODS, SHORT_ID, View, open_view, read_filters
from mixline.errors import MixlineError
from mixline.messages import ModelRow, ProgressView


def frame(
    path: str,
    title: str,
    query: dict[str, Any],
    draw: Callable[[View, TrainerClient], Sequence[Any]],
    lede: Callable[[View], str],
    *,
    by_period: bool = False,
) -> html.Div:
    """A page about one model.

    Args:
        path: the page's own address, for its filters' links.
        title: its heading.
        query: what stands in the address.
        draw: its body, for the model the filters point to.
        lede: the finding of the page in one sentence.
        by_period: whether the week / month / quarter filter means something here.
    """
    client = current_client()
    filters = read_filters(query)
    known = client.list_models()
    if not known.value:
        return _nothing_yet(client)
    view = open_view(client, known, filters, current_mode())
    header = html.Header(
        [
            html.Div([html.H1(title), html.P(lede(view), className="lede"), _facts(view)]),
            _filters(path, view, by_period),
        ],
        className="page-header",
    )
    banner = [states.stale(view.stale_since)] if view.stale_since else []
    return html.Div([header, *banner, *draw(view, client)], className="page")


def _nothing_yet(client: TrainerClient) -> html.Div:
    demo = client.read_status().value.demo
    if demo == "failed":
        return states.demo_failed()
    if demo != "seeding":
        return states.no_model()
    return states.seeding(_seeding_progress(client))


def _seeding_progress(client: TrainerClient) -> ProgressView | None:
    try:
        runs = client.list_runs().value
    except MixlineError:
        return None
    active = [run.job.progress for run in runs if run.job.state == "running"]
    return active[0] if active else None


def _facts(view: View) -> html.Div:
    summary = view.summary
    facts: list[Any] = [
        *([] if len(view.rows) > 1 else [html.Span(summary.title)]),  # else the model's menu says it
        html.Span([term("As of", "as_of"), f" {write_date(summary.window_end)}"]),
        html.Span(f"Modelled {write_span(summary.window_start, summary.window_end)}"),
        html.Span([term("Data set", "data_version"), f" {summary.dataset_name}, version {summary.dataset_version}"]),
    ]
    if summary.lineage.tracking_url:
        link = html.A("in MLflow", href=summary.lineage.tracking_url, target="_blank", rel="noopener noreferrer")
        facts.append(html.Span([term("Run", "model_run"), " ", link]))
    return html.Div(facts, className="facts")


def _filters(path: str, view: View, by_period: bool) -> html.Div:
    parts = []
    same_data = [row for row in view.rows if row.dataset_name == view.row.dataset_name]
    countries = sorted({row.segment for row in same_data if row.segment})
    if len(countries) > 1:
        parts.append(_filter("Country", _segmented(path, view, "country", countries, view.row.segment)))
    if len(view.rows) > 1:
        parts.append(_filter("Model", _model_menu(path, view)))
    if by_period:
        parts.append(_filter("Period", _segmented(path, view, "period", PERIODS[view.summary.interval], view.period)))
    parts.append(_filter("Ranges", _segmented(path, view, "range", ("50", "90"), str(view.look.level))))
    return html.Div(parts, className="filters", role="group", **aria(label="Filters"))


def _filter(name: str, control: Any) -> html.Div:
    return html.Div([html.Span(name, className="filter-name"), control], className="filter")


def _segmented(path: str, view: View, name: str, options: Sequence[str], chosen: str) -> html.Div:
    """A choice of few, as links: the address holds the state, and going back goes back."""
    links = []
    for option in options:
        changes = {name: option}
        if name == "country":
            changes |= {"model": "", "dataset": view.row.dataset_name}
        links.append(
            dcc.Link(
                f"{option} %" if name == "range" else option.capitalize() if name == "period" else option,
                href=view.filters.link(path, **changes),
                className="chosen" if option == chosen else "",
            )
        )
    return html.Div(links, className="segmented", role="group", **aria(label=name.capitalize()))


def _model_menu(path: str, view: View) -> dbc.DropdownMenu:
    items = [
        dbc.DropdownMenuItem(
            [html.Div(row.title), html.Div(_subtitle(row), className="soft small")],
            href=view.filters.link(path, model=row.id[:SHORT_ID], country="", dataset=""),
            active=row.id == view.row.id,
        )
        for row in view.rows
    ]
    return dbc.DropdownMenu(items, label=view.row.title, align_end=True, className="picker")


def _subtitle(row: ModelRow) -> str:
    return f"{row.dataset_name} version {row.dataset_version} · fitted {write_moment(row.created_at)}"
