"""Headline figures of the models compared, a column per model, each in its own unit; and the table they all stand in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dash import html

from dashboard.components.compare_units import group_units, write_counted
from dashboard.components.model_list import VERDICT_TAGS
from dashboard.components.terms import term
from dashboard.figures.compared_ranges import LETTERS
from dashboard.figures.drawing import Look
from dashboard.figures.format import Unit, unit_of, write_share
from mixline.messages import Estimate, ModelSummary

Cell = Callable[[ModelSummary], Any]


def headline_table(models: Sequence[ModelSummary], look: Look) -> html.Section:
    """What a director reads first. Where the models count different things, every cell says what."""
    groups = group_units(models)
    alike = len(groups) == 1
    shared = groups[0].unit
    per = f", {shared.roi_per}" if alike else ""
    interval = models[0].interval if len({model.interval for model in models}) == 1 else "period"

    def brought(model: ModelSummary) -> Any:
        unit = unit_of(model)
        return _two(_counted(unit, model, unit.outcome(model.incremental.value), alike),
                    unit.outcome_range(model.incremental, look.level))  # fmt: skip

    def returned(estimate: Callable[[ModelSummary], Estimate]) -> Cell:
        def write(model: ModelSummary) -> Any:
            unit = unit_of(model)
            value, _, ends = unit.roi_with_range(estimate(model), look.level).partition(" (")
            return _two(value, ends.removesuffix(")") + ("" if alike else f", {unit.roi_per}"))

        return write

    rows: list[tuple[Any, Cell]] = [
        *([] if alike else [("What is counted", write_counted)]),
        (term(f"Paid marketing brought{_currency(shared) if alike else ''}", "incremental"), brought),
        (f"The same a {interval}", lambda m: unit_of(m).outcome(m.incremental.value / m.periods)),
        (term(f"ROI{per}", "blended_roi"), returned(lambda m: m.blended_roi)),
        (term(f"ROI of the next{per}", "marginal_roi"), returned(lambda m: m.marginal_roi)),
        (term("Spend", "spend"), lambda m: unit_of(m).money(m.spend)),
        (f"Spend a {interval}", lambda m: unit_of(m).money(m.spend / m.periods)),
        ("Periods", lambda m: f"{m.periods} {m.interval}s"),
        (term("Explained (R²)", "r2"), lambda m: write_share(m.fit.r2)),
        (term("Typical error (MAPE)", "mape"), lambda m: write_share(m.fit.mape)),
        (term("Error on held-out periods", "nrmse_validation"), _held_out),
        (term("Verdict", "verdict"), _verdict),
    ]
    head = ["", *LETTERS[: len(models)]]
    return html.Section(
        [
            html.H2("Side by side"),
            scroll_table(head, [[name, *map(write, models)] for name, write in rows], numbers=True),
        ],
        className="panel",
    )


def scroll_table(head: Sequence[str], rows: Sequence[Sequence[Any]], *, numbers: bool = False) -> html.Div:
    """A table that scrolls in its own frame; its first column stays in sight."""
    look = "number" if numbers else ""
    lines = [
        html.Tr([html.Td(cell, className=look if place else "") for place, cell in enumerate(row)]) for row in rows
    ]
    return frame_table(head, lines, look)


def frame_table(head: Sequence[str], lines: Sequence[html.Tr], look: str = "", *, stacked: bool = False) -> html.Div:
    """The same for lines that are made already. With `stacked` each row stands by itself on a telephone (`stack_cell`)."""
    headings = [
        html.Th(
            html.Span(name, className="letter") if name and name in LETTERS else name,
            scope="col",
            className=look if place else "",
        )
        for place, name in enumerate(head)
    ]
    table = html.Table([html.Thead(html.Tr(headings)), html.Tbody(lines)], className="plain-table compare-table")
    return html.Div(table, className="table-scroll stacked" if stacked else "table-scroll", tabIndex=0)


def _two(value: str, below: str) -> html.Div:
    return html.Div([value, html.Div(below, className="soft small")])


def _counted(unit: Unit, model: ModelSummary, text: str, alike: bool) -> str:
    return text if alike or not unit.conversions else f"{text} {model.goal.lower()}"


def _currency(unit: Unit) -> str:
    if unit.conversions:
        return f", {unit.outcome_name}"
    return f", {unit.currency}" if unit.currency else ""


def _held_out(model: ModelSummary) -> str:
    error = model.fit.nrmse_validation
    return "none held out" if error is None else write_share(error)


def _verdict(model: ModelSummary) -> html.Span:
    word, look = VERDICT_TAGS[model.verdict]
    return html.Span(word, className=f"tag {look}")
