"""Bring a table, say what each column is, keep it as a versioned dataset.

The address holds the upload (`?upload=`) or the dataset just saved (`?dataset=`); a person's edits wait in the browser's
session until they are saved, so a reload loses nothing.
"""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import ALL, Dash, Input, Output, Patch, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate
from pydantic import ValidationError

from dashboard.client import current_client
from dashboard.components import mapping_table, states, upload_panel
from dashboard.components.aria import aria
from dashboard.components.dataset_form import UNSTATED, dataset_form, findings_list
from dashboard.components.dataset_list import dataset_list, launch_address
from dashboard.components.inline_error import inline_error, inline_sentence
from dashboard.figures.format import write_span
from dashboard.layout import LOCATION
from mixline.errors import MixlineError, NotFoundError
from mixline.messages import DatasetRequest, DatasetView, UploadView
from mixline.settings import load_settings

GRID = "mapping-grid"
EDITS = "mapping-edits"
UPLOAD = "mapping-upload"
UPLOADS_KEPT = 5  # unsaved uploads whose edits the browser's session keeps
REQUIRED_ROLES = ("Date", "Goal", "Spend")
FORM = ("dataset-name", "dataset-goal-kind", "dataset-currency", "dataset-country")


def layout(upload: str = "", dataset: str = "", **_query: str) -> html.Div:
    """The page for an address: the review of an upload, or the drop area and the datasets."""
    return html.Div(_review(upload) if upload else _start(dataset), className="page data-page")


def _header(lede: str, action: Any = None) -> html.Div:
    return html.Div([html.Div([html.H1("Data"), html.P(lede, className="lede")]), action], className="page-header")


def _start(dataset_id: str) -> list[Any]:
    known = current_client().list_datasets()
    saved = next((d for d in known.value if d.id == dataset_id), None)
    return [
        _header("Bring a table with a date, what you sold and what you spent. Mixline suggests what each column is."),
        states.stale(known.at) if known.stale else None,
        _saved(saved) if saved else None,
        upload_panel.upload_panel(load_settings().upload_limit_mb),
        dataset_list(known.value, dataset_id),
    ]


def _saved(dataset: DatasetView) -> html.Div:
    return html.Div(
        [
            html.Div(
                [
                    html.Strong(f"{dataset.name} v{dataset.version} is saved."),
                    f" {dataset.rows:,} rows, {len(dataset.channels)} channels. The next step fits a model to it.",
                ]
            ),
            dcc.Link("Launch a run", href=launch_address(dataset.id), className="button primary", id="saved-launch"),
        ],
        className="banner trust saved-banner",
        role="status",
    )


def _review(upload_id: str) -> list[Any]:
    try:
        upload = current_client().read_upload(upload_id)
    except NotFoundError:
        return [states.notice("This upload is gone", "Send the file once more.", ("Data", "/data"))]
    rows = mapping_table.mapping_rows(upload.columns)
    findings = findings_list(upload.findings)
    return [
        _header(describe_upload(upload), dcc.Link("Choose another file", href="/data", className="button")),
        html.Div([html.H2("What to know first"), findings], className="panel") if findings else None,
        html.Div(
            [
                html.Div(
                    [
                        html.H2("What each column is"),
                        html.P(
                            "Change a role, channel or kind by clicking it. Columns we are unsure of come first.",
                            className="figure-note",
                        ),
                    ]
                ),
                html.Details(
                    [
                        html.Summary("What the roles mean"),
                        html.Dl(
                            [
                                part
                                for role, label in mapping_table.ROLE_LABELS.items()
                                for part in (html.Dt(label), html.Dd(mapping_table.ROLE_HELP[role]))
                            ]
                        ),
                    ],
                    className="role-help",
                ),
                _toolbar(rows),
                mapping_table.mapping_grid(rows, grid_id=GRID),
            ],
            className="panel mapping-panel",
        ),
        html.Div(
            [
                html.H2("Keep it as a dataset"),
                dataset_form(upload),
                html.Div(
                    [
                        html.Button("Save dataset", id="dataset-save", className="button primary", n_clicks=0),
                        html.Span(id="mapping-summary", className="soft small"),
                    ],
                    className="form-actions",
                ),
                html.Div(id="dataset-message", **aria(live="polite")),
            ],
            className="panel",
        ),
        dcc.Store(id=UPLOAD, data=upload_id),
        dcc.Store(id=EDITS, storage_type="session"),
    ]


def describe_upload(upload: UploadView) -> str:
    """ "retailer.csv: 209 weeks, 3 Aug 2014 – 29 Jul 2018, 80 columns, countries DE and FR"."""
    parts = [f"{upload.rows:,} rows"]
    if upload.interval:
        parts.append(f"one per {upload.interval}" + (" and segment" if len(upload.segments) > 1 else ""))
    if upload.first_date and upload.last_date:
        parts.append(write_span(upload.first_date, upload.last_date))
    parts.append(f"{len(upload.columns)} columns")
    if upload.segments:
        shown = ", ".join(upload.segments[:5]) + (" ..." if len(upload.segments) > 5 else "")
        parts.append(f"segments {shown}")
    return f"{upload.filename}: " + ", ".join(parts)


def _toolbar(rows: list[mapping_table.Row]) -> html.Div:
    roles = list(mapping_table.ROLE_LABELS.values())
    return html.Div(
        [
            html.Div(
                [_chip("", ""), _chip("look", "look"), *[_chip(role, role) for role in roles]],
                id="role-chips",
                className="chips",
                role="group",
                **aria(label="Show the columns of one role"),
            ),
            html.Div(
                [
                    html.Label("Find a column", htmlFor="mapping-search", className="visually-hidden"),
                    dcc.Input(id="mapping-search", type="search", placeholder="Find a column", debounce=False),
                    html.Label("Role of the selected columns", htmlFor="bulk-role", className="visually-hidden"),
                    dbc.Select(
                        id="bulk-role",
                        options=[{"value": UNSTATED, "label": "Set selected to ..."}]
                        + [{"value": label, "label": label} for label in roles],
                        value=UNSTATED,
                        disabled=True,
                    ),
                ],
                className="toolbar-tools",
            ),
        ],
        className="toolbar",
    )


def _chip(index: str, label: str) -> html.Button:
    return html.Button(
        label, id={"type": "role-chip", "index": index}, className="chip", n_clicks=0, **aria(pressed="false")
    )


def register(app: Dash) -> None:
    """Wire the page and the address files are sent to."""
    upload_panel.add_upload_route(app.server, load_settings().upload_limit_mb)
    app.callback(
        Output(LOCATION, "search", allow_duplicate=True),
        Input(upload_panel.RESULT, "data"),
        prevent_initial_call=True,
    )(open_review)
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


def open_review(result: dict[str, Any] | None) -> str:
    """The address of the review of a file that has arrived."""
    if not result:
        raise PreventUpdate
    return f"?upload={result['id']}"


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
    return f"?dataset={dataset.id}", None, rest
