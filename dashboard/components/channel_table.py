"""All figures of all channels in one table that can be sorted and taken away as a CSV file."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag
from dash import html

from dashboard.figures.drawing import Look
from dashboard.figures.format import write_periods, write_share
from dashboard.glossary import GLOSSARY
from dashboard.words import write_worth
from mixline.messages import ChannelSummary, ModelSummary

TABLE = "channel-table"
EXPORT = "channel-table-export"
LONGEST_NAME = 130  # pixels: a longer name of a channel takes more lines, so that its numbers stay in sight
WRAPPED = {"maxWidth": LONGEST_NAME, "wrapText": True, "autoHeight": True, "cellClass": "wrapped"}
CELL = 28  # pixels a cell has around its text


def channel_table(summary: ModelSummary, look: Look) -> html.Section:
    """The file holds plain numbers with both ends of each 90 % range; the screen shows them written."""
    rows = [describe_channel(channel, summary, look) for channel in sorted(summary.channels, key=lambda c: -c.spend)]
    name = f"{summary.title} channels.csv".replace("/", "-")
    grid = dag.AgGrid(
        id=TABLE,
        rowData=rows,
        columnDefs=fit_columns(list_columns(look), rows),
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "minWidth": 72,
            "suppressHeaderMenuButton": True,
            "wrapHeaderText": True,
            "autoHeaderHeight": True,
            "useValueFormatterForExport": False,
        },
        columnSize="responsiveSizeToFit",
        dashGridOptions={
            "domLayout": "autoHeight",
            "suppressCellFocus": False,
            "tooltipShowDelay": 200,
        },
        csvExportParams={"fileName": name, "allColumns": True},
        style={"height": None},
    )
    button = html.Button("Download CSV", id=EXPORT, className="button", n_clicks=0)
    head = html.Div([html.H2("Every channel in numbers"), button], className="panel-head")
    return html.Section([head, grid, _on_paper(list_columns(look), rows)], className="panel")


def _on_paper(columns: list[dict[str, Any]], rows: list[dict[str, Any]]) -> html.Table:
    """The same for paper, where nothing can be scrolled: the grid draws only the columns that are in sight."""
    shown = [column for column in columns if not column.get("hide")]
    head = html.Tr([html.Th(column["headerName"], className=_side(column)) for column in shown])
    body = [html.Tr([html.Td(_whole(row, column), className=_side(column)) for column in shown]) for row in rows]
    return html.Table([html.Thead(head), html.Tbody(body)], className="plain-table paper-only")


def _side(column: dict[str, Any]) -> str:
    return "number" if "type" in column else ""


def _whole(row: dict[str, Any], column: dict[str, Any]) -> str:
    """A cell that is parted before its brackets or nowhere. Names may be parted anywhere."""
    field = column["field"]
    if f"{field}_text" not in row:
        return str(row[field])
    parts = str(row[f"{field}_text"]).split(" (")
    return " (".join(
        part.replace(" ", "\u00a0").replace("–", "–\u2060") for part in parts
    )  # a dash may be parted from what follows


def describe_channel(channel: ChannelSummary, summary: ModelSummary, look: Look) -> dict[str, Any]:
    """One row: each number plain, and as `..._text` the way it is written."""
    unit, level = look.unit, look.level
    return {
        "channel": channel.label,
        "spend": channel.spend,
        "spend_text": unit.money(channel.spend),
        "contribution": channel.contribution.value,
        "contribution_low": channel.contribution.low,
        "contribution_high": channel.contribution.high,
        "contribution_text": f"{unit.outcome(channel.contribution.value)} "
        f"({unit.outcome_range(channel.contribution, level)})",
        "roi": channel.roi.value,
        "roi_low": channel.roi.low,
        "roi_high": channel.roi.high,
        "roi_text": unit.roi_with_range(channel.roi, level),
        "marginal_roi": channel.marginal_roi.value,
        "marginal_roi_low": channel.marginal_roi.low,
        "marginal_roi_high": channel.marginal_roi.high,
        "marginal_roi_text": unit.roi_with_range(channel.marginal_roi, level),
        "share_of_spend": channel.share_of_spend,
        "share_of_spend_text": write_share(channel.share_of_spend),
        "share_of_effect": channel.share_of_effect.value,
        "share_of_effect_text": write_share(channel.share_of_effect.value),
        "half_life": channel.half_life_periods,
        "half_life_text": write_periods(channel.half_life_periods, summary.interval),
        "probability_profitable": channel.probability_profitable,
        "probability_profitable_text": write_worth(channel),
        "cost_per_conversion": channel.cpa.value if channel.cpa else None,
        "cost_per_conversion_text": unit.money(channel.cpa.value) if channel.cpa else "–",
    }


def list_columns(look: Look) -> list[dict[str, Any]]:
    """Columns shown, and those that are only in the file."""
    per = look.unit.roi_name
    columns = [
        {"field": "channel", "headerName": "Channel", "pinned": "left", "tooltipField": "channel"},
        _number("spend", "Spend", "spend"),
        _number("contribution", "Contribution", "contribution"),
        _number("roi", f"ROI, {per}", "roi"),
        _number("marginal_roi", "ROI of the next", "marginal_roi"),
        _number("share_of_spend", "Of spend", "share_of_spend"),
        _number("share_of_effect", "Of effect", "share_of_effect"),
        _number("half_life", "Half-life", "half_life"),
    ]
    if look.unit.conversions:
        columns.append(_number("cost_per_conversion", "Per conversion", "cpa"))
    else:
        columns.append(_number("probability_profitable", "Pays for itself", "profitable"))
    ends = (("low", "5 %"), ("high", "95 %"))
    names = (("contribution", "Contribution"), ("roi", "ROI"), ("marginal_roi", "ROI of the next"))
    hidden = [(f"{field}_{end}", f"{name}, {quantile}") for field, name in names for end, quantile in ends]
    return columns + [{"field": field, "headerName": name, "hide": True} for field, name in hidden]


def fit_columns(columns: list[dict[str, Any]], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each column as wide as its longest text (a heading may break over lines); the table scrolls when that is too much."""
    fitted = []
    for column in columns:
        field = column["field"]
        texts = [str(row.get(f"{field}_text", row[field])) for row in rows] + column["headerName"].split()
        width = round(max(map(measure_text, texts)) + CELL)
        if field == "channel" and width > LONGEST_NAME:
            fitted.append({**column, "width": LONGEST_NAME, "minWidth": LONGEST_NAME, **WRAPPED})
        else:
            fitted.append({**column, "minWidth": width})
    return fitted


def measure_text(text: str) -> float:
    """About how many pixels wide a text is in the table's type, Inter at 13.5 pixels with figures of one width."""
    return sum(
        8.4
        if c.isdigit()
        else 4.3
        if c in " .,()il\u00a0"
        else 11.5
        if c in "MW%"
        else 9.5
        if c.isupper() or c in "$€"
        else 7.7
        for c in text
    )


def _number(field: str, name: str, key: str) -> dict[str, Any]:
    return {
        "field": field,
        "headerName": name,
        "headerTooltip": GLOSSARY[key],
        "type": "rightAligned",
        "valueFormatter": {"function": f"params.data.{field}_text"},
    }
