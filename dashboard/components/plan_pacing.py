"""One's own pacing: a table of periods and channels in which 100 is the channel's mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_ag_grid as dag
from dash import html

from dashboard.components.plan_inputs import PlanInputs
from dashboard.figures.format import write_date
from mixline.mmm.planner import Plan

GRID, PANEL = "plan-weights", "plan-weights-panel"
SAME = 0.05  # weights closer than this are the same


def pacing_table(inputs: PlanInputs, today: Plan, labels: Mapping[str, str], shown: bool) -> html.Section:
    """The table, hidden until the pacing is one's own."""
    columns: list[dict[str, Any]] = [{"field": "period", "headerName": "Begins", "pinned": "left", "width": 130}]
    columns += [
        {
            "field": f"c{place}",
            "headerName": labels.get(channel.name, channel.label),
            "editable": True,
            "type": "numericColumn",
            "cellDataType": "number",
            "flex": 1,
            "minWidth": 96,
        }
        for place, channel in enumerate(today.channels)
    ]
    grid = dag.AgGrid(
        id=GRID,
        columnDefs=columns,
        rowData=pacing_rows(inputs, today) if shown else [],
        defaultColDef={
            "sortable": False,
            "resizable": True,
            "suppressHeaderMenuButton": True,
            "suppressHeaderFilterButton": True,
        },
        dashGridOptions={
            "singleClickEdit": True,
            "stopEditingWhenCellsLoseFocus": True,
            "animateRows": False,
        },
        className="ag-theme-quartz",
        style={"height": "300px"},
    )
    return html.Section(
        [
            html.H2("Spend over time"),
            html.P("100 is a channel's mean over the plan, 0 a pause. Click a number to change it; only the proportions count.",
                   className="figure-note"),
            grid,
        ],
        id=PANEL, className="panel", hidden=not shown,
    )  # fmt: skip


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
    """The weights of the channels that differ from the usual. A channel with none at all keeps the usual."""
    found = {}
    for place, channel in enumerate(usual.channels):
        given = tuple(_weight(row.get(f"c{place}")) for row in rows)
        known = resize(usual_weights(usual, place), len(given))
        if any(given) and any(abs(a - b) > SAME for a, b in zip(given, known, strict=True)):
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


def _weight(value: object) -> float:
    try:
        weight = float(str(value))
    except ValueError:
        return 0.0
    return weight if 0 <= weight < 1e9 else 0.0
