"""The review of an upload: what to know first, what each column is, and keeping it as a dataset."""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from dashboard.components import mapping_table
from dashboard.components.aria import aria
from dashboard.components.dataset_form import UNSTATED, dataset_form, findings_list
from dashboard.figures.format import write_span
from mixline.messages import UploadView

GRID = "mapping-grid"
EDITS = "mapping-edits"
UPLOAD = "mapping-upload"
FORM = ("dataset-name", "dataset-goal-kind", "dataset-currency", "dataset-country")


def mapping_review(upload: UploadView) -> list[Any]:
    """The panels of a review. `mapping_wiring` gives them life."""
    rows = mapping_table.mapping_rows(upload.columns)
    findings = findings_list(upload.findings)
    return [
        html.Div([html.H2("What to know first"), findings], className="panel") if findings else None,
        html.Div(
            [
                html.Div(
                    [
                        html.H2("What each column is"),
                        html.P(
                            [
                                html.Span("Change a role, channel or kind by clicking it. ", className="screen-only"),
                                "Columns we are unsure of come first.",
                            ],
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
        dcc.Store(id=UPLOAD, data=upload.id),
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
