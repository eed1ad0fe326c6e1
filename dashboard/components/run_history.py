"""The table of all runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import dash_ag_grid as dag

from dashboard.components.run_progress import ACTIVE, STATE_WORDS, failure_sentence, run_seconds
from dashboard.components.run_words import cost_words, duration_words, tag_words
from dashboard.figures.format import write_moment
from dashboard.figures.search_progress import ERROR
from mixline.messages import RunView

Row = dict[str, Any]
ROWS_SHOWN = 12
SCREEN_ONLY = {"screenOnly": True}  # a column of links that say nothing on paper (assets/print.js)


def history_rows(runs: Iterable[RunView]) -> list[Row]:
    """One row per run, newest first. Texts beside the values they are sorted by."""
    return [_row(run) for run in sorted(runs, key=lambda run: run.job.created_at, reverse=True)]


def _row(run: RunView) -> Row:
    took = run_seconds(run)
    started = run.job.started_at
    error = run.job.progress.best.get(ERROR)
    return {
        "id": run.id,
        "state": run.job.state,
        "state_words": STATE_WORDS[run.job.state],
        "run": {"text": f"{run.dataset_name} v{run.dataset_version}", "href": f"/runs?run={run.id}"},
        "segment": run.segment or "–",
        "preset": f"{run.trials} × {run.iterations:,}" if run.preset == "custom" else run.preset,
        "size": f"{run.trials} × {run.iterations:,} candidates, seed {run.seed}",
        "started": (started or run.job.created_at).isoformat(),
        "started_words": f"{started.day} {started:%b, %H:%M}" if started else _not_started(run),
        "started_full": write_moment(started) if started else "",
        "took": took,
        "took_words": duration_words(took) if took is not None else "–",
        "cost": run.cost if run.cost is not None else run.core_seconds,
        "cost_words": _write_cost(run),
        "tags": tag_words(run.tags),
        "clone": {"text": "Again", "href": f"/runs?clone={run.id}"},
        "error": error,
        "error_words": f"{error:.4f}" if error is not None else "–",
        "results": (
            {"text": "Curves", "href": f"/response?model={run.model_id}"}
            if run.model_id and run.job.state == "succeeded"
            else None
        ),
        "tracking": {"text": "MLflow", "href": run.tracking_url} if run.tracking_url else None,
        "why": failure_sentence(run) if run.job.state == "failed" else "",
    }


def _not_started(run: RunView) -> str:
    return "not yet" if run.job.state in ACTIVE else "never"


def _write_cost(run: RunView) -> str:
    """What it cost; without a price, the core time."""
    if run.cost is not None:
        return cost_words(run.cost, run.cost_currency)
    return f"{duration_words(run.core_seconds)} core" if run.core_seconds is not None else "–"


def history_grid(rows: list[Row], *, grid_id: str) -> dag.AgGrid:
    """The grid. Rows keep their place while states change under them; what few runs have comes last."""
    return dag.AgGrid(
        id=grid_id,
        rowData=rows,
        getRowId="params.data.id",
        columnDefs=[
            {"field": "state_words", "headerName": "State", "width": 104, "cellRenderer": "StateTag"},
            {
                "field": "run",
                "headerName": "Dataset",
                "minWidth": 118,
                "flex": 1,
                "cellRenderer": "CellLink",
                "comparator": {"function": "compareText(valueA, valueB)"},
            },
            {"field": "segment", "headerName": "Country", "width": 90},
            {"field": "preset", "headerName": "Search", "width": 92, "tooltipField": "size"},
            {
                "field": "started",
                "headerName": "Started, UTC",
                "width": 118,
                "tooltipField": "started_full",
                "valueFormatter": {"function": "params.data.started_words"},
            },
            {
                "field": "took",
                "headerName": "Took",
                "width": 96,
                "type": "numericColumn",
                "valueFormatter": {"function": "params.data.took_words"},
            },
            {
                "field": "cost",
                "headerName": "Cost",
                "width": 128,
                "type": "numericColumn",
                "headerTooltip": "Of the core time it took; without a price per core-hour the core time itself.",
                "valueFormatter": {"function": "params.data.cost_words"},
            },
            {
                "field": "error",
                "headerName": "Best error",
                "width": 102,
                "headerTooltip": "The lowest error of a candidate (NRMSE, 0 is perfect), on held-out periods if there are some.",
                "type": "numericColumn",
                "valueFormatter": {"function": "params.data.error_words"},
            },
            {
                "field": "results",
                "headerName": "Results",
                "width": 82,
                "cellRenderer": "CellLink",
                "sortable": False,
                "context": SCREEN_ONLY,
            },
            {
                "field": "tracking",
                "headerName": "Lineage",
                "width": 82,
                "cellRenderer": "CellLink",
                "sortable": False,
                "context": SCREEN_ONLY,
            },
            {
                "field": "clone",
                "headerName": "Settings",
                "width": 82,
                "cellRenderer": "CellLink",
                "sortable": False,
                "context": SCREEN_ONLY,
            },
            {"field": "tags", "headerName": "Tags", "width": 130, "tooltipField": "tags"},
            {"field": "why", "headerName": "Why it failed", "minWidth": 200, "flex": 2, "tooltipField": "why"},
        ],
        defaultColDef={"sortable": True, "resizable": True, "suppressHeaderMenuButton": True, "cellDataType": False},
        dashGridOptions={
            "rowHeight": 40,
            "headerHeight": 40,
            "animateRows": False,
            "tooltipShowDelay": 300,
            "ensureDomOrder": True,
            "localeText": {"noRowsToShow": "No run to show."},
        },
        className="ag-theme-quartz history-grid",
        style={"height": f"{min(max(len(rows), 3), ROWS_SHOWN) * 40 + 44}px", "width": "100%"},
    )
