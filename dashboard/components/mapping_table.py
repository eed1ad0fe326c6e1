"""The table in which a person says what each column is.

Rows hold the words a person reads; `column_choices` turns them back into what the API takes. Columns that need a look come
first, then the roles in the order a model is thought of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import dash_ag_grid as dag

from dashboard.figures.format import write_number
from mixline.messages import ColumnChoice, ColumnSuggestion, Role

ROLE_LABELS: dict[Role, str] = {
    "date": "Date",
    "goal": "Goal",
    "segment": "Segment",
    "spend": "Spend",
    "exposure": "Exposure",
    "organic": "Organic media",
    "context": "Context",
    "factor": "Factor",
    "ignore": "Leave out",
}
ROLE_HELP: dict[Role, str] = {
    "date": "the day or week of the row",
    "goal": "what is explained: revenue or conversions",
    "segment": "splits the table, such as country",
    "spend": "money spent on a paid channel",
    "exposure": "impressions or clicks of a paid channel",
    "organic": "media without spend, such as a newsletter",
    "context": "a number that moves the goal: price, competitor, weather",
    "factor": "a category that moves the goal: an event, a promotion",
    "ignore": "not used",
}
MEDIA_ROLES: tuple[Role, ...] = ("spend", "exposure", "organic")
KIND_LABELS: dict[str, str] = {
    "tv": "TV",
    "video": "Video",
    "radio": "Radio, audio",
    "print": "Print, mail",
    "ooh": "Out of home",
    "search": "Search",
    "social": "Social",
    "display": "Display",
    "email": "Email, SMS",
    "affiliate": "Affiliate",
    "other": "Other",
}
_ROLE_OF_LABEL: dict[str, Role] = {label: role for role, label in ROLE_LABELS.items()}
_KIND_OF_LABEL = {label: kind for kind, label in KIND_LABELS.items()}
_ROLE_ORDER = {role: place for place, role in enumerate(ROLE_LABELS)}
_MEDIA_TEST = " || ".join(f"params.data.role == '{ROLE_LABELS[role]}'" for role in MEDIA_ROLES)

CHOSEN = "You chose this"
CHOOSE = {"function": "chooseCell(params)"}  # in assets/grids.js
ROW_PIXELS = 44  # two lines of a reason
LOOK = "yes"  # a word, because the grid's text filter is set on this field

Row = dict[str, Any]


def mapping_rows(
    columns: Iterable[ColumnSuggestion], edits: Mapping[str, Mapping[str, str]] | None = None
) -> list[Row]:
    """One row per column: what was suggested, overlaid with a person's `edits` ({column: {role, channel, kind}}, labels)."""
    edits = edits or {}
    rows = [_row(column, edits.get(column.name, {})) for column in columns]
    return sorted(rows, key=lambda row: (not row["look"], _ROLE_ORDER[_ROLE_OF_LABEL[row["role"]]]))


def _row(column: ColumnSuggestion, edit: Mapping[str, str]) -> Row:
    role = edit.get("role", ROLE_LABELS[column.role])
    return {
        "column": column.name,
        "type": column.type,
        "role": role,
        "channel": edit.get("channel", column.channel),
        "kind": edit.get("kind", KIND_LABELS.get(column.kind, KIND_LABELS["other"])),
        "values": describe_values(column),
        "reason": CHOSEN if role != ROLE_LABELS[column.role] else column.reason,
        "confidence": column.confidence,
        "look": LOOK if column.confidence == "low" and not edit else "",
        "suggested": ROLE_LABELS[column.role],
        "suggestion": column.reason,
    }


def describe_values(column: ColumnSuggestion) -> str:
    """The values of a column in a few words: "0 to 2.4M, mean 310k, 12 % zeros" or its first examples."""
    missing = f", {column.missing} missing" if column.missing else ""
    if column.type == "number" and column.minimum is not None and column.maximum is not None:
        text = f"{write_number(column.minimum)} to {write_number(column.maximum)}"
        if column.mean is not None and column.minimum != column.maximum:
            text += f", mean {write_number(column.mean)}"
        if column.zero_share >= 0.005:
            text += f", {100 * column.zero_share:.0f} % zeros"
        return text + missing
    return ", ".join(column.examples[:3]) + missing


def column_choices(rows: Iterable[Mapping[str, Any]]) -> list[ColumnChoice]:
    """What the person decided, as the API takes it. Channel and kind are kept for media only."""
    choices = []
    for row in rows:
        role = _ROLE_OF_LABEL[row["role"]]
        media = role in MEDIA_ROLES
        choices.append(
            ColumnChoice(
                name=row["column"],
                role=role,
                channel=str(row.get("channel") or "").strip() if media else "",
                kind=_KIND_OF_LABEL.get(row.get("kind", ""), "other") if media else "other",
            )
        )
    return choices


