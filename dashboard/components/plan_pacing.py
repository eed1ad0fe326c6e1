"""One's own pacing: a table of periods and channels in which 100 is the channel's mean."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import dash_ag_grid as dag
from dash import html

from dashboard.components.plan_inputs import PlanInputs, check_weight
from dashboard.figures.format import write_date
from mixline.mmm.planner import Plan

GRID, PANEL = "plan-weights", "plan-weights-panel"
SAME = 0.3  # weights of mean 100 closer than this are the same: the table shows one place


def pacing_panel(inputs: PlanInputs, usual: Plan | None, labels: Mapping[str, str]) -> html.Section:
    """The place of the table, empty and hidden while the pacing is not one's own: the grid's program is large."""
    content = [] if usual is None else pacing_table(inputs, usual, labels)
    return html.Section(content, id=PANEL, className="panel plan-pacing", hidden=usual is None)


def pacing_table(inputs: PlanInputs, usual: Plan, labels: Mapping[str, str]) -> list[Any]:
    """The table, filled with the weights that were given, else with those of `usual`."""
    columns: list[dict[str, Any]] = [{"field": "period", "headerName": "Begins", "pinned": "left", "width": 130}]
    columns += [
        {
            "field": f"c{place}",
            "headerName": labels.get(channel.name, channel.label),
            "editable": True,
            "type": "numericColumn",
            "cellDataType": "number",
            "valueParser": {"function": "Math.max(0, Number(params.newValue) || 0)"},
            "flex": 1,
            "minWidth": 96,
        }
        for place, channel in enumerate(usual.channels)
    ]
    grid = dag.AgGrid(
        id={"type": GRID, "place": "own"},
        columnDefs=columns,
        rowData=pacing_rows(inputs, usual),
        defaultColDef={
            "sortable": False, "resizable": True, "suppressHeaderMenuButton": True, "suppressHeaderFilterButton": True,
        },
        dashGridOptions={"singleClickEdit": True, "stopEditingWhenCellsLoseFocus": True, "animateRows": False},
        className="ag-theme-quartz",
        style={"height": "300px"},
    )  # fmt: skip
    return [
        html.H2("Spend over time"),
        html.P(
            [
                "100 is a channel's mean over the plan, 0 a pause. ",
                html.Span("Click a number to change it; only the proportions count.", className="screen-only"),
            ],
            className="figure-note",
        ),
        grid,
    ]  # fmt: skip


def pacing_rows(inputs: PlanInputs, today: Plan) -> list[dict[str, Any]]:
    """A row per period: the weights that were given, else those of a year before."""
    count = len(today.dates)
    columns = [
        resize(inputs.weights.get(c.name) or usual_weights(today, place), count)
        for place, c in enumerate(today.channels)
    ]
    return [
        {"period": write_date(day.item()), **{f"c{place}": column[row] for place, column in enumerate(columns)}}
        for row, day in enumerate(today.dates)
    ]


def read_weights(rows: Sequence[Mapping[str, Any]], usual: Plan) -> dict[str, tuple[float, ...]]:
    """The weights of the channels that differ from the usual; all 0 where the table says so, for the planner to refuse.

    Raises:
        InputError: a number larger than any proportion needs.
    """
    found = {}
    rows = rows[: len(usual.dates)]
    for place, channel in enumerate(usual.channels):
        given = tuple(_weight(row.get(f"c{place}")) for row in rows)
        known = usual_weights(usual, place)[: len(given)]
        if any(abs(a - b) > SAME for a, b in zip(_even(given), _even(known), strict=True)):
            found[channel.name] = given
    return found


def resize(weights: Sequence[float], count: int) -> tuple[float, ...]:
    """Weights for another number of periods: cut, or gone on with the mean."""
    return (*weights[:count], *([100.0] * (count - len(weights))))


def usual_weights(plan: Plan, place: int) -> tuple[float, ...]:
    """A channel's money over the periods of a plan, 100 being its mean."""
    channel = plan.channels[place]
    if channel.spend <= 0:
        return (100.0,) * len(plan.dates)
    return tuple(round(100 * float(x) * len(plan.dates) / channel.spend, 1) for x in channel.spend_by_period)


def _even(weights: Sequence[float]) -> list[float]:
    """Weights in proportion to a mean of 100."""
    mean = sum(weights) / len(weights)
    return [100 * weight / mean for weight in weights] if mean > 0 else list(weights)


def _weight(value: object) -> float:
    try:
        weight = float(str(value))
    except ValueError:
        return 0.0
    return check_weight(value, weight) if 0 <= weight < math.inf else 0.0
