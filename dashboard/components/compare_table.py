"""Headline figures, ranking and differences of the models compared, as tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from dashboard.components.terms import term
from dashboard.figures.compared_ranges import LETTERS
from dashboard.figures.drawing import Look
from dashboard.figures.format import write_date, write_number, write_share
from dashboard.words import VERDICTS, write_sentence
from mixline.messages import Comparison, ConfigurationRow, DataDifference, ModelSummary, Ranking

CRITERIA = {
    "hold_out": "Held-out periods",
    "checks": "Checks",
    "fit": "Fit",
    "stability": "Stability",
}
KINDS = {
    "specification": "What is asked",
    "ranges": "Search ranges",
    "window": "Window",
    "search": "Search",
    "refresh": "Refresh",
}
SHOWN = 12
SHORT_ID = 12
DIGEST = re.compile(r"[0-9a-f]{64}")


def headline_table(models: Sequence[ModelSummary], look: Look) -> html.Section:
    """What a director reads first, a column per model."""
    unit = look.unit
    per = f", {unit.roi_per}"
    rows: list[tuple[Any, list[str]]] = [
        (
            term(f"Paid marketing brought, {unit.currency or unit.outcome_name}", "incremental"),
            [f"{unit.outcome(m.incremental.value)} ({unit.outcome_range(m.incremental, look.level)})" for m in models],
        ),
        (
            f"The same a {models[0].interval}",
            [unit.outcome(m.incremental.value / m.periods) for m in models],
        ),
        (term(f"ROI{per}", "blended_roi"), [unit.roi_with_range(m.blended_roi, look.level) for m in models]),
        (
            term(f"ROI of the next{per}", "marginal_roi"),
            [unit.roi_with_range(m.marginal_roi, look.level) for m in models],
        ),
        (term("Spend", "spend"), [unit.money(m.spend) for m in models]),
        (f"Spend a {models[0].interval}", [unit.money(m.spend / m.periods) for m in models]),
        ("Periods", [f"{m.periods} {m.interval}s" for m in models]),
        (term("Explained (R²)", "r2"), [write_share(m.fit.r2) for m in models]),
        (term("Typical error (MAPE)", "mape"), [write_share(m.fit.mape) for m in models]),
        (
            term("Error on held-out periods", "nrmse_validation"),
            [
                write_share(m.fit.nrmse_validation) if m.fit.nrmse_validation is not None else "none held out"
                for m in models
            ],
        ),
        (term("Verdict", "verdict"), [VERDICTS[m.verdict] for m in models]),
    ]
    return _table(
        "Side by side", "", ["", *LETTERS[: len(models)]], [[name, *values] for name, values in rows], numbers=True
    )


def ranking_panel(comparison: Comparison, presets: Sequence[tuple[str, str, bool]]) -> html.Section:
    """Who comes first, and by what. `presets`: name, address, whether chosen."""
    letters = {model.id: LETTERS[place] for place, model in enumerate(comparison.models)}
    links = [dcc.Link(name, href=href, className="chosen" if chosen else "") for name, href, chosen in presets]
    weights = ", ".join(
        f"{CRITERIA[name]} {write_share(weight)}" for name, weight in comparison.weights.items() if weight > 0
    )
    parts: list[Any] = [
        html.Div(
            [html.H2("Which to rely on"), html.Div(links, className="segmented", role="group")], className="panel-head"
        ),
        html.P(
            f"Weights: {weights}. What cannot be said of a model leaves its weight to the others.",
            className="figure-note",
        ),
    ]
    for ranking in comparison.ranking:
        if len(comparison.ranking) > 1:
            name = f"{ranking.goal}{f', {ranking.segment}' if ranking.segment else ''}"
            parts.append(html.H3(name, className="compare-group"))
        parts.append(_ranking(ranking, letters))
    return html.Section(parts, className="panel")


def _ranking(ranking: Ranking, letters: dict[str, str]) -> html.Div:
    names = [score.criterion for score in ranking.models[0].scores]
    head = ["", "Score", *[CRITERIA[name] for name in names]]
    rows = []
    for model in ranking.models:
        cells: list[Any] = [html.Span(letters[model.model_id], className="letter"), f"{model.score:.2f}"]
        for score in model.scores:
            figure = "–" if score.value is None else f"{score.value:.2f}"
            cells.append(html.Div([html.Strong(figure), html.Div(write_sentence(score.words), className="soft small")]))
        rows.append(cells)
    return _scroll(head, rows)


def configuration_panel(comparison: Comparison) -> html.Section:
    """Where the specifications differ. Ranges of the search, which are many, wait behind a click."""
    head = ["Place", "Kind", *LETTERS[: len(comparison.models)]]
    ranges = [row for row in comparison.configuration if row.kind == "ranges"]
    others = [row for row in comparison.configuration if row.kind != "ranges"]
    others = _join_parts(others)
    count = len(others) + len(ranges)
    if not count:
        return _table("Same settings", "All models ask the same question in the same way.", head, [])
    parts: list[Any] = [
        html.H2("One setting differs" if count == 1 else f"{count} settings differ"),
        html.P("Places in the specification that are not the same.", className="figure-note"),
    ]
    if others:
        parts.append(_scroll(head, [_setting(row) for row in others]))
    if ranges:
        table = _scroll(head, [_setting(row) for row in ranges])
        many = "One search range" if len(ranges) == 1 else f"{len(ranges)} search ranges"
        parts.append(html.Details([html.Summary(many), table], className="older"))
    return html.Section(parts, className="panel")


def _join_parts(rows: list[ConfigurationRow]) -> list[ConfigurationRow]:
    """One line for what only some models have, an experiment or a channel, instead of one per setting of it."""
    whole = {row.path.removesuffix(".present") for row in rows if row.path.endswith(".present")}
    joined: dict[str, list[tuple[str, ConfigurationRow]]] = {}
    rest = []
    for row in rows:
        place, _, figure = row.path.rpartition(".")
        if place.startswith("studies.") or place in whole:
            joined.setdefault(place, []).append((figure, row))
        else:
            rest.append(row)
    studies = []
    for place, figures in joined.items():
        values = [
            ", ".join(
                f"{name} {_plain(row.values[model])}"
                for name, row in figures
                if row.values[model] and name not in ("present", "label")
            )
            for model in range(len(figures[0][1].values))
        ]
        studies.append(figures[0][1].model_copy(update={"path": place, "values": values}))
    return [*rest, *studies]


def _plain(text: str) -> str:
    """2,185,200 where the specification's short form says 2.1852e+06."""
    try:
        number = float(text)
    except ValueError:
        return text
    return f"{number:,.0f}" if abs(number) >= 10_000 else text