def collect_edits(rows: Iterable[Mapping[str, Any]], columns: Iterable[ColumnSuggestion]) -> dict[str, dict[str, str]]:
    """The rows a person changed, for keeping over a reload."""
    suggested = {row["column"]: row for row in mapping_rows(columns)}
    fields = ("role", "channel", "kind")
    return {
        row["column"]: {name: str(row.get(name) or "") for name in fields}
        for row in rows
        if row["column"] in suggested and any(row.get(f) != suggested[row["column"]][f] for f in fields)
    }


def role_counts(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many columns have each role label; "look" counts those to look at."""
    counts = dict.fromkeys(ROLE_LABELS.values(), 0)
    look = 0
    for row in rows:
        counts[row["role"]] += 1
        look += bool(row["look"])
    return {**counts, "look": look}


def set_role(rows: list[Row], names: Iterable[str], label: str) -> list[Row]:
    """Rows with the role of `names` changed, in the same order: a person's place in the table is kept."""
    chosen = set(names)
    return [{**row, "role": label, "look": "", "reason": CHOSEN} if row["column"] in chosen else row for row in rows]


def role_filter(label: str) -> dict[str, Any]:
    """The grid's filter for a role label, for "look", or (empty) for all."""
    if not label:
        return {}
    field, value = ("look", LOOK) if label == "look" else ("role", label)
    return {field: {"filterType": "text", "type": "equals", "filter": value}}


def mapping_grid(rows: list[Row], *, grid_id: str) -> dag.AgGrid:
    """The grid: filter, sort, edit in place, choose many and set them at once."""
    return dag.AgGrid(
        id=grid_id,
        rowData=rows,
        getRowId="params.data.column",
        columnDefs=_column_definitions(),
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "suppressHeaderMenuButton": True,
            "suppressHeaderFilterButton": True,
            "cellDataType": False,
        },
        dashGridOptions={
            "rowHeight": ROW_PIXELS,
            "headerHeight": 40,
            "singleClickEdit": True,
            "stopEditingWhenCellsLoseFocus": True,
            "rowSelection": {
                "mode": "multiRow",
                "enableClickSelection": False,
                "headerCheckbox": True,
                "selectAll": "filtered",
            },
            "selectionColumnDef": {"pinned": "left", "width": 44},
            "tooltipShowDelay": 300,
            "animateRows": False,
            "ensureDomOrder": True,
        },
        eventListeners={"cellEditingStarted": ["openChoices(params)"]},
        rowClassRules={"mapping-look": "params.data.look", "mapping-ignored": "params.data.role == 'Leave out'"},
        className="ag-theme-quartz mapping-grid",
        style={"height": f"{min(max(len(rows), 4), 14) * ROW_PIXELS + 44}px", "width": "100%"},
    )


def _column_definitions() -> list[dict[str, Any]]:
    media = {"function": _MEDIA_TEST}
    editable_media = {"cell-editable": _MEDIA_TEST, "cell-off": f"!({_MEDIA_TEST})"}
    return [
        {
            "field": "column",
            "headerName": "Column",
            "pinned": "left",
            "width": 156,
            "tooltipField": "column",
            "cellClassRules": {"cell-look": "params.data.look"},
        },
        {
            "field": "role",
            "valueSetter": CHOOSE,
            "headerName": "Role",
            "width": 130,
            "filter": "agTextColumnFilter",
            "editable": True,
            "cellEditor": "agSelectCellEditor",
            "cellEditorParams": {"values": list(ROLE_LABELS.values())},
            "cellClass": "cell-editable",
        },
        {
            "field": "channel",
            "valueSetter": CHOOSE,
            "headerName": "Channel",
            "width": 108,
            "editable": media,
            "tooltipField": "channel",
            "cellClassRules": editable_media,
        },
        {
            "field": "kind",
            "valueSetter": CHOOSE,
            "headerName": "Kind",
            "width": 118,
            "editable": media,
            "cellEditor": "agSelectCellEditor",
            "cellEditorParams": {"values": list(KIND_LABELS.values())},
            "cellClassRules": editable_media,
        },
        {"field": "confidence", "headerName": "Sure", "width": 80},
        {
            "field": "reason",
            "headerName": "Why",
            "flex": 1,
            "minWidth": 210,
            "tooltipField": "reason",
            "cellClass": "cell-words",
        },
        {"field": "values", "headerName": "Values", "width": 176, "tooltipField": "values", "cellClass": "cell-words"},
        {"field": "type", "headerName": "Type", "width": 78},
        {"field": "look", "hide": True, "filter": "agTextColumnFilter"},
    ]
