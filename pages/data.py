"""Bring a table, say what each column is, keep it as a versioned dataset.

The address holds the upload (`?upload=`) or the dataset just saved (`?dataset=`); a person's edits wait in the browser's
session until they are saved, so a reload loses nothing.
"""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, dcc, html
from dash.exceptions import PreventUpdate

from dashboard.client import current_client
from dashboard.components import states, upload_panel
from dashboard.components.dataset_list import dataset_list, launch_address
from dashboard.components.mapping_review import describe_upload, mapping_review
from dashboard.components.mapping_wiring import register_mapping
from dashboard.layout import LOCATION
from mixline.errors import InputError, NotFoundError
from mixline.messages import DatasetView
from mixline.settings import load_settings


def layout(upload: str = "", dataset: str = "", known: str = "", **_query: str) -> html.Div:
    """The page for an address: the review of an upload, or the drop area and the datasets."""
    return html.Div(_review(upload) if upload else _start(dataset, known), className="page data-page")


def _header(lede: str, action: Any = None) -> html.Div:
    return html.Div([html.Div([html.H1("Data"), html.P(lede, className="lede")]), action], className="page-header")


def _start(dataset_id: str, as_before: str = "") -> list[Any]:
    known = current_client().list_datasets()
    saved = next((d for d in known.value if d.id == dataset_id), None)
    return [
        _header("Bring a table with a date, what you sold and what you spent. Mixline suggests what each column is."),
        states.stale(known.at) if known.stale else None,
        _saved(saved, as_before=bool(as_before)) if saved else None,
        upload_panel.upload_panel(load_settings().upload_limit_mb),
        dataset_list(known.value, dataset_id),
    ]


def _saved(dataset: DatasetView, *, as_before: bool) -> html.Div:
    named = f"{dataset.name} v{dataset.version}"
    size = f" {dataset.rows:,} rows, {len(dataset.channels)} channels. The next step fits a model to it."
    said: list[Any] = [html.Strong(f"{named} is saved."), size]
    if as_before:
        said = [
            html.Strong(f"This very table is there already, as {named}."),
            " Nothing was saved under another name: the same rows with the same roles are one dataset. "
            "Fit a model to it as it is; a version of another dataset needs a table that differs from it.",
        ]
    return html.Div(
        [
            html.Div(said),
            dcc.Link("Launch a run", href=launch_address(dataset.id), className="button primary", id="saved-launch"),
        ],
        className="banner trust saved-banner",
        role="status",
    )


def _review(upload_id: str) -> list[Any]:
    try:
        upload = current_client().read_upload(upload_id)
    except (InputError, NotFoundError):  # old, or no address of an upload at all
        return [states.notice("This upload is gone", "Send the file once more.", ("Data", "/data"))]
    another = dcc.Link("Choose another file", href="/data", className="button")
    return [_header(describe_upload(upload), another), *mapping_review(upload)]


def register(app: Dash) -> None:
    """Wire the page and the address files are sent to."""
    upload_panel.add_upload_route(app.server, load_settings().upload_limit_mb)
    app.callback(
        Output(LOCATION, "search", allow_duplicate=True),
        Input(upload_panel.RESULT, "data"),
        prevent_initial_call=True,
    )(open_review)
    register_mapping(app)


def open_review(result: dict[str, Any] | None) -> str:
    """The address of the review of a file that has arrived."""
    if not result:
        raise PreventUpdate
    return f"?upload={result['id']}"
