"""The frame of a page that shows a model: its header with facts, its filters, and the states before there is one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dash import html

from dashboard.client import TrainerClient, current_client
from dashboard.components import states
from dashboard.components.filters import filter_bar
from dashboard.components.terms import term
from dashboard.exchange import Exchange, current_rates
from dashboard.figures.format import write_date, write_span
from dashboard.theme import current_mode
from dashboard.view import View, open_view, read_filters
from mixline.errors import MixlineError
from mixline.exchange import Rates
from mixline.messages import ProgressView


def frame(
    path: str,
    title: str,
    query: dict[str, Any],
    draw: Callable[[View, TrainerClient], Sequence[Any]],
    lede: Callable[[View], str],
    *,
    by_period: bool = False,
    converts: bool = False,
) -> html.Div:
    """A page about one model.

    Args:
        path: the page's own address, for its filters' links.
        title: its heading.
        query: what stands in the address.
        draw: its body, for the model the filters point to.
        lede: the finding of the page in one sentence.
        by_period: whether the week / month / quarter filter means something here.
        converts: whether the page shows its amounts in other currencies, too.
    """
    client = current_client()
    filters = read_filters(query)
    known = client.list_models()
    if not known.value:
        return _nothing_yet(client, path)
    rates = current_rates() if converts else Rates()
    view = open_view(client, known, filters, current_mode(), rates)
    header = html.Header(
        [html.H1(title), html.P(lede(view), className="lede"), _facts(view)],
        className="page-header",
    )
    banner = [states.stale(view.stale_since)] if view.stale_since else []
    source: dict[str, Any] = {"data-source": write_source(view)}
    return html.Div(
        [header, filter_bar(path, view, by_period=by_period, rates=rates), *banner, *draw(view, client)],
        className="page",
        **source,
    )


def write_source(view: View) -> str:
    """Where the numbers of a page come from, for what is taken away from it."""
    return f"{view.summary.title} · as of {write_date(view.summary.window_end)} · Mixline"


def _nothing_yet(client: TrainerClient, path: str) -> html.Div:
    demo = client.read_status().value.demo
    if demo == "failed":
        return states.demo_failed()
    if demo != "seeding":
        return states.no_model(path)
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
    if view.exchange.changes:
        facts.append(html.Span(write_rate(view.exchange)))
    if summary.lineage.tracking_url:
        link = html.A("in MLflow", href=summary.lineage.tracking_url, target="_blank", rel="noopener noreferrer")
        facts.append(html.Span([term("Run", "model_run"), " ", link]))
    return html.Div(facts, className="facts")


def write_rate(exchange: Exchange) -> str:
    """At what rate amounts were converted: 1 EUR = 1.0852 USD, rate of 20 Nov 2026."""
    day = f", rate of {write_date(exchange.day)}" if exchange.day else ""
    return f"1 {exchange.own} = {exchange.rate:.5g} {exchange.into}{day}"
