"""The plan in numbers: what changes for each channel, what it brings and what stops it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from dashboard.components.panels import keep_together
from dashboard.components.plan_words import stop_words, to_message
from dashboard.figures.drawing import Look
from dashboard.figures.format import MINUS, write_share
from mixline.mmm.planner import Plan


def table_heads(look: Look) -> list[str]:
    unit = look.unit
    return ["Channel", "Today", "Planned", "Change", f"Brings ({unit.outcome_name})", f"Next money, {unit.roi_per}",
            "What stops it"]  # fmt: skip


def table_rows(plan: Plan, labels: Mapping[str, str], look: Look) -> list[tuple[str, list[str]]]:
    """(channel, cells) as written on the page, the dearest first, then all channels together under the name ""."""
    unit = look.unit
    rows = []
    for c in sorted(plan.channels, key=lambda c: -c.spend):
        rows.append(
            (
                c.name,
                [
                    labels.get(c.name, c.label),
                    unit.money(c.spend_today),
                    unit.money(c.spend),
                    change_words(c.change),
                    _brings(c.contribution, look),
                    unit.roi_with_range(to_message(c.marginal_roi), look.level),
                    stop_words(c),
                ],
            )
        )
    whole = plan.spend / plan.spend_today - 1 if plan.spend_today > 0 else None
    rows.append(
        (
            "",
            [
                "All channels",
                unit.money(plan.spend_today),
                unit.money(plan.spend),
                change_words(whole),
                _brings(plan.contribution, look),
                unit.roi_with_range(to_message(plan.marginal_roi), look.level),
                "",
            ],
        )
    )
    return rows


def delta_table(plan: Plan, labels: Mapping[str, str], look: Look) -> html.Table:
    """The table; on a narrow screen each channel becomes a small card (the cells carry the names of their columns)."""
    heads = table_heads(look)
    rows = []
    for name, cells in table_rows(plan, labels, look):
        swatch = [html.Span(className="swatch", style={"background": look.color(name)})] if name else []
        rest: list[Any] = [
            html.Td(keep_together(cell), className="words-cell" if place == 6 else "", **named(heads[place]))
            for place, cell in enumerate(cells)
            if place > 0
        ]
        rows.append(html.Tr([html.Th([*swatch, cells[0]], scope="row"), *rest], className="" if name else "total"))
    return html.Table(
        [html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])), html.Tbody(rows)],
        className="plain-table plan-table",
    )


def named(label: str) -> dict[str, Any]:
    """The name of its column on a cell, for screens on which rows become cards."""
    return {"data-label": label}


def change_words(value: float | None) -> str:
    """A relative change: +12 %."""
    if value is None:
        return "–"
    if abs(value) < 0.0005:
        return "0 %"
    return f"{MINUS if value < 0 else '+'}{write_share(abs(value))}"


def _brings(estimate: object, look: Look) -> str:
    figure = to_message(estimate)
    return f"{look.unit.outcome(figure.value)} ({look.unit.outcome_range(figure, look.level)})"
