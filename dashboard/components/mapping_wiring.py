"""What the review of an upload does: it keeps edits over a reload, counts roles, filters, sets many at once, and saves."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, Patch, State, ctx, no_update
from dash.exceptions import PreventUpdate
from pydantic import ValidationError

from dashboard.client import current_client
from dashboard.components import mapping_table
from dashboard.components.dataset_form import UNSTATED
from dashboard.components.inline_error import inline_error, inline_sentence
from dashboard.components.mapping_review import EDITS, FORM, GRID, UPLOAD
from dashboard.layout import LOCATION
from mixline.errors import MixlineError
from mixline.messages import DatasetRequest

UPLOADS_KEPT = 5  # unsaved uploads whose edits the browser's session keeps
REQUIRED_ROLES = ("Date", "Goal", "Spend")


def register_mapping(app: Dash) -> None:
    """Wire the review of an upload."""
    app.callback(
        Output(GRID, "rowData"),
        *[Output(name, "value") for name in FORM],
        Input(EDITS, "modified_timestamp"),
        State(EDITS, "data"),
        State(UPLOAD, "data"),
        State(GRID, "rowData"),
    )(restore_edits)
    app.callback(
        Output(EDITS, "data"),
        Output({"type": "role-chip", "index": ALL}, "children"),
        Output({"type": "role-chip", "index": ALL}, "hidden"),
        Output("mapping-summary", "children"),
        Input(GRID, "rowData"),
        # The table changes its rows in place, which Dash takes for no change; this says that there was one.
        Input(GRID, "cellValueChanged"),
        *[Input(name, "value") for name in FORM],
        State(UPLOAD, "data"),
        State(EDITS, "data"),
    )(keep_edits)
    app.callback(
        Output(GRID, "filterModel"),
        Output({"type": "role-chip", "index": ALL}, "className"),
        Output({"type": "role-chip", "index": ALL}, "aria-pressed"),
        Input({"type": "role-chip", "index": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )(filter_role)
    app.callback(
        Output(GRID, "dashGridOptions"),
        Input("mapping-search", "value"),
        prevent_initial_call=True,
    )(find_columns)
    app.callback(
        Output("bulk-role", "disabled"),
        Output("bulk-role", "options"),
        Input(GRID, "selectedRows"),
        prevent_initial_call=True,
    )(count_selected)
    app.callback(
        Output(GRID, "rowData", allow_duplicate=True),
        Output(GRID, "selectedRows"),
        Output("bulk-role", "value"),
        Input("bulk-role", "value"),
        State(GRID, "rowData"),
        State(GRID, "selectedRows"),
        prevent_initial_call=True,
    )(set_selected)
    app.callback(
        Output(LOCATION, "search", allow_duplicate=True),
        Output("dataset-message", "children"),
        Output(EDITS, "data", allow_duplicate=True),
        Input("dataset-save", "n_clicks"),
        State(UPLOAD, "data"),
        State(GRID, "rowData"),
        *[State(name, "value") for name in FORM],
        State(EDITS, "data"),
        prevent_initial_call=True,
        running=[(Output("dataset-save", "disabled"), True, False)],
    )(save_dataset)


def restore_edits(
    _modified: int | None,
    kept: dict[str, Any] | None,
    upload_id: str | None,
    rows: list[mapping_table.Row] | None,
) -> tuple[Any, ...]:
    """Put what a person had changed before a reload back into the table and the form."""
    edits = (kept or {}).get(upload_id or "")
    if not edits or not upload_id:
        raise PreventUpdate
    upload = current_client().read_upload(upload_id)
    if mapping_table.collect_edits(rows or [], upload.columns) == edits["columns"]:
        raise PreventUpdate
    return mapping_table.mapping_rows(upload.columns, edits["columns"]), *edits["form"]


def keep_edits(
    rows: list[mapping_table.Row] | None,
    _changed: list[Any] | None,
    name: str,
    goal_kind: str,
    currency: str,
    country: str,
    upload_id: str | None,
    kept: dict[str, Any] | None,
) -> tuple[Any, ...]:
    """Count the roles, and keep what a person changed for the next reload.

    The call when the page appears only counts: what is in the browser's session has not been put back by then.
    """
    if not rows or not upload_id:
        raise PreventUpdate
    counts = mapping_table.role_counts(rows)
    labels, hidden = describe_chips(len(rows), counts)
    summary = summarise_roles(counts)
    if ctx.triggered_id is None:
        return no_update, labels, hidden, summary
    upload = current_client().read_upload(upload_id)
    edits = {
        "columns": mapping_table.collect_edits(rows, upload.columns),
        "form": [name, goal_kind, currency, country],
    }
    others = {key: value for key, value in (kept or {}).items() if key != upload_id}
    if (kept or {}).get(upload_id) == edits:
        return no_update, labels, hidden, summary
    newest = dict(list(others.items())[-(UPLOADS_KEPT - 1) :])
    return {**newest, upload_id: edits}, labels, hidden, summary


def describe_chips(columns: int, counts: dict[str, int]) -> tuple[list[str], list[bool]]:
    """Labels of the filter buttons and which are hidden for having nothing to show. Date and goal always show."""
    labels, hidden = [f"All {columns}", f"Worth a look {counts['look']}"], [False, counts["look"] == 0]
    for role in mapping_table.ROLE_LABELS.values():
        labels.append(f"{role} {counts[role]}")
        hidden.append(counts[role] == 0 and role not in REQUIRED_ROLES)
    return labels, hidden


def summarise_roles(counts: dict[str, int]) -> str:
    """What is going to be saved, or what is still missing, before the button is pressed."""
    missing = [role.lower() for role in REQUIRED_ROLES if counts[role] == 0]
    if missing:
        return f"Still missing: a column with the role {' and one with the role '.join(missing)}."
    if counts["Date"] > 1 or counts["Goal"] > 1:
        role = "Date" if counts["Date"] > 1 else "Goal"
        return f"{counts[role]} columns have the role {role}; a dataset has one."
    drivers = counts["Context"] + counts["Factor"]
    channels = (
        f"{counts['Spend']} paid and {counts['Organic media']} organic media"
        if counts["Organic media"]
        else (f"{counts['Spend']} paid media")
    )
    return f"{channels}, {drivers} other drivers; {counts['Leave out']} columns left out."


def filter_role(_clicks: list[int]) -> tuple[Any, ...]:
    """Show the columns of the pressed button's role."""
    chosen = ctx.triggered_id["index"] if ctx.triggered_id else ""
    indices = [entry["id"]["index"] for entry in ctx.inputs_list[0]]
    return (
        mapping_table.role_filter(chosen),
        ["chip chosen" if index == chosen else "chip" for index in indices],
        ["true" if index == chosen else "false" for index in indices],
    )