def _setting(row: ConfigurationRow) -> list[Any]:
    values = [value[:SHORT_ID] if DIGEST.fullmatch(value) else _plain(value) or "–" for value in row.values]
    return [html.Code(row.path), KINDS[row.kind], *values]


def data_panel(comparison: Comparison) -> html.Section:
    """How the data differ from those of the first model."""
    letters = {model.id: LETTERS[place] for place, model in enumerate(comparison.models)}
    items = [
        html.Li([html.Strong(f"{letters[pair.model_id]} against A"), " – ", write_data(pair.difference)])
        for pair in comparison.data
    ]
    revised = [
        [
            letters[pair.model_id],
            revision.label,
            str(revision.revised),
            "all of it" if revision.relative is None else write_share(revision.relative),
            f"{write_number(revision.largest, sign=True)} on {write_date(revision.largest_at)}",
        ]
        for pair in comparison.data
        for revision in pair.difference.revisions[:SHOWN]
    ]
    parts: list[Any] = [html.H2("Data"), html.Ul(items, className="plain-list")]
    if revised:
        parts.append(_scroll(["Model", "Column", "Values revised", "Size of it", "The largest"], revised))
    return html.Section(parts, className="panel")


def write_data(difference: DataDifference) -> str:
    """Rows added and dropped, columns, and revisions, in one or two sentences."""
    parts = []
    if difference.added:
        span = (
            f", {write_date(difference.first_added)} to {write_date(difference.last_added)}"
            if difference.first_added and difference.last_added
            else ""
        )
        parts.append(f"{difference.added} periods added{span}")
    if difference.dropped:
        parts.append(f"{difference.dropped} periods dropped")
    if difference.columns_added:
        parts.append(f"columns added: {', '.join(difference.columns_added)}")
    if difference.columns_dropped:
        parts.append(f"columns dropped: {', '.join(difference.columns_dropped)}")
    count = len(difference.revisions)
    if count:
        parts.append(f"{count} column{' was' if count == 1 else 's were'} revised in periods both have")
    return write_sentence("; ".join(parts)) if parts else "The same data."


def _table(
    title: str, note: str, head: Sequence[str], rows: Sequence[Sequence[Any]], *, numbers: bool = False
) -> html.Section:
    parts: list[Any] = [html.H2(title)]
    if note:
        parts.append(html.P(note, className="figure-note"))
    if rows:
        parts.append(_scroll(head, rows, numbers=numbers))
    return html.Section(parts, className="panel")


def _scroll(head: Sequence[str], rows: Sequence[Sequence[Any]], *, numbers: bool = False) -> html.Div:
    look = "number" if numbers else ""
    headings = [
        html.Th(
            html.Span(name, className="letter") if name in LETTERS and name else name,
            scope="col",
            className=look if place else "",
        )
        for place, name in enumerate(head)
    ]
    lines = [
        html.Tr([html.Td(cell, className=look if place else "") for place, cell in enumerate(row)]) for row in rows
    ]
    table = html.Table([html.Thead(html.Tr(headings)), html.Tbody(lines)], className="plain-table compare-table")
    return html.Div(table, className="table-scroll", tabIndex=0)
