"""Cells of tables whose rows stand by themselves where there is little room: the class `stacked` of 30-models.css."""

from __future__ import annotations

from typing import Any

from dash import html


def stack_cell(cell: Any, name: str, look: str = "") -> html.Td:
    """A cell that says what it is where a table's rows are stacked, as on a telephone."""
    label: dict[str, Any] = {"data-label": name}
    return html.Td(cell, className=look, **label)