def find_columns(text: str | None) -> Patch:
    """Set the table's quick filter."""
    options = Patch()
    options["quickFilterText"] = text or ""
    return options


def count_selected(selected: list[mapping_table.Row] | None) -> tuple[bool, list[dict[str, str]]]:
    """Say on the bulk choice how many columns it will change."""
    count = len(selected or [])
    first = f"Set {count} selected to ..." if count else "Set selected to ..."
    roles = [{"value": label, "label": label} for label in mapping_table.ROLE_LABELS.values()]
    return count == 0, [{"value": UNSTATED, "label": first}, *roles]


def set_selected(
    label: str, rows: list[mapping_table.Row], selected: list[mapping_table.Row] | None
) -> tuple[Any, ...]:
    """Give all selected columns one role."""
    if label in (None, UNSTATED) or not selected:
        raise PreventUpdate
    names = [row["column"] for row in selected]
    return mapping_table.set_role(rows, names, label), [], UNSTATED


def stated(choice: str | None) -> str:
    """A choice as the API takes it: empty when nothing was stated."""
    return "" if choice in (None, UNSTATED) else str(choice)


def save_dataset(
    clicks: int,
    upload_id: str,
    rows: list[mapping_table.Row],
    name: str | None,
    goal_kind: str,
    currency: str | None,
    country: str | None,
    kept: dict[str, Any] | None,
) -> tuple[Any, ...]:
    """Make the dataset and show it, or say at the button why not."""
    if not clicks:
        raise PreventUpdate
    try:
        request = DatasetRequest(
            upload_id=upload_id,
            name=(name or "").strip(),
            columns=mapping_table.column_choices(rows),
            goal_kind="conversions" if goal_kind == "conversions" else "revenue",
            currency=stated(currency),
            holiday_country=stated(country),
        )
    except ValidationError:
        return (
            no_update,
            inline_sentence("A dataset's name has 1 to 80 letters, digits, spaces, dots and dashes."),
            no_update,
        )
    try:
        dataset = current_client().create_dataset(request)
    except MixlineError as error:
        return no_update, inline_error(error), no_update
    rest = {key: value for key, value in (kept or {}).items() if key != upload_id}
    # Data are named by their content: a table that is there already is there under the name it was first saved as.
    as_before = "" if dataset.name == request.name else "&known=1"
    return f"?dataset={dataset.id}{as_before}", None, rest
